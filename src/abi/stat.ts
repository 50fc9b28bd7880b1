import { touchAtime } from '../kernel/atime.js'
import { describePath } from '../kernel/d_path.js'
import { shownGid, shownUid } from '../kernel/mnt_idmap.js'
import { isUnder, LOOKUP_FOLLOW, lookupAt } from '../kernel/namei.js'
import { type Path, pathDone } from '../kernel/path.js'
import type { Task } from '../kernel/task.js'
import type { Timespec } from '../kernel/timespec.js'
import {
  STATX__RESERVED,
  STATX_BASIC_STATS,
  STATX_BTIME,
  STATX_CTIME,
  STATX_MNT_ID,
  STATX_MNT_ID_UNIQUE,
  STATX_MTIME,
} from '../uapi/constants/stat.js'
import { EBADF, EFAULT, EINVAL, ENOENT, ERANGE } from '../uapi/errno.js'
import { AT_EMPTY_PATH, AT_FDCWD, AT_NO_AUTOMOUNT, AT_SYMLINK_NOFOLLOW } from '../uapi/fcntl.js'
import { statx as statxStruct } from '../uapi/generated/stat.js'
import { copyToUser, type Memory, PATH_MAX } from './memory.js'
import { readPath } from './path_argument.js'
import type { Registers } from './registers.js'
import type { SyscallRow } from './syscall_row.js'

const STAT_SIZE = 144
const AT_STATX_SYNC_TYPE = 0x6000
const STATX_ATTR_MOUNT_ROOT = 0x2000n
/** What statx says it could tell: the mount root, automounts, DAX. */
const ATTRIBUTES_MASK = 0x20_3000n
const NO_TIME = { tv_sec: 0n, tv_nsec: 0 }

const statxTime = ({ sec, nsec }: Timespec): { tv_sec: bigint; tv_nsec: number } => ({ tv_sec: sec, tv_nsec: nsec })

const linkBytes = new Uint8Array(PATH_MAX)
const statBytes = new Uint8Array(STAT_SIZE)
const statView = new DataView(statBytes.buffer)
const statxBytes = new Uint8Array(256)

/** A device number as stat shows it. */
function encodeDev(dev: number): number {
  const major = dev >>> 20
  const minor = dev & 0xf_ffff
  return ((minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12)) >>> 0
}

/** A u64 field from a number below 2^53. */
function setU64(view: DataView, at: number, value: number): void {
  view.setUint32(at, value, true)
  view.setUint32(at + 4, value / 0x1_0000_0000, true)
}

function writeTime(view: DataView, at: number, { sec, nsec }: Timespec): void {
  view.setBigInt64(at, sec, true)
  view.setUint32(at + 8, nsec, true)
}

function writeStat(task: Task, path: Path, memory: Memory, address: number): number {
  const { inode } = path.dentry
  inode.revalidate()
  const { userNs } = task.cred
  const view = statView
  statBytes.fill(0)
  view.setUint32(0, encodeDev(inode.sb.dev), true)
  setU64(view, 8, inode.ino)
  view.setUint32(16, inode.nlink, true)
  view.setUint32(24, inode.mode, true)
  view.setUint32(28, shownUid(userNs, path.mnt.idmap, inode), true)
  view.setUint32(32, shownGid(userNs, path.mnt.idmap, inode), true)
  view.setUint32(40, encodeDev(inode.rdev), true)
  setU64(view, 48, inode.size)
  view.setUint32(56, inode.sb.blockSize, true)
  setU64(view, 64, inode.blocks)
  writeTime(view, 72, inode.atime)
  writeTime(view, 88, inode.mtime)
  writeTime(view, 104, inode.ctime)
  return copyToUser(memory, address, statBytes)
}

/** Where a path argument with AT_EMPTY_PATH or without leads; -errno where it does not. */
export function pathArgument(task: Task, regs: Registers, dfd: number, register: number, flags: number): Path | number {
  const name = readPath(regs, register)
  return typeof name === 'number' ? name : placeOf(task, dfd, name, flags)
}

