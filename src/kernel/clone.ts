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

/**
 * Makes a child of `parent`: the task, or -errno. The child's references are taken in the parent's context, and are
 * dropped in it when the clone fails late.
 */
export function copyProcess(parent: Task, args: CloneArgs): Task | number {
  const { kernel } = parent
  const { flags } = args
  const parentProxy = parent.nsproxy!
  if ((flags & (CLONE_NEWNS | CLONE_FS)) === (CLONE_NEWNS | CLONE_FS)) return -EINVAL
  if ((flags & (CLONE_NEWUSER | CLONE_FS)) === (CLONE_NEWUSER | CLONE_FS)) return -EINVAL
  if ((flags & CLONE_THREAD) !== 0 && (flags & CLONE_SIGHAND) === 0) return -EINVAL
  if ((flags & CLONE_SIGHAND) !== 0 && (flags & CLONE_VM) === 0) return -EINVAL
  if ((flags & CLONE_PARENT) !== 0 && (parent.group.unkillable || parent.group.leader.autoReap)) return -EINVAL
  const isThread = (flags & CLONE_THREAD) !== 0
  if (isThread) {
    if ((flags & (CLONE_NEWUSER | CLONE_NEWPID)) !== 0) return -EINVAL
    if (parent.pidNamespace !== parentProxy.pidForChildren) return -EINVAL
  }

  let cred = parent.cred
  if ((flags & CLONE_NEWUSER) !== 0) {
    const made = createUserNs(parent)
    if (typeof made === 'number') return made
    cred = made
  } else cred.userNs.passive++
  cred.userNs.activate()

  const files = (flags & CLONE_FILES) !== 0 ? parent.files!.get() : parent.files!.clone()
  const fs = (flags & CLONE_FS) !== 0 ? parent.fs!.get() : parent.fs!.clone()

  let nsproxy = parentProxy
  const sharesTime = (flags & CLONE_VM) !== 0 || parentProxy.timeForChildren === parentProxy.time
  if ((flags & NSPROXY_FLAGS) === 0 && sharesTime) nsproxy.refs++
  else {
    let made: NsProxy | number = -EPERM
    if ((flags & NSPROXY_FLAGS) === 0 || nsCapable(parent.cred, cred.userNs, CAP_SYS_ADMIN)) {
      const undoOfOldIpc = CLONE_NEWIPC | CLONE_SYSVSEM
      made = (flags & undoOfOldIpc) === undoOfOldIpc ? -EINVAL : createNewNamespaces(parent, flags, cred.userNs, fs)
    }
    if (typeof made === 'number') {
      abandon(parent, null, fs, files, cred)
      return made
    }
    nsproxy = (flags & CLONE_VM) === 0 ? made.onFork() : made
    nsproxy.activate()
  }

  const pid =
    args.setTid === null
      ? nsproxy.pidForChildren.allocPid()
      : nsproxy.pidForChildren.allocPidAs(parent.cred, args.setTid)
  if (typeof pid === 'number') {
    abandon(parent, nsproxy, fs, files, cred)
    return pid
  }
  const onPid = args.onPid
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

  const parentGroup = parent.group
  const sibling = (flags & (CLONE_PARENT | CLONE_THREAD)) !== 0
  const exitSignal = isThread ? -1 : sibling ? parentGroup.leader.exitSignal : args.exitSignal
  const noNewPrivs = parent.noNewPrivs || args.noNewPrivs
  const child = new Task(kernel, pid, null, exitSignal, cred, nsproxy, files, fs, mm, sighand, parent.comm, noNewPrivs)
  pid.task = child
  if (isThread) {
    child.group = parentGroup
    child.parent = parent.parent
    parentGroup.threads.push(child)
    parentGroup.live++
    pid.users = 1
  } else {
    const { pgrp, session } = parentGroup
    const group = new ThreadGroup(
      child,
      pid,
      pgrp,
      session,
      parentGroup.hasChildSubreaper || parentGroup.childSubreaper,
      { nofile: parentGroup.rlimits.nofile, nofileMax: parentGroup.rlimits.nofileMax },
    )
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
    const realParent = sibling ? parent.parent : parent
    if (realParent !== null) realParent.addChild(child)
  }
  kernel.lastChild = child
  return child
}
