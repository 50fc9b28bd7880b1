import { ENOENT, EPERM, EXDEV } from '../uapi/errno.js'
import { S_ISUID } from '../uapi/fcntl.js'
import { fsnotifyCreate, fsnotifyLinkCount } from './fsnotify.js'
import { hasOwners } from './mnt_idmap.js'
import { mayCreate, placeFor } from './namei.js'
import type { Path } from './path.js'
import { inodePermission, MAY_READ, MAY_WRITE, ownerOrCapable } from './permission.js'
import type { Task } from './task.js'

const RUNS_AS_GROUP = 0o2010

/** Whoever does not own a file gives it another name only if it can be read and written, and runs as nobody. */
function mayGiveName(task: Task, { mnt: { idmap }, dentry }: Path): boolean {
  const { inode } = dentry
  const isPlain = inode.isReg && (inode.mode & S_ISUID) === 0 && (inode.mode & RUNS_AS_GROUP) !== RUNS_AS_GROUP
  return (
    (isPlain && inodePermission(task, inode, MAY_READ | MAY_WRITE, idmap) === 0) || ownerOrCapable(task, inode, idmap)
  )
}

/** Gives what `old` leads to another name: 0 or -errno. */
export function linkAt(task: Task, old: Path, newDfd: number, newName: string): number {
  const place = placeFor(task, newDfd, newName, false)
  if (typeof place === 'number') return place
  if (old.mnt !== place.parent.mnt) return -EXDEV
  if (task.kernel.features.protectedHardlinks && !mayGiveName(task, old)) return -EPERM
  const dir = place.parent.dentry
  const error = mayCreate(task, dir, old.mnt.idmap)
  if (error !== 0) return error
  const { inode } = old.dentry
  if (inode.sb !== dir.sb) return -EXDEV
  if (inode.immutable || inode.isDir || !hasOwners(old.mnt.idmap, inode)) return -EPERM
  if (inode.nlink === 0 && !inode.linkable) return -ENOENT
  const made = dir.inode.link(task, dir, place.name, old.dentry)
  if (typeof made === 'number') return made
  fsnotifyLinkCount(inode)
  fsnotifyCreate(dir.inode, made)
  return 0
}
