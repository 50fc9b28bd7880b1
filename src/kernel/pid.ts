import type { Dentry } from './dentry.js'
import type { PidNamespace } from './pid_namespace.js'
import type { Task } from './task.js'
import type { ThreadGroup } from './thread_group.js'
import { WaitQueue } from './wait_queue.js'

/**
 * A process number: one per pid namespace from its own up to the initial one. It stays taken while a task, a process
 * group or a session uses it; a pidfd keeps the object alive, not the numbers.
 */
export class Pid {
  /** The pid namespace it was made in. */
  readonly ns: PidNamespace
  /** Its number in the initial pid namespace. */
  readonly nr: number
  /** Its numbers by level, from the initial namespace down; null where there is only that one. */
  readonly numbers: readonly number[] | null
  /** The task with this tid; null once it is reaped. */
  task: Task | null = null
  /** The process with this pid; null once it is reaped. */
  group: ThreadGroup | null = null
  /** How many tasks, processes, process group members and session members use it. */
  users = 0
  /** What else keeps the object: its file on pidfs, events that name it, sockets that were made by it. */
  holds = 0
  /** procfs caches the directory of the process here. */
  procDentry: Dentry | null = null
  /** Its inode number on pidfs, never reused. */
  readonly ino: number
  /** Its file on pidfs while one is open. */
  pidfsDentry: Dentry | null = null
  /** What a pidfd shows of a process that was reaped: its exit code; null before. */
  exitCode: number | null = null
  #waitQueue: WaitQueue | null = null

  constructor(ns: PidNamespace, nr: number, numbers: readonly number[] | null) {
    this.ns = ns
    this.nr = nr
    this.ino = ns.kernel.pidInode(nr)
    this.numbers = numbers
  }

  /** Its number in `ns`, or 0 if it has none there. */
  nrIn(ns: PidNamespace): number {
    if (this.users === 0) return 0
    if (ns.level === 0) return this.nr
    if (ns.level > this.ns.level) return 0
    let at = this.ns
    while (at.level > ns.level) at = at.parent!
    return at === ns ? this.numbers![ns.level]! : 0
  }

  /** Wakes when the process ends and when it is reaped; pidfds poll on it. */
  get waitQueue(): WaitQueue {
    this.#waitQueue ??= new WaitQueue()
    return this.#waitQueue
  }

  wakeWaiters(): void {
    this.#waitQueue?.wakeAll()
  }

  /** Keeps the object, and with it the namespace that it was made in, though not the numbers. */
  hold(): this {
    this.holds++
    return this
  }

  /** Undoes one {@link hold}. */
  unhold(): void {
    if (--this.holds === 0 && this.users === 0) this.ns.pidForgotten()
  }

  /** One user less; the last one frees the numbers and drops the active reference on the namespace. */
  detach(): void {
    if (--this.users === 0) this.ns.freePid(this)
  }
}
