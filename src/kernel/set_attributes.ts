import { EBUSY, EINVAL, EPERM } from '../uapi/errno.js'
import { CAP_SYS_ADMIN } from './capability.js'
import { nsCapable } from './cred.js'
import { idmapOf } from './mnt_idmap.js'
import { MNT_READONLY, MNT_USER_SETTABLE, type Mount } from './mount.js'
import { mayChangeFlags, setFlags } from './mount_flags.js'
import { isMountRoot, isOurs } from './mount_place.js'
import type { Path } from './path.js'
import { leavePeers, makeShared, type Propagation, setPropagation } from './peer_group.js'
import type { Task } from './task.js'
import type { UserNamespace } from './user_namespace.js'

/** What mount_setattr changes on each mount. */
export interface AttributeChange {
  /** MNT_* flags to set, after those to clear. */
  readonly set: number
  readonly clear: number
  readonly propagation: Propagation | null
  /** The mounts below as well. */
  readonly recursive: boolean
  readonly idmap: IdmapChange | null
}

/** How a mount comes to show owners in another way. */
export interface IdmapChange {
  /** The user namespace whose maps it takes; null for no map any more. */
  readonly ns: UserNamespace | null
  /** A map that it has may be replaced: nobody has seen the mount yet. */
  readonly replaces: boolean
}

/** Changes all mounts or none: 0; -EINVAL, -EPERM for what is locked, -EBUSY for what is written through and would become read-only. */
export function setAttributes(task: Task, path: Path, change: AttributeChange): number {
  const { mnt } = path
  if (!isMountRoot(path)) return -EINVAL
  const by = change.idmap?.ns ?? null
  const idmap = by === null ? null : idmapOf(by)
  if (by !== null && idmap === null) return -EINVAL
  const mounts = change.recursive ? mnt.subtree() : [mnt]
  const numbered: Mount[] = []
  if (change.propagation === 'shared') {
    // Group numbers are handed out before anything is looked at, and given back when it fails.
    for (const mount of mounts) if (!mount.isShared) numbered.push(mount)
    for (const mount of numbered) makeSharedKeeping(mount)
  }
  const error = check(task, mnt, mounts, change)
  if (error !== 0) {
    for (const mount of numbered) leavePeers(mount)
    return error
  }
  for (const mount of mounts) {
    setFlags(mount, newFlags(mount, change))
    if (change.idmap !== null) mount.idmap = idmap
    if (change.propagation !== null) setPropagation(mount, change.propagation)
  }
  return 0
}

/** A group, while it is not settled yet that the mount can be bound. */
function makeSharedKeeping(mount: Mount): void {
  const { unbindable } = mount
  makeShared(mount)
  mount.unbindable = unbindable
}

function newFlags(mount: Mount, change: AttributeChange): number {
  return ((mount.flags & ~change.clear) | change.set) & MNT_USER_SETTABLE
}

function check(task: Task, top: Mount, mounts: readonly Mount[], change: AttributeChange): number {
  const { ns } = top
  const isDetachedTop = ns?.isAnonymous === true && ns.root === top
  if (!isDetachedTop && !isOurs(task, top)) return -EINVAL
  for (const mount of mounts) {
    const flags = newFlags(mount, change)
    if (!mayChangeFlags(mount, flags)) return -EPERM
    const refused = change.idmap === null ? 0 : mayMapIds(task, mount, change.idmap)
    if (refused !== 0) return refused
    const mustRest = change.idmap !== null || ((flags & MNT_READONLY) !== 0 && !mount.isReadOnly)
    if (mustRest && mount.writers > 0) return -EBUSY
  }
  return 0
}

/** Filesystems whose mounts may show other owners. */
const MAPPABLE: ReadonlySet<string> = new Set(['tmpfs'])

/** A mount can show other owners while nobody has seen it, for who has power over its filesystem: 0, -EINVAL, -EPERM. */
function mayMapIds(task: Task, mount: Mount, { ns, replaces }: IdmapChange): number {
  const { sb } = mount
  if (ns === sb.userNs) return -EINVAL
  if (!replaces && mount.idmap !== null) return -EPERM
  if (!MAPPABLE.has(sb.type)) return -EINVAL
  if (!nsCapable(task.cred, sb.userNs, CAP_SYS_ADMIN)) return -EPERM
  return mount.ns?.isAnonymous === true ? 0 : -EINVAL
}
