import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Asked, type CampaignOptions, runCampaign } from '../../fuzz/campaign.js'
import { Corpus } from '../../fuzz/corpus.js'
import { namespacesFamily } from '../../fuzz/families/namespaces.js'
import type { Finding } from '../../fuzz/finding.js'
import { PLAIN_BOOT } from '../../fuzz/plain_boot.js'
import { Emulator } from '../../src/abi/index.js'
import { type Program, parseTranscript, replay, runProgram, type Transcript } from '../../src/transcript/index.js'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kabinet-fuzz-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** A kernel that is another emulator, and answers one thing otherwise. */
class Liar implements Asked {
  readonly name = 'liar'
  readonly #lie: (transcript: Transcript) => void
  asked: string[] = []

  constructor(lie: (transcript: Transcript) => void = () => {}) {
    this.#lie = lie
  }

  run(program: Program): Promise<Transcript> {
    this.asked.push(program.header.name)
    const transcript = runProgram(program, Emulator.boot({ profile: 'v7.2', boot: PLAIN_BOOT }))
    // A step's answer may be shared with nobody: runProgram made it.
    this.#lie(transcript)
    return Promise.resolve(transcript)
  }
}

const common = { families: [namespacesFamily], seed: 1, runs: 24 } satisfies Partial<CampaignOptions>

describe('a campaign', () => {
  it('finds nothing where there is nothing', async () => {
    const state = await runCampaign({ ...common, backend: new Liar() })
    expect(state).toMatchObject({ programs: 24, divergences: 0, lost: [], unsteady: [] })
    expect(state.calls).toBeGreaterThan(600)
    expect([...state.families.keys()]).toEqual(['namespaces'])
    expect(state.families.get('namespaces')).toMatchObject({ programs: 24, calls: state.calls, clean: state.calls })
    expect(state.tally.pairs).toBeGreaterThan(100)
  })

  it('finds one wrong errno and shrinks it to what it takes', async () => {
    const found: Finding[] = []
    const backend = new Liar(({ steps }) => {
      for (const step of steps) if (step.call === 'pidfd_open' && step.ret === -22) step.ret = -13
    })
    const state = await runCampaign({ ...common, backend, onFinding: (finding) => found.push(finding) })
    expect(state.divergences).toBeGreaterThan(0)
    expect(found.map(({ signature }) => signature)).toEqual(['pidfd_open: ret EACCES got EINVAL'])
    const [finding] = found
    expect(finding?.transcript.steps.length).toBeLessThanOrEqual(3)
    expect(finding?.divergence).toMatchObject({ call: 'pidfd_open', want: -13, got: -22 })

    const corpus = new Corpus(folder)
    const path = corpus.keepFinding(finding!, 'liar', finding!.transcript)
    expect(replay(parseTranscript(readFileSync(path, 'utf8'))).firstDivergence).toMatchObject({ want: -13, got: -22 })
    expect([...corpus.programs()].map(({ program }) => program.steps)).toEqual([finding?.program.steps])
  })

  it('does not count what does not show again', async () => {
    let lied = false
    const backend = new Liar(({ steps }) => {
      const step = steps.find(({ call }) => call === 'listns')
      if (step === undefined || lied) return
      lied = true
      step.ret = -1
    })
    const state = await runCampaign({ ...common, backend })
    expect(state.divergences).toBe(0)
    expect(state.unsteady).toHaveLength(1)
    expect(state.families.get('namespaces')).toMatchObject({ unsteady: 1, diverged: new Map() })
  })

  it('goes on when the kernel is lost', async () => {
    const backend = new Liar()
    const run = backend.run.bind(backend)
    backend.run = (program) => (program.header.name === '1-7' ? Promise.reject(new Error('it hung')) : run(program))
    const state = await runCampaign({ ...common, backend })
    expect(state.lost).toEqual([{ origin: 'seed 1 program 7', reason: 'it hung' }])
    expect(state.programs).toBe(23)
  })

  it('is split into shards that together are the whole', async () => {
    const whole = new Liar()
    await runCampaign({ ...common, backend: whole })
    const shards = await Promise.all(
      [0, 1, 2].map(async (index) => {
        const backend = new Liar()
        await runCampaign({ ...common, backend, shard: { index, of: 3 } })
        return backend.asked.filter((name) => name !== 'boot')
      }),
    )
    expect(shards.flat().sort()).toEqual(whole.asked.filter((name) => name !== 'boot').sort())
  })

  it('runs its corpus first and keeps what is new', async () => {
    const corpus = new Corpus(join(folder, 'corpus'))
    await runCampaign({ ...common, backend: new Liar(), onNew: (program, family) => void corpus.keep(program, family) })
    const kept = readdirSync(join(folder, 'corpus', 'programs'))
    expect(kept.length).toBeGreaterThan(10)
    const backend = new Liar()
    const again = await runCampaign({ ...common, runs: 0, backend, corpus: corpus.programs() })
    expect(again.programs).toBe(kept.length)
    expect(again.families.get('namespaces')?.programs).toBe(kept.length)
  })
})
