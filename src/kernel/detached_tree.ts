import type { MarkConnector } from './fanotify/connector.js'
import type { Kernel } from './kernel.js'
import type { Mount } from './mount.js'
import { MountList } from './mount_list.js'
import type { MountOwner } from './mount_owner.js'
import { NS_MNT } from './ns_type.js'
import type { Ucounts } from './ucounts.js'
import type { UserNamespace } from './user_namespace.js'

/**
 * The anonymous mount namespace of a tree that only a descriptor holds (open_tree, fsmount): on no list, but it takes an id
 * and counts against the limit of mount namespaces.
 */
export class DetachedTree implements MountOwner {
  readonly id: number
  readonly owner: UserNamespace
  readonly mounts: MountList = new MountList()
  readonly isAnonymous = true
  marks: MarkConnector | null = null
  root!: Mount
  /** Id of the mount namespace that its mounts were cloned from; 0 for a new filesystem's. */
  origin = 0
  readonly #ucounts: Ucounts

  /** Counts itself against `ucounts`, which the caller has incremented. */
  constructor(kernel: Kernel, owner: UserNamespace, ucounts: Ucounts) {
    this.id = kernel.nextNsId++
    this.owner = owner.get()
    this.#ucounts = ucounts
  }

  /** Nobody can look at a table of these mounts. */
  touch(): void {}

  /** The last mount has left. */
  destroy(): void {
    this.#ucounts.decrement(NS_MNT)
    this.owner.put()
  }
}
