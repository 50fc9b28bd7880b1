import { EINVAL, ENOSPC } from '../uapi/errno.js'
import { cloneMount, copyTree, isMntNsFile } from './copy_tree.js'
import type { Dentry } from './dentry.js'
import { DetachedTree } from './detached_tree.js'
import type { Mount } from './mount.js'
import { enterOwner, graftTree } from './mount_attach.js'
import { isOurDetached, isOurs, placeAt } from './mount_place.js'
import { NS_MNT } from './ns_type.js'
import { NsInode } from './nsfs.js'
import type { Path } from './path.js'
import { PidfsInode } from './pidfs.js'
import type { Task } from './task.js'
import { umountTree } from './umount.js'

/** True for the file of a mount namespace that is not newer than the task's own: binding it could make a ring of namespaces. */
export function wouldLoop(task: Task, dentry: Dentry): boolean {
  return isMntNsFile(dentry) && (dentry.inode as NsInode).ns.id <= task.nsproxy!.mnt.id
}

/** True when something that the task may not take away is mounted below `dentry`. */
export function hasLockedChildren(mount: Mount, dentry: Dentry): boolean {
  if (mount.children === null) return false
  for (const child of mount.children.values()) {
    if (child.isLocked && child.mountpoint!.isBelow(dentry)) return true
  }
  return false
}

/** Mounts that the task may have copies of: its own, detached ones of its own, and the files of namespaces and processes. */
function mayCopy(task: Task, source: Path): boolean {
  const { inode } = source.dentry
  if (isOurs(task, source.mnt) || inode instanceof NsInode || inode instanceof PidfsInode) return true
  return isOurDetached(task, source.mnt)
}

/** A copy of what is at `source`, in no tree yet, as a peer or as a slave; or -errno. */
export function copyOf(task: Task, source: Path, recursive: boolean, slave = false): Mount | number {
  const { mnt, dentry } = source
  if (mnt.unbindable || !mayCopy(task, source)) return -EINVAL
  if (!recursive) return hasLockedChildren(mnt, dentry) ? -EINVAL : cloneMount(mnt, dentry, { slave })
  const made: Mount[] = []
  const copy = copyTree(mnt, dentry, { mntNsFiles: true, slave }, made)
  if (typeof copy === 'number' && made.length > 0) umountTree(made[0]!, { sync: true })
  return copy
}

/** Binds what is at `source`, with or without what is mounted below it, to `target`: 0 or -errno. */
export function bindMount(task: Task, source: Path, target: Path, recursive: boolean): number {
  if (wouldLoop(task, source.dentry)) return -EINVAL
  const place = placeAt(target)
  if (typeof place === 'number') return place
  if (!isOurs(task, place.parent)) return -EINVAL
  const { changes } = task.kernel.vfs
  const copy = copyOf(task, source, recursive)
  if (typeof copy === 'number') return changes.finish(copy)
  const result = graftTree(task, copy, place)
  if (result !== 0) umountTree(copy, { sync: true })
  return changes.finish(result)
}

/** An anonymous mount namespace for a tree that `task` detaches or makes; -ENOSPC over its limit. */
export function newDetachedTree(task: Task): DetachedTree | number {
  const owner = task.nsproxy!.mnt.owner!
  const ucounts = owner.ucountsOf(task.cred.euid)
  if (!ucounts.increment(NS_MNT)) return -ENOSPC
  return new DetachedTree(task.kernel, owner, ucounts)
}

/** Fills an anonymous mount namespace. */
export function fillDetachedTree(tree: DetachedTree, top: Mount): void {
  tree.root = top
  enterOwner(top.subtree(), tree)
}

/** A detached copy of what is at `source` (open_tree with OPEN_TREE_CLONE): its top, which the caller owns, or -errno. */
export function cloneDetached(task: Task, source: Path, recursive: boolean): Mount | number {
  const tree = newDetachedTree(task)
  if (typeof tree === 'number') return tree
  const { changes } = task.kernel.vfs
  const { ns } = source.mnt
  if (ns !== null) tree.origin = ns.isAnonymous ? ns.origin : ns.id
  const copy = copyOf(task, source, recursive)
  if (typeof copy === 'number') {
    tree.destroy()
    return changes.finish(copy)
  }
  fillDetachedTree(tree, copy)
  changes.end()
  return copy
}
