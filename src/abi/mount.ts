import { bindMount, changePropagation, mayMount, type Propagation, umount } from '../kernel/mount_ops.js'
import { LOOKUP_FOLLOW, lookupAt } from '../kernel/namei.js'
import { pathDone } from '../kernel/path.js'
import type { Task } from '../kernel/task.js'
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
import { EFAULT, EINVAL, ENAMETOOLONG, ENOSYS, EPERM } from '../uapi/errno.js'
import { AT_FDCWD } from '../uapi/fcntl.js'
import { readNonEmptyPath, readString } from './path_argument.js'
import type { Registers } from './registers.js'
import type { SyscallRow } from './syscall_row.js'

const MNT_FORCE = 1
const MNT_DETACH = 2
const MNT_EXPIRE = 4
const UMOUNT_NOFOLLOW = 8
const PAGE_SIZE = 4096

const PROPAGATIONS: ReadonlyMap<number, Propagation> = new Map([
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

const one = new Uint8Array(1)

function mount(task: Task, regs: Registers): number {
  const type = optionalString(regs, 2)
  if (typeof type === 'number') return type
  const source = optionalString(regs, 0)
  if (typeof source === 'number') return source
  if (regs.ptr(4) !== 0 && regs.memory.copyIn(regs.ptr(4), one, 1) < 1) return -EFAULT
  const name = readNonEmptyPath(regs, 1)
  if (typeof name === 'number') return name
  const target = lookupAt(task, AT_FDCWD, name, LOOKUP_FOLLOW)
  if (typeof target === 'number') return target

  let flags = regs.i32(3)
  if ((flags & MS_MGC_MSK) === (MS_MGC_VAL | 0)) flags &= ~MS_MGC_MSK
  const result = ((): number => {
    if ((flags & MS_NOUSER) !== 0) return -EINVAL
    if (!mayMount(task)) return -EPERM
    if ((flags & MS_REMOUNT) !== 0) return -ENOSYS
    if ((flags & MS_BIND) !== 0) {
      if (source === null || source === '') return -EINVAL
      const from = lookupAt(task, AT_FDCWD, source, LOOKUP_FOLLOW)
      if (typeof from === 'number') return from
      const bound = bindMount(task, from, target, (flags & MS_REC) !== 0)
      pathDone(from)
      return bound
    }
    if ((flags & PROPAGATION_FLAGS) !== 0) {
      const kind = PROPAGATIONS.get(flags & ~(MS_REC | MS_SILENT))
      return kind === undefined ? -EINVAL : changePropagation(task, target, kind, (flags & MS_REC) !== 0)
    }
    if ((flags & MS_MOVE) !== 0) return -ENOSYS
    return type === null ? -EINVAL : -ENOSYS
  })()
  pathDone(target)
  return result
}

function umount2(task: Task, regs: Registers): number {
  const flags = regs.i32(1)
  if ((flags & ~(MNT_FORCE | MNT_DETACH | MNT_EXPIRE | UMOUNT_NOFOLLOW)) !== 0) return -EINVAL
  const name = readNonEmptyPath(regs, 0)
  if (typeof name === 'number') return name
  const path = lookupAt(task, AT_FDCWD, name, (flags & UMOUNT_NOFOLLOW) !== 0 ? 0 : LOOKUP_FOLLOW)
  if (typeof path === 'number') return path
  const result = (flags & (MNT_EXPIRE | MNT_FORCE)) !== 0 ? -ENOSYS : umount(task, path, (flags & MNT_DETACH) !== 0)
  pathDone(path)
  return result
}

/** Mounts. */
export const mountSyscalls: readonly SyscallRow[] = [
  {
    nr: 165,
    name: 'mount',
    support: 'partial',
    note: 'MS_BIND without mounts below it, and propagation among private mounts; new filesystems, moves, remounts and shared mounts: ENOSYS',
    handler: mount,
  },
  {
    nr: 166,
    name: 'umount2',
    support: 'partial',
    note: 'MNT_EXPIRE, MNT_FORCE and shared mounts: ENOSYS',
    handler: umount2,
  },
  ...(
    [
      [155, 'pivot_root'],
      [428, 'open_tree'],
      [429, 'move_mount'],
      [430, 'fsopen'],
      [431, 'fsconfig'],
      [432, 'fsmount'],
      [442, 'mount_setattr'],
      [457, 'statmount'],
      [458, 'listmount'],
      [467, 'open_tree_attr'],
    ] as const
  ).map(([nr, name]): SyscallRow => ({ nr, name, support: 'none' })),
]
