import { fillDetachedTree, newDetachedTree } from '../kernel/bind_mount.js'
import { cloneMount } from '../kernel/copy_tree.js'
import { DetachedFile } from '../kernel/detached_file.js'
import { FsContext } from '../kernel/fs_context.js'
import { FsContextFile } from '../kernel/fs_context_file.js'
import { type FsValue, NO_TEXT } from '../kernel/fs_type.js'
import { fsTypeByName, fsTypeOf } from '../kernel/fs_types.js'
import { mayMount } from '../kernel/may_mount.js'
import { flagsOfAttributes } from '../kernel/mount_flags.js'
import { isMountRoot } from '../kernel/mount_place.js'
import { visibleFlags } from '../kernel/new_mount.js'
import { pathDone } from '../kernel/path.js'
import type { Task } from '../kernel/task.js'
import { umountTree } from '../kernel/umount.js'
import { FSMOUNT_CLOEXEC, FSMOUNT_NAMESPACE, FSOPEN_CLOEXEC, MOUNT_ATTR__ATIME } from '../uapi/constants/mount.js'
import { EBADF, EBUSY, EFAULT, EINVAL, ENAMETOOLONG, EOPNOTSUPP, EPERM } from '../uapi/errno.js'
import { AT_EMPTY_PATH, AT_FDCWD, AT_SYMLINK_NOFOLLOW } from '../uapi/fcntl.js'
import { installFile } from './install_file.js'
import { ATIME_FLAGS, MOUNT_ATTRIBUTES } from './mount_setattr.js'
import { mayCopyTree, openNamespaceOf } from './open_tree.js'
import { readNonEmptyPath, readPath, readString } from './path_argument.js'
import { placeArgument } from './place_argument.js'
import type { Registers } from './registers.js'
import type { SyscallRow } from './syscall_row.js'

/** Commands of fsconfig. */
const FSCONFIG_SET_FLAG = 0
const FSCONFIG_SET_STRING = 1
const FSCONFIG_SET_BINARY = 2
const FSCONFIG_SET_PATH = 3
const FSCONFIG_SET_PATH_EMPTY = 4
const FSCONFIG_SET_FD = 5
const FSCONFIG_CMD_CREATE = 6
const FSCONFIG_CMD_RECONFIGURE = 7
const FSCONFIG_CMD_CREATE_EXCL = 8

const FSPICK_CLOEXEC = 1
const FSPICK_SYMLINK_NOFOLLOW = 2
const FSPICK_NO_AUTOMOUNT = 4
const FSPICK_EMPTY_PATH = 8

const PAGE_SIZE = 4096
/** Longest key and value, with the NUL. */
const STRING_MAX = 256
const BINARY_MAX = 1024 * 1024

/** A string of at most `max` bytes with its NUL; a longer one is -EINVAL. */
function limitedString(regs: Registers, n: number, max: number): string | number {
  const text = readString(regs.memory, regs.ptr(n), max)
  return text === -ENAMETOOLONG ? -EINVAL : text
}

function fsopen(task: Task, regs: Registers): number {
  if (!mayMount(task)) return -EPERM
  const flags = regs.u32(1)
  if ((flags & ~FSOPEN_CLOEXEC) !== 0) return -EINVAL
  const name = limitedString(regs, 0, PAGE_SIZE)
  if (typeof name === 'number') return name
  const type = fsTypeByName(name)
  if (typeof type === 'number') return type
  const context = new FsContext(type, type.userNs(task), 'create-params')
  return installFile(task, new FsContextFile(task, context), (flags & FSOPEN_CLOEXEC) !== 0)
}

function fspick(task: Task, regs: Registers): number {
  if (!mayMount(task)) return -EPERM
  const flags = regs.u32(2)
  const known = FSPICK_CLOEXEC | FSPICK_SYMLINK_NOFOLLOW | FSPICK_NO_AUTOMOUNT | FSPICK_EMPTY_PATH
  if ((flags & ~known) !== 0) return -EINVAL
  const atFlags =
    ((flags & FSPICK_EMPTY_PATH) !== 0 ? AT_EMPTY_PATH : 0) |
    ((flags & FSPICK_SYMLINK_NOFOLLOW) !== 0 ? AT_SYMLINK_NOFOLLOW : 0)
  const path = placeArgument(task, regs, regs.i32(0), 1, atFlags)
  if (typeof path === 'number') return path
  const { sb } = path.mnt
  pathDone(path)
  if (!isMountRoot(path)) return -EINVAL
  const context = new FsContext(fsTypeOf(sb.type), sb.userNs, 'reconf-params')
  context.sb = sb
  sb.active++
  return installFile(task, new FsContextFile(task, context), (flags & FSPICK_CLOEXEC) !== 0)
}

/** Which arguments a command of fsconfig has: -EINVAL for others, -EOPNOTSUPP for no command. */
function checkArguments(regs: Registers): number {
  const key = regs.ptr(2) !== 0
  const value = regs.ptr(3) !== 0
  const aux = regs.i32(4)
  switch (regs.u32(1)) {
    case FSCONFIG_SET_FLAG:
      return !key || value || aux !== 0 ? -EINVAL : 0
    case FSCONFIG_SET_STRING:
      return !key || !value || aux !== 0 ? -EINVAL : 0
    case FSCONFIG_SET_BINARY:
      return !key || !value || aux <= 0 || aux > BINARY_MAX ? -EINVAL : 0
    case FSCONFIG_SET_PATH:
    case FSCONFIG_SET_PATH_EMPTY:
      return !key || !value || (aux !== AT_FDCWD && aux < 0) ? -EINVAL : 0
    case FSCONFIG_SET_FD:
      return !key || value || aux < 0 ? -EINVAL : 0
    case FSCONFIG_CMD_CREATE:
    case FSCONFIG_CMD_CREATE_EXCL:
    case FSCONFIG_CMD_RECONFIGURE:
      return key || value || aux !== 0 ? -EINVAL : 0
    default:
      return -EOPNOTSUPP
  }
}

