import type { Pid } from './pid.js'
import type { Task } from './task.js'
import { WaitQueue } from './wait_queue.js'

/** Resource limits by number; only those that the model asks for. */
export interface Rlimits {
  /** RLIMIT_NOFILE: descriptors are below this. */
  nofile: number
  nofileMax: number
}

/** A process: the threads that share its pid. */
export class ThreadGroup {
  leader: Task
  readonly pid: Pid
  pgrp: Pid
  session: Pid
  /** Threads that have not been released, the leader first. */
  readonly threads: Task[]
  /** Threads that have not begun to exit. */
  live = 1
  /** Wait status of the whole process once it ends at once (exit_group or a fatal signal); -1 before. */
  groupExitCode = -1
  /** Its descendants' orphans come to it (PR_SET_CHILD_SUBREAPER). */
  childSubreaper = false
  /** One of its ancestors was a subreaper. */
  hasChildSubreaper: boolean
  /** Signals from its own pid namespace do not kill it: it is a pid 1. */
  unkillable = false
  rlimits: Rlimits
  #childExit: WaitQueue | null = null

  constructor(leader: Task, pid: Pid, pgrp: Pid, session: Pid, hasChildSubreaper: boolean, rlimits: Rlimits) {
    this.leader = leader
    this.pid = pid
    this.pgrp = pgrp
    this.session = session
    this.threads = [leader]
    this.hasChildSubreaper = hasChildSubreaper
    this.rlimits = rlimits
  }

  /** Where its threads wait for children. */
  get childExit(): WaitQueue {
    this.#childExit ??= new WaitQueue()
    return this.#childExit
  }

  /** Tells them that `child` has ended. */
  wakeParent(child: Task): void {
    this.#childExit?.wakeAll(child)
  }
}
