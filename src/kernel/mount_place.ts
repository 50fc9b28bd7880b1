import { EINVAL, ENOENT } from '../uapi/errno.js'
import type { Dentry } from './dentry.js'
import type { Mount } from './mount.js'
import type { Path } from './path.js'
import type { Task } from './task.js'

/** Where a mount goes: a directory, or file, of the mount that it will hang on. */
export interface MountPlace {
  readonly parent: Mount
  readonly mountpoint: Dentry
}

/** True for a name that is gone: nothing can be mounted on it any more. */
export function isUnlinked(dentry: Dentry): boolean {
  return !dentry.hashed && !dentry.isRoot
}

/** True when the mount is in the task's own mount namespace. */
export function isOurs(task: Task, mount: Mount): boolean {
  return mount.ns === task.nsproxy!.mnt
}

/** True when the place is the root of a mount. */
export function isMountRoot(path: Path): boolean {
  return path.dentry === path.mnt.root
}

/** True for a mount of a detached tree whose mounts came from the task's own mount namespace, or are new. */
export function isOurDetached(task: Task, mount: Mount): boolean {
  const { ns } = mount
  if (ns === null || !ns.isAnonymous) return false
  const { origin } = ns
  return origin === 0 || origin === task.nsproxy!.mnt.id
}

/** True when the task may mount on the mount. */
export function mayUse(task: Task, mount: Mount): boolean {
  return isOurs(task, mount) || isOurDetached(task, mount)
}

/**
 * Where something mounted on `path` goes: over all that is mounted there already, or with `beneath` under the topmost mount of
 * those; -EINVAL for a path with no mount to go under, -ENOENT for a name or a mount that is gone.
 */
export function placeAt(path: Path, beneath = false): MountPlace | number {
  let parent = path.mnt
  let mountpoint = path.dentry
  if (beneath) {
    if (!isMountRoot(path)) return -EINVAL
    const top = path.mnt.topmost
    parent = top.parent ?? top
    mountpoint = top.mountpoint ?? top.root
  } else {
    const over = parent.childAt(mountpoint)
    if (over !== null) {
      parent = over.topmost
      mountpoint = parent.root
    }
  }
  if (isUnlinked(mountpoint) || path.mnt.ns === null) return -ENOENT
  if (beneath && path.mnt.parent === null && path.mnt.overmount === null) return -EINVAL
  return { parent, mountpoint }
}
