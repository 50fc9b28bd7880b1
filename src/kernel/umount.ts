import type { Dentry } from './dentry.js'
import { MNT_LOCKED, type Mount } from './mount.js'
import { makeAllPrivate } from './peer_group.js'
import { eachReceiver } from './propagation.js'

/** How mounts leave their tree. */
export interface UmountKind {
  /** Also wherever the mounts that receive from the parent have the same. */
  readonly propagate?: boolean
  /** Nobody is to see the tree hang together afterwards, whatever is locked. */
  readonly sync?: boolean
  /** What leaves together stays together, for who is still in it. */
  readonly connected?: boolean
}

/**
 * Takes `top` and all mounts below it out of their tree (`umount_tree`). Mounts on the way out tell their watchers and lose
 * the reference of the tree at the end of the change; see MountChanges.
 */
export function umountTree(top: Mount, kind: UmountKind): void {
  const { changes } = top.kernel.vfs
  if (kind.propagate === true) unlockReceivers(top)
  const leaving = top.subtree()
  for (const mount of leaving) leave(mount)
  if (kind.propagate === true) leaving.push(...new UmountSpread(leaving).committed)
  makeAllPrivate(leaving)
  for (const mount of leaving) {
    mount.ns?.touch()
    mount.ns = null
    if (staysConnected(mount, kind)) {
      // Last among what is mounted there, as a kernel has it from then on.
      mount.show()
    } else {
      mount.detach()
      changes.letGo(mount)
    }
    changes.touch(mount)
  }
}

function leave(mount: Mount): void {
  mount.umounted = true
  mount.ns?.mounts.remove(mount)
}

/** True for a mount that hangs on to a parent which leaves as well. */
function staysConnected(mount: Mount, kind: UmountKind): boolean {
  if (kind.sync === true || mount.parent?.umounted !== true) return false
  return kind.connected === true || mount.isLocked
}

/** What a lock holds goes all the same when it is umounted where it came from. */
function unlockReceivers(top: Mount): void {
  const { parent, mountpoint } = top
  if (parent === null || mountpoint === null) return
  eachReceiver(parent, (receiver) => {
    const child = receiver.childAt(mountpoint)
    if (child !== null) child.flags &= ~MNT_LOCKED
    return true
  })
}

/** What goes elsewhere because some mounts go here. */
class UmountSpread {
  /** What goes beside the mounts given, in the order in which that is decided. */
  readonly committed: Mount[] = []
  /** What may go and has not been decided on, the last found first. */
  readonly #undecided: Set<Mount>
  /** What may not go after all because of something that stays below it, though its turn has not come. */
  readonly #spared: Set<Mount> = new Set()
  /** Candidates that are known to hold their ancestors in place. */
  readonly #holding: Set<Mount> = new Set()

  constructor(leaving: readonly Mount[]) {
    this.#undecided = new Set(findCandidates(leaving).reverse())
    for (const mount of this.#undecided) this.#trim(mount)
    for (const mount of this.#undecided) this.#commitChain(mount)
    // Those that a mount lay over all of take its place.
    for (const mount of this.committed) {
      const over = mount.overmount
      if (over !== null && !over.umounted) slide(over)
    }
  }

  #isCandidate(mount: Mount): boolean {
    return this.#undecided.has(mount) && !this.#spared.has(mount)
  }

  #drop(mount: Mount): void {
    this.#undecided.delete(mount)
    this.#spared.delete(mount)
    this.#holding.delete(mount)
  }

