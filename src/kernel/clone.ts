import {
  CLONE_FILES,
  CLONE_FS,
  CLONE_NEWIPC,
  CLONE_NEWNS,
  CLONE_NEWPID,
  CLONE_NEWUSER,
  CLONE_PARENT,
  CLONE_SIGHAND,
  CLONE_SYSVSEM,
  CLONE_THREAD,
  CLONE_VM,
} from '../uapi/constants/sched.js'
import { EINVAL, EPERM } from '../uapi/errno.js'
import { CAP_SYS_ADMIN } from './capability.js'
import { createNewNamespaces, createUserNs, NSPROXY_FLAGS } from './create_namespaces.js'
import { type Cred, nsCapable } from './cred.js'
import type { FdTable } from './fdtable.js'
import type { FsStruct } from './fs_struct.js'
import type { NsProxy } from './nsproxy.js'
import type { Pid } from './pid.js'
import { Mm, Sighand, Task } from './task.js'
import { ThreadGroup } from './thread_group.js'

/** What a child is to share with its parent and to have anew. */
export interface CloneArgs {
  /** CLONE_* bits below 32 bits, as a signed int; without the exit signal that the old clone has in its low byte. */
  readonly flags: number
  /** Signal to the parent when the child ends; 0 for none. */
  readonly exitSignal: number
  /** Numbers to have instead of the next free ones, innermost pid namespace first; null for none. */
  readonly setTid: readonly number[] | null
  /** CLONE_NNP: the child has no_new_privs. */
  readonly noNewPrivs: boolean
  /** Called when the child has its pid and before anybody can see it; a negative errno ends the clone. */
  readonly onPid: ((pid: Pid) => number) | null
}

/** The arguments of fork(). */
export const FORK_ARGS: CloneArgs = { flags: 0, exitSignal: 17, setTid: null, noNewPrivs: false, onPid: null }

/** Drops what a child that is not to be got from its parent, in the kernel's order. */
function abandon(parent: Task, nsproxy: NsProxy | null, fs: FsStruct | null, files: FdTable | null, cred: Cred): void {
  nsproxy?.put()
  fs?.put()
  files?.put(parent)
  cred.userNs.deactivate()
  cred.userNs.put()
}

/** Flags that exclude each other, or that this parent may not ask for. */
function areFlagsWrong(parent: Task, flags: number): boolean {
  if ((flags & (CLONE_NEWNS | CLONE_FS)) === (CLONE_NEWNS | CLONE_FS)) return true
  if ((flags & (CLONE_NEWUSER | CLONE_FS)) === (CLONE_NEWUSER | CLONE_FS)) return true
  if ((flags & CLONE_THREAD) !== 0 && (flags & CLONE_SIGHAND) === 0) return true
  if ((flags & CLONE_SIGHAND) !== 0 && (flags & CLONE_VM) === 0) return true
  if ((flags & CLONE_PARENT) !== 0 && (parent.group.unkillable || parent.group.leader.autoReap)) return true
  if ((flags & CLONE_THREAD) === 0) return false
  return (flags & (CLONE_NEWUSER | CLONE_NEWPID)) !== 0 || parent.pidNamespace !== parent.nsproxy!.pidForChildren
}

/** The namespaces of the child, with a reference for it; -errno. */
function childNamespaces(parent: Task, flags: number, cred: Cred, fs: FsStruct): NsProxy | number {
  const parentProxy = parent.nsproxy!
  const sharesTime = (flags & CLONE_VM) !== 0 || parentProxy.timeForChildren === parentProxy.time
  if ((flags & NSPROXY_FLAGS) === 0 && sharesTime) {
    parentProxy.refs++
    return parentProxy
  }
  if ((flags & NSPROXY_FLAGS) !== 0 && !nsCapable(parent.cred, cred.userNs, CAP_SYS_ADMIN)) return -EPERM
  const undoOfOldIpc = CLONE_NEWIPC | CLONE_SYSVSEM
  if ((flags & undoOfOldIpc) === undoOfOldIpc) return -EINVAL
  const made = createNewNamespaces(parent, flags, cred.userNs, fs)
  if (typeof made === 'number') return made
  const nsproxy = (flags & CLONE_VM) === 0 ? made.onFork() : made
  nsproxy.activate()
  return nsproxy
}

