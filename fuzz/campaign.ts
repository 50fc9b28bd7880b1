import { isProfileName, type ProfileName } from '../src/abi/index.js'
import { type Boot, type Program, replay, type Transcript } from '../src/transcript/index.js'
import { callKey, outcomeOf } from './call_key.js'
import { containedRun } from './contained.js'
import type { Family } from './draft.js'
import { exclusionsFor } from './exclusions.js'
import { type Finding, signatureOf } from './finding.js'
import { Programs } from './programs.js'
import { shrink } from './shrink.js'
import { Tally } from './tally.js'

/** A real kernel that runs programs: a backend of `lab`. */
export interface Asked {
  readonly name: string
  run(program: Program): Promise<Transcript>
}

export interface CampaignOptions {
  families: readonly Family[]
  backend: Asked
  seed: number
  /** Ends after so many programs, over all shards. */
  runs?: number
  /** Ends after so many milliseconds. */
  time?: number
  /** This one of so many: program `index` belongs to shard `index % of`. */
  shard?: { index: number; of: number }
  /** Replay on this profile, not the one that the kernel's release names. */
  profile?: ProfileName
  /** Programs to run before any is made: a corpus. */
  corpus?: Iterable<{ name: string; program: Program }>
  /** Told of each new finding once it is as short as it gets. */
  onFinding?(finding: Finding): void
  /** Told of a program that came to something new. */
  onNew?(program: Program): void
  /** Told how far it has come, a few times a second. */
  onProgress?(state: CampaignState): void
  /** Programs that are under way at once. */
  inFlight?: number
  /** Findings that are shrunk; the rest is only counted. */
  mostFindings?: number
  /** True when the campaign shall end after the programs that are under way. */
  stopped?(): boolean
}

/** A kernel of a release that the emulator does not know. */
export class NoProfile extends Error {
  override readonly name = 'NoProfile'
}

/** How far a campaign has come. */
export interface CampaignState {
  kernel: string
  profile: ProfileName
  programs: number
  /** Calls whose answers were compared. */
  calls: number
  milliseconds: number
  tally: Tally
  findings: ReadonlyMap<string, Finding>
  /** Divergences in all, those of equal signature too. */
  divergences: number
  /** How many divergences each exclusion took. */
  excluded: ReadonlyMap<string, number>
  /** Programs in which the kernel or its agent was lost, or that it would not run, with the reason. */
  lost: readonly { origin: string; reason: string }[]
  /** Divergences that did not show each time when the same program was run again. */
  unsteady: readonly { origin: string; signature: string }[]
  /** Compared calls since the last divergence. */
  clean: number
}

const IN_FLIGHT = 6
const MOST_FINDINGS = 60
const PROGRESS_EVERY = 500
/** How often a program with a new divergence is run again before it counts. */
const RERUNS = 4