  #commit(mount: Mount): void {
    leave(mount)
    this.committed.push(mount)
  }

  /** A candidate goes if all below it goes or can slide into its place, and stays if anything else is below it. */
  #trim(mount: Mount): void {
    if (this.#spared.has(mount)) {
      this.#drop(mount)
      return
    }
    let hasChildren = false
    let isHeld = false
    let isBlocked = false
    if (mount.children !== null) {
      for (const [dentry, child] of mount.children) {
        if (child.umounted) continue
        hasChildren = true
        if (this.#isCandidate(child)) continue
        isHeld = true
        if (dentry === mount.root) continue
        isBlocked = true
        break
      }
    }
    if (isHeld) this.#spareAncestors(mount)
    if (isBlocked) this.#drop(mount)
    else if (!isHeld && !hasChildren && !mount.isLocked) {
      this.#drop(mount)
      this.#commit(mount)
    }
  }

  /** `mount` keeps something in place: so do the candidates above it, unless it lies over all of its parent. */
  #spareAncestors(held: Mount): void {
    let mount = held
    for (let parent = mount.parent; parent !== null && this.#isCandidate(parent); parent = mount.parent) {
      if (this.#holding.has(mount)) return
      this.#holding.add(mount)
      if (mount.mountpoint !== parent.root) this.#spared.add(parent)
      mount = parent
    }
  }

  /**
   * Decides on `mount` and the candidates above it: a locked one goes only with its parent, since otherwise it would show
   * what it hides.
   */
  #commitChain(mount: Mount): void {
    if (this.#spared.has(mount)) {
      this.#drop(mount)
      return
    }
    const chain: Mount[] = []
    let going = 0
    let at: Mount | null = mount
    while (at !== null && this.#isCandidate(at)) {
      const { parent }: Mount = at
      chain.push(at)
      this.#drop(at)
      if (!at.isLocked) going = chain.length
      at = parent
    }
    if (at?.umounted === true) going = chain.length
    for (let n = 0; n < going; n++) this.#commit(chain[n]!)
  }
}

/** What is mounted in the same place wherever the parents' events reach, in the order in which that is found. */
function findCandidates(leaving: readonly Mount[]): Mount[] {
  const seen: Set<Mount> = new Set()
  const candidates: Mount[] = []
  for (const mount of leaving) {
    const { parent, mountpoint } = mount
    if (seen.has(mount) || parent === null || mountpoint === null) continue
    seen.add(mount)
    eachReceiver(parent, (receiver) => {
      const child = receiver.childAt(mountpoint)
      if (child === null) return true
      // Found before: then so was all that is found below its parent.
      if (seen.has(child)) return false
      seen.add(child)
      if (!child.umounted) candidates.push(child)
      return true
    })
  }
  return candidates
}

/** Moves `over` to where the lowest of the mounts below it that leave is mounted. */
function slide(over: Mount): void {
  let place = over.mountpoint!
  let parent = over.parent!
  while (parent.umounted) {
    place = parent.mountpoint!
    parent = parent.parent!
  }
  over.detach()
  over.attach(parent, place)
  over.kernel.vfs.changes.touch(over)
}

/** True when `mount`, or what would go with it elsewhere, is in use: it cannot be taken out at once. */
export function isBusy(mount: Mount): boolean {
  const { parent, mountpoint } = mount
  if (hasChildren(mount) || mount.refs > 1) return true
  if (parent === null || mountpoint === null) return false
  let busy = false
  eachReceiver(parent, (receiver) => {
    if (busy) return false
    const child = receiver.childAt(mountpoint)
    if (child === null) return true
    // One that lies over all of it would slide into its place; any other keeps it.
    if (hasChildren(child) && !(child.children!.size === 1 && child.overmount !== null)) return true
    if (child.refs > 1) busy = true
    return true
  })
  return busy
}

function hasChildren(mount: Mount): boolean {
  return mount.children !== null && mount.children.size > 0
}

/** A name is gone: the mounts on it, in whatever namespace, go with it, the newest first. */
export function detachMounts(dentry: Dentry): void {
  if (dentry.mounts === null) return
  const { changes } = dentry.sb.kernel.vfs
  for (let mounts = dentry.mounts; mounts !== null && mounts.size > 0; mounts = dentry.mounts!) {
    const mount = [...mounts].pop()!
    if (mount.umounted) {
      mount.detach()
      changes.letGo(mount)
    } else umountTree(mount, { connected: true })
  }
  changes.end()
}
