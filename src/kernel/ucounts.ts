import { NS_TYPES } from './ns_type.js'
import type { UserNamespace } from './user_namespace.js'

/** What is counted per user and user namespace: the namespace types by their index, then these. */
export const UCOUNT_INOTIFY_INSTANCES = 8
export const UCOUNT_INOTIFY_WATCHES = 9
export const UCOUNT_FANOTIFY_GROUPS = 10
export const UCOUNT_FANOTIFY_MARKS = 11

/** The names of the limits in `/proc/sys/user/max_*`, by index. */
export const UCOUNT_NAMES: readonly string[] = [
  ...NS_TYPES.map((type) => `${type.name}_namespaces`),
  'inotify_instances',
  'inotify_watches',
  'fanotify_groups',
  'fanotify_marks',
]

/** A limit that nobody has set: in a user namespace below the initial one only its parents' limits count. */
export const UCOUNT_UNLIMITED = 0x7fff_ffff

/** What one user has in one user namespace (`struct ucounts`); `parent` counts it for the namespace's creator, one level up. */
export class Ucounts {
  readonly ns: UserNamespace
  readonly uid: number
  readonly parent: Ucounts | null
  readonly counts: Int32Array = new Int32Array(UCOUNT_NAMES.length)

  constructor(ns: UserNamespace, uid: number, parent: Ucounts | null) {
    this.ns = ns
    this.uid = uid
    this.parent = parent
  }

  /** Counts one more here and in every namespace above; false, and nothing counted, where a limit is reached. */
  increment(what: number): boolean {
    for (let at: Ucounts | null = this; at !== null; at = at.parent) {
      if (at.counts[what]! >= at.ns.ucountMax[what]!) {
        for (let undo: Ucounts = this; undo !== at; undo = undo.parent!) undo.counts[what]!--
        return false
      }
      at.counts[what]!++
    }
    return true
  }

  decrement(what: number): void {
    for (let at: Ucounts | null = this; at !== null; at = at.parent) at.counts[what]!--
  }

  /** True if {@link increment} would succeed. */
  hasRoom(what: number): boolean {
    for (let at: Ucounts | null = this; at !== null; at = at.parent) {
      if (at.counts[what]! >= at.ns.ucountMax[what]!) return false
    }
    return true
  }
}
