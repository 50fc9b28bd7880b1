import type { Namespace } from './namespace.js'

/** Who wants to know of namespaces coming and going (fanotify). `kernel.current` is the task in whose context it happens. */
export interface NamespaceNotify {
  /** The active count left zero: a creation or a resurrection. */
  nsActivated(ns: Namespace): void
  /** The active count returned to zero. */
  nsDeactivated(ns: Namespace): void
}
