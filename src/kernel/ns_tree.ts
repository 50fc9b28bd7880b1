import type { Namespace } from './namespace.js'
import { NamespaceSlots } from './namespace_slots.js'
import { NsList } from './ns_list.js'
import { NS_TYPES } from './ns_type.js'

/** Every namespace that exists, active or not: all of them by id, and those of each type by id. */
export class NamespaceTree {
  readonly slots: NamespaceSlots = new NamespaceSlots()
  readonly all: NsList = new NsList(this.slots)
  readonly ofType: readonly NsList[] = NS_TYPES.map(() => new NsList(this.slots))

  /** @internal Called by the namespace's constructor, when it has its slot. */
  add(ns: Namespace): void {
    this.all.add(ns)
    this.ofType[ns.type]!.add(ns)
    if (ns.owner !== null) ns.owner.addOwned(ns)
  }

  /** @internal Called when the passive count has reached zero. */
  remove(ns: Namespace): void {
    this.all.remove(ns)
    this.ofType[ns.type]!.remove(ns)
    if (ns.owner !== null) ns.owner.removeOwned(ns)
    this.slots.give(ns.slot)
  }
}
