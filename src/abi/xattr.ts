import { CAP_SYS_ADMIN } from '../kernel/capability.js'
import { type Path, pathDone } from '../kernel/path.js'
import type { Task } from '../kernel/task.js'
import { listXattrs, removeXattr, setXattr, xattrOf } from '../kernel/xattr.js'
import { E2BIG, EBADF, EFAULT, EINVAL, ENAMETOOLONG, ERANGE } from '../uapi/errno.js'
import { AT_FDCWD, AT_SYMLINK_NOFOLLOW } from '../uapi/fcntl.js'
import { fileAt } from './descriptors.js'
import { copyToUser } from './memory.js'
import { readString } from './path_argument.js'
import type { Registers } from './registers.js'
import { pathArgument } from './stat.js'
import type { SyscallRow } from './syscall_row.js'

const XATTR_NAME_MAX = 255
const XATTR_SIZE_MAX = 65_536
const XATTR_CREATE = 1
const XATTR_REPLACE = 2

/** How a call names its file: by a path through links, by a path, by a descriptor. */
type Kind = 'path' | 'link' | 'descriptor'
type Operation = (task: Task, regs: Registers, path: Path) => number

function withFile(task: Task, regs: Registers, kind: Kind, what: Operation): number {
  if (kind === 'descriptor') {
    const file = fileAt(task, regs.u32(0))
    return file === null ? -EBADF : what(task, regs, file)
  }
  const path = pathArgument(task, regs, AT_FDCWD, 0, kind === 'link' ? AT_SYMLINK_NOFOLLOW : 0)
  if (typeof path === 'number') return path
  const result = what(task, regs, path)
  pathDone(path)
  return result
}

/** The name of an attribute: neither empty nor too long. */
function readName(regs: Registers): string | number {
  const name = readString(regs.memory, regs.ptr(1), XATTR_NAME_MAX + 1)
  return name === '' || name === -ENAMETOOLONG ? -ERANGE : name
}

const set =
  (kind: Kind) =>
  (task: Task, regs: Registers): number => {
    const flags = regs.i32(4)
    if ((flags & ~(XATTR_CREATE | XATTR_REPLACE)) !== 0) return -EINVAL
    const name = readName(regs)
    if (typeof name === 'number') return name
    const size = regs.size(3)
    if (size > XATTR_SIZE_MAX) return -E2BIG
    const value = new Uint8Array(size)
    if (regs.memory.copyIn(regs.ptr(2), value, size) < size) return -EFAULT
    return withFile(task, regs, kind, (_task, _regs, path) =>
      setXattr(task, path, name, value, (flags & XATTR_CREATE) !== 0, (flags & XATTR_REPLACE) !== 0),
    )
  }

const get =
  (kind: Kind) =>
  (task: Task, regs: Registers): number => {
    const name = readName(regs)
    if (typeof name === 'number') return name
    return withFile(task, regs, kind, (_task, _regs, path) => {
      const value = xattrOf(task, path, name)
      if (typeof value === 'number') return value
      const size = regs.size(3)
      if (size === 0) return value.length
      if (value.length > size) return -ERANGE
      return copyToUser(regs.memory, regs.ptr(2), value) === 0 ? value.length : -EFAULT
    })
  }

const list =
  (kind: Kind) =>
  (task: Task, regs: Registers): number =>
    withFile(task, regs, kind, (_task, _regs, path) => {
      const text = listXattrs(path, task.cred.effective.has(CAP_SYS_ADMIN))
      const size = regs.size(2)
      if (size === 0) return text.length
      if (text.length > size) return -ERANGE
      const bytes = Uint8Array.from(text, (char) => char.charCodeAt(0))
      return copyToUser(regs.memory, regs.ptr(1), bytes) === 0 ? bytes.length : -EFAULT
    })

const remove =
  (kind: Kind) =>
  (task: Task, regs: Registers): number => {
    const name = readName(regs)
    if (typeof name === 'number') return name
    return withFile(task, regs, kind, (_task, _regs, path) => removeXattr(task, path, name))
  }

const KINDS: readonly (readonly [Kind, string])[] = [
  ['path', ''],
  ['link', 'l'],
  ['descriptor', 'f'],
]
const NOTE = 'access control lists: there are none, and none can be set (ENOSYS)'

/** Extended attributes. */
export const xattrSyscalls: readonly SyscallRow[] = KINDS.flatMap(([kind, prefix], n): SyscallRow[] => [
  { nr: 188 + n, name: `${prefix}setxattr`, support: 'partial', note: NOTE, handler: set(kind) },
  { nr: 191 + n, name: `${prefix}getxattr`, support: 'partial', note: NOTE, handler: get(kind) },
  { nr: 194 + n, name: `${prefix}listxattr`, support: 'full', handler: list(kind) },
  { nr: 197 + n, name: `${prefix}removexattr`, support: 'partial', note: NOTE, handler: remove(kind) },
])
