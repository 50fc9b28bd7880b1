import { EINVAL, ENOENT, ENOSPC, ENOTDIR } from '../uapi/errno.js'
import { lockTree } from './copy_tree.js'
import type { DetachedTree } from './detached_tree.js'
import { MNT_LOCKED, type Mount } from './mount.js'
import type { MountOwner } from './mount_owner.js'
import { isUnlinked, type MountPlace } from './mount_place.js'
import { leavePeers, makeShared } from './peer_group.js'
import { NamespaceRoom, type Spread, spreadTree } from './propagation.js'
import type { Task } from './task.js'
import { umountTree } from './umount.js'

/** Puts all mounts of a tree into `owner`. */
export function enterOwner(tree: readonly Mount[], owner: MountOwner): void {
  const { changes } = tree[0]!.kernel.vfs
  for (const mount of tree) {
    if (mount.ns !== null) mount.ns.mounts.remove(mount)
    mount.ns = owner
    owner.mounts.add(mount)
    changes.touch(mount)
  }
  owner.touch()
}

/** Gives all mounts of a tree peer groups; gives back those that got one. */
function shareAll(tree: readonly Mount[]): Mount[] {
  const changed = tree.filter((mount) => !mount.isShared)
  for (const mount of changed) makeShared(mount)
  return changed
}

/**
 * Mounts the tree `source`, which is new, detached, or mounted elsewhere and then moves, at `place` and, where that mount is
 * shared, for all that receive from it (`attach_recursive_mnt`). What was mounted in the very same place comes to lie over it.
 *
 * @returns 0; -ENOENT for a tree whose root directory is gone, -ENOSPC when a mount namespace would be too full, or what
 *   copying says; nothing has happened then
 */
export function attachTree(task: Task, source: Mount, place: MountPlace): number {
  const { parent, mountpoint } = place
  const { changes, mountMax } = task.kernel.vfs
  const userNs = task.nsproxy!.mnt.owner
  const moves = source.parent !== null
  const tree = source.subtree()
  // Something may come to lie over it, which a directory that is gone does not allow.
  if (isUnlinked(source.topmost.root)) return -ENOENT
  const room = new NamespaceRoom(mountMax)
  if (!moves && !room.take(parent.ns!, tree.length)) return -ENOSPC

  let copies: readonly Mount[] = []
  if (parent.isShared) {
    const newlyShared = shareAll(tree)
    const spread: Spread = spreadTree(parent, mountpoint, source, newlyShared, room)
    copies = spread.copies
    if (spread.error !== 0) {
      for (const copy of copies) umountTree(copy, { sync: true })
      for (const mount of newlyShared) leavePeers(mount)
      return spread.error
    }
  }
  const emptied = moves ? null : source.ns
  if (moves) {
    source.detach()
    changes.touch(source)
  }
  source.aimAt(parent, mountpoint)
  for (const top of [source, ...copies.toReversed()]) {
    const { ns } = top.parent!
    if (ns!.owner !== userNs) lockTree(top)
    const covered = top.parent!.childAt(top.mountpoint!)
    if (top.ns !== ns) enterOwner(top === source ? tree : top.subtree(), ns!)
    else ns!.touch()
    if (covered === null) top.show()
    else {
      const { topmost } = top
      if (task.kernel.features.movesBeneathLocked) passLock(covered, top)
      covered.detach()
      top.show()
      covered.attach(topmost, topmost.root)
    }
  }
  if (emptied?.isAnonymous) (emptied as DetachedTree).destroy()
  return 0
}

/** What a locked mount hides is from now on for the one beneath it to hide. */
function passLock(covered: Mount, beneath: Mount): void {
  if (!covered.isLocked) return
  covered.flags &= ~MNT_LOCKED
  beneath.flags |= MNT_LOCKED
}

/** Mounts a tree that is not mounted: 0; -EINVAL for a filesystem that user space may not have, -ENOTDIR for a file on a directory. */
export function graftTree(task: Task, source: Mount, place: MountPlace): number {
  if (source.sb.internal) return -EINVAL
  if (source.root.inode.isDir !== place.mountpoint.inode.isDir) return -ENOTDIR
  return attachTree(task, source, place)
}
