import { CAP_DAC_READ_SEARCH } from '../kernel/capability.js'
import { linkAt } from '../kernel/link.js'
import { pathDone } from '../kernel/path.js'
import { RENAME_EXCHANGE, RENAME_NOREPLACE, RENAME_WHITEOUT, renameAt } from '../kernel/rename.js'
import type { Task } from '../kernel/task.js'
import { EINVAL, ENOENT } from '../uapi/errno.js'
import { AT_EMPTY_PATH, AT_FDCWD, AT_SYMLINK_FOLLOW, AT_SYMLINK_NOFOLLOW } from '../uapi/fcntl.js'
import { readNonEmptyPath, readPath } from './path_argument.js'
import type { Registers } from './registers.js'
import { pathArgument } from './stat.js'
import type { SyscallRow } from './syscall_row.js'

function rename(
  task: Task,
  regs: Registers,
  oldDfd: number,
  oldRegister: number,
  newDfd: number,
  newRegister: number,
  flags: number,
): number {
  if ((flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE | RENAME_WHITEOUT)) !== 0) return -EINVAL
  if ((flags & RENAME_EXCHANGE) !== 0 && (flags & (RENAME_NOREPLACE | RENAME_WHITEOUT)) !== 0) return -EINVAL
  const oldName = readNonEmptyPath(regs, oldRegister)
  if (typeof oldName === 'number') return oldName
  return renameAt(task, oldDfd, oldName, newDfd, readNonEmptyPath(regs, newRegister), flags)
}

function link(
  task: Task,
  regs: Registers,
  oldDfd: number,
  oldRegister: number,
  newDfd: number,
  newRegister: number,
  flags: number,
): number {
  if ((flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH)) !== 0) return -EINVAL
  const follow = (flags & AT_SYMLINK_FOLLOW) !== 0 ? 0 : AT_SYMLINK_NOFOLLOW
  const empty = (flags & AT_EMPTY_PATH) !== 0 && readPath(regs, oldRegister) === ''
  // A descriptor alone is enough for who opened it, and for who may read everything.
  if (empty && oldDfd !== AT_FDCWD && !task.cred.effective.has(CAP_DAC_READ_SEARCH)) {
    const file = task.files!.file(oldDfd)
    if (file !== null && file.cred !== task.cred) return -ENOENT
  }
  const old = pathArgument(task, regs, oldDfd, oldRegister, (flags & AT_EMPTY_PATH) | follow)
  if (typeof old === 'number') return old
  const newName = readNonEmptyPath(regs, newRegister)
  const result = typeof newName === 'number' ? newName : linkAt(task, old, newDfd, newName)
  pathDone(old)
  return result
}

/** Names moved and added. */
export const linkSyscalls: readonly SyscallRow[] = [
  {
    nr: 82,
    name: 'rename',
    support: 'full',
    handler: (task, regs) => rename(task, regs, AT_FDCWD, 0, AT_FDCWD, 1, 0),
  },
  {
    nr: 86,
    name: 'link',
    support: 'full',
    handler: (task, regs) => link(task, regs, AT_FDCWD, 0, AT_FDCWD, 1, 0),
  },
  {
    nr: 264,
    name: 'renameat',
    support: 'full',
    handler: (task, regs) => rename(task, regs, regs.i32(0), 1, regs.i32(2), 3, 0),
  },
  {
    nr: 265,
    name: 'linkat',
    support: 'full',
    handler: (task, regs) => link(task, regs, regs.i32(0), 1, regs.i32(2), 3, regs.i32(4)),
  },
  {
    nr: 316,
    name: 'renameat2',
    support: 'full',
    handler: (task, regs) => rename(task, regs, regs.i32(0), 1, regs.i32(2), 3, regs.i32(4)),
  },
]
