import { bindMount } from '../kernel/bind_mount.js'
import { changePropagation } from '../kernel/change_propagation.js'
import { mayMount } from '../kernel/may_mount.js'
import { flagsOfMount } from '../kernel/mount_flags.js'
import { moveMount } from '../kernel/move_mount.js'
import { LOOKUP_DIRECTORY, LOOKUP_FOLLOW, lookupAt } from '../kernel/namei.js'
import { newMount } from '../kernel/new_mount.js'
import { type Path, pathDone, pathGet, pathPut } from '../kernel/path.js'
import type { Propagation } from '../kernel/peer_group.js'
import { pivotRoot } from '../kernel/pivot_root.js'
import { remount, remountBind } from '../kernel/remount.js'
import type { Task } from '../kernel/task.js'
import { MNT_DETACH, MNT_EXPIRE, MNT_FORCE, UMOUNT_NOFOLLOW, umountPath } from '../kernel/umount_path.js'
import {
  MS_BIND,
  MS_MGC_MSK,
  MS_MGC_VAL,
  MS_MOVE,
  MS_NOUSER,
  MS_PRIVATE,
  MS_REC,
  MS_REMOUNT,
  MS_SHARED,
  MS_SILENT,
  MS_SLAVE,
  MS_UNBINDABLE,
} from '../uapi/constants/mount.js'
import { EFAULT, EINVAL, ENAMETOOLONG, EPERM } from '../uapi/errno.js'
import { AT_FDCWD } from '../uapi/fcntl.js'
import { nameOf, readNonEmptyPath, readString } from './path_argument.js'
import type { Registers } from './registers.js'
import type { SyscallRow } from './syscall_row.js'

const PAGE_SIZE = 4096

/** The propagation that one MS_* bit asks for. */
export const PROPAGATIONS: ReadonlyMap<number, Propagation> = new Map([
  [MS_PRIVATE, 'private'],
  [MS_SHARED, 'shared'],
  [MS_SLAVE, 'slave'],
  [MS_UNBINDABLE, 'unbindable'],
])
const PROPAGATION_FLAGS = MS_PRIVATE | MS_SHARED | MS_SLAVE | MS_UNBINDABLE

/** The string in register `n` as mount copies its arguments: null for NULL, -EINVAL for one that is too long. */
function optionalString(regs: Registers, n: number): string | null | number {
  if (regs.ptr(n) === 0) return null
  const text = readString(regs.memory, regs.ptr(n), PAGE_SIZE)
  return text === -ENAMETOOLONG ? -EINVAL : text
}

const data = new Uint8Array(PAGE_SIZE)

/** The options in register 4: up to a page, as much of it as can be read. */
function optionData(regs: Registers): string | null | number {
  if (regs.ptr(4) === 0) return null
  const got = regs.memory.copyIn(regs.ptr(4), data, PAGE_SIZE)
  if (got === 0) return -EFAULT
  const end = data.subarray(0, Math.min(got, PAGE_SIZE - 1)).indexOf(0)
  return nameOf(data, 0, end < 0 ? Math.min(got, PAGE_SIZE - 1) : end)
}

function mount(task: Task, regs: Registers): number {
  const type = optionalString(regs, 2)
  if (typeof type === 'number') return type
  const source = optionalString(regs, 0)
  if (typeof source === 'number') return source
  const options = optionData(regs)
  if (typeof options === 'number') return options
  const name = readNonEmptyPath(regs, 1)
  if (typeof name === 'number') return name
  const target = lookupAt(task, AT_FDCWD, name, LOOKUP_FOLLOW)
  if (typeof target === 'number') return target
  pathGet(target)
  const wanted = wantedFlags(regs)
  const result = wanted === null ? -EINVAL : mountAt(task, target, type, source, wanted, options)
  pathPut(target)
  return result
}

/** The flags in register 3 without the magic number of old; null for ones that only the kernel has, which all above 31 bits are. */
function wantedFlags(regs: Registers): number | null {
  const flags = regs.i32(3)
  if ((flags & MS_MGC_MSK) === (MS_MGC_VAL | 0)) return flags & ~MS_MGC_MSK
  return regs.hi(3) !== 0 || (flags & MS_NOUSER) !== 0 ? null : flags
}

