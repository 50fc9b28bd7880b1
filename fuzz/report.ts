import type { CampaignState } from './campaign.js'
import type { SoloState } from './solo.js'

/** What one campaign came to, as `--stats` saves it: `npm run conformance` adds them up. */
export interface CampaignStats {
  backend: string
  kernel: string
  profile: string
  families: readonly string[]
  seed: number
  shard: { index: number; of: number }
  programs: number
  /** Calls whose answers were compared and agreed. */
  calls: number
  /** Of those, the last ones in a row without a divergence. */
  clean: number
  milliseconds: number
  divergences: { signature: string; count: number; origin: string }[]
  /** Divergences that an exclusion took, by its name. */
  excluded: Record<string, number>
  lost: number
  /** How often each call came to what. */
  outcomes: Record<string, Record<string, number>>
}

/** The statistics of a campaign. */
export function statsOf(
  state: CampaignState,
  run: Pick<CampaignStats, 'backend' | 'families' | 'seed' | 'shard'>,
): CampaignStats {
  return {
    backend: run.backend,
    kernel: state.kernel,
    profile: state.profile,
    families: run.families,
    seed: run.seed,
    shard: run.shard,
    programs: state.programs,
    calls: state.calls,
    clean: state.clean,
    milliseconds: Math.round(state.milliseconds),
    divergences: [...state.findings.values()].map(({ signature, count, origin }) => ({ signature, count, origin })),
    excluded: Object.fromEntries(state.excluded),
    lost: state.lost.length,
    outcomes: state.tally.toJson(),
  }
}

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
