import { type File, FMODE_WRITE } from '../kernel/file.js'
import { fsnotifyModify } from '../kernel/fsnotify.js'
import { fsnotifyTruncatePermission, fsnotifyWritePermission } from '../kernel/fsnotify_permission.js'
import { INVALID_ID } from '../kernel/id_map.js'
import { type Path, pathDone, pathGet, pathPut } from '../kernel/path.js'
import { wantWrite } from '../kernel/permission.js'
import {
  type Attributes,
  chmod,
  chown,
  fileModified,
  notifyChange,
  truncateFile,
  truncatePath,
} from '../kernel/setattr.js'
import type { Task } from '../kernel/task.js'
import type { Timespec } from '../kernel/timespec.js'
import { EBADF, EFAULT, EFBIG, EINVAL, EISDIR, ENODEV, EOPNOTSUPP, ESPIPE } from '../uapi/errno.js'
import { AT_EMPTY_PATH, AT_FDCWD, AT_SYMLINK_NOFOLLOW, S_IFIFO, S_IFMT } from '../uapi/fcntl.js'
import { fileAt } from './descriptors.js'
import { copyFromUser } from './memory.js'
import type { PendingSyscall } from './pending.js'
import { afterPermission } from './permission.js'
import type { Registers } from './registers.js'
import { pathArgument } from './stat.js'
import type { SyscallRow } from './syscall_row.js'

/** (uid_t) -1: leave it as it is. */
const KEEP = 0xffff_ffff
const UTIME_NOW = 0x3fff_ffff
const UTIME_OMIT = 0x3fff_fffe
const NANOSECONDS = 1_000_000_000n
const FALLOC_FL_KEEP_SIZE = 1
const FALLOC_FL_PUNCH_HOLE = 2
/** The ways of fallocate that there are; whether each must keep the size (true) or must not (false). */
const FALLOC_KINDS: ReadonlyMap<number, boolean | null> = new Map([
  [0, null],
  // FALLOC_FL_COLLAPSE_RANGE, FALLOC_FL_ZERO_RANGE, FALLOC_FL_INSERT_RANGE, FALLOC_FL_UNSHARE_RANGE, FALLOC_FL_WRITE_ZEROES
  [FALLOC_FL_PUNCH_HOLE, true],
  [0x08, false],
  [0x10, null],
  [0x20, false],
  [0x40, null],
  [0x80, false],
])
const MAX_OFFSET = 2 ** 63

/** Does `what` to the place that a path argument leads to. */
function atPath(
  task: Task,
  regs: Registers,
  dfd: number,
  register: number,
  flags: number,
  what: (path: Path) => number,
): number {
  const path = pathArgument(task, regs, dfd, register, flags)
  if (typeof path === 'number') return path
  const result = what(path)
  pathDone(path)
  return result
}

function chmodAt(task: Task, regs: Registers, dfd: number, register: number, flags: number): number {
  if ((flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) !== 0) return -EINVAL
  const mode = regs.u32(register + 1)
  return atPath(task, regs, dfd, register, flags, (path) => chmod(task, path, mode))
}

function fchmod(task: Task, regs: Registers): number {
  const file = fileAt(task, regs.u32(0))
  return file === null ? -EBADF : chmod(task, file, regs.u32(1))
}

/** Changes the owners that registers `n` and the next name. */
function chownPath(task: Task, regs: Registers, path: Path, n: number): number {
  const { userNs } = task.cred
  const uid = regs.u32(n)
  const gid = regs.u32(n + 1)
  const kuid = uid === KEEP ? undefined : userNs.kuid(uid)
  const kgid = gid === KEEP ? undefined : userNs.kgid(gid)
  const readOnly = wantWrite(path)
  if (readOnly !== 0) return readOnly
  return kuid === INVALID_ID || kgid === INVALID_ID ? -EINVAL : chown(task, path, kuid, kgid)
}

function chownAt(task: Task, regs: Registers, dfd: number, register: number, flags: number): number {
  if ((flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) !== 0) return -EINVAL
  return atPath(task, regs, dfd, register, flags, (path) => chownPath(task, regs, path, register + 1))
}

function fchown(task: Task, regs: Registers): number {
  const file = fileAt(task, regs.u32(0))
  return file === null ? -EBADF : chownPath(task, regs, file, 1)
}

const times = new Uint8Array(32)
const timesView = new DataView(times.buffer)

/** One time of utimensat: undefined to leave it, -EINVAL for what is none. */
function readTime(at: number): Timespec | 'now' | undefined | number {
  const nanoseconds = timesView.getBigInt64(at + 8, true)
  if (nanoseconds === BigInt(UTIME_NOW)) return 'now'
  if (nanoseconds === BigInt(UTIME_OMIT)) return undefined
  if (nanoseconds < 0n || nanoseconds >= NANOSECONDS) return -EINVAL
  return { sec: timesView.getBigInt64(at, true), nsec: Number(nanoseconds) }
}

