import { EINVAL, EPERM } from '../uapi/errno.js'
import type { Dentry } from './dentry.js'
import {
  MNT_LOCK_ATIME,
  MNT_LOCK_NODEV,
  MNT_LOCK_NOEXEC,
  MNT_LOCK_NOSUID,
  MNT_LOCK_READONLY,
  MNT_LOCKED,
  MNT_NODEV,
  MNT_NOEXEC,
  MNT_NOSUID,
  MNT_READONLY,
  type Mount,
} from './mount.js'
import { NS_MNT } from './ns_type.js'
import { NsInode } from './nsfs.js'
import { enslaveAfter, enslaveFirst, joinPeers, makeShared } from './peer_group.js'

/** What becomes of copies, beside being the same filesystem. */
export interface CopyKind {
  /** Receives from the original instead of being its peer. */
  readonly slave?: boolean
  /** Is in a peer group in any case. */
  readonly shared?: boolean
  /** Unbindable mounts are copied too. */
  readonly unbindable?: boolean
  /** Bind mounts of mount namespaces are copied too. */
  readonly mntNsFiles?: boolean
}

/** True for the file of a mount namespace: bound somewhere, it could close a ring of namespaces that hold each other. */
export function isMntNsFile(dentry: Dentry): boolean {
  const { inode } = dentry
  return inode instanceof NsInode && inode.ns.type === NS_MNT
}

/** Another mount of the same filesystem with `root` on top, with ids of its own and in no tree yet; never an unbindable one (`clone_mnt`). */
export function cloneMount(original: Mount, root: Dentry, kind: CopyKind): Mount {
  const { kernel } = original
  const copy = kernel.vfs.newMount(original.sb, root, original.source, original.flags & ~MNT_LOCKED)
  copy.idmap = original.idmap
  if (kind.slave !== true && original.groupId !== 0) joinPeers(copy, original)
  else if (kind.shared === true) makeShared(copy)
  if (kind.slave === true && original.groupId !== 0) enslaveFirst(copy, original)
  else if (original.master !== null) enslaveAfter(copy, original)
  return copy
}

/**
 * Copies `original` with `root` on top and the mounts below that (`copy_tree`): the copy's top, or -EINVAL for a top that may
 * not be copied, -EPERM where leaving out an unbindable mount would show what it hides. `copied` collects the mounts made,
 * also those of a copy that failed.
 */
export function copyTree(original: Mount, root: Dentry, kind: CopyKind, copied: Mount[]): Mount | number {
  if (kind.unbindable !== true && original.unbindable) return -EINVAL
  if (kind.mntNsFiles !== true && isMntNsFile(root)) return -EINVAL
  const top = cloneMount(original, root, kind)
  copied.push(top)
  const pending: { from: Mount; parent: Mount }[] = []
  const follow = (from: Mount, parent: Mount, under: Dentry | null): void => {
    if (from.children === null) return
    const at = pending.length
    for (const child of from.children.values()) {
      if (under === null || child.mountpoint!.isBelow(under)) pending.push({ from: child, parent })
    }
    // The first to come is the first to be taken off the stack.
    for (let low = at, high = pending.length - 1; low < high; low++, high--) {
      const first = pending[low]!
      pending[low] = pending[high]!
      pending[high] = first
    }
  }
  follow(original, top, root)
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { from, parent } = next
    if (kind.unbindable !== true && from.unbindable) {
      if (from.isLocked) return -EPERM
      continue
    }
    if (kind.mntNsFiles !== true && isMntNsFile(from.root)) continue
    const copy = cloneMount(from, from.root, kind)
    copied.push(copy)
    copy.flags |= from.flags & MNT_LOCKED
    copy.attach(parent, from.mountpoint!)
    follow(from, copy, null)
  }
  return top
}

/** What a less privileged namespace may not take off again, by the flag that it locks. */
const LOCKS: readonly (readonly [flag: number, lock: number])[] = [
  [MNT_READONLY, MNT_LOCK_READONLY],
  [MNT_NODEV, MNT_LOCK_NODEV],
  [MNT_NOSUID, MNT_LOCK_NOSUID],
  [MNT_NOEXEC, MNT_LOCK_NOEXEC],
]

/** A tree comes to a less privileged mount namespace: its mounts keep their options, and all but the top their places. */
export function lockTree(top: Mount): void {
  for (const mount of top.subtree()) {
    mount.flags |= MNT_LOCK_ATIME
    for (const [flag, lock] of LOCKS) if ((mount.flags & flag) !== 0) mount.flags |= lock
    if (mount !== top) mount.flags |= MNT_LOCKED
  }
}
