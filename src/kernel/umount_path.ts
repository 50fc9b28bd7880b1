import { EAGAIN, EBUSY, EINVAL, EPERM } from '../uapi/errno.js'
import { CAP_SYS_ADMIN } from './capability.js'
import { nsCapable } from './cred.js'
import { mayMount } from './may_mount.js'
import { isMountRoot, isOurs } from './mount_place.js'
import type { Path } from './path.js'
import type { Task } from './task.js'
import { isBusy, umountTree } from './umount.js'

/** umount2's flags. */
export const MNT_FORCE = 1
export const MNT_DETACH = 2
export const MNT_EXPIRE = 4
export const UMOUNT_NOFOLLOW = 8

/** Takes off the mount at `path`, and its copies wherever its parent sends to: 0 or -errno. */
export function umountPath(task: Task, path: Path, flags: number): number {
  const { mnt } = path
  const { sb } = mnt
  if (!mayMount(task)) return -EPERM
  if (!isMountRoot(path) || !isOurs(task, mnt) || mnt.isLocked) return -EINVAL
  const mayAdminister = nsCapable(task.cred, sb.userNs, CAP_SYS_ADMIN)
  if ((flags & MNT_FORCE) !== 0 && !mayAdminister) return -EPERM

  const isRoot = mnt === task.fs!.root.mnt
  if ((flags & MNT_EXPIRE) !== 0) {
    if (isRoot || (flags & (MNT_FORCE | MNT_DETACH)) !== 0) return -EINVAL
    if ((mnt.children !== null && mnt.children.size > 0) || mnt.refs > 1) return -EBUSY
    if (!mnt.expiring) {
      mnt.expiring = true
      return -EAGAIN
    }
  }
  if (isRoot && (flags & MNT_DETACH) === 0) {
    // The root does not go: its filesystem is made read-only.
    if (!mayAdminister) return -EPERM
    if (!sb.readOnly && sb.isWritten) return -EBUSY
    sb.readOnly = true
    return 0
  }
  if (mnt.parent === null) return -EINVAL
  const lazy = (flags & MNT_DETACH) !== 0
  if (!lazy && isBusy(mnt)) return -EBUSY
  umountTree(mnt, { propagate: true, sync: !lazy })
  task.kernel.vfs.changes.end()
  return 0
}