/** Makes the child a thread of its parent's process. */
function joinGroup(parent: Task, child: Task): void {
  const { group } = parent
  child.group = group
  child.parent = parent.parent
  group.threads.push(child)
  group.live++
  child.pid.users = 1
}

/** Makes the child a process of its own, the reaper of its pid namespace if that has none yet. */
function leadGroup(parent: Task, child: Task, realParent: Task | null): void {
  const { pid } = child
  const { pgrp, session, rlimits, hasChildSubreaper, childSubreaper } = parent.group
  const { nofile, nofileMax } = rlimits
  const group = new ThreadGroup(child, pid, pgrp, session, hasChildSubreaper || childSubreaper, { nofile, nofileMax })
  child.group = group
  pid.group = group
  pid.users = 2
  pgrp.users++
  session.users++
  const ns = pid.ns
  if (ns.childReaper === null) {
    ns.childReaper = child
    group.unkillable = true
  }
  if (realParent !== null) realParent.addChild(child)
}

/**
 * Makes a child of `parent`: the task, or -errno. The child's references are taken in the parent's context, and are
 * dropped in it when the clone fails late.
 */
export function copyProcess(parent: Task, args: CloneArgs): Task | number {
  const { kernel } = parent
  const { flags, setTid, onPid } = args
  if (areFlagsWrong(parent, flags)) return -EINVAL

  let cred = parent.cred
  if ((flags & CLONE_NEWUSER) !== 0) {
    const made = createUserNs(parent)
    if (typeof made === 'number') return made
    cred = made
  } else cred.userNs.passive++
  cred.userNs.activate()

  const files = (flags & CLONE_FILES) !== 0 ? parent.files!.get() : parent.files!.clone()
  const fs = (flags & CLONE_FS) !== 0 ? parent.fs!.get() : parent.fs!.clone()

  const nsproxy = childNamespaces(parent, flags, cred, fs)
  if (typeof nsproxy === 'number') {
    abandon(parent, null, fs, files, cred)
    return nsproxy
  }

  const { pidForChildren } = nsproxy
  const pid = setTid === null ? pidForChildren.allocPid() : pidForChildren.allocPidAs(parent.cred, setTid)
  if (typeof pid === 'number') {
    abandon(parent, nsproxy, fs, files, cred)
    return pid
  }
  if (onPid !== null) {
    const failed = onPid(pid)
    if (failed < 0) {
      pid.users = 1
      pid.detach()
      abandon(parent, nsproxy, fs, files, cred)
      return failed
    }
  }

  const parentMm = parent.mm!
  let mm: Mm
  if ((flags & CLONE_VM) !== 0) {
    mm = parentMm
    mm.users++
  } else mm = new Mm(parentMm.dumpable, parentMm.userNs)
  let sighand: Sighand
  if ((flags & CLONE_SIGHAND) !== 0) {
    sighand = parent.sighand
    sighand.refs++
  } else sighand = new Sighand(parent.sighand.ignored)

  const isThread = (flags & CLONE_THREAD) !== 0
  const isSibling = (flags & (CLONE_PARENT | CLONE_THREAD)) !== 0
  const exitSignal = isThread ? -1 : isSibling ? parent.group.leader.exitSignal : args.exitSignal
  const noNewPrivs = parent.noNewPrivs || args.noNewPrivs
  const child = new Task(kernel, pid, null, exitSignal, cred, nsproxy, files, fs, mm, sighand, parent.comm, noNewPrivs)
  pid.task = child
  if (isThread) joinGroup(parent, child)
  else leadGroup(parent, child, isSibling ? parent.parent : parent)
  kernel.lastChild = child
  return child
}
