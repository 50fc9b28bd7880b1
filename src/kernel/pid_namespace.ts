import { EAGAIN, EEXIST, EINVAL, ENOMEM, EPERM } from '../uapi/errno.js'
import { CAP_CHECKPOINT_RESTORE, CAP_SYS_ADMIN } from './capability.js'
import { type Cred, nsCapable } from './cred.js'
import { zapMayFinish } from './exit.js'
import { IdTable } from './id_table.js'
import type { Kernel } from './kernel.js'
import { Namespace } from './namespace.js'
import { NS_PID } from './ns_type.js'
import { Pid } from './pid.js'
import type { Task } from './task.js'
import type { Ucounts } from './ucounts.js'
import type { UserNamespace } from './user_namespace.js'

/** Where numbers start again after the last one. */
const RESERVED_PIDS = 300

/** A pid namespace: the numbers of its tasks, and the task that orphans go to. */
export class PidNamespace extends Namespace {
  readonly parent: PidNamespace | null
  readonly level: number
  /** The next number handed out is the lowest free one from here on. */
  nextPid = 1
  /** Numbers are below this. */
  pidMax: number
  /** The pid 1 that orphans go to; null before there is one and after it was reaped. */
  childReaper: Task | null = null
  /** Numbers in use. */
  allocated = 0
  /** Pids from 2 to below this are the kernel's own threads, made when first looked for. */
  kernelThreads = 0
  /** Its pid 1 has ended: no more numbers. */
  dead = false
  readonly #pids: IdTable<Pid> = new IdTable()

  constructor(
    kernel: Kernel,
    parent: PidNamespace | null,
    owner: UserNamespace,
    id: number,
    inum: number,
    ucounts: Ucounts | null,
  ) {
    super(kernel, NS_PID, owner, id, inum, ucounts)
    this.parent = parent
    this.level = parent === null ? 0 : parent.level + 1
    this.pidMax = kernel.pidMax
    if (parent !== null) parent.passive++
  }

  override destroy(): void {
    super.destroy()
    this.parent?.put()
  }

  /** True if it is `other` or below it. */
  isWithin(other: PidNamespace): boolean {
    let at: PidNamespace = this
    while (at.level > other.level) at = at.parent!
    return at === other
  }

  /** The pid with this number, or null. */
  find(nr: number): Pid | null {
    if (nr <= 0 || nr > 0x3f_ffff) return null
    const pid = this.#pids.get(nr)
    return pid === null && nr < this.kernelThreads && nr > 1 ? this.kernel.makeKernelThread(nr) : pid
  }

  /** The pid with the lowest number above `nr`, or null. */
  nextAfter(nr: number): Pid | null {
    return this.#pids.nextAfter(nr)
  }

  /**
   * A new pid with a number here and in every namespace above; -EAGAIN without a free number, -ENOMEM when this
   * namespace's pid 1 has ended. It has no user yet.
   */
  allocPid(): Pid | number {
    const level = this.level
    if (level === 0) {
      const nr = this.#freeNumber()
      if (nr < 0) return nr
      const pid = new Pid(this, nr, null)
      this.#pids.set(nr, pid)
      this.allocated++
      return pid
    }
    const numbers = new Array<number>(level + 1).fill(0)
    let ns: PidNamespace = this
    for (let at = level; at >= 0; at--) {
      const nr = ns.#freeNumber()
      if (nr < 0) return nr
      numbers[at] = nr
      if (at > 0) ns = ns.parent!
    }
    if (this.dead) return -ENOMEM
    return this.#enter(numbers)
  }

  /** As {@link allocPid}, with the numbers that `wanted` has, this namespace's first; the checks of clone3's `set_tid`. */
  allocPidAs(cred: Cred, wanted: readonly number[]): Pid | number {
    if (wanted.length > this.level + 1) return -EINVAL
    const numbers = new Array<number>(this.level + 1).fill(0)
    let ns: PidNamespace = this
    for (let at = this.level; at >= 0; at--) {
      const nr = wanted[this.level - at] ?? 0
      if (this.level - at >= wanted.length) {
        const free = ns.#freeNumber()
        if (free < 0) return free
        numbers[at] = free
      } else {
        if (nr < 1 || nr >= ns.pidMax) return -EINVAL
        const noInit = nr !== 1 && ns.childReaper === null && !ns.dead
        if (noInit && !this.kernel.features.setTidCapabilityFirst) return -EINVAL
        if (!nsCapable(cred, ns.owner!, CAP_CHECKPOINT_RESTORE) && !nsCapable(cred, ns.owner!, CAP_SYS_ADMIN))
          return -EPERM
        if (noInit) return -EINVAL
        if (ns.find(nr) !== null) return -EEXIST
        numbers[at] = nr
      }
      if (at > 0) ns = ns.parent!
    }
    if (this.dead) return -ENOMEM
    return this.#enter(numbers)
  }

  /** @internal The pid of a kernel thread. */
  enterKernelThread(nr: number): Pid {
    return this.#enter([nr])
  }

  #enter(numbers: readonly number[]): Pid {
    const pid = new Pid(this, numbers[0]!, this.level === 0 ? null : numbers)
    let ns: PidNamespace = this
    for (let at = this.level; ; at--) {
      ns.#pids.set(numbers[at]!, pid)
      ns.allocated++
      if (at === 0) break
      ns = ns.parent!
    }
    if (this.level > 0) {
      this.passive++
      this.activate()
    }
    return pid
  }

  /** @internal The last user of `pid` is gone. */
  freePid(pid: Pid): void {
    let ns: PidNamespace = this
    for (let at = this.level; ; at--) {
      ns.#pids.delete(at === 0 ? pid.nr : pid.numbers![at]!)
      ns.allocated--
      if (ns.dead) zapMayFinish(ns.kernel, ns)
      if (at === 0) break
      ns = ns.parent!
    }
    pid.wakeWaiters()
    if (this.level > 0) {
      this.deactivate()
      if (pid.holds === 0) this.put()
    }
  }

  /** @internal A pid without users is not held any more. */
  pidForgotten(): void {
    if (this.level > 0) this.put()
  }

  #freeNumber(): number {
    let nr = this.nextPid
    const table = this.#pids
    if (nr < this.pidMax && table.get(nr) === null) {
      this.nextPid = nr + 1
      return nr
    }
    const start = nr
    for (; nr < this.pidMax; nr++) {
      if (table.get(nr) === null) {
        this.nextPid = nr + 1
        return nr
      }
    }
    for (nr = RESERVED_PIDS; nr < start; nr++) {
      if (table.get(nr) === null) {
        this.nextPid = nr + 1
        return nr
      }
    }
    return -EAGAIN
  }
}
