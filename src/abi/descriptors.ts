import type { File } from '../kernel/file.js'
import { FMODE_CAN_ODIRECT } from '../kernel/file.js'
import { ownerOrCapable } from '../kernel/permission.js'
import { PipeFile } from '../kernel/pipe.js'
import type { Task } from '../kernel/task.js'
import { EBADF, EBUSY, EINVAL, ENOSYS, EPERM } from '../uapi/errno.js'
import {
  F_DUPFD,
  F_DUPFD_CLOEXEC,
  F_GETFD,
  F_GETFL,
  F_GETPIPE_SZ,
  F_SETFD,
  F_SETFL,
  F_SETPIPE_SZ,
  FD_CLOEXEC,
  O_APPEND,
  O_CLOEXEC,
  O_DIRECT,
  O_NOATIME,
  O_NONBLOCK,
} from '../uapi/fcntl.js'
import type { Registers } from './registers.js'
import type { SyscallRow } from './syscall_row.js'

const F_DUPFD_QUERY = 1027
const F_CREATED_QUERY = 1028
/** Commands that exist and are not modelled: locks, owners, signals, leases, notifications, seals and hints. */
const UNMODELLED_COMMANDS: ReadonlySet<number> = new Set([
  5, 6, 7, 8, 9, 10, 11, 15, 16, 17, 36, 37, 38, 1024, 1025, 1026, 1033, 1034, 1035, 1036, 1037, 1038, 1039, 1040,
])
/** Commands that an O_PATH descriptor takes. */
const PATH_COMMANDS: ReadonlySet<number> = new Set([
  F_DUPFD,
  F_DUPFD_CLOEXEC,
  F_DUPFD_QUERY,
  F_CREATED_QUERY,
  F_GETFD,
  F_SETFD,
  F_GETFL,
])
/** Flags that F_SETFL changes. */
const SETTABLE = O_APPEND | O_NONBLOCK | O_DIRECT | O_NOATIME
const CLOSE_RANGE_UNSHARE = 2
const CLOSE_RANGE_CLOEXEC = 4

/** The file behind a descriptor as most calls see it: null also for an O_PATH one. */
export function fileAt(task: Task, fd: number): File | null {
  const file = task.files!.file(fd)
  return file === null || file.isPathOnly ? null : file
}

function close(task: Task, regs: Registers): number {
  return task.files!.close(task, regs.u32(0))
}

function closeRange(task: Task, regs: Registers): number {
  const first = regs.u32(0)
  const last = regs.u32(1)
  const flags = regs.u32(2)
  if ((flags & ~(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC)) !== 0) return -EINVAL
  if (first > last) return -EINVAL
  if ((flags & CLOSE_RANGE_UNSHARE) !== 0 && task.files!.refs > 1) {
    const shared = task.files!
    task.files = shared.clone()
    shared.put(task)
  }
  return task.files!.closeRange(task, first, last, (flags & CLOSE_RANGE_CLOEXEC) !== 0)
}

/** A new descriptor from `from` on for the same file: the descriptor, -EINVAL or -EMFILE. */
function dupFrom(task: Task, file: File, from: number, cloexec: boolean): number {
  const limit = task.group.rlimits.nofile
  if (from >= limit) return -EINVAL
  const fd = task.files!.free(limit, from)
  if (fd >= 0) task.files!.set(fd, file.get(), cloexec)
  return fd
}

function dup(task: Task, regs: Registers): number {
  const file = task.files!.file(regs.u32(0))
  return file === null ? -EBADF : dupFrom(task, file, 0, false)
}

/** Puts the file of `from` at `to`: `to`, or -EBADF. */
function dupTo(task: Task, from: number, to: number, cloexec: boolean): number {
  const files = task.files!
  if (to >= task.group.rlimits.nofile) return -EBADF
  const file = files.file(from)
  if (file === null) return -EBADF
  if (files.isReserved(to)) return -EBUSY
  files.replace(task, to, file.get(), cloexec)
  return to
}

function dup2(task: Task, regs: Registers): number {
  const from = regs.u32(0)
  const to = regs.u32(1)
  if (from === to) return task.files!.file(from) === null ? -EBADF : from
  return dupTo(task, from, to, false)
}

function dup3(task: Task, regs: Registers): number {
  const flags = regs.i32(2)
  if ((flags & ~O_CLOEXEC) !== 0) return -EINVAL
  if (regs.u32(0) === regs.u32(1)) return -EINVAL
  return dupTo(task, regs.u32(0), regs.u32(1), (flags & O_CLOEXEC) !== 0)
}

function setFlags(task: Task, file: File, wanted: number): number {
  if ((wanted & O_NOATIME) !== 0 && (file.flags & O_NOATIME) === 0 && !ownerOrCapable(task, file.inode, file.mnt.idmap))
    return -EPERM
  // Of a pipe it is the packet mode.
  if ((wanted & O_DIRECT) !== 0 && (file.mode & FMODE_CAN_ODIRECT) === 0 && file.kind !== 'pipe') return -EINVAL
  return file.setFlags((file.flags & ~SETTABLE) | (wanted & SETTABLE))
}

function fcntl(task: Task, regs: Registers): number {
  const fd = regs.u32(0)
  const command = regs.u32(1)
  const files = task.files!
  const file = files.file(fd)
  if (file === null) return -EBADF
  if (file.isPathOnly && !PATH_COMMANDS.has(command)) return -EBADF
  switch (command) {
    case F_DUPFD:
      return dupFrom(task, file, regs.u32(2), false)
    case F_DUPFD_CLOEXEC:
      return dupFrom(task, file, regs.u32(2), true)
    case F_DUPFD_QUERY: {
      const other = files.file(regs.u32(2))
      return other === null ? -EBADF : Number(other === file)
    }
    case F_CREATED_QUERY:
      return 0
    case F_GETFD:
      return files.isCloexec(fd) ? FD_CLOEXEC : 0
    case F_SETFD:
      files.setCloexec(fd, (regs.u32(2) & FD_CLOEXEC) !== 0)
      return 0
    case F_GETFL:
      return file.flags
    case F_SETFL:
      return setFlags(task, file, regs.i32(2))
    case F_GETPIPE_SZ:
      return file instanceof PipeFile ? file.pipe.maxSlots * 4096 : -EBADF
    case F_SETPIPE_SZ:
      return file instanceof PipeFile ? file.pipe.resize(task, regs.u32(2)) : -EBADF
    default:
      return UNMODELLED_COMMANDS.has(command) ? -ENOSYS : -EINVAL
  }
}

/** Descriptors: closing, doubling and their flags. */
export const descriptorSyscalls: readonly SyscallRow[] = [
  { nr: 3, name: 'close', support: 'full', handler: close },
  { nr: 32, name: 'dup', support: 'full', handler: dup },
  { nr: 33, name: 'dup2', support: 'full', handler: dup2 },
  {
    nr: 72,
    name: 'fcntl',
    support: 'partial',
    note: 'locks, owners, signals, leases, F_NOTIFY, seals and hints: ENOSYS',
    handler: fcntl,
  },
  { nr: 292, name: 'dup3', support: 'full', handler: dup3 },
  { nr: 436, name: 'close_range', support: 'full', handler: closeRange },
]
