import {
  FAN_EVENT_ON_CHILD,
  FAN_MARK_EVICTABLE,
  FAN_MARK_IGNORE,
  FAN_MARK_IGNORED_SURV_MODIFY,
  FAN_MODIFY,
  FAN_ONDIR,
} from '../../uapi/constants/fanotify.js'
import type { MarkConnector } from './connector.js'
import type { FanotifyGroup } from './group.js'
import { EVENT_FLAGS } from './masks.js'

/** One group's interest in one object (`struct fsnotify_mark`). */
export class FanotifyMark {
  readonly group: FanotifyGroup
  readonly connector: MarkConnector
  /** FAN_* bits that the group wants to hear of. */
  mask = 0
  /** FAN_* bits that it does not want to hear of. */
  ignoreMask = 0
  /**
   * What fdinfo shows as mflags: FAN_MARK_EVICTABLE (does not keep its inode in memory), FAN_MARK_IGNORE (the ignore
   * mask's FAN_ONDIR and FAN_EVENT_ON_CHILD count), FAN_MARK_IGNORED_SURV_MODIFY (the ignore mask outlives a change of the file).
   */
  flags: number
  /** It keeps its inode in memory. */
  holds = false
  /** It is in its group no more, and stays on its object only for those who wait at it. */
  detached = false
  /** Accesses that wait for an answer and go on from here. */
  pins = 0
  /** Neighbours in the group's list. */
  older: FanotifyMark | null = null
  newer: FanotifyMark | null = null

  constructor(group: FanotifyGroup, connector: MarkConnector, flags: number) {
    this.group = group
    this.connector = connector
    this.flags = flags
  }

  get isEvictable(): boolean {
    return (this.flags & FAN_MARK_EVICTABLE) !== 0
  }

  get hasIgnoreFlags(): boolean {
    return (this.flags & FAN_MARK_IGNORE) !== 0
  }

  get survivesModify(): boolean {
    return (this.flags & FAN_MARK_IGNORED_SURV_MODIFY) !== 0
  }

  /** What the object has to send to this mark: its events, those that it ignores, and changes where they end the ignoring. */
  get attention(): number {
    if (this.ignoreMask === 0) return this.mask
    return this.mask | this.ignoreMask | (this.survivesModify ? 0 : FAN_MODIFY)
  }

  /** The ignore mask with its event flags. One set with FAN_MARK_IGNORED_MASK is for directories too, and for children as the mask is. */
  get flaggedIgnoreMask(): number {
    if (this.hasIgnoreFlags) return this.ignoreMask
    return (this.ignoreMask & ~FAN_EVENT_ON_CHILD) | FAN_ONDIR | (this.mask & FAN_EVENT_ON_CHILD)
  }

  /** It means children of its directory, in what it wants to hear of or to ignore. */
  get meansChildren(): boolean {
    return ((this.mask | this.flaggedIgnoreMask) & FAN_EVENT_ON_CHILD) !== 0
  }

  /** What it keeps from its group of an event on a directory, or not, that it sees as the parent's mark, or not. */
  ignoredOf(onDir: boolean, asParent: boolean): number {
    if ((this.ignoreMask & ~EVENT_FLAGS) === 0) return 0
    if (!onDir && !asParent) return this.ignoreMask & ~EVENT_FLAGS
    const mask = this.flaggedIgnoreMask
    if (onDir && (mask & FAN_ONDIR) === 0) return 0
    if (asParent && (mask & FAN_EVENT_ON_CHILD) === 0) return 0
    return mask & ~EVENT_FLAGS
  }

  /** True if its mask applies to such an event. */
  applies(onDir: boolean, asParent: boolean): boolean {
    if (onDir && (this.mask & FAN_ONDIR) === 0) return false
    return !asParent || (this.mask & FAN_EVENT_ON_CHILD) !== 0
  }
}
