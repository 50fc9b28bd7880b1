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
import type { Pid } from '../pid.js'
import {
  EVENT_FID,
  EVENT_NAME,
  EVENT_PATH,
  type FanotifyEvent,
  FidEvent,
  type MergingEvent,
  NameEvent,
  PathEvent,
} from './event.js'
import type { FanotifyGroup } from './group.js'
import { FID_BITS } from './init_flags.js'
import { ALL_EVENTS, DIRENT_EVENTS, EVENT_FLAGS } from './masks.js'

// Bound here, once: V8 does not fold an imported binding.
const EVENTS = ALL_EVENTS
const FLAGS = EVENT_FLAGS
const ONDIR = FAN_ONDIR
const MODIFY = FAN_MODIFY
const PARENT = AT_PARENT
const FID = FID_BITS
const ON_CHILD = FAN_EVENT_ON_CHILD

/** Bits of the places whose marks' masks apply to the event, set by {@link groupEventMask}. */
let matched = 0

/**
 * What the group gets to see of the event's mask; 0 for nothing. A change of the object ends ignore masks that do not
 * outlive it.
 */
export function groupEventMask(group: FanotifyGroup, report: FsnotifyReport): number {
  const { mask, marks, places, count } = report
  const onDir = (mask & ONDIR) !== 0
  let wanted = 0
  let applied = 0
  let ignored = 0
  matched = 0
  for (let index = 0; index < count; index++) {
    const mark = marks[index]!
    const asParent = places[index] === PARENT
    if (mark.ignoreMask !== 0) {
      if ((mask & MODIFY) !== 0 && !mark.survivesModify) mark.ignoreMask = 0
      ignored |= mark.ignoredOf(onDir, asParent)
    }
    wanted |= mark.mask
    if (!mark.applies(onDir, asParent)) continue
    applied |= mark.mask
    matched |= 1 << places[index]!
  }
  if ((mask & EVENTS & wanted & ~ignored) === 0) return 0
  const seen = mask & applied & ~ignored
  const fidMode = group.flags & FID
  if (fidMode === 0) {
    // A descriptor can be had of files and directories only.
    if (report.mnt === null) return 0
    const { inode } = report.dentry!
    return inode.isReg || inode.isDir ? seen & EVENTS : 0
  }
  if ((fidMode & FAN_REPORT_FID) === 0 && report.dir === null && !onDir) return 0
  return (seen & ~FLAGS) === 0 ? 0 : seen & (EVENTS | FLAGS)
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

/** The event for the group, or null where it was merged into the newest there, for which it need not be made. */
function makeEvent(group: FanotifyGroup, report: FsnotifyReport, mask: number): MergingEvent | null {
  const fidMode = group.flags & FID
  const pid = group.currentPid()
  const told = mask & ~ON_CHILD
  const { newest } = group
  if (fidMode === 0) {
    const { mnt, dentry } = report
    if (newest?.kind === EVENT_PATH && (newest as PathEvent).isOf(told, pid, mnt!, dentry!)) return into(newest, told)
    return new PathEvent(told, pid, mnt!, dentry!)
  }

  const object = fidObject(report, mask, fidMode)
  const directory = (fidMode & FAN_REPORT_DIR_FID) === 0 ? null : fidDirectory(report, mask)
  if (directory === null) return fidEvent(newest, told, pid, object)

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
  if (isNameEvent && (name !== null || newDir !== null || child !== null)) {
    if (newest?.kind === EVENT_NAME && newDir === null && (newest as NameEvent).isOf(told, pid, dir, name, child))
      return into(newest, told)
    return new NameEvent(told, pid, dir, name, newDir, newName, child)
  }
  return fidEvent(newest, told, pid, directory)
}

function fidEvent(newest: FanotifyEvent | null, mask: number, pid: Pid | null, object: Inode): FidEvent | null {
  if (newest?.kind === EVENT_FID && (newest as FidEvent).isOf(mask, pid, object)) return into(newest, mask)
  return new FidEvent(mask, pid, object)
}

function into(event: FanotifyEvent, mask: number): null {
  event.mask |= mask
  return null
}

/** Queues the event for the group whose turn it is, if it wants to hear of it. */
export function handleEvent(group: FanotifyGroup, report: FsnotifyReport): void {
  const mask = groupEventMask(group, report)
  if (mask === 0) return
  const event = makeEvent(group, report, mask)
  if (event !== null) group.insert(event)
}
