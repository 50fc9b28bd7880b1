import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { CampaignState } from './campaign.js'
import { Tally } from './tally.js'

/** One campaign: program `index` of a seed is always the same one. */
export interface CampaignRecord {
  seed: number
  /** Which part of the seed's programs: `i/n`. */
  shard: string
  programs: number
  calls: number
  /** Divergences outside the exclusions, those of equal signature too. */
  divergences: number
  seconds: number
}

/** A divergence that has been seen. */
export interface OpenDivergence {
  signature: string
  count: number
  /** Calls that were compared since a campaign last showed it, at least. */
  clean: number
}

/** What all campaigns against one kernel came to. */
export interface KernelStats {
  kernel: string
  profile: string
  backend: string
  programs: number
  /** Calls whose answers were compared and agreed. */
  calls: number
  /** Calls compared since the last divergence. */
  clean: number
  /** Divergences that the last {@link SETTLED} compared calls have not shown to be gone. */
  divergences: OpenDivergence[]
  /** How many divergences each exclusion took, by its name. */
  excluded: Record<string, number>
  /** Programs in which the kernel was lost. */
  lost: number
  /** Divergences that did not show each time when the same program was run again. */
  unsteady: number
  campaigns: CampaignRecord[]
  /** Call → outcome → count. */
  outcomes: Record<string, Record<string, number>>
}

/** What a campaign's state does not say. */
export interface CampaignOrigin {
  backend: string
  seed: number
  shard?: { index: number; of: number }
}

/** A divergence counts as gone once so many compared calls did not show it. */
export const SETTLED = 100_000

/** The statistics of one campaign. */
export function statsOf(state: CampaignState, { backend, seed, shard }: CampaignOrigin): KernelStats {
  const { kernel, profile, programs, calls, clean, divergences, tally, findings, excluded, lost, unsteady } = state
  return {
    kernel,
    profile,
    backend,
    programs,
    calls,
    clean,
    divergences: [...findings.values()].map(({ signature, count }) => ({ signature, count, clean })),
    excluded: Object.fromEntries(excluded),
    lost: lost.length,
    unsteady: unsteady.length,
    campaigns: [
      {
        seed,
        shard: `${shard?.index ?? 0}/${shard?.of ?? 1}`,
        programs,
        calls,
        divergences,
        seconds: Math.round(state.milliseconds / 1000),
      },
    ],
    outcomes: tally.toJson(),
  }
}

/**
 * Statistics of two stretches of time against the same kernel, the second after the first.
 *
 * @throws RangeError when they are not of the same release, profile and backend
 */
export function mergeStats(before: KernelStats, after: KernelStats): KernelStats {
  for (const key of ['kernel', 'profile', 'backend'] as const) {
    if (before[key] !== after[key]) {
      throw new RangeError(`statistics of ${key} ${before[key]} and of ${after[key]} are not merged`)
    }
  }
  const tally = Tally.fromJson(before.outcomes)
  tally.merge(Tally.fromJson(after.outcomes))
  const excluded = { ...before.excluded }
  for (const [name, count] of Object.entries(after.excluded)) excluded[name] = (excluded[name] ?? 0) + count
  const divergedAfter = after.campaigns.some(({ divergences }) => divergences > 0)
  return {
    kernel: before.kernel,
    profile: before.profile,
    backend: before.backend,
    programs: before.programs + after.programs,
    calls: before.calls + after.calls,
    clean: after.clean + (divergedAfter ? 0 : before.clean),
    divergences: openDivergences(before.divergences, after),
    excluded,
    lost: before.lost + after.lost,
    unsteady: before.unsteady + after.unsteady,
    campaigns: [...before.campaigns, ...after.campaigns],
    outcomes: tally.toJson(),
  }
}

function openDivergences(before: readonly OpenDivergence[], after: KernelStats): OpenDivergence[] {
  const open = new Map<string, OpenDivergence>()
  for (const one of before) open.set(one.signature, { ...one, clean: one.clean + after.calls })
  for (const one of after.divergences) {
    open.set(one.signature, { ...one, count: one.count + (open.get(one.signature)?.count ?? 0) })
  }
  return [...open.values()].filter(({ clean }) => clean < SETTLED).sort((a, b) => (a.signature < b.signature ? -1 : 1))
}

/** Reads a file that {@link saveStats} wrote. */
export function readStats(file: string): KernelStats {
  return JSON.parse(readFileSync(file, 'utf8')) as KernelStats
}

/** Adds statistics to a file, which is made if it is not there. */
export function addStats(file: string, stats: KernelStats): KernelStats {
  const merged = existsSync(file) ? mergeStats(readStats(file), stats) : stats
  writeFileSync(file, `${JSON.stringify(merged, null, 1)}\n`)
  return merged
}

/** Adds what a campaign came to to a file, which is made if it is not there. */
export function saveStats(file: string, state: CampaignState, origin: CampaignOrigin): KernelStats {
  return addStats(file, statsOf(state, origin))
}
