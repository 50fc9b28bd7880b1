import { ECHILD } from '../uapi/errno.js'
import { __WALL, __WCLONE, SIGCHLD, WEXITED, WNOHANG, WNOWAIT } from '../uapi/fcntl.js'
import { releaseTask } from './exit.js'
import type { Pid } from './pid.js'
import type { Task } from './task.js'
import { WOULD_BLOCK } from './wait_queue.js'

/** Wait only for the caller's own children, not for those of its other threads. */
const __WNOTHREAD = 0x2000_0000

/** Which children, and how. One object a waiting call. */
export class Wait {
  readonly options: number
  /** A child with this pid, or any of this process group, or any where both are null. */
  readonly pid: Pid | null
  readonly pgrp: Pid | null
  /** The child found: its pid as the caller sees it, its user as the caller sees it, its wait status. */
  foundPid = 0
  foundUid = 0
  status = 0

  constructor(options: number, pid: Pid | null, pgrp: Pid | null) {
    this.options = options
    this.pid = pid
    this.pgrp = pgrp
  }

  #names(child: Task): boolean {
    if (this.pid !== null && child.pid !== this.pid) return false
    return this.pgrp === null || child.group.pgrp === this.pgrp
  }

  /** Whether the end of `child` makes a sleeping caller look again; the last one that it could wait for need not. */
  heeds(task: Task, child: Task): boolean {
    return this.#names(child) && ((this.options & __WNOTHREAD) === 0 || child.parent === task)
  }

  #matches(child: Task): boolean {
    if (!this.#names(child)) return false
    if ((this.options & __WALL) !== 0) return true
    return (child.exitSignal !== SIGCHLD) === ((this.options & __WCLONE) !== 0)
  }

  /**
   * One look at the children, the caller's own first, then those of its other threads: the pid of one that has ended, which is then reaped unless WNOWAIT says no; 0 with WNOHANG
   * where there are only living ones, else WOULD_BLOCK; -ECHILD where there is none to wait for.
   */
  attempt(task: Task): number {
    let eligible = false
    const { threads } = task.group
    const looked = (this.options & __WNOTHREAD) !== 0 ? 1 : threads.length
    const start = threads.indexOf(task)
    for (let at = 0; at < looked; at++) {
      const thread = threads[(start + at) % threads.length]!
      for (let child = thread.firstChild; child !== null; child = child.nextSibling) {
        if (!this.#matches(child)) continue
        // One that has wholly ended has nothing more to tell to who does not ask for ends.
        const hasEnded = child.state === 'zombie' && child.group.threads.length === 1
        if (!hasEnded) eligible = true
        else if ((this.options & WEXITED) !== 0) return this.#take(task, child)
      }
    }
    if (!eligible) return -ECHILD
    return (this.options & WNOHANG) !== 0 ? 0 : WOULD_BLOCK
  }

  #take(task: Task, child: Task): number {
    this.foundPid = child.pid.nrIn(task.pidNamespace)
    this.foundUid = task.cred.userNs.uidOfMunged(child.cred.uid)
    this.status = child.group.groupExitCode
    if ((this.options & WNOWAIT) === 0) releaseTask(child)
    return this.foundPid
  }
}
