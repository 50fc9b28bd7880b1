import type { Mount } from './mount.js'

/** What of mounts and umounts a mount tells others, and hears from them. */
export type Propagation = 'private' | 'shared' | 'slave' | 'unbindable'

/** Gives `mount` a peer group of its own if it has none. */
export function makeShared(mount: Mount): void {
  if (mount.groupId === 0) mount.groupId = mount.kernel.vfs.newGroupId()
  mount.unbindable = false
}

/** Puts `mount`, which is in no group, into the group of `other`, right after it. */
export function joinPeers(mount: Mount, other: Mount): void {
  mount.groupId = other.groupId
  mount.nextPeer = other.nextPeer
  mount.previousPeer = other
  other.nextPeer.previousPeer = mount
  other.nextPeer = mount
}

/** Leaves the peer group; the last one gives its number back. */
export function leavePeers(mount: Mount): void {
  if (mount.groupId === 0) return
  if (mount.nextPeer === mount) mount.kernel.vfs.freeGroupId(mount.groupId)
  mount.previousPeer.nextPeer = mount.nextPeer
  mount.nextPeer.previousPeer = mount.previousPeer
  mount.nextPeer = mount
  mount.previousPeer = mount
  mount.groupId = 0
}

/** Makes `mount`, which has no master, the first slave of `master`. */
export function enslaveFirst(mount: Mount, master: Mount): void {
  const { firstSlave } = master
  mount.master = master
  mount.nextSlave = firstSlave
  mount.previousSlave = null
  if (firstSlave !== null) firstSlave.previousSlave = mount
  master.firstSlave = mount
}

/** Makes `mount`, which has no master, a slave of the master of `sibling`, right after it. */
export function enslaveAfter(mount: Mount, sibling: Mount): void {
  const { nextSlave } = sibling
  mount.master = sibling.master
  mount.previousSlave = sibling
  mount.nextSlave = nextSlave
  if (nextSlave !== null) nextSlave.previousSlave = mount
  sibling.nextSlave = mount
}

/** Leaves its master. */
function leaveMaster(mount: Mount): void {
  const { master, nextSlave, previousSlave } = mount
  if (master === null) return
  if (previousSlave === null) master.firstSlave = nextSlave
  else previousSlave.nextSlave = nextSlave
  if (nextSlave !== null) nextSlave.previousSlave = previousSlave
  mount.master = null
  mount.nextSlave = null
  mount.previousSlave = null
}

/** The slaves of `mount` in order. */
export function slavesOf(mount: Mount): Mount[] {
  const slaves: Mount[] = []
  for (let slave = mount.firstSlave; slave !== null; slave = slave.nextSlave) slaves.push(slave)
  return slaves
}

/** Hands the slaves of `mount` to `heir`, ahead of those it has; without an heir they are slaves no more. */
function bequeathSlaves(mount: Mount, heir: Mount | null): void {
  const slaves = slavesOf(mount)
  for (const slave of slaves) leaveMaster(slave)
  if (heir !== null) for (let at = slaves.length - 1; at >= 0; at--) enslaveFirst(slaves[at]!, heir)
}

/**
 * Changes one mount's propagation. A shared mount that leaves its group hands its slaves to the next peer, or without
 * peers to its master, and that is also where it receives from as a slave.
 */
export function setPropagation(mount: Mount, kind: Propagation): void {
  if (kind === 'shared') {
    makeShared(mount)
    return
  }
  let { master } = mount
  if (mount.groupId !== 0) {
    if (mount.nextPeer !== mount) master = mount.nextPeer
    leavePeers(mount)
    bequeathSlaves(mount, master)
  }
  leaveMaster(mount)
  if (kind === 'slave') {
    if (master !== null) enslaveFirst(mount, master)
  } else mount.unbindable = kind === 'unbindable'
}

/**
 * Takes mounts that leave their trees out of all groups. What they passed on comes from then on from the next peer that
 * stays, or where none does from the master, or from who stands in for a master that leaves too.
 */
export function makeAllPrivate(leaving: readonly Mount[]): void {
  const heirs: Map<Mount, Mount | null> = new Map()
  const isLeaving: Set<Mount> = new Set(leaving)
  for (const mount of leaving) {
    const asking: Mount[] = []
    let heir: Mount | null = mount
    while (heir !== null && isLeaving.has(heir)) {
      const known = heirs.get(heir)
      if (known !== undefined) {
        heir = known
        break
      }
      asking.push(heir)
      // Those that have been asked stand no longer in the ring: the next is one that stays or one not asked yet.
      const next: Mount = heir.nextPeer
      const { master }: Mount = heir
      leavePeers(heir)
      heir = next === heir ? master : next
    }
    for (const asked of asking) heirs.set(asked, heir)
  }
  for (const mount of leaving) leaveMaster(mount)
  for (const mount of leaving) bequeathSlaves(mount, heirs.get(mount) ?? null)
}
