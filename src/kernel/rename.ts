import { EBUSY, EEXIST, EINVAL, ENOENT, ENOTDIR, ENOTEMPTY, EXDEV } from '../uapi/errno.js'
import type { Dentry } from './dentry.js'
import { fsnotifyMove } from './fsnotify.js'
import { dentryGone, isLocalMountpoint, mayCreate, mayDelete, startAt, Walk } from './namei.js'
import { inodePermission, MAY_WRITE, wantWrite } from './permission.js'
import type { Task } from './task.js'
import { detachMounts } from './umount.js'

export const RENAME_NOREPLACE = 1 as const
export const RENAME_EXCHANGE = 2 as const
export const RENAME_WHITEOUT = 4 as const

function parentOf(task: Task, dfd: number, name: string): Walk | number {
  const start = startAt(task, dfd, name)
  if (typeof start === 'number') return start
  const walk = new Walk(task, start, 0)
  const error = walk.toParent(name)
  walk.mnt.expiring = false
  return error === 0 ? walk : error
}

/** The child of `above` on the way down to `below`; null if `below` is not under it. */
function stepDown(above: Dentry, below: Dentry): Dentry | null {
  for (let at = below; !at.isRoot; at = at.parent) if (at.parent === above) return at
  return null
}

/**
 * Renames, or with RENAME_EXCHANGE makes two names change places: 0 or -errno. A new name that could not be read is the -errno of
 * that, which is told once the old one's directory is found.
 */
export function renameAt(
  task: Task,
  oldDfd: number,
  oldName: string,
  newDfd: number,
  newName: string | number,
  flags: number,
): number {
  const from = parentOf(task, oldDfd, oldName)
  if (typeof from === 'number') return from
  if (typeof newName === 'number') return newName
  const to = parentOf(task, newDfd, newName)
  if (typeof to === 'number') return to
  if (from.mnt !== to.mnt) return -EXDEV
  if (from.type !== 'name') return -EBUSY
  if (to.type !== 'name') return (flags & RENAME_NOREPLACE) !== 0 ? -EEXIST : -EBUSY
  const readOnly = wantWrite(from)
  if (readOnly !== 0) return readOnly

  const oldDir = from.dentry
  const newDir = to.dentry
  const exchange = (flags & RENAME_EXCHANGE) !== 0
  const trap = oldDir === newDir ? null : (stepDown(oldDir, newDir) ?? stepDown(newDir, oldDir))
  const old = oldDir.inode.lookup(task, oldDir, from.name)
  if (typeof old === 'number') return old
  const found = newDir.inode.lookup(task, newDir, to.name)
  if (typeof found === 'number' && (found !== -ENOENT || exchange)) return found
  const target = typeof found === 'number' ? null : found
  if (target !== null && (flags & RENAME_NOREPLACE) !== 0) return -EEXIST
  const intoItself = old === trap ? -EINVAL : target === null || target !== trap ? 0 : exchange ? -EINVAL : -ENOTEMPTY
  if (intoItself !== 0 && task.kernel.features.renameLooksAtTreeFirst) return intoItself
  if (exchange && !target!.inode.isDir && to.trailingSlash) return -ENOTDIR
  if (!old.inode.isDir && (from.trailingSlash || (!exchange && to.trailingSlash))) return -ENOTDIR
  if (intoItself !== 0) return intoItself
  return vfsRename(task, old, to, target, flags)
}

function vfsRename(task: Task, old: Dentry, to: Walk, target: Dentry | null, flags: number): number {
  const { dentry: newDir, name: newName } = to
  const { idmap } = to.mnt
  const exchange = (flags & RENAME_EXCHANGE) !== 0
  const source = old.inode
  if (target !== null && target.inode === source) return 0
  const oldDir = old.parent
  let error = mayDelete(task, oldDir, old, source.isDir, idmap)
  if (error === 0)
    error =
      target === null
        ? mayCreate(task, newDir, idmap)
        : mayDelete(task, newDir, target, exchange ? target.inode.isDir : source.isDir, idmap)
  if (error !== 0) return error
  if (oldDir !== newDir) {
    if (source.isDir) error = inodePermission(task, source, MAY_WRITE, idmap)
    if (error === 0 && exchange && target!.inode.isDir) error = inodePermission(task, target!.inode, MAY_WRITE, idmap)
    if (error !== 0) return error
  }
  if (isLocalMountpoint(task, old) || (target !== null && isLocalMountpoint(task, target))) return -EBUSY

  const oldName = old.name
  // The overwritten name is in use until everybody has been told.
  target?.get()
  error = exchange
    ? oldDir.inode.exchange(task, old, target!)
    : oldDir.inode.rename(task, old, newDir, newName, target, (flags & RENAME_WHITEOUT) !== 0)
  if (error === 0) {
    if (target !== null && !exchange) detachMounts(target)
    fsnotifyMove(oldDir.inode, oldName, old, exchange || target === null ? null : target.inode)
    if (exchange) fsnotifyMove(newDir.inode, newName, target!, null)
  }
  if (target !== null) {
    target.refs--
    dentryGone(target)
  }
  return error
}
