import { LOOKUP_FOLLOW, lookupAt } from '../kernel/namei.js'
import type { Path } from '../kernel/path.js'
import type { Task } from '../kernel/task.js'
import { ENOENT } from '../uapi/errno.js'
import { AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW } from '../uapi/fcntl.js'
import { readPath } from './path_argument.js'
import type { Registers } from './registers.js'

/** A place named by descriptor, path and AT_* flags; an empty path needs AT_EMPTY_PATH. */
export function placeArgument(
  task: Task,
  regs: Registers,
  dfd: number,
  register: number,
  flags: number,
): Path | number {
  const name = readPath(regs, register)
  if (typeof name === 'number') return name
  if (name === '' && (flags & AT_EMPTY_PATH) === 0) return -ENOENT
  return lookupAt(task, dfd, name, (flags & AT_SYMLINK_NOFOLLOW) !== 0 ? 0 : LOOKUP_FOLLOW)
}
