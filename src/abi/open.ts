import type { File } from '../kernel/file.js'
import { fsnotifyOpenPermission, type PermissionAsk } from '../kernel/fsnotify_permission.js'
import { finishOpen, openAt, undoOpen } from '../kernel/open.js'
import type { PipeFile } from '../kernel/pipe.js'
import type { Task } from '../kernel/task.js'
import { WOULD_BLOCK } from '../kernel/wait_queue.js'
import { E2BIG, EAGAIN, EINVAL, ENOENT } from '../uapi/errno.js'
import {
  AT_FDCWD,
  O_ACCMODE,
  O_APPEND,
  O_CLOEXEC,
  O_CREAT,
  O_DIRECT,
  O_DIRECTORY,
  O_DSYNC,
  O_EMPTYPATH,
  O_EXCL,
  O_LARGEFILE,
  O_NOATIME,
  O_NOCTTY,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_PATH,
  O_RDONLY,
  O_SYNC,
  O_TMPFILE,
  O_TRUNC,
  O_WRONLY,
  OPENAT2_REGULAR_HIGH,
  RESOLVE_BENEATH,
  RESOLVE_CACHED,
  RESOLVE_IN_ROOT,
  RESOLVE_NO_MAGICLINKS,
  RESOLVE_NO_SYMLINKS,
  RESOLVE_NO_XDEV,
} from '../uapi/fcntl.js'
import { copyStructFromUser } from './copy_struct.js'
import { readPath } from './path_argument.js'
import { type PendingSyscall, sleepOn } from './pending.js'
import { afterPermission } from './permission.js'
import type { Registers } from './registers.js'
import type { SyscallRow } from './syscall_row.js'

const FASYNC = 0o20000
const __O_TMPFILE = O_TMPFILE & ~O_DIRECTORY
const __O_SYNC = O_SYNC & ~O_DSYNC
/** Every flag that an open knows. */
const VALID_FLAGS =
  O_ACCMODE |
  O_CREAT |
  O_EXCL |
  O_NOCTTY |
  O_TRUNC |
  O_APPEND |
  O_NONBLOCK |
  O_SYNC |
  O_DSYNC |
  FASYNC |
  O_DIRECT |
  O_LARGEFILE |
  O_DIRECTORY |
  O_NOFOLLOW |
  O_NOATIME |
  O_CLOEXEC |
  O_PATH |
  __O_TMPFILE
/** What O_PATH can stand with. */
const PATH_FLAGS = O_DIRECTORY | O_NOFOLLOW | O_PATH | O_CLOEXEC | O_EMPTYPATH
const VALID_RESOLVE =
  RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH | RESOLVE_IN_ROOT | RESOLVE_CACHED
const MODE_BITS = 0o7777

const OPEN_HOW_SIZE_VER0 = 24
const PAGE_SIZE = 4096

/** The flags that the kernel at hand knows. */
function validFlags(task: Task): number {
  return task.kernel.features.openEmptyPath ? VALID_FLAGS | O_EMPTYPATH : VALID_FLAGS
}

/** What cannot be asked of any file: -EINVAL for flags that contradict each other, else 0. */
function checkFlags(flags: number, mode: number, resolve: number): number {
  if ((resolve & RESOLVE_BENEATH) !== 0 && (resolve & RESOLVE_IN_ROOT) !== 0) return -EINVAL
  const creates = (flags & (O_CREAT | __O_TMPFILE)) !== 0
  if (creates ? (mode & ~MODE_BITS) !== 0 : mode !== 0) return -EINVAL
  if ((flags & (O_DIRECTORY | O_CREAT)) === (O_DIRECTORY | O_CREAT)) return -EINVAL
  if ((flags & __O_TMPFILE) !== 0) {
    if ((flags & O_DIRECTORY) === 0) return -EINVAL
    if ((flags & O_ACCMODE) === O_RDONLY) return -EINVAL
  }
  if ((flags & O_PATH) !== 0 && (flags & ~PATH_FLAGS) !== 0) return -EINVAL
  if ((resolve & RESOLVE_CACHED) !== 0 && (flags & (O_TRUNC | O_CREAT | __O_TMPFILE)) !== 0) return -EAGAIN
  return 0
}

/** Syncing everything is syncing data, too. */
function withDataSync(flags: number): number {
  return (flags & __O_SYNC) === 0 ? flags : flags | O_DSYNC
}

/** Opens the path in register `pathRegister` and gives its descriptor. */
function open(
  task: Task,
  regs: Registers,
  dfd: number,
  pathRegister: number,
  flags: number,
  mode: number,
  resolve: number,
  regularOnly = false,
): number | PendingSyscall {
  const error = checkFlags(flags, mode, resolve)
  if (error !== 0) return error
  if (regularOnly && (flags & (O_DIRECTORY | O_PATH)) !== 0) return -EINVAL
  const name = readPath(regs, pathRegister)
  if (typeof name === 'number') return name
  if (name === '' && (flags & O_EMPTYPATH) === 0) return -ENOENT
  const fd = task.files!.free(task.group.rlimits.nofile)
  if (fd < 0) return fd
  const file = openAt(task, dfd, name, { flags: withDataSync(flags) & ~O_CLOEXEC, mode, resolve, regularOnly })
  return typeof file === 'number' ? file : giveDescriptor(task, file, fd, flags)
}

