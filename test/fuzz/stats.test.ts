import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { runCampaign } from '../../fuzz/campaign.js'
import { FAMILIES } from '../../fuzz/families/index.js'
import { PLAIN_BOOT } from '../../fuzz/plain_boot.js'
import { type KernelStats, mergeStats, readStats, SETTLED, saveStats } from '../../fuzz/stats.js'
import { Emulator } from '../../src/abi/index.js'
import { type Program, runProgram, type Transcript } from '../../src/transcript/index.js'

const stats = (more: Partial<KernelStats> = {}): KernelStats => ({
  kernel: '7.2.7',
  profile: 'v7.2',
  backend: 'uml',
  programs: 10,
  calls: 600,
  clean: 600,
  divergences: [],
  excluded: {},
  lost: 0,
  unsteady: 0,
  campaigns: [{ seed: 1, shard: '0/1', programs: 10, calls: 600, divergences: 0, seconds: 3 }],
  outcomes: { setns: { ok: 500, EPERM: 100 } },
  ...more,
})
const diverged = (clean: number, calls = 600): KernelStats =>
  stats({
    calls,
    clean,
    divergences: [{ signature: 'setns: ret ok got EPERM', count: 2, clean }],
    campaigns: [{ seed: 2, shard: '0/1', programs: 10, calls, divergences: 2, seconds: 3 }],
  })

describe('statistics of campaigns', () => {
  it('add up', () => {
    const other = stats({ outcomes: { setns: { ok: 1 }, listns: { ok: 9 } }, excluded: { chance: 3 }, lost: 1 })
    const merged = mergeStats(stats({ excluded: { chance: 1 } }), other)
    expect(merged).toMatchObject({ programs: 20, calls: 1200, clean: 1200, lost: 1, excluded: { chance: 4 } })
    expect(merged.outcomes).toEqual({ listns: { ok: 9 }, setns: { EPERM: 100, ok: 501 } })
    expect(merged.campaigns).toHaveLength(2)
  })

  it('count what is clean from the last divergence on', () => {
    expect(mergeStats(stats(), diverged(40)).clean).toBe(40)
    expect(mergeStats(diverged(40), stats()).clean).toBe(640)
  })

  it('keep a divergence until enough calls have not shown it', () => {
    const left = mergeStats(diverged(40), diverged(7))
    expect(left.divergences).toEqual([{ signature: 'setns: ret ok got EPERM', count: 4, clean: 7 }])
    const almost = mergeStats(left, stats({ calls: SETTLED - 8, clean: SETTLED - 8 }))
    expect(almost.divergences).toHaveLength(1)
    expect(mergeStats(almost, stats({ calls: 1, clean: 1 })).divergences).toEqual([])
  })

  it('of different kernels are not merged', () => {
    expect(() => mergeStats(stats(), stats({ kernel: '7.2.8' }))).toThrow(
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
  const options = { families: Object.values(FAMILIES), seed: 5, runs: 6 }

  it('hold what was compared, and are added to the file', async () => {
    const file = join(folder, 'clean.json')
    const state = await runCampaign({ ...options, backend: backend(() => false) })
    expect(state.divergences).toBe(0)
    saveStats(file, state, { backend: 'emulator', seed: 5 })
    saveStats(file, state, { backend: 'emulator', seed: 5, shard: { index: 1, of: 2 } })
    const saved = readStats(file)
    expect(saved).toMatchObject({ profile: 'v7.2', programs: 12, calls: 2 * state.calls, clean: 2 * state.calls })
    expect(saved.campaigns.map(({ seed, shard }) => [seed, shard])).toEqual([
      [5, '0/1'],
      [5, '1/2'],
    ])
    const counts = Object.values(saved.outcomes).flatMap((outcomes) => Object.values(outcomes))
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(saved.calls)
    expect(readFileSync(file, 'utf8').endsWith('}\n')).toBe(true)
  })

  it('name the divergences', async () => {
    const state = await runCampaign({ ...options, backend: backend((call) => call === 'unshare') })
    const { divergences } = saveStats(join(folder, 'wrong.json'), state, { backend: 'emulator', seed: 5 })
    expect(divergences.map(({ signature }) => signature)).toEqual(['unshare: ret EPERM got ok'])
    expect(divergences[0]?.clean).toBe(state.clean)
  })
})
