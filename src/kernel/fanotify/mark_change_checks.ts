import {
  FAN_MARK_EVICTABLE,
  FAN_MARK_IGNORE,
  FAN_MARK_IGNORED_MASK,
  FAN_MARK_IGNORED_SURV_MODIFY,
  FAN_ONDIR,
  FAN_PRE_ACCESS,
} from '../../uapi/constants/fanotify.js'
import { EEXIST, ENOENT, ENOSPC } from '../../uapi/errno.js'
import { CheckList } from '../check.js'

/** Of a mark that is there already, what the checks look at. */
export interface ExistingMark {
  readonly mask: number
  readonly isEvictable: boolean
  /** Its ignore mask was set with FAN_MARK_IGNORE. */
  readonly hasIgnoreFlags: boolean
  /** It has FAN_MARK_IGNORED_SURV_MODIFY. */
  readonly survivesModify: boolean
}

/** What the last checks of FAN_MARK_ADD and FAN_MARK_REMOVE look at: the group's mark on the object. */
export interface MarkChange {
  flags: number
  mask: number
  /** The group's user has fewer marks than the limit. */
  roomForMark: boolean
  /** The group's mark on the object, if it has one. */
  mark: ExistingMark | null
}

/** The refusals of FAN_MARK_ADD that come from the group's marks, in the kernel's order. */
export const MARK_ADD_CHECKS: CheckList<MarkChange> = new CheckList<MarkChange>([
  {
    name: 'mark-limit',
    errno: ENOSPC,
    why: 'the user has as many marks as /proc/sys/user/max_fanotify_marks allows (here or in a parent user namespace)',
    refuses: (r) => r.mark === null && !r.roomForMark,
  },
  {
    name: 'evictable-downgrade',
    errno: EEXIST,
    why: 'the mark exists and is not evictable; FAN_MARK_EVICTABLE cannot make it so',
    refuses: (r) => r.mark !== null && (r.flags & FAN_MARK_EVICTABLE) !== 0 && !r.mark.isEvictable,
  },
  {
    name: 'ignored-mask-downgrade',
    errno: EEXIST,
    why: 'the mark exists and uses FAN_MARK_IGNORE; FAN_MARK_IGNORED_MASK cannot take that back',
    refuses: (r) => r.mark !== null && (r.flags & FAN_MARK_IGNORED_MASK) !== 0 && r.mark.hasIgnoreFlags,
  },
  {
    name: 'surv-modify-downgrade',
    errno: EEXIST,
    why: 'the mark exists with FAN_MARK_IGNORED_SURV_MODIFY; FAN_MARK_IGNORE without it cannot take that back',
    refuses: (r) =>
      r.mark !== null &&
      (r.flags & FAN_MARK_IGNORE) !== 0 &&
      (r.flags & FAN_MARK_IGNORED_SURV_MODIFY) === 0 &&
      r.mark.survivesModify,
  },
  {
    name: 'pre-access-with-ondir',
    errno: EEXIST,
    why: 'FAN_PRE_ACCESS is not reported for directories: a mark cannot have it together with FAN_ONDIR',
    refuses: (r) =>
      r.mark !== null &&
      ((r.mask & FAN_PRE_ACCESS) !== 0 || (r.mark.mask & FAN_PRE_ACCESS) !== 0) &&
      ((r.mask | r.mark.mask) & FAN_ONDIR) !== 0,
  },
])

/** The refusals of FAN_MARK_REMOVE that come from the group's marks. */
export const MARK_REMOVE_CHECKS: CheckList<MarkChange> = new CheckList<MarkChange>([
  {
    name: 'no-mark',
    errno: ENOENT,
    why: 'the group has no mark on the object',
    refuses: (r) => r.mark === null,
  },
])
