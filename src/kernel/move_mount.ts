import { EINVAL, ELOOP, EPERM } from '../uapi/errno.js'
import { hasLockedChildren, wouldLoop } from './bind_mount.js'
import { CAP_SYS_ADMIN } from './capability.js'
import { nsCapable } from './cred.js'
import type { Mount } from './mount.js'
import { attachTree } from './mount_attach.js'
import { isMountRoot, isOurs, type MountPlace, mayUse, placeAt } from './mount_place.js'
import type { Path } from './path.js'
import { enslaveAfter, joinPeers } from './peer_group.js'
import { wouldCover } from './propagation.js'
import type { Task } from './task.js'

/** What the mount to be moved, and where to, must be: 0 or -EINVAL. */
function checkSource(task: Task, source: Mount, place: MountPlace): number {
  if (isOurs(task, source)) {
    if (source.parent === null || source.isLocked || source.parent.isShared) return -EINVAL
    return isOurs(task, place.parent) ? 0 : -EINVAL
  }
  const { ns } = source
  if (ns === null || !ns.isAnonymous || ns.root !== source) return -EINVAL
  if (ns === place.parent.ns) return -EINVAL
  return mayUse(task, place.parent) ? 0 : -EINVAL
}

/** What going beneath the mount `over` asks for: 0 or -EINVAL. */
function checkBeneath(task: Task, source: Mount, over: Mount, place: MountPlace): number {
  if (source.overmount !== null) return -EINVAL
  if (!task.kernel.features.movesBeneathLocked) {
    if (over.isLocked || over === task.fs!.root.mnt || place.parent === task.nsproxy!.mnt.root) return -EINVAL
  }
  if (over.isAncestorOf(source)) return -EINVAL
  if (wouldCover(place.parent, over, place.mountpoint)) return -EINVAL
  return isOurs(task, source) && wouldCover(place.parent, source, place.mountpoint) ? -EINVAL : 0
}

/** Moves the mount at `from`, or attaches the detached tree there, to `to` or, with `beneath`, under what is mounted there: 0 or -errno. */
export function moveMount(task: Task, from: Path, to: Path, beneath: boolean): number {
  const source = from.mnt
  if (!isMountRoot(from)) return -EINVAL
  if (to.dentry.inode.isDir !== from.dentry.inode.isDir) return -EINVAL
  const place = placeAt(to, beneath)
  if (typeof place === 'number') return place
  let error = checkSource(task, source, place)
  if (error === 0 && beneath) error = checkBeneath(task, source, to.mnt.topmost, place)
  if (error !== 0) return error
  const tree = source.subtree()
  if (place.parent.isShared && tree.some((mount) => mount.unbindable)) return -EINVAL
  if (tree.some((mount) => wouldLoop(task, mount.root))) return -ELOOP
  if (source.isAncestorOf(place.parent)) return -ELOOP
  return task.kernel.vfs.changes.finish(attachTree(task, source, place))
}

/** Who may change the propagation of a mount: 0, -EINVAL for one that is in no mount namespace, -EPERM. */
export function mayChangePropagation(task: Task, mount: Mount): number {
  const { ns } = mount
  if (ns === null) return -EINVAL
  return nsCapable(task.cred, ns.owner!, CAP_SYS_ADMIN) ? 0 : -EPERM
}

/** Puts the private mount at `to` into the group, and under the master, of the mount at `from` (MOVE_MOUNT_SET_GROUP): 0 or -errno. */
export function setGroup(task: Task, from: Path, to: Path): number {
  const source = from.mnt
  const mount = to.mnt
  const error = mayChangePropagation(task, source) || mayChangePropagation(task, mount)
  if (error !== 0) return error
  if (!isMountRoot(from) || !isMountRoot(to) || source.sb !== mount.sb) return -EINVAL
  if (!mount.root.isBelow(source.root) || hasLockedChildren(source, mount.root)) return -EINVAL
  if (mount.isShared || mount.master !== null) return -EINVAL
  if (!source.isShared && source.master === null) return -EINVAL
  if (source.master !== null) enslaveAfter(mount, source)
  if (source.isShared) {
    joinPeers(mount, source)
    mount.unbindable = false
  }
  return 0
}
