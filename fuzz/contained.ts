import { Emulator, type ProfileName } from '../src/abi/index.js'
import type { Arg, At, Boot, Program, Step } from '../src/transcript/index.js'
import { PreparedStep } from '../src/transcript/prepare.js'
import { Session, type Task } from '../src/transcript/session.js'
import { changesOwnFilesOnly } from './own_files.js'

/** What every step of a program came to on the emulator: what its references mean. */
export interface Known {
  rets: Map<number, number>
  outs: Map<number, Uint8Array[]>
}

/** Calls that act on whoever a number names. */
const SIGNALS: ReadonlySet<string> = new Set(['kill', 'tkill', 'tgkill'])

/** Calls that take mounts from where they are. */
const TAKES_MOUNTS: ReadonlySet<string> = new Set(['umount2', 'pivot_root', 'move_mount'])

/**
 * Runs a program on the emulator and looks whether it keeps to its own tasks: every pid that it uses must name the task that is
 * meant, for in the initial pid namespace of a real machine a stray number may be anybody's; and no file may be changed that is
 * the machine's. Needed wherever a program was changed after it was made.
 *
 * @returns what its steps came to, or null for a program that must not run on a real kernel
 */
export function containedRun(program: Program, profile: ProfileName, boot: Boot): Known | null {
  const emulator = Emulator.boot({ profile, boot })
  const session = new Session(emulator)
  const { initPidNs } = emulator.kernel
  const known: Known = { rets: new Map(), outs: new Map() }
  const means = (number: number): boolean => {
    const named = session.task(number)
    return named !== undefined && session.pid(number) === named.pid.nr
  }
  const isSafe = (step: Step, task: Task): boolean => {
    const inInitial = task.pidNamespace === initPidNs
    let safe = true
    for (const arg of step.args) {
      visit(arg, {
        pid: (number) => {
          if (inInitial && !means(number)) safe = false
        },
        path: (text) => {
          for (const [, number] of text.matchAll(/\$(\d+)/g)) if (!means(Number(number))) safe = false
        },
      })
    }
    if (SIGNALS.has(step.call)) {
      const target = step.args[step.call === 'tgkill' ? 1 : 0]
      if (typeof target !== 'object' || target === null || !('pid' in target)) safe = false
    }
    return safe
  }
  for (const step of program.steps) {
    const task = session.task(step.task)
    if (task === undefined || !task.alive || task.sleep !== null) continue
    if (!isSafe(step, task) || !changesOwnFilesOnly(step, task)) return null
    // What the recorder itself works on stays where it is.
    if (TAKES_MOUNTS.has(step.call) && task.nsproxy?.mnt === emulator.kernel.initNsProxy.mnt) return null
    const prepared = new PreparedStep(step)
    prepared.ready(session)
    const result = session.call(task, prepared)
    for (const { prepared: slept, pending } of session.takeCompleted()) {
      known.rets.set(slept.step.step, pending.result ?? 0)
      known.outs.set(
        slept.step.step,
        slept.outs.map(({ bytes }) => bytes),
      )
    }
    if (typeof result === 'number') known.rets.set(step.step, result)
    known.outs.set(
      step.step,
      prepared.outs.map(({ bytes }) => bytes),
    )
  }
  return known
}

interface Visitor {
  pid(task: number): void
  path(text: string): void
}

function visit(arg: Arg | At, visitor: Visitor): void {
  if (arg === null || typeof arg !== 'object') return
  if ('pid' in arg) visitor.pid(arg.pid)
  else if ('str' in arg) visitor.path(arg.str)
  else if (('in' in arg || 'inout' in arg) && arg.at !== undefined) {
    for (const inner of Object.values(arg.at)) visit(inner, visitor)
  }
}
