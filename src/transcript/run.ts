import type { Emulator } from '../abi/emulator.js'
import { describeBoot } from './describe_boot.js'
import type { Completion, Program, ProgramHeader, Step, Transcript } from './format.js'
import { toHex } from './hex.js'
import { PreparedStep, shownBytes } from './prepare.js'
import { Session, type Sleeping } from './session.js'

/** A program whose buffers exist already: it can be run any number of times. */
export interface CompiledProgram {
  header: ProgramHeader
  steps: PreparedStep[]
}

/** Makes a program ready to run. */
export function compileProgram(program: Program): CompiledProgram {
  const fill = program.header.fill ?? true
  return { header: program.header, steps: program.steps.map((step) => new PreparedStep(step, fill)) }
}

/** What {@link runCompiled} tells of each call that was made. */
export interface RunVisitor {
  /** Everything is in place for the call. */
  before?(prepared: PreparedStep): void
  /** The raw return; undefined for a call that sleeps. */
  after?(prepared: PreparedStep, ret: number | undefined, completed: readonly Sleeping[]): void
}

/**
 * Runs a program on an emulator, whose first task is task 1. Steps of tasks that were never made, have ended or sleep are left
 * out, so that a program stays meaningful when steps are taken from it.
 */
export function runCompiled(program: CompiledProgram, emulator: Emulator, visitor: RunVisitor = {}): void {
  const session = new Session(emulator)
  for (const prepared of program.steps) {
    const task = session.task(prepared.step.task)
    if (task === undefined || !task.alive || task.sleep !== null) continue
    prepared.ready(session)
    visitor.before?.(prepared)
    const result = session.call(task, prepared)
    const completed = session.takeCompleted()
    visitor.after?.(prepared, typeof result === 'number' ? result : undefined, completed)
  }
}

/** Runs a program on an emulator and gives it back with the answers: a transcript that replays. */
export function runProgram(program: Program, emulator: Emulator): Transcript {
  const boot = describeBoot(emulator)
  const steps: Step[] = []
  let args: Step['args'] = []
  runCompiled(compileProgram(program), emulator, {
    before(prepared) {
      args = prepared.recordedArgs()
    },
    after(prepared, ret, completed) {
      steps.push(answered(prepared, args, ret, completed))
    },
  })
  const { name, fill } = program.header
  const header = {
    transcript: 1 as const,
    profile: emulator.profile.name,
    kernel: 'kabinet',
    machine: 'x86_64' as const,
    name,
    ...(fill !== undefined && { fill }),
    boot,
  }
  return { header, steps }
}

/** A step with what it came to. */
export function answered(
  prepared: PreparedStep,
  args: Step['args'],
  ret: number | undefined,
  completed: readonly Sleeping[],
): Step {
  const { step, task, call, child } = prepared.step
  const answer: Step = { step, task, call, args }
  if (child !== undefined) answer.child = child
  if (ret === undefined && !EXITS.has(call)) {
    answer.blocked = true
  } else {
    answer.ret = EXITS.has(call) ? null : (ret ?? null)
    if (prepared.outs.length > 0) answer.out = outs(prepared)
  }
  if (completed.length > 0) answer.completes = completed.map(completion)
  return answer
}

/** Calls that do not return. */
const EXITS: ReadonlySet<string> = new Set(['exit_group', 'exit'])

function outs(prepared: PreparedStep): string[] {
  return prepared.outs.map((out) => toHex(shownBytes(out)))
}

function completion({ prepared, pending }: Sleeping): Completion {
  const ret = pending.result ?? null
  return { step: prepared.step.step, ret, ...(prepared.outs.length > 0 && { out: outs(prepared) }) }
}
