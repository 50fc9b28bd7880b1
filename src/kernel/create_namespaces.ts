import {
  CLONE_NEWCGROUP,
  CLONE_NEWIPC,
  CLONE_NEWNET,
  CLONE_NEWNS,
  CLONE_NEWPID,
  CLONE_NEWTIME,
  CLONE_NEWUTS,
} from '../uapi/constants/sched.js'
import { EINVAL, ENOSPC, EPERM } from '../uapi/errno.js'
import { CAP_SETFCAP } from './capability.js'
import { type Cred, nsCapable } from './cred.js'
import type { FsStruct } from './fs_struct.js'
import { IpcNamespace } from './ipc_namespace.js'
import type { Kernel } from './kernel.js'
import { MntNamespace } from './mnt_namespace.js'
import { Namespace } from './namespace.js'
import { NS_CGROUP, NS_IPC, NS_MNT, NS_NET, NS_PID, NS_TIME, NS_USER, NS_UTS } from './ns_type.js'
import { NsProxy } from './nsproxy.js'
import { PidNamespace } from './pid_namespace.js'
import type { Task } from './task.js'
import { MAX_NS_LEVEL, UserNamespace } from './user_namespace.js'

/** The CLONE_NEW* bits that a nsproxy holds: all but the user namespace. */
export const NSPROXY_FLAGS: number =
  CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWCGROUP | CLONE_NEWNET | CLONE_NEWTIME

/** True if the task's root is not that of its mount namespace. */
function isChrooted(task: Task): boolean {
  const { root } = task.fs!
  const top = task.nsproxy!.mnt.rootPath()
  return root.mnt !== top.mnt || root.dentry !== top.dentry
}

/**
 * A user namespace below the caller's, and the caller's credentials in it; or -ENOSPC over a limit or too deep, -EPERM
 * for a caller in a chroot or whose ids have no number in its own namespace. The object's first passive reference
 * belongs to the caller of this function.
 */
export function createUserNs(current: Task): Cred | number {
  const { kernel, cred } = current
  const parent = cred.userNs
  if (parent.level > MAX_NS_LEVEL) return -ENOSPC
  const ucounts = parent.ucountsOf(cred.euid)
  if (!ucounts.increment(NS_USER)) return -ENOSPC
  if (isChrooted(current) || !parent.hasUid(cred.euid) || !parent.hasGid(cred.egid)) {
    ucounts.decrement(NS_USER)
    return -EPERM
  }
  const inum = kernel.nsInodeNumbers.take()
  const ns = new UserNamespace(kernel, parent, cred.euid, cred.egid, kernel.nextNsId++, inum, ucounts)
  ns.parentCouldSetfcap = nsCapable(cred, parent, CAP_SETFCAP)
  return cred.inUserNs(ns)
}

/** A namespace without state of its own, or -ENOSPC. */
function createSimple(kernel: Kernel, type: number, owner: UserNamespace, euid: number): Namespace | number {
  const ucounts = owner.ucountsOf(euid)
  if (!ucounts.increment(type)) return -ENOSPC
  return new Namespace(kernel, type, owner, kernel.nextNsId++, kernel.nsInodeNumbers.take(), ucounts)
}

function createIpcNs(kernel: Kernel, owner: UserNamespace, euid: number): IpcNamespace | number {
  const ucounts = owner.ucountsOf(euid)
  if (!ucounts.increment(NS_IPC)) return -ENOSPC
  return new IpcNamespace(kernel, owner, kernel.nextNsId++, kernel.nsInodeNumbers.take(), ucounts)
}

function createMntNs(
  kernel: Kernel,
  from: MntNamespace,
  owner: UserNamespace,
  euid: number,
  fs: FsStruct,
): MntNamespace | number {
  const ucounts = owner.ucountsOf(euid)
  if (!ucounts.increment(NS_MNT)) return -ENOSPC
  const ns = new MntNamespace(kernel, owner, kernel.nextNsId++, kernel.nsInodeNumbers.take(), ucounts)
  ns.copyTree(from, fs)
  return ns
}

function createPidNs(current: Task, from: PidNamespace, owner: UserNamespace, euid: number): PidNamespace | number {
  const { kernel } = current
  if (current.pidNamespace !== from) return -EINVAL
  if (!owner.isWithin(from.owner!)) return -EINVAL
  if (from.level + 1 > MAX_NS_LEVEL) return -ENOSPC
  const ucounts = owner.ucountsOf(euid)
  if (!ucounts.increment(NS_PID)) return -ENOSPC
  return new PidNamespace(kernel, from, owner, kernel.nextNsId++, kernel.nsInodeNumbers.take(), ucounts)
}

/**
 * A set of namespaces for `current` or its child: new ones, owned by `owner`, where `flags` has their bit, else those of
 * `current`. `fs` is whose root and working directory move into a new mount namespace. Nothing is active yet.
 * On an errno what was made before it is gone again, but for the ids it took.
 */
export function createNewNamespaces(
  current: Task,
  flags: number,
  owner: UserNamespace,
  fs: FsStruct,
): NsProxy | number {
  const { kernel } = current
  const old = current.nsproxy!
  const { euid } = current.cred
  let { mnt, uts, ipc, pidForChildren, cgroup, net, timeForChildren } = old
  let failed = 0

  if ((flags & CLONE_NEWNS) !== 0) {
    const made = createMntNs(kernel, mnt, owner, euid, fs)
    if (typeof made === 'number') failed = made
    else mnt = made
  }
  if ((flags & CLONE_NEWUTS) !== 0 && failed === 0) {
    const made = createSimple(kernel, NS_UTS, owner, euid)
    if (typeof made === 'number') failed = made
    else uts = made
  }
  if ((flags & CLONE_NEWIPC) !== 0 && failed === 0) {
    const made = createIpcNs(kernel, owner, euid)
    if (typeof made === 'number') failed = made
    else ipc = made
  }
  if ((flags & CLONE_NEWPID) !== 0 && failed === 0) {
    const made = createPidNs(current, pidForChildren, owner, euid)
    if (typeof made === 'number') failed = made
    else pidForChildren = made
  }
  if ((flags & CLONE_NEWCGROUP) !== 0 && failed === 0) {
    const made = createSimple(kernel, NS_CGROUP, owner, euid)
    if (typeof made === 'number') failed = made
    else cgroup = made
  }
  if ((flags & CLONE_NEWNET) !== 0 && failed === 0) {
    const made = createSimple(kernel, NS_NET, owner, euid)
    if (typeof made === 'number') failed = made
    else net = made
  }
  if ((flags & CLONE_NEWTIME) !== 0 && failed === 0) {
    const made = createSimple(kernel, NS_TIME, owner, euid)
    if (typeof made === 'number') failed = made
    else timeForChildren = made
  }

  const made =
    failed === 0 ? new NsProxy(mnt, uts, ipc, pidForChildren, cgroup, net, old.time, timeForChildren) : failed
  // Whatever is new gives up the reference it was born with: the set has its own, and without a set it ends here.
  if (mnt !== old.mnt) mnt.put()
  if (uts !== old.uts) uts.put()
  if (ipc !== old.ipc) ipc.put()
  if (pidForChildren !== old.pidForChildren) pidForChildren.put()
  if (cgroup !== old.cgroup) cgroup.put()
  if (net !== old.net) net.put()
  if (timeForChildren !== old.timeForChildren) timeForChildren.put()
  return made
}
