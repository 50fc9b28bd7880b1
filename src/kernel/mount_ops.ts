import { FAN_MNT_ATTACH } from '../uapi/constants/fanotify.js'
import { EBUSY, EINVAL, ENOENT, ENOSPC, ENOSYS, ENOTDIR, EPERM } from '../uapi/errno.js'
import { CAP_SYS_ADMIN } from './capability.js'
import { nsCapable } from './cred.js'
import { notifyMnt } from './fanotify/fanotify.js'
import type { Mount } from './mount.js'
import { umountTree } from './mount_tree.js'
import { NS_MNT } from './ns_type.js'
import { NsInode } from './nsfs.js'
import type { Path } from './path.js'
import type { Task } from './task.js'

/** The kinds of propagation that a mount can be given. */
export type Propagation = 'private' | 'shared' | 'slave' | 'unbindable'

/** True when the task may change its mount namespace. */
export function mayMount(task: Task): boolean {
  return nsCapable(task.cred, task.nsproxy!.mnt.owner!, CAP_SYS_ADMIN)
}

/** True when the place is the root of a mount. */
export function isMountRoot(path: Path): boolean {
  return path.dentry === path.mnt.root
}

function isOurs(task: Task, mount: Mount): boolean {
  return mount.ns === task.nsproxy!.mnt
}

/** The file of a mount namespace that is not newer than the task's own: binding it could make a ring of namespaces. */
function wouldLoop(task: Task, path: Path): boolean {
  const { inode } = path.dentry
  return inode instanceof NsInode && inode.ns.type === NS_MNT && inode.ns.id <= task.nsproxy!.mnt.id
}

/** Binds the mount at `source` (without what is mounted below it) to `target`: 0 or -errno. */
export function bindMount(task: Task, source: Path, target: Path, recursive: boolean): number {
  const old = source.mnt
  if (wouldLoop(task, source)) return -EINVAL
  if (!target.dentry.hashed && !target.dentry.isRoot && !(target.dentry.inode instanceof NsInode)) return -ENOENT
  if (old.unbindable) return -EINVAL
  if (!isOurs(task, old) && !(source.dentry.inode instanceof NsInode)) return -EINVAL
  if (!isOurs(task, target.mnt)) return -EINVAL
  if (recursive && old.children !== null) return -ENOSYS
  if (old.children !== null) {
    for (const child of old.children.values()) {
      if (child.isLocked && child.mountpoint!.isBelow(source.dentry)) return -EINVAL
    }
  }
  if (old.sb.internal) return -EINVAL
  if (source.dentry.inode.isDir !== target.dentry.inode.isDir) return -ENOTDIR
  // Propagation to peers is not modelled.
  if (target.mnt.peerGroup !== 0 || old.peerGroup !== 0) return -ENOSYS
  const ns = target.mnt.ns!
  if (ns.mounts.length >= task.kernel.vfs.mountMax) return -ENOSPC
  const mount = old.clone(source.dentry)
  attachMount(mount, target)
  return 0
}

/** Puts a new mount on `target` and tells who watches. */
export function attachMount(mount: Mount, target: Path): void {
  const ns = target.mnt.ns!
  mount.attach(target.mnt, target.dentry)
  ns.add(mount)
  if (ns.marks !== null) notifyMnt(ns.marks, FAN_MNT_ATTACH, mount.idUnique)
}

/** Gives the mount at `path`, and those below it, a propagation: 0 or -errno. */
export function changePropagation(task: Task, path: Path, kind: Propagation, recursive: boolean): number {
  if (!isMountRoot(path)) return -EINVAL
  if (!mayMount(task)) return -EPERM
  if (!isOurs(task, path.mnt)) return -EINVAL
  const mounts = recursive ? [...path.mnt.tree()] : [path.mnt]
  for (const mount of mounts) {
    const isPlain = mount.peerGroup === 0 && mount.masterGroup === 0
    if (kind === 'shared' || !isPlain) return -ENOSYS
  }
  for (const mount of mounts) mount.unbindable = kind === 'unbindable'
  return 0
}

/** Takes off the mount at `path`: 0 or -errno. `lazy` also takes off what is mounted below it, and does not mind users. */
export function umount(task: Task, path: Path, lazy: boolean): number {
  const { mnt } = path
  if (!mayMount(task)) return -EPERM
  if (!isMountRoot(path) || !isOurs(task, mnt) || mnt.isLocked) return -EINVAL
  if (mnt.parent === null) return -EINVAL
  if (mnt.peerGroup !== 0 || mnt.parent.peerGroup !== 0) return -ENOSYS
  if (!lazy) {
    if (mnt === task.fs!.root.mnt) return -EBUSY
    if (mnt.refs > 1 || (mnt.children !== null && mnt.children.size > 0)) return -EBUSY
  }
  umountTree(mnt)
  return 0
}