/** Runs programs on a kernel and on the emulator and holds the answers against each other. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignState> {
  const campaign = new Campaign(options)
  return campaign.run()
}

interface MutableState extends CampaignState {
  findings: Map<string, Finding>
  excluded: Map<string, number>
  lost: { origin: string; reason: string }[]
  unsteady: { origin: string; signature: string }[]
}

class Campaign {
  readonly #options: CampaignOptions
  readonly #exclusions: ReturnType<typeof exclusionsFor>
  #state!: MutableState
  #boot!: Boot
  #started = 0
  #reported = 0

  constructor(options: CampaignOptions) {
    this.#options = options
    this.#exclusions = exclusionsFor(options.backend.name)
  }

  async run(): Promise<CampaignState> {
    const { backend, seed, runs, time, families } = this.#options
    const first = await backend.run({ header: { transcript: 1, name: 'boot' }, steps: [] })
    const profile = this.#options.profile ?? first.header.profile
    if (!isProfileName(profile)) throw new NoProfile(`no profile ${profile} for Linux ${first.header.kernel}`)
    this.#boot = first.header.boot
    this.#state = {
      kernel: first.header.kernel,
      profile,
      programs: 0,
      calls: 0,
      milliseconds: 0,
      tally: new Tally(),
      findings: new Map(),
      divergences: 0,
      excluded: new Map(),
      lost: [],
      unsteady: [],
      clean: 0,
    }
    this.#started = performance.now()
    const without = new Set(this.#exclusions.flatMap(({ makers }) => makers ?? []))
    const made = new Programs({ families, profile, boot: this.#boot, seed, without })
    const { index: shard, of } = this.#options.shard ?? { index: 0, of: 1 }
    const inFlight = this.#options.inFlight ?? IN_FLIGHT
    const flight: Set<Promise<void>> = new Set()
    const launch = async (program: Program, origin: string): Promise<void> => {
      const done: Promise<void> = this.#one(program, origin).finally(() => flight.delete(done))
      flight.add(done)
      if (flight.size >= inFlight) await Promise.race(flight)
    }

    for (const { name, program } of this.#options.corpus ?? []) {
      if (this.#over()) break
      await launch(program, name)
    }
    for (let index = shard; runs === undefined || index < runs; index += of) {
      if (this.#over() || (runs === undefined && time === undefined && this.#options.stopped === undefined)) break
      const { program } = made.make(index)
      await launch(program, `seed ${seed} program ${index}`)
    }
    await Promise.all(flight)
    this.#progress(true)
    return this.#state
  }

  #over(): boolean {
    const { time, stopped } = this.#options
    if (stopped?.()) return true
    return time !== undefined && performance.now() - this.#started >= time
  }

  #progress(force: boolean): void {
    const now = performance.now()
    this.#state.milliseconds = now - this.#started
    if (!force && now - this.#reported < PROGRESS_EVERY) return
    this.#reported = now
    this.#options.onProgress?.(this.#state)
  }

  async #one(program: Program, origin: string): Promise<void> {
    const state = this.#state
    let transcript: Transcript
    try {
      transcript = await this.#options.backend.run(program)
    } catch (error) {
      state.lost.push({ origin, reason: error instanceof Error ? error.message : String(error) })
      return
    }
    const result = replay(transcript, { profile: state.profile })
    const isNew = this.#count(transcript, result.matched)
    if (isNew) this.#options.onNew?.(program)
    state.programs++
    if (result.firstDivergence !== null) {
      const { firstDivergence } = result
      const exclusion = this.#exclusions.find(({ matches }) => matches?.(firstDivergence))
      if (exclusion === undefined) await this.#diverged(program, transcript, firstDivergence, origin)
      else state.excluded.set(exclusion.name, (state.excluded.get(exclusion.name) ?? 0) + 1)
    }
    this.#progress(false)
  }

  /** Counts what was compared; true if there was something new among it. */
  #count(transcript: Transcript, matched: number): boolean {
    const { tally } = this.#state
    let isNew = false
    for (let i = 0; i < matched; i++) {
      const step = transcript.steps[i] as Transcript['steps'][number]
      if (tally.add(callKey(step), outcomeOf(step.blocked ? undefined : step.ret))) isNew = true
    }
    tally.programs++
    this.#state.calls += matched
    this.#state.clean += matched
    return isNew
  }

  async #diverged(
    program: Program,
    transcript: Transcript,
    divergence: NonNullable<ReturnType<typeof replay>['firstDivergence']>,
    origin: string,
  ): Promise<void> {
    const state = this.#state
    const signature = signatureOf(divergence)
    if (!state.findings.has(signature) && !(await this.#showsAgain(program))) {
      state.unsteady.push({ origin, signature })
      return
    }
    state.divergences++
    state.clean = 0
    // Another program under way may have shown the same one meanwhile.
    const known = state.findings.get(signature)
    if (known !== undefined) {
      known.count++
      return
    }
    const finding: Finding = { signature, program, transcript, divergence, origin, count: 1 }
    state.findings.set(signature, finding)
    if (state.findings.size > (this.#options.mostFindings ?? MOST_FINDINGS)) return
    await this.#shorten(finding)
    this.#options.onFinding?.(finding)
  }

  /** A machine that others use may have killed a task, taken an id, or been slow: what is a bug shows each time. */
  async #showsAgain(program: Program): Promise<boolean> {
    try {
      for (let i = 0; i < RERUNS; i++) {
        const transcript = await this.#options.backend.run(program)
        if (replay(transcript, { profile: this.#state.profile }).firstDivergence === null) return false
      }
      return true
    } catch {
      // The kernel was lost: that is for #one to report, when it happens the first time.
      return false
    }
  }

  async #shorten(finding: Finding): Promise<void> {
    const { backend } = this.#options
    const { profile } = this.#state
    const cut = cutAfter(finding.program, finding.divergence.step)
    await shrink(cut, {
      known: (program) => containedRun(program, profile, this.#boot),
      shows: async (program) => {
        let transcript: Transcript
        try {
          transcript = await backend.run(program)
        } catch {
          // A shorter program that loses the kernel is another finding, and not this one.
          return false
        }
        const { firstDivergence } = replay(transcript, { profile })
        if (firstDivergence === null || signatureOf(firstDivergence) !== finding.signature) return false
        Object.assign(finding, { program, transcript, divergence: firstDivergence })
        return true
      },
    })
  }
}

/** Completions show up a few steps later than their cause. */
const AFTER = 10

function cutAfter(program: Program, step: number): Program {
  const at = program.steps.findIndex((one) => one.step === step)
  return at < 0 ? program : { header: program.header, steps: program.steps.slice(0, at + AFTER) }
}
