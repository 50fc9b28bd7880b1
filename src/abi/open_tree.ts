import { cloneDetached, copyOf } from '../kernel/bind_mount.js'
import { CAP_SYS_ADMIN } from '../kernel/capability.js'
import { nsCapable } from '../kernel/cred.js'
import { DetachedFile } from '../kernel/detached_file.js'
import type { File } from '../kernel/file.js'
import { mayMount } from '../kernel/may_mount.js'
import type { Mount } from '../kernel/mount.js'
import { openNs } from '../kernel/nsfs.js'
import { dentryOpen } from '../kernel/open.js'
import { namespaceOf } from '../kernel/own_namespace.js'
import { type Path, pathDone, pathGet, pathPut } from '../kernel/path.js'
import { setAttributes } from '../kernel/set_attributes.js'
import type { Task } from '../kernel/task.js'
import { OPEN_TREE_CLOEXEC, OPEN_TREE_CLONE, OPEN_TREE_NAMESPACE } from '../uapi/constants/mount.js'
import { EINVAL, ENOTDIR, EPERM } from '../uapi/errno.js'
import { AT_EMPTY_PATH, AT_NO_AUTOMOUNT, AT_RECURSIVE, AT_SYMLINK_NOFOLLOW, O_PATH, O_RDONLY } from '../uapi/fcntl.js'
import { installFile } from './install_file.js'
import { readChange } from './mount_setattr.js'
import { placeArgument } from './place_argument.js'
import type { Registers } from './registers.js'
import type { SyscallRow } from './syscall_row.js'

const FLAGS = AT_EMPTY_PATH | AT_NO_AUTOMOUNT | AT_RECURSIVE | AT_SYMLINK_NOFOLLOW | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC
/** A copy is made: detached, or in a mount namespace of its own. */
const COPIES = OPEN_TREE_CLONE | OPEN_TREE_NAMESPACE

/** Copies into a mount namespace of their own take no power over the present one, only over the own user namespace. */
export function mayCopyTree(task: Task, intoNamespace: boolean): boolean {
  return intoNamespace ? nsCapable(task.cred, task.cred.userNs, CAP_SYS_ADMIN) : mayMount(task)
}

/** The file of a place, of a detached copy of what is mounted there, or of a mount namespace with that copy. */
function openPlace(task: Task, regs: Registers): File | number {
  const flags = regs.i32(2)
  const known = task.kernel.features.mountNamespaceFds ? FLAGS | OPEN_TREE_NAMESPACE : FLAGS
  if ((flags & ~known) !== 0 || (flags & COPIES) === COPIES) return -EINVAL
  if ((flags & (AT_RECURSIVE | COPIES)) === AT_RECURSIVE) return -EINVAL
  const copies = (flags & COPIES) !== 0
  if (copies && !mayCopyTree(task, (flags & OPEN_TREE_NAMESPACE) !== 0)) return -EPERM
  const path = placeArgument(task, regs, regs.i32(0), 1, flags)
  if (typeof path === 'number') return path
  if ((flags & OPEN_TREE_NAMESPACE) !== 0 && !path.dentry.inode.isDir) {
    pathDone(path)
    return -ENOTDIR
  }
  pathGet(path)
  const file = copies ? openCopy(task, path, flags) : dentryOpen(task, path, O_PATH, task.cred)
  pathPut(path)
  return file
}

function openCopy(task: Task, path: Path, flags: number): File | number {
  const recursive = (flags & AT_RECURSIVE) !== 0
  if ((flags & OPEN_TREE_NAMESPACE) !== 0) return openNamespaceOf(task, (slave) => copyOf(task, path, recursive, slave))
  const top = cloneDetached(task, path, recursive)
  return typeof top === 'number' ? top : new DetachedFile(task, top)
}

/** The file of a new mount namespace with the tree that `copy` makes, or -errno. */
export function openNamespaceOf(task: Task, copy: (slave: boolean) => Mount | number): File | number {
  const ns = namespaceOf(task, copy)
  if (typeof ns === 'number') return ns
  const file = openNs(task, ns, O_RDONLY)
  ns.put()
  return file
}

function open_tree(task: Task, regs: Registers): number {
  const file = openPlace(task, regs)
  return typeof file === 'number' ? file : installFile(task, file, (regs.i32(2) & OPEN_TREE_CLOEXEC) !== 0)
}

function open_tree_attr(task: Task, regs: Registers): number {
  const size = regs.size(4)
  if (regs.ptr(3) === 0 && size !== 0) return -EINVAL
  const file = openPlace(task, regs)
  if (typeof file === 'number') return file
  const flags = regs.i32(2)
  if (regs.ptr(3) !== 0) {
    const change = readChange(task, regs, 3, size, (flags & AT_RECURSIVE) !== 0, (flags & OPEN_TREE_CLONE) !== 0)
    const error = change === null ? 0 : typeof change === 'number' ? change : setAttributes(task, file, change)
    if (error !== 0) {
      file.put()
      return error
    }
  }
  return installFile(task, file, (flags & OPEN_TREE_CLOEXEC) !== 0)
}

/** Mounts as descriptors. */
export const openTreeSyscalls: readonly SyscallRow[] = [
  { nr: 428, name: 'open_tree', support: 'full', handler: open_tree },
  {
    nr: 467,
    name: 'open_tree_attr',
    support: 'full',
    note: 'MOUNT_ATTR_IDMAP: tmpfs',
    handler: open_tree_attr,
  },
]
