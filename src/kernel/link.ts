import { ENOENT, EPERM, EXDEV } from '../uapi/errno.js'
import { fsnotifyCreate, fsnotifyLinkCount } from './fsnotify.js'
import { mayCreate, placeFor } from './namei.js'
import type { Path } from './path.js'
import type { Task } from './task.js'

/** Gives what `old` leads to another name: 0 or -errno. */
export function linkAt(task: Task, old: Path, newDfd: number, newName: string): number {
  const place = placeFor(task, newDfd, newName, false)
  if (typeof place === 'number') return place
  if (old.mnt !== place.parent.mnt) return -EXDEV
  const dir = place.parent.dentry
  const error = mayCreate(task, dir)
  if (error !== 0) return error
  const { inode } = old.dentry
  if (inode.sb !== dir.sb) return -EXDEV
  if (inode.immutable || inode.isDir) return -EPERM
  if (inode.nlink === 0 && !inode.linkable) return -ENOENT
  const made = dir.inode.link(task, dir, place.name, old.dentry)
  if (typeof made === 'number') return made
  fsnotifyLinkCount(inode)
  fsnotifyCreate(dir.inode, made)
  return 0
}
