import type { MarkConnector } from './fanotify/connector.js'
import type { Mount } from './mount.js'
import type { MountList } from './mount_list.js'
import type { UserNamespace } from './user_namespace.js'

/** What a tree of mounts belongs to: a mount namespace, or the anonymous one of a tree that is not attached. */
export interface MountOwner {
  readonly id: number
  /** The user namespace whose root has power over the tree. */
  readonly owner: UserNamespace | null
  /** The top of the tree. */
  readonly root: Mount
  readonly mounts: MountList
  /** fanotify marks on it. */
  marks: MarkConnector | null
  readonly isAnonymous: boolean
  /** Id of the mount namespace that a detached tree was cloned from; 0 for one that was made new, and for what is no detached tree. */
  readonly origin: number
  /** @internal Its mounts have changed. */
  touch(): void
  /** @internal The last mount has left. */
  destroy(): void
}
