import {
  MS_DIRSYNC,
  MS_I_VERSION,
  MS_LAZYTIME,
  MS_MANDLOCK,
  MS_RDONLY,
  MS_SYNCHRONOUS,
} from '../uapi/constants/mount.js'
import { EBUSY, EINVAL, EPERM } from '../uapi/errno.js'
import { FsContext } from './fs_context.js'
import { fsTypeByName } from './fs_types.js'
import { MNT_ATIME_MASK, MNT_LOCK_ATIME, MNT_LOCK_READONLY, MNT_READONLY, type Mount } from './mount.js'
import { graftTree } from './mount_attach.js'
import { isOurs, placeAt } from './mount_place.js'
import type { Path } from './path.js'
import type { SuperBlock } from './super_block.js'
import type { Task } from './task.js'
import { umountTree } from './umount.js'

const SB_FLAGS = MS_RDONLY | MS_SYNCHRONOUS | MS_MANDLOCK | MS_DIRSYNC | MS_LAZYTIME | MS_I_VERSION

/**
 * What a user namespace's root may see of a procfs: as much as is seen already. The flags that the mount gets, with the
 * locks of the one that is there, or -EPERM.
 */
export function visibleFlags(task: Task, sb: SuperBlock, flags: number): number {
  const ns = task.nsproxy!.mnt
  if (ns.owner === task.kernel.initUserNs || !(sb.type === 'proc' || sb.type === 'sysfs')) return flags
  for (const mount of ns.mounts.all) {
    if (mount.sb.type !== sb.type || mount.root !== mount.sb.root) continue
    if ((mount.flags & MNT_LOCK_READONLY) !== 0 && (flags & MNT_READONLY) === 0) continue
    if ((mount.flags & MNT_LOCK_ATIME) !== 0 && (mount.flags & MNT_ATIME_MASK) !== (flags & MNT_ATIME_MASK)) continue
    if (hidesSomething(mount)) continue
    return flags | (mount.flags & (MNT_LOCK_READONLY | MNT_LOCK_ATIME))
  }
  return -EPERM
}

/** True when something that cannot be taken off lies over anything but an empty directory. */
function hidesSomething(mount: Mount): boolean {
  if (mount.children === null) return false
  for (const [dentry, child] of mount.children) {
    if (child.isLocked && !(dentry.inode.isDir && (dentry.children?.size ?? 0) === 0)) return true
  }
  return false
}

/** Mounts a filesystem of the type named at `target` (mount(2) without another job): 0 or -errno. */
export function newMount(
  task: Task,
  typeName: string | null,
  source: string | null,
  target: Path,
  msFlags: number,
  flags: number,
  data: string | null,
): number {
  if (typeName === null) return -EINVAL
  const type = fsTypeByName(typeName)
  if (typeof type === 'number') return type
  const context = new FsContext(type, type.userNs(task), 'create-params', msFlags & SB_FLAGS, SB_FLAGS)
  let error = source === null ? 0 : context.parse(task, 'source', source)
  if (error === 0 && data !== null) error = context.parseAll(task, data)
  if (error === 0 && !context.mayMount(task)) error = -EPERM
  if (error === 0) error = context.create(task)
  if (error === 0) error = addMount(task, context, target, flags)
  context.put()
  return task.kernel.vfs.changes.finish(error)
}

function addMount(task: Task, context: FsContext, target: Path, wanted: number): number {
  const mount = context.newMount(0)
  const flags = visibleFlags(task, mount.sb, wanted)
  const error = flags < 0 ? flags : addAt(task, mount, target, flags)
  if (error !== 0) umountTree(mount, { sync: true })
  return error
}

function addAt(task: Task, mount: Mount, target: Path, flags: number): number {
  const place = placeAt(target)
  if (typeof place === 'number') return place
  if (!isOurs(task, place.parent)) return -EINVAL
  if (place.parent.sb === mount.sb && place.parent.root === place.mountpoint) return -EBUSY
  if (mount.root.inode.isLink) return -EINVAL
  mount.flags = flags
  return graftTree(task, mount, place)
}
