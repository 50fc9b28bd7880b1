import { EACCES, EPERM, EROFS } from '../uapi/errno.js'
import { S_IFDIR, S_IFIFO, S_IFMT, S_IFREG, S_ISVTX } from '../uapi/fcntl.js'
import { CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER, CAP_FSETID } from './capability.js'
import { inGroup, nsCapable } from './cred.js'
import type { Inode } from './inode.js'
import { hasOwners, type MntIdmap, vfsgid, vfsuid } from './mnt_idmap.js'
import type { Path } from './path.js'
import type { Task } from './task.js'

/** Bits of what an access wants, as in `rwx`, and MAY_OPEN for opens. */
export const MAY_EXEC = 1 as const
export const MAY_WRITE = 2 as const
export const MAY_READ = 4 as const
export const MAY_APPEND = 8 as const
export const MAY_OPEN = 0x20 as const

const ANY_EXEC = 0o111

/** A directory that is sticky and that others may write to. */
export const STICKY_AND_OPEN: number = S_ISVTX | 0o002

/** True when the task has `cap` in its own user namespace and the inode's owners are mapped there. */
export function capableWrtInode(task: Task, inode: Inode, cap: number, idmap: MntIdmap | null = null): boolean {
  const { userNs } = task.cred
  if (!nsCapable(task.cred, userNs, cap)) return false
  return userNs.hasUid(vfsuid(idmap, inode)) && userNs.hasGid(vfsgid(idmap, inode))
}

/** True when the task is in the inode's group, or may set set-group-id for any (CAP_FSETID). */
export function inGroupOrCapable(task: Task, inode: Inode, idmap: MntIdmap | null = null): boolean {
  return inGroup(task.cred, vfsgid(idmap, inode)) || capableWrtInode(task, inode, CAP_FSETID, idmap)
}

/** True when the task's fsuid owns the inode or it may act as the owner (CAP_FOWNER). */
export function ownerOrCapable(task: Task, inode: Inode, idmap: MntIdmap | null = null): boolean {
  const uid = vfsuid(idmap, inode)
  if (task.cred.fsuid === uid) return true
  return nsCapable(task.cred, task.cred.userNs, CAP_FOWNER) && task.cred.userNs.hasUid(uid)
}

/** What the permission bits and capabilities say to `mask` (MAY_READ, MAY_WRITE, MAY_EXEC): 0 or -EACCES. */
export function genericPermission(task: Task, inode: Inode, mask: number, idmap: MntIdmap | null = null): number {
  const want = mask & 7
  let { mode } = inode
  if (task.cred.fsuid === vfsuid(idmap, inode)) mode >>= 6
  else if (((mode >> 3) & 7) !== (mode & 7) && inGroup(task.cred, vfsgid(idmap, inode))) mode >>= 3
  if ((want & ~mode) === 0) return 0

  if (inode.isDir) {
    if ((want & MAY_WRITE) === 0 && capableWrtInode(task, inode, CAP_DAC_READ_SEARCH, idmap)) return 0
    return capableWrtInode(task, inode, CAP_DAC_OVERRIDE, idmap) ? 0 : -EACCES
  }
  if (want === MAY_READ && capableWrtInode(task, inode, CAP_DAC_READ_SEARCH, idmap)) return 0
  if ((want & MAY_EXEC) === 0 || (inode.mode & ANY_EXEC) !== 0) {
    if (capableWrtInode(task, inode, CAP_DAC_OVERRIDE, idmap)) return 0
  }
  return -EACCES
}

/** All that an inode says to an access: read-only filesystem, immutable, permission bits, its filesystem's own rule. */
export function inodePermission(task: Task, inode: Inode, mask: number, idmap: MntIdmap | null = null): number {
  // Directories mostly let everybody through.
  if (mask === MAY_EXEC && inode.plain && (inode.mode & ANY_EXEC) === ANY_EXEC) return 0
  inode.revalidate()
  if ((mask & MAY_WRITE) !== 0) {
    if (inode.sb.readOnly && (inode.isReg || inode.isDir || inode.isLink)) return -EROFS
    if (inode.immutable) return -EPERM
    if (!hasOwners(idmap, inode)) return -EACCES
  }
  const own = inode.permission(task, mask)
  return own === 0 ? genericPermission(task, inode, mask, idmap) : own > 0 ? 0 : own
}

/** True when a name in the sticky directory may not be removed by this task. */
export function stickyForbids(task: Task, dir: Inode, child: Inode, idmap: MntIdmap | null = null): boolean {
  if ((dir.mode & S_ISVTX) === 0) return false
  const { fsuid } = task.cred
  if (vfsuid(idmap, child) === fsuid || vfsuid(idmap, dir) === fsuid) return false
  return !capableWrtInode(task, child, CAP_FOWNER, idmap)
}

/**
 * True when an open with O_CREAT of what is there already in a sticky directory that everybody may write to is refused: only its
 * owner may, and anybody where the directory's owner made it. Regular files and fifos are left alone (fs.protected_regular and
 * fs.protected_fifos are 0).
 */
export function stickyForbidsOpen(task: Task, dir: Inode, inode: Inode, idmap: MntIdmap | null): boolean {
  const type = inode.mode & S_IFMT
  if (type === S_IFREG || type === S_IFIFO || type === S_IFDIR) return false
  if ((dir.mode & STICKY_AND_OPEN) !== STICKY_AND_OPEN) return false
  const owner = vfsuid(idmap, inode)
  return owner !== vfsuid(idmap, dir) && owner !== task.cred.fsuid
}

/** -EROFS when the mount or its filesystem is read-only, else 0. */
export function wantWrite(path: Path): number {
  return path.mnt.isReadOnly || path.mnt.sb.readOnly ? -EROFS : 0
}