/** As {@link pathArgument} for the calls that take NULL for the empty path, as kernels since 6.11 do. */
function pathOrNull(task: Task, regs: Registers, dfd: number, register: number, flags: number): Path | number {
  if ((flags & AT_EMPTY_PATH) === 0 || regs.ptr(register) !== 0) return pathArgument(task, regs, dfd, register, flags)
  return placeOf(task, dfd, '', flags)
}

function placeOf(task: Task, dfd: number, name: string, flags: number): Path | number {
  const empty = (flags & AT_EMPTY_PATH) !== 0
  if (name === '') {
    if (!empty) return -ENOENT
    if (dfd !== AT_FDCWD) return task.files!.file(dfd) ?? -EBADF
  }
  return lookupAt(task, dfd, name, (flags & AT_SYMLINK_NOFOLLOW) !== 0 ? 0 : LOOKUP_FOLLOW)
}

const oneByte = new Uint8Array(1)

/** NULL, or a string of no bytes. */
function isEmptyPath(regs: Registers, register: number): boolean {
  const address = regs.ptr(register)
  return address === 0 || (regs.memory.copyIn(address, oneByte, 1) === 1 && oneByte[0] === 0)
}

function statAt(task: Task, regs: Registers, dfd: number, pathRegister: number, flags: number, out: number): number {
  const byFd = dfd >= 0 && (flags & AT_EMPTY_PATH) !== 0 && isEmptyPath(regs, pathRegister)
  if (!byFd && (flags & ~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | AT_STATX_SYNC_TYPE)) !== 0)
    return -EINVAL
  const path = pathOrNull(task, regs, dfd, pathRegister, flags)
  if (typeof path === 'number') return path
  const result = writeStat(task, path, regs.memory, regs.ptr(out))
  pathDone(path)
  return result
}

function fstat(task: Task, regs: Registers): number {
  const file = task.files!.file(regs.u32(0))
  return file === null ? -EBADF : writeStat(task, file, regs.memory, regs.ptr(1))
}

function statx(task: Task, regs: Registers): number {
  const dfd = regs.i32(0)
  const flags = regs.i32(2)
  const mask = regs.u32(3)
  const byFd = dfd >= 0 && (flags & AT_EMPTY_PATH) !== 0 && isEmptyPath(regs, 1)
  if ((mask & STATX__RESERVED) !== 0) return -EINVAL
  if ((flags & AT_STATX_SYNC_TYPE) === AT_STATX_SYNC_TYPE) return -EINVAL
  // A descriptor alone is asked without a look at the other flags.
  if (!byFd && (flags & ~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | AT_STATX_SYNC_TYPE)) !== 0)
    return -EINVAL
  const path = pathOrNull(task, regs, dfd, 1, flags)
  if (typeof path === 'number') return path
  writeStatx(task, path, mask)
  const address = regs.ptr(4)
  pathDone(path)
  return copyToUser(regs.memory, address, statxBytes)
}

function writeStatx(task: Task, path: Path, mask: number): void {
  const { inode } = path.dentry
  inode.revalidate()
  const { userNs } = task.cred
  const unique = (mask & STATX_MNT_ID_UNIQUE) !== 0
  let got = STATX_BASIC_STATS | (unique ? STATX_MNT_ID_UNIQUE : STATX_MNT_ID)
  // Where looking at a time makes it finer, nobody is given one he did not ask for.
  const withTimes = !inode.sb.fineTimes || (mask & (STATX_CTIME | STATX_MTIME)) !== 0
  if (!withTimes) got &= ~(STATX_CTIME | STATX_MTIME)
  if (inode.sb.birthTimes && (mask & STATX_BTIME) !== 0) got |= STATX_BTIME
  const root = path.dentry === path.mnt.root ? STATX_ATTR_MOUNT_ROOT : 0n
  statxBytes.fill(0)
  statxStruct.write(statxBytes, 0, {
    stx_mask: got,
    stx_blksize: inode.sb.blockSize,
    stx_attributes: root,
    stx_nlink: inode.nlink,
    stx_uid: shownUid(userNs, path.mnt.idmap, inode),
    stx_gid: shownGid(userNs, path.mnt.idmap, inode),
    stx_mode: inode.mode,
    stx_ino: BigInt(inode.ino),
    stx_size: BigInt(inode.size),
    stx_blocks: BigInt(inode.blocks),
    stx_attributes_mask: ATTRIBUTES_MASK,
    stx_atime: statxTime(inode.atime),
    stx_btime: (got & STATX_BTIME) !== 0 ? statxTime(inode.btime) : NO_TIME,
    stx_ctime: withTimes ? statxTime(inode.ctime) : NO_TIME,
    stx_mtime: withTimes ? statxTime(inode.mtime) : NO_TIME,
    stx_rdev_major: inode.rdev >>> 20,
    stx_rdev_minor: inode.rdev & 0xf_ffff,
    stx_dev_major: inode.sb.dev >>> 20,
    stx_dev_minor: inode.sb.dev & 0xf_ffff,
    stx_mnt_id: BigInt(unique ? path.mnt.idUnique : path.mnt.id),
  })
}

