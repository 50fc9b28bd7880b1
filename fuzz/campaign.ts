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

/** What a campaign runs, on which kernel, and when it ends. */
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
  /** Programs to run before any is made: a corpus. One belongs to the family that its header names. */
  corpus?: Iterable<{ name: string; program: Program }>
  /** Told of each new finding once it is as short as it gets. */
  onFinding?(finding: Finding): void
  /** Told of a program that came to something new. */
  onNew?(program: Program, family: string): void
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

/** What the programs of one family came to. */
export interface FamilyState {
  programs: number
  /** Calls whose answers were compared and agreed. */
  calls: number
  /** Time that went by for them: those of all families add up to the campaign's. */
  milliseconds: number
  /** Compared calls since the last divergence. */
  clean: number
  /** Divergences by signature. */
  diverged: Map<string, number>
  /** How many divergences each exclusion took. */
  excluded: Map<string, number>
  lost: number
  unsteady: number
  tally: Tally
}

/** How far a campaign has come. */
export interface CampaignState {
  kernel: string
  profile: ProfileName
  /** Those of which a program ran, by name. */
  families: ReadonlyMap<string, FamilyState>
  programs: number
  /** Calls whose answers were compared and agreed. */
  calls: number
  milliseconds: number
  tally: Tally
  findings: ReadonlyMap<string, Finding>
  /** Divergences in all, those of equal signature too. */
  divergences: number
  /** Programs in which the kernel or its agent was lost, or that it would not run, with the reason. */
  lost: readonly { origin: string; reason: string }[]
  /** Divergences that did not show each time when the same program was run again. */
  unsteady: readonly { origin: string; signature: string }[]
}

/** The family of what a corpus holds that names none of the campaign's. */
export const CORPUS_FAMILY = 'corpus'

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
  families: Map<string, FamilyState>
  findings: Map<string, Finding>
  lost: { origin: string; reason: string }[]
  unsteady: { origin: string; signature: string }[]
}

/** A program that is to be run. */
interface Task {
  program: Program
  origin: string
  family: FamilyState
  familyName: string
}

class Campaign {
  readonly #options: CampaignOptions
  readonly #exclusions: ReturnType<typeof exclusionsFor>
  #state!: MutableState
  #boot!: Boot
  #started = 0
  #reported = 0
  /** When the last program was done. */
  #lastDone = 0

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
      families: new Map(),
      programs: 0,
      calls: 0,
      milliseconds: 0,
      tally: new Tally(),
      findings: new Map(),
      divergences: 0,
      lost: [],
      unsteady: [],
    }
    this.#started = performance.now()
    this.#lastDone = this.#started
    const without = new Set(this.#exclusions.flatMap(({ makers }) => makers ?? []))
    const made = new Programs({ families, profile, boot: this.#boot, seed, without })
    const { index: shard, of } = this.#options.shard ?? { index: 0, of: 1 }
    const inFlight = this.#options.inFlight ?? IN_FLIGHT
    const flight: Set<Promise<void>> = new Set()
    const launch = async (program: Program, origin: string, familyName: string): Promise<void> => {
      const task = { program, origin, familyName, family: this.#familyState(familyName) }
      const done: Promise<void> = this.#one(task).finally(() => flight.delete(done))
      flight.add(done)
      if (flight.size >= inFlight) await Promise.race(flight)
    }

    const names = new Set(families.map(({ name }) => name))
    for (const { name, program } of this.#options.corpus ?? []) {
      if (this.#over()) break
      await launch(program, name, names.has(program.header.name) ? program.header.name : CORPUS_FAMILY)
    }
    for (let index = shard; runs === undefined || index < runs; index += of) {
      if (this.#over() || (runs === undefined && time === undefined && this.#options.stopped === undefined)) break
      const { program, family } = made.make(index)
      await launch(program, `seed ${seed} program ${index}`, family.name)
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

  #familyState(name: string): FamilyState {
    const { families } = this.#state
    const known = families.get(name)
    if (known !== undefined) return known
    const family: FamilyState = {
      programs: 0,
      calls: 0,
      milliseconds: 0,
      clean: 0,
      diverged: new Map(),
      excluded: new Map(),
      lost: 0,
      unsteady: 0,
      tally: new Tally(),
    }
    families.set(name, family)
    return family
  }

  async #one(task: Task): Promise<void> {
    const state = this.#state
    const { program, origin, family } = task
    let transcript: Transcript
    try {
      transcript = await this.#options.backend.run(program)
    } catch (error) {
      state.lost.push({ origin, reason: error instanceof Error ? error.message : String(error) })
      family.lost++
      this.#spend(family)
      return
    }
    const result = replay(transcript, { profile: state.profile, strict: true })
    const isNew = this.#count(transcript, result.matched, family)
    if (isNew) this.#options.onNew?.(program, task.familyName)
    state.programs++
    family.programs++
    if (result.firstDivergence !== null) {
      const { firstDivergence } = result
      const exclusion = this.#exclusions.find(({ matches }) => matches?.(firstDivergence))
      if (exclusion === undefined) await this.#diverged(task, transcript, firstDivergence)
      else family.excluded.set(exclusion.name, (family.excluded.get(exclusion.name) ?? 0) + 1)
    }
    this.#spend(family)
    this.#progress(false)
  }

  /** Programs overlap, so the time since the last one was done is this one's. */
  #spend(family: FamilyState): void {
    const now = performance.now()
    family.milliseconds += now - this.#lastDone
    this.#lastDone = now
  }

  /** Counts what was compared; true if there was something new among it. */
  #count(transcript: Transcript, matched: number, family: FamilyState): boolean {
    const { tally } = this.#state
    let isNew = false
    for (let i = 0; i < matched; i++) {
      const step = transcript.steps[i] as Transcript['steps'][number]
      const key = callKey(step)
      const outcome = outcomeOf(step.blocked ? undefined : step.ret)
      if (tally.add(key, outcome)) isNew = true
      family.tally.add(key, outcome)
    }
    tally.programs++
    family.tally.programs++
    this.#state.calls += matched
    family.calls += matched
    family.clean += matched
    return isNew
  }

  async #diverged(
    { program, origin, family, familyName }: Task,
    transcript: Transcript,
    divergence: NonNullable<ReturnType<typeof replay>['firstDivergence']>,
  ): Promise<void> {
    const state = this.#state
    const signature = signatureOf(divergence)
    if (!state.findings.has(signature) && !(await this.#showsAgain(program))) {
      state.unsteady.push({ origin, signature })
      family.unsteady++
      return
    }
    state.divergences++
    family.clean = 0
    family.diverged.set(signature, (family.diverged.get(signature) ?? 0) + 1)
    // Another program under way may have shown the same one meanwhile.
    const known = state.findings.get(signature)
    if (known !== undefined) {
      known.count++
      return
    }
    const finding: Finding = { signature, family: familyName, program, transcript, divergence, origin, count: 1 }
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
        if (replay(transcript, { profile: this.#state.profile, strict: true }).firstDivergence === null) return false
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
        const { firstDivergence } = replay(transcript, { profile, strict: true })
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
