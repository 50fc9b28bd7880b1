import type { MarkConnector } from './fanotify/connector.js'
import { IDENTITY_MAP, type IdMap, INVALID_ID, mapDown, mapUp, mapUpMunged } from './id_map.js'
import type { Kernel } from './kernel.js'
import { Namespace } from './namespace.js'
import { NsList } from './ns_list.js'
import { NS_USER } from './ns_type.js'
import { UCOUNT_NAMES, UCOUNT_UNLIMITED, Ucounts } from './ucounts.js'

/** How deep user and pid namespaces nest. */
export const MAX_NS_LEVEL = 32

const NO_MAP: IdMap = []

/** A user namespace: who owns it, what its ids are in the one above, and how much its users may have. */
export class UserNamespace extends Namespace {
  /** The user namespace above; it is also the owner. Null for the initial one. */
  readonly parent: UserNamespace | null
  readonly level: number
  /** Kernel uid and gid of who made it. */
  readonly ownerUid: number
  readonly ownerGid: number
  uidMap: IdMap = NO_MAP
  gidMap: IdMap = NO_MAP
  projidMap: IdMap = NO_MAP
  /** `/proc/<pid>/setgroups` says allow; a child starts with its parent's. */
  setgroupsAllowed: boolean
  /** The creator's parent capabilities allow mapping uid 0 (CAP_SETFCAP at creation). */
  parentCouldSetfcap = false
  /** Limits of `/proc/sys/user/max_*`, by the index of what they count. */
  readonly ucountMax: Int32Array
  /** fanotify marks on it. */
  marks: MarkConnector | null = null
  /** All that it directly owns, by id. */
  readonly owned: NsList
  readonly #ownedOfType: (NsList | null)[] = [null, null, null, null, null, null, null, null]
  #lastUcounts: Ucounts | null = null
  #ucounts: Map<number, Ucounts> | null = null

  constructor(
    kernel: Kernel,
    parent: UserNamespace | null,
    ownerUid: number,
    ownerGid: number,
    id: number,
    inum: number,
    ucounts: Ucounts | null,
  ) {
    super(kernel, NS_USER, parent, id, inum, ucounts)
    this.owned = new NsList(kernel.namespaces.slots)
    this.parent = parent
    this.level = parent === null ? 0 : parent.level + 1
    this.ownerUid = ownerUid
    this.ownerGid = ownerGid
    this.setgroupsAllowed = parent === null ? true : parent.setgroupsAllowed
    this.ucountMax = new Int32Array(UCOUNT_NAMES.length).fill(UCOUNT_UNLIMITED)
    if (parent === null) {
      this.uidMap = IDENTITY_MAP
      this.gidMap = IDENTITY_MAP
      this.projidMap = IDENTITY_MAP
    }
  }

  /** The namespaces of one type that it directly owns, by id. The list is made when it is first asked for. */
  ownedOfType(type: number): NsList {
    let list = this.#ownedOfType[type]!
    if (list === null) {
      list = new NsList(this.kernel.namespaces.slots)
      for (const ns of this.owned) if (ns.type === type) list.add(ns)
      this.#ownedOfType[type] = list
    }
    return list
  }

  /** @internal Called by {@link NamespaceTree.add}. */
  addOwned(ns: Namespace): void {
    this.owned.add(ns)
    this.#ownedOfType[ns.type]?.add(ns)
  }

  /** @internal Called by {@link NamespaceTree.remove}. */
  removeOwned(ns: Namespace): void {
    this.owned.remove(ns)
    this.#ownedOfType[ns.type]?.remove(ns)
  }

  /** What `uid` has made in this namespace. */
  ucountsOf(uid: number): Ucounts {
    const last = this.#lastUcounts
    if (last !== null && last.uid === uid) return last
    this.#ucounts ??= new Map()
    let ucounts = this.#ucounts.get(uid)
    if (ucounts === undefined) {
      ucounts = new Ucounts(this, uid, this.ucounts)
      this.#ucounts.set(uid, ucounts)
    }
    this.#lastUcounts = ucounts
    return ucounts
  }

  override destroy(): void {
    this.marks?.destroy()
    super.destroy()
  }

  /** True if it is `other` or below it. */
  isWithin(other: UserNamespace): boolean {
    let at: UserNamespace = this
    while (at.level > other.level) at = at.parent!
    return at === other
  }

  /** Kernel uid of this namespace's `uid`, or INVALID_ID. */
  kuid(uid: number): number {
    return this.uidMap === IDENTITY_MAP ? uid : mapDown(this.uidMap, uid)
  }

  kgid(gid: number): number {
    return this.gidMap === IDENTITY_MAP ? gid : mapDown(this.gidMap, gid)
  }

  /** True if the kernel uid has a number in here. */
  hasUid(kuid: number): boolean {
    return this.uidOf(kuid) !== INVALID_ID
  }

  hasGid(kgid: number): boolean {
    return this.gidOf(kgid) !== INVALID_ID
  }

  /** What a kernel uid shows as in here, or INVALID_ID. */
  uidOf(kuid: number): number {
    return this.uidMap === IDENTITY_MAP ? kuid : mapUp(this.uidMap, kuid)
  }

  gidOf(kgid: number): number {
    return this.gidMap === IDENTITY_MAP ? kgid : mapUp(this.gidMap, kgid)
  }

  /** What a kernel uid shows as in here; the overflow uid where it has no mapping. */
  uidOfMunged(kuid: number): number {
    return this.uidMap === IDENTITY_MAP ? kuid : mapUpMunged(this.uidMap, kuid)
  }

  gidOfMunged(kgid: number): number {
    return this.gidMap === IDENTITY_MAP ? kgid : mapUpMunged(this.gidMap, kgid)
  }
}
