import { ENOSPC } from '../uapi/errno.js'
import { copyTree } from './copy_tree.js'
import type { Dentry } from './dentry.js'
import type { Mount } from './mount.js'
import type { MountOwner } from './mount_owner.js'
import { slavesOf } from './peer_group.js'

/** The peers of `mount`, beginning with itself. */
export function peersOf(mount: Mount): Mount[] {
  const peers = [mount]
  for (let peer = mount.nextPeer; peer !== mount; peer = peer.nextPeer) peers.push(peer)
  return peers
}

/**
 * Visits what happens-on-`origin` reaches: its peers, and before each next peer the slaves of the last, with the slaves of
 * those. `visit` says whether to go on to the slaves of the mount it was given.
 */
export function eachReceiver(origin: Mount, visit: (mount: Mount) => boolean): void {
  const pending: Mount[] = []
  const goBelow = (mount: Mount): void => {
    if (mount.firstSlave !== null) pending.push(...slavesOf(mount).reverse())
  }
  let peer = origin
  do {
    if (peer === origin || visit(peer)) goBelow(peer)
    for (let slave = pending.pop(); slave !== undefined; slave = pending.pop()) if (visit(slave)) goBelow(slave)
    peer = peer.nextPeer
  } while (peer !== origin)
}

/** The slaves of `mount` as they go together: those of one peer group stand next to each other. */
function slaveGroups(mount: Mount): Mount[][] {
  const groups: Mount[][] = []
  let last: Mount | null = null
  for (let slave = mount.firstSlave; slave !== null; slave = slave.nextSlave) {
    if (last !== null && slave.isPeerOf(last)) groups[groups.length - 1]!.push(slave)
    else groups.push([slave])
    last = slave
  }
  return groups
}

/** A tree that will appear at `parent` and `mountpoint`. */
export interface Spread {
  /** The tops of the copies, in the order in which they were made; each has its place already but does not show there. */
  readonly copies: Mount[]
  /** 0, or -errno: then the copies are to be taken away again. */
  readonly error: number
}

/** A peer group to be served, and the copy above it that its first copy receives from. */
interface Group {
  readonly members: readonly Mount[]
  readonly from: Mount
  /** The group is a slave of the one that `from` was made for, not that one itself. */
  readonly isSlave: boolean
}

/**
 * Copies the tree `source`, which is about to be mounted on `mountpoint` of the shared mount `dest`, for all that receive
 * from `dest`: peers get peers of the source, a group of slaves gets slaves of the last copy made in the nearest group above
 * that got one. Where the mountpoint does not show no copy is made, but those below may have it again. `newlyShared` are mounts of the source that
 * have been given groups only for this; `room` says what fits.
 */
export function spreadTree(
  dest: Mount,
  mountpoint: Dentry,
  source: Mount,
  newlyShared: readonly Mount[],
  room: NamespaceRoom,
): Spread {
  const copies: Mount[] = []
  const pending: Group[] = [{ members: peersOf(dest), from: source, isSlave: false }]
  for (let group = pending.pop(); group !== undefined; group = pending.pop()) {
    const { members } = group
    // A source that moves can be among those that receive.
    const shared = members[0]!.isShared && !newlyShared.includes(members[0]!)
    let last = group.from
    let kind = group.isSlave ? { slave: true, shared } : { shared: true }
    for (const member of members) {
      // What is in no namespace is being made by this very call.
      if (member === dest || member.ns === null || member.ns.isAnonymous) continue
      if (!mountpoint.isBelow(member.root)) continue
      const made: Mount[] = []
      const copy = copyTree(last, last.root, kind, made)
      if (typeof copy === 'number') {
        if (made.length > 0) copies.push(made[0]!)
        return { copies, error: copy }
      }
      copy.aimAt(member, mountpoint)
      copies.push(copy)
      last = copy
      if (!room.take(member.ns, made.length)) return { copies, error: -ENOSPC }
      kind = { shared: true }
    }
    const below: Group[] = []
    for (const member of members) {
      if (member.ns === null) continue
      for (const slaves of slaveGroups(member)) below.push({ members: slaves, from: last, isSlave: true })
    }
    pending.push(...below.reverse())
  }
  return { copies, error: 0 }
}

/** Counts what a call is going to add to mount namespaces against what they may hold. */
export class NamespaceRoom {
  readonly #max: number
  readonly #pending: Map<MountOwner, number> = new Map()

  constructor(max: number) {
    this.#max = max
  }

  /** False when `ns` has no room for `count` more. */
  take(ns: MountOwner, count: number): boolean {
    const pending = (this.#pending.get(ns) ?? 0) + count
    this.#pending.set(ns, pending)
    return ns.mounts.size - 1 + pending <= this.#max
  }
}

/** True when what is mounted on `from` would also appear over all of `to`. */
export function wouldCover(from: Mount, to: Mount, mountpoint: Dentry): boolean {
  if (!from.isShared || to.root !== mountpoint) return false
  for (let at: Mount | null = to; at !== null; at = at.master) if (from.isPeerOf(at)) return true
  return false
}
