import { EINVAL } from '../uapi/errno.js'
import { isMountRoot } from './mount_place.js'
import { mayChangePropagation } from './move_mount.js'
import type { Path } from './path.js'
import { type Propagation, setPropagation } from './peer_group.js'
import type { Task } from './task.js'

/** Gives the mount at `path`, and with `recursive` those below it, a propagation (mount(2)): 0 or -errno. */
export function changePropagation(task: Task, path: Path, kind: Propagation, recursive: boolean): number {
  if (!isMountRoot(path)) return -EINVAL
  const error = mayChangePropagation(task, path.mnt)
  if (error !== 0) return error
  for (const mount of recursive ? path.mnt.subtree() : [path.mnt]) setPropagation(mount, kind)
  return 0
}
