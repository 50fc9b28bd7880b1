import {
  FAN_ACCESS,
  FAN_ATTRIB,
  FAN_CLOSE_NOWRITE,
  FAN_CLOSE_WRITE,
  FAN_CREATE,
  FAN_DELETE,
  FAN_DELETE_SELF,
  FAN_EVENT_ON_CHILD,
  FAN_FS_ERROR,
  FAN_MODIFY,
  FAN_MOVE_SELF,
  FAN_MOVED_FROM,
  FAN_MOVED_TO,
  FAN_ONDIR,
  FAN_OPEN,
  FAN_OPEN_EXEC,
  FAN_RENAME,
} from '../uapi/constants/fanotify.js'
import type { Dentry } from './dentry.js'
import { ErrorEvent } from './fanotify/event.js'
import { groupEventMask, handleEvent } from './fanotify/handle_event.js'
import { ALL_EVENTS, CHILD_EVENTS } from './fanotify/masks.js'
import { type File, FMODE_NONOTIFY, FMODE_WRITE } from './file.js'
import { AT_INODE, AT_MOUNT, AT_NEW_DIR, AT_PARENT, AT_SB, FsnotifyReport } from './fsnotify_report.js'
import type { Inode } from './inode.js'
import type { Mount } from './mount.js'
import type { SuperBlock } from './super_block.js'

// Where the operations on files tell what they did. Each costs one look at the number of marks in the filesystem while
// nobody watches it. An event is sent at once to all groups with a mark that wants it.

const report = new FsnotifyReport()

/** The events that a marked directory wants of its children; 0 if it does not watch them. */
export function watchesChildren(dir: Inode): number {
  const mask = dir.marks === null ? 0 : dir.marks.mask
  return (mask & FAN_EVENT_ON_CHILD) === 0 ? 0 : mask & CHILD_EVENTS
}

/** Events for which an object's own marks want to know its directory and name. */
const parentNeeded = (mask: number): number => ((mask & FAN_EVENT_ON_CHILD) === 0 ? 0 : mask & CHILD_EVENTS)

/** Looks up the marks that may be concerned; false if none is. */
export function gatherMarks(
  to: FsnotifyReport,
  mask: number,
  sb: SuperBlock,
  mnt: Mount | null,
  inode: Inode,
  second: Inode | null,
  secondPlace: typeof AT_PARENT | typeof AT_NEW_DIR,
): boolean {
  let wanted = 0
  if (sb.marks !== null) wanted |= sb.marks.mask
  if (mnt !== null && mnt.marks !== null) wanted |= mnt.marks.mask
  if (inode.marks !== null) wanted |= inode.marks.mask
  if (second !== null && second.marks !== null) wanted |= second.marks.mask
  if ((mask & ALL_EVENTS & wanted) === 0) return false
  to.begin()
  to.look(AT_SB, sb.marks)
  if (mnt !== null) to.look(AT_MOUNT, mnt.marks)
  to.look(AT_INODE, inode.marks)
  if (second !== null) to.look(secondPlace, second.marks)
  return true
}

function deliver(mask: number): void {
  report.mask = mask
  for (let group = report.next(); group !== null; group = report.next()) handleEvent(group, report)
  report.clear()
}

/** What of the parent goes with an event on a child, filled by {@link describeParent}. */
export const parent: { dir: Inode | null; name: string | null; mask: number } = { dir: null, name: null, mask: 0 }

/**
 * Finds whether an event on `dentry` is told with its directory and name, and to the directory's marks. False if nobody
 * wants it at all.
 */
export function describeParent(dentry: Dentry, mnt: Mount | null, mask: number): boolean {
  const { inode } = dentry
  parent.dir = null
  parent.name = null
  parent.mask = inode.isDir ? mask | FAN_ONDIR : mask
  if (dentry.isRoot) return true
  const directory = dentry.parent.inode
  const interest = watchesChildren(directory)
  if (inode.isDir && interest === 0) return true
  const mountMask = mnt === null || mnt.marks === null ? 0 : mnt.marks.mask
  const own = inode.marks === null ? 0 : inode.marks.mask
  const sbMask = dentry.sb.marks === null ? 0 : dentry.sb.marks.mask
  if (interest === 0 && (mask & (own | mountMask | sbMask) & ALL_EVENTS) === 0) return false
  const needed = !inode.isDir && (mask & (parentNeeded(own) | parentNeeded(sbMask) | parentNeeded(mountMask))) !== 0
  if (interest === 0 && !needed) return true
  parent.dir = directory
  const interested = (mask & interest) !== 0
  if (interested) parent.mask |= FAN_EVENT_ON_CHILD
  if (interested || needed) parent.name = dentry.name
  return true
}

/** An event on a dentry, through `mnt` where it has one. */
function notifyDentry(dentry: Dentry, mnt: Mount | null, events: number): void {
  if (!describeParent(dentry, mnt, events)) return
  const { inode } = dentry
  const { dir, mask } = parent
  const second = (mask & FAN_EVENT_ON_CHILD) !== 0 ? dir : null
  if (!gatherMarks(report, mask, dentry.sb, mnt, inode, second, AT_PARENT)) return
  report.mnt = mnt
  report.dentry = dentry
  report.target = inode
  report.dir = dir
  report.name = parent.name
  deliver(mask)
}

