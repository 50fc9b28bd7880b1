import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { CampaignState, FamilyState } from './campaign.js'
import { Tally } from './tally.js'

/** What a family had of one campaign: program `index` of a seed is always the same one. */
export interface CampaignRecord {
  seed: number
  /** Families that the seed's programs were drawn from, in this order. */
  families: string[]
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

/** What all campaigns of one family against one kernel came to. */
export interface FamilyStats {
  programs: number
  /** Calls whose answers were compared and agreed. */
  calls: number
  /** Machine time, of all campaigns together. */
  seconds: number
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

/** What all campaigns against one kernel came to. */
export interface KernelStats {
  kernel: string
  profile: string
  backend: string
  /** By name. */
  families: Record<string, FamilyStats>
}

/** What a campaign's state does not say. */
export interface CampaignOrigin {
  backend: string
  seed: number
  families: readonly string[]
  shard?: { index: number; of: number }
}

/** A divergence counts as gone once so many compared calls did not show it. */
export const SETTLED = 100_000

/** The statistics of one campaign. */
export function statsOf(state: CampaignState, { backend, seed, families, shard }: CampaignOrigin): KernelStats {
  const { kernel, profile } = state
  const origin = { seed, families: [...families], shard: `${shard?.index ?? 0}/${shard?.of ?? 1}` }
  return {
    kernel,
    profile,
    backend,
    families: byName([...state.families].map(([name, family]) => [name, familyStats(family, origin)])),
  }
}

function familyStats(family: FamilyState, origin: Pick<CampaignRecord, 'seed' | 'families' | 'shard'>): FamilyStats {
  const { programs, calls, milliseconds, clean, diverged, excluded, lost, unsteady, tally } = family
  const seconds = Math.round(milliseconds / 100) / 10
  const divergences = [...diverged.values()].reduce((sum, count) => sum + count, 0)
  return {
    programs,
    calls,
    seconds,
    clean,
    divergences: [...diverged].map(([signature, count]) => ({ signature, count, clean })),
    excluded: Object.fromEntries(excluded),
    lost,
    unsteady,
    campaigns: [{ ...origin, programs, calls, divergences, seconds }],
    outcomes: tally.toJson(),
  }
}

function byName<T>(entries: readonly [string, T][]): Record<string, T> {
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/**
 * Statistics of two stretches of time against the same kernel, the second after the first.
 *
 * @throws RangeError when they are not of the same release, profile and backend
 */
export function mergeStats(before: KernelStats, after: KernelStats): KernelStats {
  const { kernel, profile, backend } = before
  for (const key of ['kernel', 'profile', 'backend'] as const) {
    if (before[key] !== after[key]) {
      throw new RangeError(`statistics of ${key} ${before[key]} and of ${after[key]} are not merged`)
    }
  }
  const names = new Set([...Object.keys(before.families), ...Object.keys(after.families)])
  const merged = [...names].map((name): [string, FamilyStats] => {
    const [first, second] = [before.families[name], after.families[name]]
    return [name, first && second ? mergeFamily(first, second) : ((first ?? second) as FamilyStats)]
  })
  return { kernel, profile, backend, families: byName(merged) }
}

function mergeFamily(before: FamilyStats, after: FamilyStats): FamilyStats {
  const divergedAfter = after.campaigns.some(({ divergences }) => divergences > 0)
  return {
    programs: before.programs + after.programs,
    calls: before.calls + after.calls,
    seconds: Math.round((before.seconds + after.seconds) * 10) / 10,
    clean: after.clean + (divergedAfter ? 0 : before.clean),
    divergences: openDivergences(before.divergences, after),
    excluded: addCounts(before.excluded, after.excluded),
    lost: before.lost + after.lost,
    unsteady: before.unsteady + after.unsteady,
    campaigns: [...before.campaigns, ...after.campaigns],
    outcomes: addOutcomes([before.outcomes, after.outcomes]),
  }
}

function addCounts(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): Record<string, number> {
  const sum = { ...a }
  for (const [name, count] of Object.entries(b)) sum[name] = (sum[name] ?? 0) + count
  return sum
}

/** Call → outcome → count of several tables together. */
export function addOutcomes(tables: readonly FamilyStats['outcomes'][]): FamilyStats['outcomes'] {
  const tally = new Tally()
  for (const table of tables) tally.merge(Tally.fromJson(table))
  return tally.toJson()
}

function openDivergences(before: readonly OpenDivergence[], after: FamilyStats): OpenDivergence[] {
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
