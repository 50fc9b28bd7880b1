import { FAN_MARK_EVICTABLE, FAN_MARK_IGNORE, FAN_MARK_IGNORED_SURV_MODIFY } from '../../uapi/constants/fanotify.js'
import type { MarkConnector } from './connector.js'
import type { FanotifyGroup } from './group.js'

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
}
