import type { CampaignState, FamilyState } from './campaign.js'
import type { SoloState } from './solo.js'

function perSecond(count: number, milliseconds: number): string {
  return milliseconds > 0 ? Math.round((count / milliseconds) * 1000).toLocaleString('en') : '0'
}

/** How far a campaign has come, as one line. */
export function progressLine(state: CampaignState | SoloState): string {
  const { programs, calls, milliseconds, tally } = state
  const wrong = 'divergences' in state ? `${state.divergences} divergences` : `${state.violations.length} violations`
  return (
    `${Math.round(milliseconds / 1000)} s  ${programs.toLocaleString('en')} programs (${perSecond(programs, milliseconds)}/s)  ` +
    `${calls.toLocaleString('en')} calls (${perSecond(calls, milliseconds)}/s)  ${tally.pairs} call-outcome pairs  ${wrong}`
  )
}

/** What the programs of one family came to, as one line. */
export function familyLine(name: string, { programs, calls, milliseconds, diverged, tally }: FamilyState): string {
  const divergences = [...diverged.values()].reduce((sum, count) => sum + count, 0)
  return (
    `  ${name}: ${Math.round(milliseconds / 1000)} s  ${programs.toLocaleString('en')} programs  ` +
    `${calls.toLocaleString('en')} calls  ${tally.pairs} call-outcome pairs  ${divergences} divergences`
  )
}