function readlink(task: Task, regs: Registers, dfd: number, pathRegister: number): number {
  const size = regs.i32(pathRegister + 2)
  if (size <= 0) return -EINVAL
  const name = readPath(regs, pathRegister)
  if (typeof name === 'number') return name
  const path = name === '' && dfd !== AT_FDCWD ? (task.files!.file(dfd) ?? -EBADF) : lookupAt(task, dfd, name, 0)
  if (typeof path === 'number') return path
  const { inode } = path.dentry
  if (!inode.isLink) return name === '' ? -ENOENT : -EINVAL
  touchAtime(path)
  const text = inode.readlink(task, path.dentry)
  if (typeof text === 'number') return text
  const length = Math.min(size, text.length, PATH_MAX)
  for (let at = 0; at < length; at++) linkBytes[at] = text.charCodeAt(at)
  return copyToUser(regs.memory, regs.ptr(pathRegister + 1), linkBytes, length) === 0 ? length : -EFAULT
}

function getcwd(task: Task, regs: Registers): number {
  const { root, cwd } = task.fs!
  const { dentry } = cwd
  if (!dentry.hashed && !dentry.isRoot) return -ENOENT
  const inside = describePath(cwd, root)
  const text = isUnder(cwd, root) ? inside : `(unreachable)${inside}`
  const size = regs.size(1)
  if (text.length + 1 > size) return -ERANGE
  const bytes = new Uint8Array(text.length + 1)
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at)
  return copyToUser(regs.memory, regs.ptr(0), bytes) === 0 ? bytes.length : -EFAULT
}

const NOTE = 'times of files outside tmpfs are those of the boot'

/** Looking at files without opening them. */
export const statSyscalls: readonly SyscallRow[] = [
  {
    nr: 4,
    name: 'stat',
    support: 'partial',
    note: NOTE,
    handler: (task, regs) => statAt(task, regs, AT_FDCWD, 0, 0, 1),
  },
  { nr: 5, name: 'fstat', support: 'partial', note: NOTE, handler: fstat },
  {
    nr: 6,
    name: 'lstat',
    support: 'partial',
    note: NOTE,
    handler: (task, regs) => statAt(task, regs, AT_FDCWD, 0, AT_SYMLINK_NOFOLLOW, 1),
  },
  { nr: 79, name: 'getcwd', support: 'full', handler: getcwd },
  { nr: 89, name: 'readlink', support: 'full', handler: (task, regs) => readlink(task, regs, AT_FDCWD, 0) },
  {
    nr: 262,
    name: 'newfstatat',
    support: 'partial',
    note: NOTE,
    handler: (task, regs) => statAt(task, regs, regs.i32(0), 1, regs.i32(3), 2),
  },
  { nr: 267, name: 'readlinkat', support: 'full', handler: (task, regs) => readlink(task, regs, regs.i32(0), 1) },
  { nr: 332, name: 'statx', support: 'partial', note: NOTE, handler: statx },
]
