import type { MntNamespace } from './mnt_namespace.js'
import type { Namespace } from './namespace.js'
import type { PidNamespace } from './pid_namespace.js'

/**
 * The namespaces of a task that are not in its credentials or its pid: shared by tasks until one of them changes its
 * set. It holds a passive reference on each of the eight from its making, and an active one while tasks use it.
 */
export class NsProxy {
  readonly mnt: MntNamespace
  readonly uts: Namespace
  readonly ipc: Namespace
  readonly pidForChildren: PidNamespace
  readonly cgroup: Namespace
  readonly net: Namespace
  time: Namespace
  readonly timeForChildren: Namespace
  refs = 1

  /** Takes passive references of its own. */
  constructor(
    mnt: MntNamespace,
    uts: Namespace,
    ipc: Namespace,
    pidForChildren: PidNamespace,
    cgroup: Namespace,
    net: Namespace,
    time: Namespace,
    timeForChildren: Namespace,
  ) {
    this.mnt = mnt
    this.uts = uts
    this.ipc = ipc
    this.pidForChildren = pidForChildren
    this.cgroup = cgroup
    this.net = net
    this.time = time
    this.timeForChildren = timeForChildren
    mnt.passive++
    uts.passive++
    ipc.passive++
    pidForChildren.passive++
    cgroup.passive++
    net.passive++
    time.passive++
    timeForChildren.passive++
  }

  /** Raises the active count of all eight, in the kernel's order. */
  activate(): void {
    this.mnt.activate()
    this.uts.activate()
    this.ipc.activate()
    this.pidForChildren.activate()
    this.cgroup.activate()
    this.net.activate()
    this.time.activate()
    this.timeForChildren.activate()
  }

  /** The child of a fork lives in the time namespace that its parent set for its children. */
  onFork(): this {
    const { time, timeForChildren } = this
    if (time !== timeForChildren) {
      timeForChildren.passive++
      this.time = timeForChildren
      time.put()
    }
    return this
  }

  #deactivate(): void {
    this.mnt.deactivate()
    this.uts.deactivate()
    this.ipc.deactivate()
    this.pidForChildren.deactivate()
    this.cgroup.deactivate()
    this.net.deactivate()
    this.time.deactivate()
    this.timeForChildren.deactivate()
  }

  /** A task stops using it; the last one drops its active references and then the set. */
  put(): void {
    if (--this.refs !== 0) return
    this.#deactivate()
    this.free()
  }

  /** Drops the passive references of a set that no task uses. */
  free(): void {
    this.mnt.put()
    this.uts.put()
    this.ipc.put()
    this.pidForChildren.put()
    this.time.put()
    this.timeForChildren.put()
    this.cgroup.put()
    this.net.put()
  }
}