function utimensat(task: Task, regs: Registers): number {
  const flags = regs.i32(3)
  let change: Attributes | null = { atime: 'now', mtime: 'now' }
  if (regs.ptr(2) !== 0) {
    if (copyFromUser(regs.memory, regs.ptr(2), times) !== 0) return -EFAULT
    const atime = readTime(0)
    const mtime = readTime(16)
    // Nothing to do is not even looked at.
    if (atime === undefined && mtime === undefined) return 0
    if (typeof atime === 'number' || typeof mtime === 'number') change = null
    else change = { ...(atime === undefined ? {} : { atime }), ...(mtime === undefined ? {} : { mtime }) }
  }
  const dfd = regs.i32(0)
  if (regs.ptr(1) === 0 && dfd !== AT_FDCWD) {
    if (flags !== 0) return -EINVAL
    const file = fileAt(task, dfd)
    return file === null ? -EBADF : touch(task, file, change)
  }
  if ((flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) !== 0) return -EINVAL
  return atPath(task, regs, dfd, 1, flags, (path) => touch(task, path, change))
}

/** Sets times; null stands for what is no time, which is told once the file is there. */
function touch(task: Task, path: Path, change: Attributes | null): number {
  if (change === null) return -EINVAL
  const readOnly = wantWrite(path)
  return readOnly === 0 ? notifyChange(task, path, change) : readOnly
}

function truncate(task: Task, regs: Registers): number | PendingSyscall {
  const size = regs.i64(1)
  if (size < 0) return -EINVAL
  const found = pathArgument(task, regs, AT_FDCWD, 0, 0)
  if (typeof found === 'number') return found
  const path = { mnt: found.mnt, dentry: found.dentry }
  const asked = path.dentry.inode.isReg ? fsnotifyTruncatePermission(task, path, size) : 0
  if (typeof asked !== 'number') {
    pathGet(path)
    return afterPermission(
      task,
      asked,
      null,
      () => truncatePath(task, path, size),
      () => pathPut(path),
    )
  }
  const result = asked === 0 ? truncatePath(task, path, size) : asked
  pathDone(path)
  return result
}

/** Changes an open file once it has permission. `offset` and `count` say what of it is going to be changed. */
function changeFile(
  task: Task,
  file: File,
  offset: number,
  count: number,
  change: () => number,
): number | PendingSyscall {
  const asked = fsnotifyWritePermission(task, file, offset, count)
  if (typeof asked === 'number') return asked === 0 ? change() : asked
  file.get()
  return afterPermission(task, asked, null, change, () => file.put())
}

function ftruncate(task: Task, regs: Registers): number | PendingSyscall {
  const size = regs.i64(1)
  if (size < 0) return -EINVAL
  const file = fileAt(task, regs.u32(0))
  if (file === null) return -EBADF
  if (!file.inode.hasSize || (file.mode & FMODE_WRITE) === 0) return -EINVAL
  return changeFile(task, file, size, 0, () => truncateFile(task, file, size))
}

function fallocate(task: Task, regs: Registers): number | PendingSyscall {
  const file = fileAt(task, regs.u32(0))
  if (file === null) return -EBADF
  const mode = regs.u32(1)
  const offset = regs.i64(2)
  const length = regs.i64(3)
  if (offset < 0 || length <= 0) return -EINVAL
  const kind = mode & ~FALLOC_FL_KEEP_SIZE
  const keepsSize = FALLOC_KINDS.get(kind)
  if (keepsSize === undefined || keepsSize === (kind === mode)) return -EOPNOTSUPP
  if ((file.mode & FMODE_WRITE) === 0) return -EBADF
  const { inode } = file
  if ((inode.mode & S_IFMT) === S_IFIFO) return -ESPIPE
  if (inode.isDir) return -EISDIR
  if (!inode.hasSize) return -ENODEV
  if (offset + length >= MAX_OFFSET) return -EFBIG
  if (kind !== 0 && kind !== FALLOC_FL_PUNCH_HOLE) return -EOPNOTSUPP
  return changeFile(task, file, offset, length, () => {
    const result = inode.allocate(offset, length, (mode & FALLOC_FL_KEEP_SIZE) !== 0, kind === FALLOC_FL_PUNCH_HOLE)
    if (result === 0) {
      fileModified(task, file)
      fsnotifyModify(file)
    }
    return result
  })
}

/** Modes, owners, times and sizes. */
export const attributeSyscalls: readonly SyscallRow[] = [
  { nr: 76, name: 'truncate', support: 'full', handler: truncate },
  { nr: 77, name: 'ftruncate', support: 'full', handler: ftruncate },
  { nr: 90, name: 'chmod', support: 'full', handler: (task, regs) => chmodAt(task, regs, AT_FDCWD, 0, 0) },
  { nr: 91, name: 'fchmod', support: 'full', handler: fchmod },
  { nr: 92, name: 'chown', support: 'full', handler: (task, regs) => chownAt(task, regs, AT_FDCWD, 0, 0) },
  { nr: 93, name: 'fchown', support: 'full', handler: fchown },
  {
    nr: 94,
    name: 'lchown',
    support: 'full',
    handler: (task, regs) => chownAt(task, regs, AT_FDCWD, 0, AT_SYMLINK_NOFOLLOW),
  },
  {
    nr: 260,
    name: 'fchownat',
    support: 'full',
    handler: (task, regs) => chownAt(task, regs, regs.i32(0), 1, regs.i32(4)),
  },
  { nr: 268, name: 'fchmodat', support: 'full', handler: (task, regs) => chmodAt(task, regs, regs.i32(0), 1, 0) },
  { nr: 280, name: 'utimensat', support: 'full', handler: utimensat },
  { nr: 285, name: 'fallocate', support: 'full', handler: fallocate },
  {
    nr: 452,
    name: 'fchmodat2',
    support: 'full',
    handler: (task, regs) => chmodAt(task, regs, regs.i32(0), 1, regs.i32(3)),
  },
]