/** An event on an inode alone, without a name (`fsnotify_inode`). */
function notifyInode(inode: Inode, events: number): void {
  const mask = inode.isDir ? events | FAN_ONDIR : events
  if (!gatherMarks(report, mask, inode.sb, null, inode, null, AT_PARENT)) return
  report.target = inode
  deliver(mask)
}

/** An event on an entry of a directory (`fsnotify_name`). */
function notifyEntry(dir: Inode, name: string, target: Inode, mask: number, moved: Dentry | null): void {
  if (!gatherMarks(report, mask, dir.sb, null, dir, moved === null ? null : moved.parent.inode, AT_NEW_DIR)) return
  report.target = target
  report.dentry = moved
  report.dir = dir
  report.name = name
  deliver(mask)
}

function notifyFile(file: File, events: number): void {
  if ((file.mode & FMODE_NONOTIFY) === 0) notifyDentry(file.dentry, file.mnt, events)
}

/** Data, or entries, were read. */
export function fsnotifyAccess(file: File): void {
  if (file.dentry.sb.watchers !== 0) notifyFile(file, FAN_ACCESS)
}

/** Data was written. */
export function fsnotifyModify(file: File): void {
  if (file.dentry.sb.watchers !== 0) notifyFile(file, FAN_MODIFY)
}

/** The file has been opened; `exec`: to be run. */
export function fsnotifyOpen(file: File, exec = false): void {
  if (file.dentry.sb.watchers !== 0) notifyFile(file, exec ? FAN_OPEN | FAN_OPEN_EXEC : FAN_OPEN)
}

/** The last descriptor of the file is closed. */
export function fsnotifyClose(file: File): void {
  if (file.dentry.sb.watchers === 0) return
  notifyFile(file, (file.mode & FMODE_WRITE) !== 0 ? FAN_CLOSE_WRITE : FAN_CLOSE_NOWRITE)
}

/** What is told of a dentry whose attributes changed: FAN_ATTRIB, FAN_MODIFY, FAN_ACCESS. */
export function fsnotifyDentry(dentry: Dentry, mask: number): void {
  if (dentry.sb.watchers !== 0) notifyDentry(dentry, null, mask)
}

/** The number of links of an inode has changed. */
export function fsnotifyLinkCount(inode: Inode): void {
  if (inode.sb.watchers !== 0) notifyInode(inode, FAN_ATTRIB)
}

const isDirBit = (inode: Inode): number => (inode.isDir ? FAN_ONDIR : 0)

/** A name was made: of a file, a directory, a link of either kind. */
export function fsnotifyCreate(dir: Inode, dentry: Dentry): void {
  if (dir.sb.watchers === 0) return
  notifyEntry(dir, dentry.name, dentry.inode, FAN_CREATE | isDirBit(dentry.inode), null)
}

/** A name was removed. */
export function fsnotifyDelete(dir: Inode, inode: Inode, name: string): void {
  if (dir.sb.watchers !== 0) notifyEntry(dir, name, inode, FAN_DELETE | isDirBit(inode), null)
}

/** `moved` has left `oldDir`, where it was `oldName`, for its present place; `target` was there before and is overwritten. */
export function fsnotifyMove(oldDir: Inode, oldName: string, moved: Dentry, target: Inode | null): void {
  if (oldDir.sb.watchers === 0) return
  const { inode } = moved
  const onDir = isDirBit(inode)
  notifyEntry(oldDir, oldName, inode, FAN_RENAME | onDir, moved)
  notifyEntry(oldDir, oldName, inode, FAN_MOVED_FROM | onDir, null)
  notifyEntry(moved.parent.inode, moved.name, inode, FAN_MOVED_TO | onDir, null)
  if (target !== null) notifyInode(target, FAN_ATTRIB)
  notifyInode(inode, FAN_MOVE_SELF)
}

/** The last name of an inode is gone, and nobody uses it under that: its marks go. */
export function fsnotifyInodeRemove(inode: Inode): void {
  if (inode.sb.watchers === 0) return
  notifyInode(inode, FAN_DELETE_SELF)
  inode.marks?.destroy()
}

/** The filesystem goes: so do all marks on it and on its inodes. */
export function fsnotifySbDelete(sb: SuperBlock): void {
  while (sb.firstMarked !== null) sb.firstMarked.destroy()
  sb.marks?.destroy()
}

/** A filesystem reports that it is broken, at `inode` or at no inode in particular; `error` is a positive errno. */
export function fsnotifySbError(sb: SuperBlock, inode: Inode | null, error: number): void {
  if (sb.watchers === 0) return
  const { marks } = sb
  if (marks === null || (marks.mask & FAN_FS_ERROR) === 0) return
  report.clear()
  report.target = inode ?? sb.root.inode
  report.look(AT_SB, marks)
  report.mask = FAN_FS_ERROR
  for (let group = report.next(); group !== null; group = report.next()) {
    if (groupEventMask(group, report) !== 0)
      group.insert(new ErrorEvent(FAN_FS_ERROR, group.currentPid(), sb, inode, error))
  }
  report.clear()
}
