import type { Emulator, ProfileName } from '../src/abi/index.js'
import { Emulator as Kernels } from '../src/abi/index.js'
import type { Task } from '../src/kernel/index.js'
import { type Boot, type Program, replay, runProgram, serialiseTranscript } from '../src/transcript/index.js'
import { callKey, outcomeOf } from './call_key.js'
import type { Family } from './draft.js'
import { checkCall } from './invariants/calls.js'
import { checkGroups } from './invariants/fanotify.js'
import { checkFiles } from './invariants/files.js'
import { checkLeaks, inventory } from './invariants/leaks.js'
import { checkListing } from './invariants/listing.js'
import { checkMounts } from './invariants/mounts.js'
import { recount } from './invariants/recount.js'
import { Programs } from './programs.js'
import { Tally } from './tally.js'
import type { MadeCall, WalkObserver } from './walk.js'

/** A program after which, or in which, something did not hold. */
export interface Violation {
  program: Program
  origin: string
  problems: string[]
}

export interface SoloOptions {
  families: readonly Family[]
  profile: ProfileName
  boot: Boot
  seed: number
  /** Ends after so many programs, over all shards. */
  runs?: number
  /** Ends after so many milliseconds. */
  time?: number
  shard?: { index: number; of: number }
  onViolation?(violation: Violation): void
  onProgress?(state: SoloState): void
  stopped?(): boolean
}

/** How far it has come. */
export interface SoloState {
  programs: number
  calls: number
  milliseconds: number
  tally: Tally
  violations: Violation[]
}

/** Programs between two that are run twice more, to the byte. */
const REPEAT_EVERY = 32
const PROGRESS_EVERY = 256
/** Milliseconds. */
const BREATHE_EVERY = 100
const MOST_VIOLATIONS = 20

class Watcher implements WalkObserver {
  readonly tally: Tally = new Tally()
  problems: string[] = []

  called(made: MadeCall, ret: number | undefined): void {
    this.tally.add(callKey(made.step), outcomeOf(ret))
    if (ret !== undefined) this.#check(made, ret)
  }

  completed(made: MadeCall, ret: number): void {
    this.#check(made, ret)
  }

  #check(made: MadeCall, ret: number): void {
    const problem = checkCall(made, ret)
    if (problem !== null) this.problems.push(`step ${made.step.step}: ${problem}`)
  }
}

/** What does not hold on an emulator on which something ran; kills what is left of it. */
export function checkAll(
  emulator: Emulator,
  others: readonly Task[],
  pageSize: number,
  before: ReturnType<typeof inventory>,
): string[] {
  const { kernel } = emulator
  const root = emulator.first.parent ?? kernel.init
  return [
    ...checkGroups(kernel),
    ...checkMounts(kernel),
    ...checkFiles(kernel),
    ...recount(kernel),
    ...checkListing(emulator, root, others, pageSize),
    ...checkLeaks(emulator, before),
    ...recount(kernel),
  ]
}

/** Runs a program twice and replays it: the same bytes each time. */
export function checkRepeats(program: Program, profile: ProfileName, boot: Boot): string[] {
  const run = (): ReturnType<typeof runProgram> => runProgram(program, Kernels.boot({ profile, boot }))
  const first = run()
  const problems: string[] = []
  if (serialiseTranscript(first) !== serialiseTranscript(run())) problems.push('two runs differ')
  const { firstDivergence } = replay(first, { profile, strict: true })
  if (firstDivergence !== null) {
    problems.push(
      `its own transcript does not replay: step ${firstDivergence.step} ${firstDivergence.call}: ${firstDivergence.reason}`,
    )
  }
  return problems
}

/** Lets whatever else waits have its turn, such as an interrupt that is to end the run. */
const breathe = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))

/** Walks on the emulator alone, and what must hold of any kernel after each. */
export async function runSolo(options: SoloOptions): Promise<SoloState> {
  const { families, profile, boot, seed, runs, time } = options
  const programs = new Programs({ families, profile, boot, seed })
  const { index: shard, of } = options.shard ?? { index: 0, of: 1 }
  const watcher = new Watcher()
  const state: SoloState = { programs: 0, calls: 0, milliseconds: 0, tally: watcher.tally, violations: [] }
  const started = performance.now()
  let breath = started
  for (let index = shard; runs === undefined || index < runs; index += of) {
    if (time !== undefined && performance.now() - started >= time) break
    if (options.stopped?.() || (runs === undefined && time === undefined && options.stopped === undefined)) break
    const { walk, run } = programs.begin(index, watcher)
    const before = inventory(walk.emulator.kernel)
    run()
    const awake = walk.awake().map(({ task }) => task)
    const problems = [...watcher.problems, ...checkAll(walk.emulator, awake.slice(0, 4), 1 + (index % 7), before)]
    watcher.problems = []
    state.programs++
    watcher.tally.programs++
    state.calls += walk.steps.length
    if (problems.length === 0 && index % REPEAT_EVERY === 0) {
      problems.push(...checkRepeats(walk.program('repeat'), profile, boot))
    }
    if (problems.length > 0 && state.violations.length < MOST_VIOLATIONS) {
      const violation = { program: walk.program(`${seed}-${index}`), origin: `seed ${seed} program ${index}`, problems }
      state.violations.push(violation)
      options.onViolation?.(violation)
    }
    if (state.programs % PROGRESS_EVERY === 0) {
      state.milliseconds = performance.now() - started
      options.onProgress?.(state)
    }
    if (performance.now() - breath >= BREATHE_EVERY) {
      await breathe()
      breath = performance.now()
    }
  }
  state.milliseconds = performance.now() - started
  options.onProgress?.(state)
  return state
}
