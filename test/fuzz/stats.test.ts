import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { runCampaign } from '../../fuzz/campaign.js'
import type { Family } from '../../fuzz/draft.js'
import { namespacesFamily } from '../../fuzz/families/namespaces.js'
import { PLAIN_BOOT } from '../../fuzz/plain_boot.js'
import { type FamilyStats, type KernelStats, mergeStats, readStats, SETTLED, saveStats } from '../../fuzz/stats.js'
import { Emulator } from '../../src/abi/index.js'
import { type Program, runProgram, type Transcript } from '../../src/transcript/index.js'

const family = (more: Partial<FamilyStats> = {}): FamilyStats => ({
  programs: 10,
  calls: 600,
  seconds: 3.5,
  clean: 600,
  divergences: [],
  excluded: {},
  lost: 0,
  unsteady: 0,
  campaigns: [
    { seed: 1, families: ['namespaces'], shard: '0/1', programs: 10, calls: 600, divergences: 0, seconds: 3.5 },
  ],
  outcomes: { setns: { ok: 500, EPERM: 100 } },
  ...more,
})
const kernel = (families: KernelStats['families'], number = '7.2.7'): KernelStats => ({
  kernel: number,
  profile: 'v7.2',
  backend: 'uml',
  families,
})
const merge = (before: FamilyStats, after: FamilyStats): FamilyStats => {
  const { a } = mergeStats(kernel({ a: before }), kernel({ a: after })).families
  if (a === undefined) throw new Error('the family is gone')
  return a
}
const diverged = (clean: number, calls = 600): FamilyStats =>
  family({
    calls,
    clean,
    divergences: [{ signature: 'setns: ret ok got EPERM', count: 2, clean }],
    campaigns: [{ seed: 2, families: ['a'], shard: '0/1', programs: 10, calls, divergences: 2, seconds: 3 }],
  })

describe('statistics of campaigns', () => {
  it('add up', () => {
    const other = family({ outcomes: { setns: { ok: 1 }, listns: { ok: 9 } }, excluded: { chance: 3 }, lost: 1 })
    const merged = merge(family({ excluded: { chance: 1 } }), other)
    expect(merged).toMatchObject({ programs: 20, calls: 1200, seconds: 7, clean: 1200, lost: 1 })
    expect(merged.excluded).toEqual({ chance: 4 })
    expect(merged.outcomes).toEqual({ listns: { ok: 9 }, setns: { EPERM: 100, ok: 501 } })
    expect(merged.campaigns).toHaveLength(2)
  })

  it('are kept apart by family', () => {
    const merged = mergeStats(kernel({ b: diverged(40) }), kernel({ a: family(), b: family() }))
    expect(Object.keys(merged.families)).toEqual(['a', 'b'])
    expect(merged.families.a).toEqual(family())
    expect(merged.families.b).toMatchObject({ calls: 1200, clean: 640 })
    const later = mergeStats(merged, kernel({ a: diverged(5) }))
    expect(later.families.a).toMatchObject({ clean: 5, seconds: 7 })
    expect(later.families.b).toEqual(merged.families.b)
  })

  it('count what is clean from the last divergence on', () => {
    expect(merge(family(), diverged(40)).clean).toBe(40)
    expect(merge(diverged(40), family()).clean).toBe(640)
  })

  it('keep a divergence until enough calls have not shown it', () => {
    const left = merge(diverged(40), diverged(7))
    expect(left.divergences).toEqual([{ signature: 'setns: ret ok got EPERM', count: 4, clean: 7 }])
    const almost = merge(left, family({ calls: SETTLED - 8, clean: SETTLED - 8 }))
    expect(almost.divergences).toHaveLength(1)
    expect(merge(almost, family({ calls: 1, clean: 1 })).divergences).toEqual([])
  })

  it('of different kernels are not merged', () => {
    expect(() => mergeStats(kernel({}), kernel({}, '7.2.8'))).toThrow(
      'statistics of kernel 7.2.7 and of 7.2.8 are not merged',
    )
  })
})

describe('statistics of a campaign', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kabinet-stats-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  /** A kernel that is an emulator, which answers `break` of its calls wrongly. */
  const backend = (broken: (call: string) => boolean) => ({
    name: 'emulator',
    run: (program: Program): Promise<Transcript> => {
      const transcript = runProgram(program, Emulator.boot({ profile: 'v7.2', boot: PLAIN_BOOT }))
      for (const step of transcript.steps) if (broken(step.call) && step.ret === 0) step.ret = -1
      return Promise.resolve(transcript)
    },
  })
  const socketsFamily: Family = {
    name: 'sockets',
    about: 'sockets alone',
    makers: namespacesFamily.makers.filter(({ name }) => name.includes('socket')),
  }
  const options = { families: [namespacesFamily, socketsFamily], seed: 5, runs: 12 }
  const origin = { backend: 'emulator', seed: 5, families: ['namespaces', 'sockets'] }

  it('hold what was compared, and are added to the file', async () => {
    const file = join(folder, 'clean.json')
    const state = await runCampaign({ ...options, backend: backend(() => false) })
    expect(state.divergences).toBe(0)
    saveStats(file, state, origin)
    saveStats(file, state, { ...origin, shard: { index: 1, of: 2 } })
    const { profile, families } = readStats(file)
    expect(profile).toBe('v7.2')
    expect(Object.keys(families)).toEqual(['namespaces', 'sockets'])
    const each = Object.values(families)
    const sum = (count: (one: FamilyStats) => number): number => each.reduce((total, one) => total + count(one), 0)
    expect(sum(({ programs }) => programs)).toBe(2 * 12)
    expect(sum(({ calls }) => calls)).toBe(2 * state.calls)
    expect(sum(({ seconds }) => seconds)).toBeCloseTo((2 * state.milliseconds) / 1000, 0)
    for (const { programs, calls, clean, campaigns, outcomes } of each) {
      expect(programs).toBeGreaterThan(0)
      expect(clean).toBe(calls)
      expect(campaigns.map(({ seed, families: drawn, shard }) => [seed, drawn, shard])).toEqual([
        [5, origin.families, '0/1'],
        [5, origin.families, '1/2'],
      ])
      const counts = Object.values(outcomes).flatMap((one) => Object.values(one))
      expect(counts.reduce((total, count) => total + count, 0)).toBe(calls)
    }
    expect(families.sockets?.outcomes.unshare).toBeUndefined()
    expect(readFileSync(file, 'utf8').endsWith('}\n')).toBe(true)
  })

  it('name the divergences of each family', async () => {
    const state = await runCampaign({ ...options, backend: backend((call) => call === 'unshare') })
    const { families } = saveStats(join(folder, 'wrong.json'), state, origin)
    expect(families.namespaces?.divergences.map(({ signature }) => signature)).toEqual(['unshare: ret EPERM got ok'])
    expect(families.namespaces?.divergences[0]?.clean).toBe(families.namespaces?.clean)
    expect(families.sockets).toMatchObject({ divergences: [], clean: families.sockets?.calls })
  })
})
