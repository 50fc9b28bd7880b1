import {
  EACCES,
  EEXIST,
  EFTYPE,
  EINVAL,
  EISDIR,
  ELOOP,
  ENOENT,
  ENOTDIR,
  EOPNOTSUPP,
  EOVERFLOW,
  EPERM,
  ETXTBSY,
} from '../uapi/errno.js'
import {
  O_ACCMODE,
  O_CREAT,
  O_DIRECT,
  O_DIRECTORY,
  O_EXCL,
  O_NOATIME,
  O_NOFOLLOW,
  O_PATH,
  O_TMPFILE,
  O_TRUNC,
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
} from '../uapi/fcntl.js'
import type { Cred } from './cred.js'
import {
  type File,
  FMODE_CAN_ODIRECT,
  FMODE_CREATED,
  FMODE_NONOTIFY,
  FMODE_WRITE,
  FMODE_WRITER,
  PathFile,
} from './file.js'
import { fsnotifyCreate, fsnotifyOpen } from './fsnotify.js'
import { MNT_NODEV } from './mount.js'
import { dentryGone, hasIdsOn, mayCreate, startAt, Walk } from './namei.js'
import { type Path, pathDone } from './path.js'
import {
  inodePermission,
  MAY_EXEC,
  MAY_OPEN,
  MAY_READ,
  MAY_WRITE,
  ownerOrCapable,
  stickyForbidsOpen,
  wantWrite,
} from './permission.js'
import { truncateFile } from './setattr.js'
import type { Task } from './task.js'

/** How a file is to be opened. */
export interface OpenHow {
  /** O_* flags, without O_CLOEXEC. */
  readonly flags: number
  /** Permission bits for a file that is created. */
  readonly mode: number
  /** RESOLVE_* bits. */
  readonly resolve: number
  /** Nothing but a regular file is to be opened (OPENAT2_REGULAR). */
  readonly regularOnly?: boolean
}

/** The part of O_TMPFILE that is not O_DIRECTORY. */
const __O_TMPFILE = O_TMPFILE & ~O_DIRECTORY

const ACCESS: readonly number[] = [MAY_READ, MAY_WRITE, MAY_READ | MAY_WRITE, MAY_READ | MAY_WRITE]

/** Opens `name` relative to `dfd`: the open file, whose reference is the caller's, for {@link finishOpen}; or -errno. */
export function openAt(task: Task, dfd: number, name: string, how: OpenHow): File | number {
  const start = startAt(task, dfd, name, how.resolve)
  if (typeof start === 'number') return start
  if ((how.flags & __O_TMPFILE) !== 0) return openTmpfile(task, start, name, how)
  const walk = new Walk(task, start, how.resolve)
  const result = openLast(walk, name, how)
  pathDone(walk)
  return result
}

/** An unnamed file needs a directory that makes them. */
function openTmpfile(task: Task, start: Path, name: string, how: OpenHow): File | number {
  const walk = new Walk(task, start, how.resolve)
  let error = walk.toParent(name)
  if (error === 0) error = walk.last((how.flags & O_NOFOLLOW) === 0)
  if (error === 0 && !walk.dentry.inode.isDir) error = -ENOTDIR
  if (error === 0) error = wantWrite(walk)
  if (error === 0) error = inodePermission(task, walk.dentry.inode, MAY_WRITE | MAY_EXEC, walk.mnt.idmap)
  const file = error === 0 ? makeUnnamed(task, walk, how) : error
  pathDone(walk)
  return file
}

function makeUnnamed(task: Task, dir: Path, how: OpenHow): File | number {
  const { inode, sb } = dir.dentry
  if (!inode.takesNewNames || !sb.makesUnnamed) return -EOPNOTSUPP
  if (!hasIdsOn(task, sb, dir.mnt.idmap)) return -EOVERFLOW
  const mode = S_IFREG | (how.mode & 0o7777 & ~task.fs!.umask)
  const made = inode.tmpfile(task, dir, mode, (how.flags & O_EXCL) === 0)
  if (typeof made === 'number') return made
  const file = dentryOpen(task, { mnt: dir.mnt, dentry: made }, how.flags & ~(O_EXCL | O_TRUNC), task.cred)
  if (typeof file === 'number') dentryGone(made)
  else file.mode |= FMODE_CREATED
  return file
}

function openLast(walk: Walk, name: string, how: OpenHow): File | number {
  const { task } = walk
  const { flags } = how
  const error = walk.toParent(name)
  if (error !== 0) return error
  if ((flags & O_PATH) !== 0 || (flags & O_CREAT) === 0 || walk.type !== 'name') {
    const found = walk.last((flags & O_NOFOLLOW) === 0)
    return found === 0 ? openPlace(task, walk, how) : found
  }
  return openOrCreate(task, walk, how)
}

