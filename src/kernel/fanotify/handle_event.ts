import {
  FAN_EVENT_ON_CHILD,
  FAN_MODIFY,
  FAN_ONDIR,
  FAN_RENAME,
  FAN_REPORT_DIR_FID,
  FAN_REPORT_FID,
  FAN_REPORT_NAME,
  FAN_REPORT_TARGET_FID,
} from '../../uapi/constants/fanotify.js'
import { AT_INODE, AT_NEW_DIR, AT_PARENT, AT_SB, type FsnotifyReport } from '../fsnotify_report.js'
import type { Inode } from '../inode.js'
import { FidEvent, type MergingEvent, NameEvent, PathEvent } from './event.js'
import type { FanotifyGroup } from './group.js'
import { FID_BITS } from './init_flags.js'
import { ALL_EVENTS, DIRENT_EVENTS, EVENT_FLAGS } from './masks.js'

/** True if any of the group's marks wants the event; a change of the object ends ignore masks that do not outlive it. */
export function concerns(report: FsnotifyReport): boolean {
  const { mask, marks } = report
  const onDir = (mask & FAN_ONDIR) !== 0
  let wanted = 0
  let ignored = 0
  for (let place = 0; place < marks.length; place++) {
    const mark = marks[place]!
    if (mark === null) continue
    if ((mask & FAN_MODIFY) !== 0 && !mark.survivesModify) mark.ignoreMask = 0
    wanted |= mark.mask
    ignored |= mark.ignoredOf(onDir, place === AT_PARENT)
  }
  return (mask & ALL_EVENTS & wanted & ~ignored) !== 0
}

/** Bits of the places whose marks' masks apply to the event, set by {@link groupEventMask}. */
let matched = 0

/** What the group gets to see of the event's mask; 0 for nothing. */
export function groupEventMask(group: FanotifyGroup, report: FsnotifyReport): number {
  const { mask, marks, mnt, dentry } = report
  const fidMode = group.flags & FID_BITS
  const onDir = (mask & FAN_ONDIR) !== 0
  matched = 0
  if (fidMode === 0) {
    // A descriptor can be had of files and directories only.
    if (mnt === null) return 0
    const { inode } = dentry!
    if (!inode.isReg && !inode.isDir) return 0
  } else if ((fidMode & FAN_REPORT_FID) === 0 && report.dir === null && !onDir) return 0

  let wanted = 0
  let ignored = 0
  for (let place = 0; place < marks.length; place++) {
    const mark = marks[place]!
    if (mark === null) continue
    const asParent = place === AT_PARENT
    ignored |= mark.ignoredOf(onDir, asParent)
    if (!mark.applies(onDir, asParent)) continue
    wanted |= mark.mask
    matched |= 1 << place
  }
  const seen = mask & wanted & ~ignored
  if (fidMode === 0) return seen & ALL_EVENTS
  return (seen & ~EVENT_FLAGS) === 0 ? 0 : seen & (ALL_EVENTS | EVENT_FLAGS)
}

/** The object whose handle a FID record tells. */
function fidObject(report: FsnotifyReport, mask: number, fidMode: number): Inode {
  if ((mask & DIRENT_EVENTS) !== 0 && (fidMode & FAN_REPORT_TARGET_FID) === 0) return report.dir!
  return report.target
}

/** The directory whose handle a DFID record tells, or null. */
function fidDirectory(report: FsnotifyReport, mask: number): Inode | null {
  if ((mask & DIRENT_EVENTS) === 0 && report.target.isDir) return report.target
  return report.dir
}

/** True where the record of the directory is followed by one of its entry. */
function tellsChild(fidMode: number, mask: number): boolean {
  if ((mask & DIRENT_EVENTS) !== 0) return (fidMode & FAN_REPORT_TARGET_FID) !== 0
  return (fidMode & FAN_REPORT_FID) !== 0 && (mask & FAN_ONDIR) === 0
}

function makeEvent(group: FanotifyGroup, report: FsnotifyReport, mask: number): MergingEvent {
  const fidMode = group.flags & FID_BITS
  const pid = group.currentPid()
  const told = mask & ~FAN_EVENT_ON_CHILD
  if (fidMode === 0) return new PathEvent(told, pid, report.mnt!, report.dentry!)

  const object = fidObject(report, mask, fidMode)
  const directory = (fidMode & FAN_REPORT_DIR_FID) === 0 ? null : fidDirectory(report, mask)
  if (directory === null) return new FidEvent(told, pid, object)

  const child = tellsChild(fidMode, mask) && object !== directory ? object : null
  const withName = (fidMode & FAN_REPORT_NAME) !== 0
  let dir: Inode | null = directory
  let name = withName ? report.name : null
  const isNameEvent = withName ? (mask & DIRENT_EVENTS) !== 0 || (mask & FAN_ONDIR) === 0 : child !== null
  let newDir: Inode | null = null
  let newName: string | null = null
  if ((mask & FAN_RENAME) !== 0) {
    // Who watches only one of the two directories is told only of that.
    const both = (matched & (1 << AT_SB)) !== 0
    if (!both && (matched & (1 << AT_INODE)) === 0) {
      dir = null
      name = null
    }
    if (both || (matched & (1 << AT_NEW_DIR)) !== 0) {
      newDir = report.dentry!.parent.inode
      newName = report.dentry!.name
    }
  }
  if (isNameEvent && (name !== null || newDir !== null || child !== null))
    return new NameEvent(told, pid, dir, name, newDir, newName, child)
  return new FidEvent(told, pid, directory)
}

/** Queues the event for the group whose turn it is, if it wants to hear of it. */
export function handleEvent(group: FanotifyGroup, report: FsnotifyReport): void {
  if (!concerns(report)) return
  const mask = groupEventMask(group, report)
  if (mask !== 0) group.insert(makeEvent(group, report, mask))
}