/** The context behind a descriptor: -EBADF, or -EINVAL for another kind of file. */
function contextOf(task: Task, fd: number): FsContext | number {
  const file = task.files!.file(fd)
  if (file === null || file.isPathOnly) return -EBADF
  return file instanceof FsContextFile ? file.context : -EINVAL
}

/** The value that a command brings, or -errno. No filesystem here takes bytes, paths or descriptors, but they must be there. */
function parameterValue(task: Task, regs: Registers, command: number): FsValue | number {
  const aux = regs.i32(4)
  switch (command) {
    case FSCONFIG_SET_FLAG:
      return null
    case FSCONFIG_SET_STRING:
      return limitedString(regs, 3, STRING_MAX)
    case FSCONFIG_SET_BINARY:
      return regs.memory.copyIn(regs.ptr(3), new Uint8Array(aux), aux) < aux ? -EFAULT : NO_TEXT
    case FSCONFIG_SET_FD:
      return task.files!.file(aux) === null ? -EBADF : NO_TEXT
    default: {
      const name = command === FSCONFIG_SET_PATH ? readNonEmptyPath(regs, 3) : readPath(regs, 3)
      return typeof name === 'number' ? name : NO_TEXT
    }
  }
}

function fsconfig(task: Task, regs: Registers): number {
  const fd = regs.i32(0)
  if (fd < 0) return -EINVAL
  const wrong = checkArguments(regs)
  if (wrong !== 0) return wrong
  const context = contextOf(task, fd)
  if (typeof context === 'number') return context
  const command = regs.u32(1)
  if (regs.ptr(2) === 0) return runCommand(task, context, command)
  const key = limitedString(regs, 2, STRING_MAX)
  if (typeof key === 'number') return key
  const value = parameterValue(task, regs, command)
  if (typeof value === 'number') return value
  startReconfiguring(context)
  if (context.phase !== 'create-params' && context.phase !== 'reconf-params') return -EBUSY
  return context.parse(task, key, value)
}

/** After a mount the context is for changing the filesystem. */
function startReconfiguring(context: FsContext): void {
  if (context.phase === 'awaiting-reconf') context.phase = 'reconf-params'
}

function runCommand(task: Task, context: FsContext, command: number): number {
  startReconfiguring(context)
  if (command === FSCONFIG_CMD_RECONFIGURE) {
    if (context.phase !== 'reconf-params') return -EBUSY
    const error = context.reconfigure(task, context.sb!)
    if (error === 0) context.clean()
    else context.phase = 'failed'
    return error
  }
  if (context.phase !== 'create-params') return -EBUSY
  if (!context.mayMount(task)) return -EPERM
  const error = context.create(task)
  context.phase = error === 0 ? 'awaiting-mount' : 'failed'
  return error
}

function fsmount(task: Task, regs: Registers): number {
  const flags = regs.u32(1)
  const known = task.kernel.features.mountNamespaceFds ? FSMOUNT_CLOEXEC | FSMOUNT_NAMESPACE : FSMOUNT_CLOEXEC
  const intoNamespace = (flags & known & FSMOUNT_NAMESPACE) !== 0
  if (!mayCopyTree(task, intoNamespace)) return -EPERM
  if ((flags & ~known) !== 0) return -EINVAL
  const attributes = regs.u32(2)
  if ((attributes & ~MOUNT_ATTRIBUTES) !== 0) return -EINVAL
  const atime = ATIME_FLAGS.get(attributes & MOUNT_ATTR__ATIME)
  if (atime === undefined) return -EINVAL
  const context = contextOf(task, regs.i32(0))
  if (typeof context === 'number') return context
  if (context.sb === null) return -EINVAL
  const mountFlags = visibleFlags(task, context.sb, flagsOfAttributes(attributes) | atime)
  if (mountFlags < 0) return mountFlags
  if (context.phase !== 'awaiting-mount') return -EBUSY
  const mount = context.newMount(mountFlags)
  context.clean()
  const cloexec = (flags & FSMOUNT_CLOEXEC) !== 0
  const { changes } = task.kernel.vfs
  if (intoNamespace) {
    const file = openNamespaceOf(task, (slave) => cloneMount(mount, mount.root, { slave }))
    mount.put()
    return typeof file === 'number' ? file : installFile(task, file, cloexec)
  }
  const tree = newDetachedTree(task)
  if (typeof tree === 'number') {
    umountTree(mount, { sync: true })
    return changes.finish(tree)
  }
  fillDetachedTree(tree, mount)
  changes.end()
  return installFile(task, new DetachedFile(task, mount), cloexec)
}

/** Making and changing filesystems step by step. */
export const fsContextSyscalls: readonly SyscallRow[] = [
  {
    nr: 430,
    name: 'fsopen',
    support: 'partial',
    note: 'the filesystems that mount knows; others a kernel has: ENOSYS',
    handler: fsopen,
  },
  {
    nr: 431,
    name: 'fsconfig',
    support: 'full',
    note: 'options that proc and tmpfs have and the model has not: ENOSYS',
    handler: fsconfig,
  },
  { nr: 432, name: 'fsmount', support: 'full', handler: fsmount },
  { nr: 433, name: 'fspick', support: 'full', handler: fspick },
]
