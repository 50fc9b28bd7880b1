import {
  MNT_NOATIME,
  MNT_NODEV,
  MNT_NODIRATIME,
  MNT_NOEXEC,
  MNT_NOSUID,
  MNT_NOSYMFOLLOW,
  MNT_RELATIME,
} from '../kernel/mount.js'
import { type Path, pathDone } from '../kernel/path.js'
import type { Task } from '../kernel/task.js'
import { MS_MANDLOCK, MS_SYNCHRONOUS } from '../uapi/constants/mount.js'
import { EBADF, EFAULT } from '../uapi/errno.js'
import { AT_FDCWD } from '../uapi/fcntl.js'
import { copyToUser, type Memory } from './memory.js'
import type { Registers } from './registers.js'
import { pathArgument } from './stat.js'
import type { SyscallRow } from './syscall_row.js'

const STATFS_SIZE = 120
const NAME_MAX = 255
const ST_RDONLY = 1
/** What is set for the filesystem as a whole, with the same number in both. */
const SB_FLAGS = MS_SYNCHRONOUS | MS_MANDLOCK
const ST_VALID = 0x20
/** Mount flags as f_flags has them. */
const FLAGS: readonly (readonly [mount: number, statfs: number])[] = [
  [MNT_NOSUID, 2],
  [MNT_NODEV, 4],
  [MNT_NOEXEC, 8],
  [MNT_NOATIME, 0x400],
  [MNT_NODIRATIME, 0x800],
  [MNT_RELATIME, 0x1000],
  [MNT_NOSYMFOLLOW, 0x2000],
]

const bytes = new Uint8Array(STATFS_SIZE)
const view = new DataView(bytes.buffer)

function writeStatfs(path: Path, memory: Memory, address: number): number {
  const { mnt } = path
  const { sb } = mnt
  bytes.fill(0)
  view.setUint32(0, sb.magic, true)
  view.setUint32(8, sb.blockSize, true)
  view.setUint32(56, sb.fsid[0], true)
  view.setUint32(60, sb.fsid[1], true)
  view.setUint32(64, NAME_MAX, true)
  view.setUint32(72, sb.blockSize, true)
  let flags = ST_VALID | (sb.flags & SB_FLAGS)
  if (mnt.isReadOnly || sb.readOnly) flags |= ST_RDONLY
  for (const [flag, shown] of FLAGS) if ((mnt.flags & flag) !== 0) flags |= shown
  view.setUint32(80, flags, true)
  return copyToUser(memory, address, bytes) === 0 ? 0 : -EFAULT
}

function statfs(task: Task, regs: Registers): number {
  const path = pathArgument(task, regs, AT_FDCWD, 0, 0)
  if (typeof path === 'number') return path
  const result = writeStatfs(path, regs.memory, regs.ptr(1))
  pathDone(path)
  return result
}

function fstatfs(task: Task, regs: Registers): number {
  const file = task.files!.file(regs.u32(0))
  return file === null ? -EBADF : writeStatfs(file, regs.memory, regs.ptr(1))
}

const NOTE = 'blocks and inodes are 0: filesystems in memory have no limit'

/** What filesystems say of themselves. */
export const statfsSyscalls: readonly SyscallRow[] = [
  { nr: 137, name: 'statfs', support: 'partial', note: NOTE, handler: statfs },
  { nr: 138, name: 'fstatfs', support: 'partial', note: NOTE, handler: fstatfs },
]
