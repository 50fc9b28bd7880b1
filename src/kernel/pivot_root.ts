import { EBUSY, EINVAL, ENOENT } from '../uapi/errno.js'
import { MNT_LOCKED } from './mount.js'
import { isMountRoot, isOurs, isUnlinked, placeAt } from './mount_place.js'
import { isUnder } from './namei.js'
import { type Path, samePath } from './path.js'
import type { Task } from './task.js'

/**
 * Makes the mount at `newRoot` the root, and puts the one that was root at `putOld`, which lies below it. Whoever has its root
 * or working directory at the old root gets the new one. 0 or -errno.
 */
export function pivotRoot(task: Task, newRoot: Path, putOld: Path): number {
  const place = placeAt(putOld)
  if (typeof place === 'number') return place
  const { root } = task.fs!
  const newMount = newRoot.mnt
  const oldMount = root.mnt
  const above = oldMount.parent
  if (place.parent.isShared || newMount.parent?.isShared || above?.isShared) return -EINVAL
  if (!isOurs(task, oldMount) || !isOurs(task, newMount) || newMount.isLocked) return -EINVAL
  if (isUnlinked(newRoot.dentry)) return -ENOENT
  if (newMount === oldMount || place.parent === oldMount) return -EBUSY
  if (!isMountRoot(root) || above === null) return -EINVAL
  if (!isMountRoot(newRoot) || newMount.parent === null) return -EINVAL
  if (!isUnder({ mnt: place.parent, dentry: place.mountpoint }, newRoot)) return -EINVAL
  if (!isUnder(newRoot, root)) return -EINVAL

  const { changes } = task.kernel.vfs
  const covered = oldMount.mountpoint!
  newMount.detach()
  if (oldMount.isLocked) {
    newMount.flags |= MNT_LOCKED
    oldMount.flags &= ~MNT_LOCKED
  }
  oldMount.detach()
  newMount.attach(above, covered)
  oldMount.attach(place.parent, place.mountpoint)
  changes.touch(oldMount)
  changes.touch(newMount)
  task.nsproxy!.mnt.touch()
  const from: Path = { mnt: root.mnt, dentry: root.dentry }
  const { initPidNs } = task.kernel
  for (let pid = initPidNs.nextAfter(0); pid !== null; pid = initPidNs.nextAfter(pid.nr)) {
    const fs = pid.task?.fs
    if (!fs) continue
    if (samePath(fs.root, from)) fs.setRoot(newRoot)
    if (samePath(fs.cwd, from)) fs.setCwd(newRoot)
  }
  changes.end()
  return 0
}
