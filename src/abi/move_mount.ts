import { mayMount } from '../kernel/may_mount.js'
import { moveMount, setGroup } from '../kernel/move_mount.js'
import { LOOKUP_FOLLOW, lookupAt } from '../kernel/namei.js'
import { type Path, pathGet, pathPut } from '../kernel/path.js'
import type { Task } from '../kernel/task.js'
import {
  MOVE_MOUNT__MASK,
  MOVE_MOUNT_BENEATH,
  MOVE_MOUNT_F_EMPTY_PATH,
  MOVE_MOUNT_F_SYMLINKS,
  MOVE_MOUNT_SET_GROUP,
  MOVE_MOUNT_T_EMPTY_PATH,
  MOVE_MOUNT_T_SYMLINKS,
} from '../uapi/constants/mount.js'
import { EBADF, EINVAL, ENOENT, EPERM } from '../uapi/errno.js'
import { readPath } from './path_argument.js'
import type { Registers } from './registers.js'
import type { SyscallRow } from './syscall_row.js'

/** One side of move_mount: a descriptor alone where the path may be empty (or NULL), else a path from it. */
function side(task: Task, regs: Registers, register: number, mayBeEmpty: boolean, follow: boolean): Path | number {
  const dfd = regs.i32(register)
  const isNull = mayBeEmpty && regs.ptr(register + 1) === 0
  const name = isNull ? '' : readPath(regs, register + 1)
  if (typeof name === 'number') return name
  if (name === '') {
    if (!mayBeEmpty) return -ENOENT
    if (dfd >= 0) return task.files!.file(dfd) ?? -EBADF
  }
  return lookupAt(task, dfd, name, follow ? LOOKUP_FOLLOW : 0)
}

function move_mount(task: Task, regs: Registers): number {
  const flags = regs.u32(4)
  if (!mayMount(task)) return -EPERM
  if ((flags & ~MOVE_MOUNT__MASK) !== 0) return -EINVAL
  const both = MOVE_MOUNT_BENEATH | MOVE_MOUNT_SET_GROUP
  if ((flags & both) === both) return -EINVAL
  const to = side(task, regs, 2, (flags & MOVE_MOUNT_T_EMPTY_PATH) !== 0, (flags & MOVE_MOUNT_T_SYMLINKS) !== 0)
  if (typeof to === 'number') return to
  pathGet(to)
  const from = side(task, regs, 0, (flags & MOVE_MOUNT_F_EMPTY_PATH) !== 0, (flags & MOVE_MOUNT_F_SYMLINKS) !== 0)
  let result: number
  if (typeof from === 'number') result = from
  else {
    pathGet(from)
    if ((flags & MOVE_MOUNT_SET_GROUP) !== 0) result = setGroup(task, from, to)
    else result = moveMount(task, from, to, (flags & MOVE_MOUNT_BENEATH) !== 0)
    pathPut(from)
  }
  pathPut(to)
  return result
}

/** Moving and attaching mounts. */
export const moveMountSyscalls: readonly SyscallRow[] = [
  { nr: 429, name: 'move_mount', support: 'full', handler: move_mount },
]
