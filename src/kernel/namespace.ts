import type { Dentry } from './dentry.js'
import type { Kernel } from './kernel.js'
import { STATE_ACTIVE } from './namespace_slots.js'
import { NS_TYPES, NS_USER } from './ns_type.js'
import type { Ucounts } from './ucounts.js'
import type { UserNamespace } from './user_namespace.js'

const LINK_TEXTS = 64
/** The link texts made last, each with the inode number and type that it tells: a new string costs more than the walk to the link. */
const linkTexts: string[] = new Array<string>(LINK_TEXTS).fill('')
const linkKeys: Float64Array = new Float64Array(LINK_TEXTS)

/** Inode numbers of namespaces that are not initial start here. */
export const NS_INO_BASE = 0xf000_0000

/**
 * A namespace: what all types have in common. uts, ipc, cgroup, net and time have nothing more; user, pid and mnt extend it.
 *
 * The passive count keeps the object and its place on the lists; the active count decides what user space sees. While
 * the active count is not zero the namespace holds one active reference on its owner, so activity climbs.
 */
export class Namespace {
  readonly kernel: Kernel
  /** Index into {@link NS_TYPES}. */
  readonly type: number
  /** 64-bit id, one space for all types, never reused. */
  readonly id: number
  /** The inode number on nsfs, less {@link NS_INO_BASE}: small, so that it takes no number object of its own. */
  inum: number
  /** The owning user namespace; null only for the initial user namespace. Its passive count holds this namespace's reference. */
  readonly owner: UserNamespace | null
  /** Its number in {@link NamespaceTree.slots} while it exists. */
  readonly slot: number
  passive = 1
  active = 0
  /** Its file on nsfs while that is instantiated. */
  nsfsDentry: Dentry | null = null
  /** Whose limit this namespace counts against; null for those made at boot. */
  ucounts: Ucounts | null

  constructor(
    kernel: Kernel,
    type: number,
    owner: UserNamespace | null,
    id: number,
    inum: number,
    ucounts: Ucounts | null,
  ) {
    this.kernel = kernel
    this.type = type
    this.id = id
    this.inum = inum
    this.owner = owner
    this.ucounts = ucounts
    if (owner !== null) owner.passive++
    this.slot = kernel.namespaces.slots.take(this, inum < 0)
    kernel.namespaces.add(this)
  }

  get ino(): number {
    return this.inum + NS_INO_BASE
  }

  /** One of the eight that exist from boot on; they are always active and are not counted. */
  get initial(): boolean {
    return this.inum < 0
  }

  get isActive(): boolean {
    return this.active > 0 || this.inum < 0
  }

  /** The CLONE_NEW* bit of its type. */
  get flag(): number {
    return NS_TYPES[this.type]!.flag
  }

  /** As `readlink /proc/self/ns/*` prints it. */
  get linkText(): string {
    const slot = this.inum & (LINK_TEXTS - 1)
    const key = this.ino * 8 + this.type
    if (linkKeys[slot] !== key) {
      linkKeys[slot] = key
      // Joined, since what a template makes of its parts is put together again at every look.
      linkTexts[slot] = [NS_TYPES[this.type]!.name, ':[', this.ino, ']'].join('')
    }
    return linkTexts[slot]!
  }

  get(): this {
    this.passive++
    return this
  }

  /** Drops a passive reference; the last one takes the namespace off the lists. */
  put(): void {
    if (--this.passive === 0) this.kernel.namespaceUnreferenced(this)
  }

  /** Takes an active reference. Leaving zero is a creation or a resurrection, of the inactive owners above as well. */
  activate(): void {
    if (this.inum < 0 || this.active++ !== 0) return
    this.kernel.namespaces.slots.states[this.slot]! |= STATE_ACTIVE
    const notify = this.kernel.notify
    if (notify !== null) notify.nsActivated(this)
    if (this.owner !== null) this.owner.activate()
  }

  /** Drops an active reference; reaching zero drops the one it held on its owner. */
  deactivate(): void {
    if (this.inum < 0 || --this.active !== 0) return
    this.kernel.namespaces.slots.states[this.slot]! &= ~STATE_ACTIVE
    const notify = this.kernel.notify
    if (notify !== null) notify.nsDeactivated(this)
    if (this.owner !== null) this.owner.deactivate()
  }

  /** @internal The passive count is zero: off the lists, inode number and limit given back, owner let go. */
  destroy(): void {
    this.kernel.namespaces.remove(this)
    if (this.inum >= 0) this.kernel.nsInodeNumbers.give(this.inum)
    if (this.ucounts !== null) this.ucounts.decrement(this.type)
    if (this.owner !== null) this.owner.put()
  }
}

/** True for a user namespace, and tells the compiler so. */
export function isUserNamespace(ns: Namespace): ns is UserNamespace {
  return ns.type === NS_USER
}