function mountAt(
  task: Task,
  target: Path,
  type: string | null,
  source: string | null,
  flags: number,
  options: string | null,
): number {
  if (!mayMount(task)) return -EPERM
  const mountFlags = flagsOfMount(flags, target.mnt)
  if ((flags & (MS_REMOUNT | MS_BIND)) === (MS_REMOUNT | MS_BIND)) return remountBind(task, target, mountFlags)
  if ((flags & MS_REMOUNT) !== 0) return remount(task, target, flags, mountFlags, options)
  if ((flags & MS_BIND) !== 0) {
    return withSource(task, source, (from) => bindMount(task, from, target, (flags & MS_REC) !== 0))
  }
  if ((flags & PROPAGATION_FLAGS) !== 0) {
    const kind = PROPAGATIONS.get(flags & ~(MS_REC | MS_SILENT))
    return kind === undefined ? -EINVAL : changePropagation(task, target, kind, (flags & MS_REC) !== 0)
  }
  if ((flags & MS_MOVE) !== 0) return withSource(task, source, (from) => moveMount(task, from, target, false))
  return newMount(task, type, source, target, flags, mountFlags, options)
}

/** Does something with the place that mount(2)'s source names. */
function withSource(task: Task, source: string | null, act: (from: Path) => number): number {
  if (source === null || source === '') return -EINVAL
  const from = lookupAt(task, AT_FDCWD, source, LOOKUP_FOLLOW)
  if (typeof from === 'number') return from
  pathGet(from)
  const result = act(from)
  pathPut(from)
  return result
}

function umount2(task: Task, regs: Registers): number {
  const flags = regs.i32(1)
  if ((flags & ~(MNT_FORCE | MNT_DETACH | MNT_EXPIRE | UMOUNT_NOFOLLOW)) !== 0) return -EINVAL
  const name = readNonEmptyPath(regs, 0)
  if (typeof name === 'number') return name
  const found = lookupAt(task, AT_FDCWD, name, (flags & UMOUNT_NOFOLLOW) !== 0 ? 0 : LOOKUP_FOLLOW)
  if (typeof found === 'number') return found
  // A walk that ends where it began, at the root say, has not gone onto what is mounted there.
  const over = found.mnt.childAt(found.dentry)?.topmost
  const path = over === undefined ? found : { mnt: over, dentry: over.root }
  // The mount itself is not held: that would keep it busy.
  const dentry = path.dentry.get()
  const result = umountPath(task, path, flags)
  dentry.put()
  return result
}

/** The directory that register `n` names. */
function directory(task: Task, regs: Registers, n: number): Path | number {
  const name = readNonEmptyPath(regs, n)
  return typeof name === 'number' ? name : lookupAt(task, AT_FDCWD, name, LOOKUP_FOLLOW | LOOKUP_DIRECTORY)
}

function pivot_root(task: Task, regs: Registers): number {
  const { pivotRootLooksFirst } = task.kernel.features
  if (!pivotRootLooksFirst && !mayMount(task)) return -EPERM
  const newRoot = directory(task, regs, 0)
  if (typeof newRoot === 'number') return newRoot
  const putOld = directory(task, regs, 1)
  let result: number
  if (typeof putOld === 'number') result = putOld
  else {
    result = pivotRootLooksFirst && !mayMount(task) ? -EPERM : pivotRoot(task, newRoot, putOld)
    pathDone(putOld)
  }
  pathDone(newRoot)
  return result
}

/** Mounting and umounting by path. */
export const mountSyscalls: readonly SyscallRow[] = [
  { nr: 155, name: 'pivot_root', support: 'full', handler: pivot_root },
  {
    nr: 165,
    name: 'mount',
    support: 'partial',
    note: 'new filesystems: tmpfs (its limits are shown, not kept), ramfs, proc, and sysfs, devtmpfs and cgroup2 as at boot; others a kernel has: ENOSYS',
    handler: mount,
  },
  { nr: 166, name: 'umount2', support: 'full', handler: umount2 },
]