/** Gives an open file the descriptor `fd`, once it has permission and is truncated where it has to be. */
export function giveDescriptor(task: Task, file: File, fd: number, flags: number): number | PendingSyscall {
  if (file.kind === 'pipe' && (file as PipeFile).awaitsPartner) return openWhenMet(task, file as PipeFile, fd, flags)
  const asked = fsnotifyOpenPermission(task, file)
  if (asked === 0) return completeOpen(task, file, fd, flags)
  if (typeof asked === 'number') {
    undoOpen(file)
    return asked
  }
  return openWhenPermitted(task, file, fd, flags, asked)
}

function completeOpen(task: Task, file: File, fd: number, flags: number): number {
  const error = finishOpen(task, file, flags)
  if (error !== 0) return error
  task.files!.set(fd, file, (flags & O_CLOEXEC) !== 0)
  return fd
}

/** Sleeps until the open is allowed. Nobody else gets the descriptor meanwhile. */
function openWhenPermitted(task: Task, file: File, fd: number, flags: number, asked: PermissionAsk): PendingSyscall {
  const files = task.files!
  files.reserve(fd)
  const complete = (): number => completeOpen(task, file, fd, flags)
  return afterPermission(task, asked, null, complete, (refused) => {
    files.unreserve(fd)
    if (refused) undoOpen(file)
  })
}

/** Sleeps until somebody opens the other side of a FIFO. */
function openWhenMet(task: Task, file: PipeFile, fd: number, flags: number): PendingSyscall {
  const files = task.files!
  files.reserve(fd)
  const attempt = (): number => {
    if (file.awaitsPartner) return WOULD_BLOCK
    files.unreserve(fd)
    finishOpen(task, file, flags)
    files.set(fd, file, (flags & O_CLOEXEC) !== 0)
    return fd
  }
  return sleepOn(task, [file.pipe.readQueue], attempt, () => {
    files.unreserve(fd)
    undoOpen(file)
  })
}

/** The flags of an open without a path of its own (a file handle's): as open takes them, or -EINVAL. */
export function handleOpenFlags(task: Task, wanted: number): number {
  let flags = wanted & validFlags(task)
  if ((flags & O_PATH) !== 0) flags &= PATH_FLAGS
  else flags |= O_LARGEFILE
  const error = checkFlags(flags, 0, 0)
  return error === 0 ? withDataSync(flags) : error
}

/** open and openat let unknown flags pass, and drop what does not go with the others. */
function lenient(
  task: Task,
  regs: Registers,
  dfd: number,
  pathRegister: number,
  wanted: number,
  mode: number,
): number | PendingSyscall {
  let flags = wanted & validFlags(task)
  if ((flags & O_PATH) !== 0) flags &= PATH_FLAGS
  else flags |= O_LARGEFILE
  const creates = (flags & (O_CREAT | __O_TMPFILE)) !== 0
  return open(task, regs, dfd, pathRegister, flags, creates ? mode & MODE_BITS : 0, 0)
}

const how = new Uint8Array(OPEN_HOW_SIZE_VER0)
const howView = new DataView(how.buffer)

function openat2(task: Task, regs: Registers): number | PendingSyscall {
  const size = regs.size(3)
  if (size < OPEN_HOW_SIZE_VER0) return -EINVAL
  if (size > PAGE_SIZE) return -E2BIG
  const copied = copyStructFromUser(regs.memory, regs.ptr(2), size, how)
  if (copied !== 0) return copied
  const [flagsHigh, modeHigh, resolveHigh] = [4, 12, 20].map((at) => howView.getUint32(at, true))
  let flags = howView.getInt32(0, true)
  const resolve = howView.getInt32(16, true)
  const known = validFlags(task)
  if ((flags & ~known) !== 0 || (flagsHigh! & ~task.kernel.features.openat2HighFlags) !== 0) return -EINVAL
  if ((resolve & ~VALID_RESOLVE) !== 0 || resolveHigh !== 0) return -EINVAL
  const mode = modeHigh === 0 ? howView.getInt32(8, true) : -1
  if ((flags & O_PATH) === 0) flags |= O_LARGEFILE
  return open(task, regs, regs.i32(0), 1, flags, mode, resolve, (flagsHigh! & OPENAT2_REGULAR_HIGH) !== 0)
}

/** Opening files by name. */
export const openSyscalls: readonly SyscallRow[] = [
  {
    nr: 2,
    name: 'open',
    support: 'full',
    handler: (task, regs) => lenient(task, regs, AT_FDCWD, 0, regs.i32(1), regs.u32(2)),
  },
  {
    nr: 85,
    name: 'creat',
    support: 'full',
    handler: (task, regs) => lenient(task, regs, AT_FDCWD, 0, O_CREAT | O_WRONLY | O_TRUNC, regs.u32(1)),
  },
  {
    nr: 257,
    name: 'openat',
    support: 'full',
    handler: (task, regs) => lenient(task, regs, regs.i32(0), 1, regs.i32(2), regs.u32(3)),
  },
  {
    nr: 437,
    name: 'openat2',
    support: 'partial',
    note: 'RESOLVE_CACHED finds everything cached',
    handler: openat2,
  },
]
