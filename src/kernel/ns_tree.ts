import type { Namespace } from './namespace.js'
import { NsList } from './ns_list.js'
import { NS_TYPES } from './ns_type.js'

/** Every namespace that exists, active or not: all of them by id, and those of each type by id. */
export class NamespaceTree {
  readonly all: NsList = new NsList()
  readonly ofType: readonly NsList[] = NS_TYPES.map(() => new NsList())

  /** @internal Called by the namespace's constructor. */
  add(ns: Namespace): void {
    this.all.add(ns)
    this.ofType[ns.type]!.add(ns)
    if (ns.owner !== null) ns.owner.ownedOfType(ns.type).add(ns)
  }

  /** @internal Called when the passive count has reached zero. */
  remove(ns: Namespace): void {
    this.all.remove(ns)
    this.ofType[ns.type]!.remove(ns)
    if (ns.owner !== null) ns.owner.ownedOfType(ns.type).remove(ns)
  }
}