/** The last component of an open with O_CREAT, and those of the links that it leads through. */
function openOrCreate(task: Task, walk: Walk, how: OpenHow): File | number {
  const { flags } = how
  // O_EXCL stops at a link, whether it leads anywhere or not.
  const follows = (flags & (O_NOFOLLOW | O_EXCL)) === 0
  for (;;) {
    if (walk.trailingSlash) return -EISDIR
    if (walk.type !== 'name') {
      const found = walk.last(true)
      return found === 0 ? openPlace(task, walk, how) : found
    }
    const dir = walk.dentry
    const child = dir.inode.lookup(task, dir, walk.name)
    if (typeof child === 'number') {
      if (child !== -ENOENT || !dir.inode.takesNewNames) return child
      return createLast(task, walk, how)
    }
    if (!child.inode.isLink || !follows) {
      const { idmap } = walk.mnt
      const error = walk.into(child, false)
      if (error !== 0) return error
      if ((flags & O_EXCL) === 0 && stickyForbidsOpen(task, dir.inode, walk.dentry.inode, idmap)) return -EACCES
      return openPlace(task, walk, how)
    }
    const step = walk.followToParent(child)
    if (step < 0) return step
    if (step === 0) return openPlace(task, walk, how)
  }
}

function createLast(task: Task, walk: Walk, how: OpenHow): File | number {
  const dir = walk.dentry
  const readOnly = wantWrite(walk)
  if (readOnly !== 0) return readOnly
  const error = mayCreate(task, dir, walk.mnt.idmap)
  if (error !== 0) return error
  const made = dir.inode.create(task, walk, walk.name, S_IFREG | (how.mode & 0o7777 & ~task.fs!.umask), 0)
  if (typeof made === 'number') return made
  fsnotifyCreate(dir.inode, made)
  walk.dentry = made
  const file = dentryOpen(task, walk, how.flags & ~(O_EXCL | O_TRUNC), task.cred)
  if (typeof file !== 'number') file.mode |= FMODE_CREATED
  return file
}

/**
 * The end of an open, once permission is there: tells of it and does what O_TRUNC asks for. 0, or -errno, and then the
 * file is not the caller's any more.
 */
export function finishOpen(task: Task, file: File, flags: number): number {
  fsnotifyOpen(file)
  const { inode } = file
  if ((flags & O_TRUNC) === 0 || (file.mode & FMODE_CREATED) !== 0 || !(inode.isReg || inode.hasSize)) return 0
  let result = 0
  if (!inode.isReg) result = inode.mayChange({ size: 0 })
  else result = inode.executing > 0 ? -ETXTBSY : truncateFile(task, file, 0)
  if (result < 0) file.put()
  return Math.min(result, 0)
}

/** An open that was refused: the file goes, and nobody is told that it was closed. */
export function undoOpen(file: File): void {
  file.mode |= FMODE_NONOTIFY
  file.put()
}

/** Opens a place, after everything that an open asks of what it finds there. */
export function openPlace(task: Task, place: Path, how: OpenHow): File | number {
  const { flags } = how
  const { inode } = place.dentry
  if ((flags & O_CREAT) !== 0) {
    if ((flags & O_EXCL) !== 0) return -EEXIST
    if (inode.isDir) return -EISDIR
  }
  if ((flags & O_DIRECTORY) !== 0 && !inode.isDir) return -ENOTDIR
  if (how.regularOnly === true && !inode.isReg) return -EFTYPE
  if ((flags & O_PATH) !== 0) return dentryOpen(task, place, flags, task.cred)
  const truncates = (flags & O_TRUNC) !== 0 && inode.isReg
  if (truncates) {
    const readOnly = wantWrite(place)
    if (readOnly !== 0) return readOnly
  }
  const error = mayOpen(task, place, flags)
  if (error !== 0) return error
  return dentryOpen(task, place, flags, task.cred)
}

/** What an open asks of an existing file (`may_open`). */
function mayOpen(task: Task, path: Path, flags: number): number {
  const { inode } = path.dentry
  let want = ACCESS[flags & O_ACCMODE]!
  if ((flags & O_TRUNC) !== 0) want |= MAY_WRITE
  switch (inode.mode & S_IFMT) {
    case S_IFLNK:
      return -ELOOP
    case S_IFDIR:
      if ((want & MAY_WRITE) !== 0) return -EISDIR
      break
    case S_IFBLK:
    case S_IFCHR:
      if ((path.mnt.flags & MNT_NODEV) !== 0 || path.mnt.sb.noDev) return -EACCES
      break
    default:
  }
  const error = inodePermission(task, inode, want | MAY_OPEN, path.mnt.idmap)
  if (error !== 0) return error
  if ((flags & O_NOATIME) !== 0 && !ownerOrCapable(task, inode, path.mnt.idmap)) return -EPERM
  return 0
}

/** Makes the open file of a place, without asking for permission (`dentry_open`). */
export function dentryOpen(task: Task, path: Path, flags: number, cred: Cred): File | number {
  if ((flags & O_PATH) !== 0) return new PathFile(path, flags, cred)
  const { inode } = path.dentry
  const file = inode.open(task, path, flags)
  if (typeof file === 'number') return file
  if ((flags & O_DIRECT) !== 0 && (file.mode & FMODE_CAN_ODIRECT) === 0) {
    // It has been opened by then, so its close is told of.
    file.put()
    return -EINVAL
  }
  if ((file.mode & FMODE_WRITE) !== 0 && (inode.isReg || inode.isDir)) {
    const error = inode.executing > 0 ? -ETXTBSY : wantWrite(path)
    if (error !== 0) {
      file.mode |= FMODE_NONOTIFY
      file.put()
      return error
    }
    file.mode |= FMODE_WRITER
    inode.writers++
    path.mnt.writers++
    path.mnt.sb.writers++
  }
  return file
}
