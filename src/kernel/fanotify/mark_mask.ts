import {
  FAN_EVENT_ON_CHILD,
  FAN_MARK_ADD,
  FAN_MARK_IGNORE,
  FAN_MARK_IGNORED_MASK,
  FAN_REPORT_DIR_FID,
} from '../../uapi/constants/fanotify.js'
import { EVENT_FLAGS } from './masks.js'

/**
 * The bits that alone do not keep a mark when FAN_MARK_REMOVE takes the others: what fanotify set in secret where the object is not
 * an inode mark's directory (`whole`), and there the flags that FAN_MARK_IGNORED_MASK does not know.
 */
export function hiddenEvents(flags: number, whole: boolean): number {
  if (!whole) return FAN_EVENT_ON_CHILD
  return (flags & FAN_MARK_IGNORED_MASK) !== 0 ? EVENT_FLAGS : 0
}

/**
 * The mask that a mark on anything but a directory's inode gets: FAN_EVENT_ON_CHILD means nothing to it, and a group
 * that reports directories has it set in secret, to hear of the object under its name.
 */
export function maskWithoutChildren(groupFlags: number, flags: number, mask: number): number {
  const told = mask & ~FAN_EVENT_ON_CHILD
  const wantsParent =
    (groupFlags & FAN_REPORT_DIR_FID) !== 0 &&
    (flags & FAN_MARK_ADD) !== 0 &&
    (flags & (FAN_MARK_IGNORE | FAN_MARK_IGNORED_MASK)) === 0
  return wantsParent ? told | FAN_EVENT_ON_CHILD : told
}
