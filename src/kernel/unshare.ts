import {
  CLONE_FILES,
  CLONE_FS,
  CLONE_NEWCGROUP,
  CLONE_NEWIPC,
  CLONE_NEWNET,
  CLONE_NEWNS,
  CLONE_NEWPID,
  CLONE_NEWTIME,
  CLONE_NEWUSER,
  CLONE_NEWUTS,
  CLONE_SIGHAND,
  CLONE_SYSVSEM,
  CLONE_THREAD,
  CLONE_VM,
} from '../uapi/constants/sched.js'
import { EINVAL, ENOSYS, EPERM } from '../uapi/errno.js'
import { CAP_SYS_ADMIN } from './capability.js'
import { commitCreds } from './commit_creds.js'
import { createNewNamespaces, createUserNs, NSPROXY_FLAGS } from './create_namespaces.js'
import { type Cred, nsCapable } from './cred.js'
import type { FsStruct } from './fs_struct.js'
import type { NsProxy } from './nsproxy.js'
import type { Task } from './task.js'

/** What unshare takes. */
const UNSHARE_FLAGS =
  CLONE_THREAD |
  CLONE_FS |
  CLONE_NEWNS |
  CLONE_SIGHAND |
  CLONE_VM |
  CLONE_FILES |
  CLONE_SYSVSEM |
  CLONE_NEWUTS |
  CLONE_NEWIPC |
  CLONE_NEWNET |
  CLONE_NEWUSER |
  CLONE_NEWPID |
  CLONE_NEWCGROUP |
  CLONE_NEWTIME

/** UNSHARE_EMPTY_MNTNS: a mount namespace with nothing but an empty root. Not modelled. */
const EMPTY_MNTNS = 0x10_0000
const CLONE3_EMPTY_MNTNS = 0x20

/** Puts `next` in place of the task's set: all of the new one becomes active before the old one is let go. */
export function switchNamespaces(task: Task, next: NsProxy): void {
  next.activate()
  const old = task.nsproxy!
  task.nsproxy = next
  old.put()
}

/** Gives the caller copies of what it shares, and new namespaces: 0 or -errno. */
export function unshare(task: Task, wanted: number): number {
  let flags = wanted
  if ((flags & ~(UNSHARE_FLAGS | EMPTY_MNTNS)) !== 0) return -EINVAL
  if ((flags & EMPTY_MNTNS) !== 0 && (task.kernel.features.clone3HighFlags & CLONE3_EMPTY_MNTNS) !== 0) return -ENOSYS
  if ((flags & CLONE_NEWUSER) !== 0) flags |= CLONE_THREAD | CLONE_FS
  if ((flags & CLONE_VM) !== 0) flags |= CLONE_SIGHAND
  if ((flags & CLONE_SIGHAND) !== 0) flags |= CLONE_THREAD
  if ((flags & CLONE_NEWNS) !== 0) flags |= CLONE_FS
  if ((flags & ~UNSHARE_FLAGS) !== 0) return -EINVAL
  if ((flags & (CLONE_THREAD | CLONE_SIGHAND | CLONE_VM)) !== 0 && task.group.threads.length > 1) return -EINVAL
  if ((flags & (CLONE_SIGHAND | CLONE_VM)) !== 0 && task.sighand.refs > 1) return -EINVAL
  if ((flags & CLONE_VM) !== 0 && task.mm!.users > 1) return -EINVAL

  const fs = task.fs!
  let newFs: FsStruct | null = null
  if ((flags & CLONE_FS) !== 0) {
    const copies = fs.refs > 1 || ((flags & CLONE_NEWNS) !== 0 && !task.kernel.features.failedUnshareKeepsRoot)
    if (copies) newFs = fs.clone()
  }
  let cred: Cred | null = null
  if ((flags & CLONE_NEWUSER) !== 0) {
    const made = createUserNs(task)
    if (typeof made === 'number') {
      newFs?.put()
      return made
    }
    cred = made
  }
  if ((flags & NSPROXY_FLAGS) !== 0) {
    const owner = cred === null ? task.cred.userNs : cred.userNs
    const made = nsCapable(task.cred, owner, CAP_SYS_ADMIN)
      ? createNewNamespaces(task, flags, owner, newFs ?? fs)
      : -EPERM
    if (typeof made === 'number') {
      cred?.userNs.put()
      newFs?.put()
      return made
    }
    switchNamespaces(task, made)
  }
  if (newFs !== null) {
    task.fs = newFs
    fs.put()
  }
  const files = task.files!
  if ((flags & CLONE_FILES) !== 0 && files.refs > 1) {
    task.files = files.clone()
    files.put(task)
  }
  if (cred !== null) {
    commitCreds(task, cred)
    cred.userNs.put()
  }
  return 0
}
