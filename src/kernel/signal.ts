import { SIGKILL, SIGSTOP } from '../uapi/fcntl.js'
import { CAP_KILL } from './capability.js'
import { nsCapable } from './cred.js'
import { doExit } from './exit.js'
import type { Kernel } from './kernel.js'
import type { Task } from './task.js'
import type { ThreadGroup } from './thread_group.js'
import type { Runnable } from './wait_queue.js'

const SIGCONT = 18

/** Highest signal number. */
export const NSIG = 64

/** Signals that are ignored unless a handler is installed, which the model has none of: CHLD, CONT, URG, WINCH. */
const IGNORED = bits(17, 18, 23, 28)
/** Signals that stop a process: STOP, TSTP, TTIN, TTOU. */
const STOPPING = bits(19, 20, 21, 22)

function bits(...signals: number[]): number {
  return signals.reduce((mask, signal) => mask | (1 << signal), 0)
}

/** True if `task` may send `signal` to the process of `target`. */
export function mayKill(task: Task, target: Task, signal: number): boolean {
  if (target.group === task.group) return true
  const { cred } = task
  const other = target.cred
  if (cred.euid === other.suid || cred.euid === other.uid || cred.uid === other.suid || cred.uid === other.uid)
    return true
  if (nsCapable(cred, other.userNs, CAP_KILL)) return true
  return signal === SIGCONT && target.group.session === task.group.session
}

/** True for a signal that stops: stopping is not modelled. */
export function isStopSignal(signal: number): boolean {
  return signal < 32 && (STOPPING & (1 << signal)) !== 0
}

/** Kills a process from the run queue: each of its threads ends in its own context. */
class GroupKill implements Runnable {
  readonly #group: ThreadGroup

  constructor(group: ThreadGroup) {
    this.#group = group
  }

  run(): void {
    exitThreads(this.#group)
  }
}

/** Ends every thread of `group` but `last` that has not begun to, in its own context, with the process's status. */
export function exitThreads(group: ThreadGroup, last: Task | null = null): void {
  const { threads } = group
  for (let at = 0; at < threads.length; ) {
    const thread = threads[at]!
    if (thread.state === 'running' && thread !== last && (thread.sleep === null || thread.sleep.killable)) {
      doExit(thread, group.groupExitCode)
      at = 0
    } else at++
  }
}

/** Every thread of the process is to end with `status`; those that sleep never come back from their calls. */
export function markGroupExit(group: ThreadGroup, status: number): void {
  group.groupExitCode = status
  for (const thread of group.threads) {
    if (thread.state === 'running' && thread.sleep?.killable) {
      thread.sleep.kill()
      thread.sleep = null
    }
  }
}

/** A fatal signal is on its way to the process. */
function killGroup(kernel: Kernel, group: ThreadGroup, signal: number): void {
  if (group.groupExitCode >= 0) return
  markGroupExit(group, signal)
  kernel.runQueue.push(new GroupKill(group))
}

/**
 * Sends a signal to the process of `task`. Without handlers a signal kills, or does nothing.
 *
 * @param sender who sends it, null for the kernel itself: a pid 1 is not killed from within its own pid namespace.
 */
export function sendSignal(kernel: Kernel, task: Task, signal: number, sender: Task | null = null): void {
  const { group } = task
  if (group.live === 0 || signal === 0) return
  if (signal < 32 && ((IGNORED | STOPPING) & (1 << signal)) !== 0) return
  if (signal < 32 && signal !== SIGKILL && (task.sighand.ignored & (1 << signal)) !== 0) return
  if (group.unkillable) {
    const fromAbove = sender !== null && sender.pidIn(task.pidNamespace) === 0
    if (!fromAbove || (signal !== SIGKILL && signal !== SIGSTOP)) return
  }
  killGroup(kernel, group, signal)
}
