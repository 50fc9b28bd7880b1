import {
  FAN_ACCESS_PERM,
  FAN_ALLOW,
  FAN_CLASS_CONTENT,
  FAN_ERRNO_MASK,
  FAN_ERRNO_SHIFT,
  FAN_EVENT_ON_CHILD,
  FAN_OPEN_EXEC_PERM,
  FAN_OPEN_PERM,
  FAN_PRE_ACCESS,
} from '../uapi/constants/fanotify.js'
import { EPERM } from '../uapi/errno.js'
import type { FanotifyGroup } from './fanotify/group.js'
import { groupEventMask } from './fanotify/handle_event.js'
import type { FanotifyMark } from './fanotify/mark.js'
import { PERM_EVENTS } from './fanotify/masks.js'
import { PermEvent } from './fanotify/perm_event.js'
import { type File, FMODE_ASKS, FMODE_ASKS_RANGE, FMODE_NONOTIFY } from './file.js'
import { describeParent, gatherMarks, parent, watchesChildren } from './fsnotify.js'
import { AT_PARENT, FsnotifyReport } from './fsnotify_report.js'
import type { Path } from './path.js'
import type { Task } from './task.js'
import { WaitQueue, WOULD_BLOCK } from './wait_queue.js'

// Where the operations on files ask before they do something, group after group, in the order of the groups' classes.

/** In which order one access asks when it is of several kinds. */
const ORDER: readonly number[] = [FAN_PRE_ACCESS, FAN_ACCESS_PERM, FAN_OPEN_EXEC_PERM, FAN_OPEN_PERM]

const placeOf = (group: FanotifyGroup): number => group.place

/** What the access gets for an answer: 0 or -errno. */
function verdict(response: number): number {
  if ((response & FAN_ALLOW) !== 0) return 0
  const errno = (response >>> FAN_ERRNO_SHIFT) & FAN_ERRNO_MASK
  return errno === 0 ? -EPERM : -errno
}

/** An access that asks the groups that watch, one after the other; it may have to wait for each of them. */
export class PermissionAsk {
  /** Woken when an answer is there. */
  readonly waitQueue: WaitQueue
  readonly #task: Task
  readonly #path: Path
  readonly #offset: number
  readonly #count: number
  readonly #report: FsnotifyReport = new FsnotifyReport()
  /** The kinds that have not been asked for yet. */
  #left: number
  #event: PermEvent | null = null
  /** The marks that the wait holds on to. */
  #held: FanotifyMark[] = []

  constructor(task: Task, path: Path, mask: number, offset: number, count: number, waitQueue: WaitQueue) {
    this.waitQueue = waitQueue
    this.#task = task
    this.#path = path
    this.#left = mask
    this.#offset = offset
    this.#count = count
  }

  /** Goes on asking: 0 when all have allowed it, -errno when one refuses, WOULD_BLOCK while one has not answered. */
  attempt(): number {
    for (;;) {
      const event = this.#event
      if (event !== null) {
        if (event.state !== 'answered') return WOULD_BLOCK
        this.#settle(event)
        event.free()
        const answer = verdict(event.response)
        if (answer !== 0) {
          this.#letGo(this.#held)
          this.#report.clear()
          return answer
        }
        this.#tellChance(event.group)
        this.#report.resume()
      }
      // It goes on from the marks that it holds on to.
      const held = this.#held
      this.#held = []
      const asked = this.#askNext()
      this.#letGo(held)
      if (!asked) return 0
    }
  }

  /** The task was killed while it waited. */
  cancel(): void {
    const event = this.#event
    if (event === null) return
    this.#settle(event)
    if (event.state === 'answered') event.free()
    else event.group.permissions.cancel(event)
    this.#letGo(this.#held)
    this.#report.clear()
  }

  /** The wait for `event` is over. */
  #settle(event: PermEvent): void {
    this.#event = null
    this.#task.kernel.fanotify.waiting.delete(event)
  }

  #letGo(marks: readonly FanotifyMark[]): void {
    for (const mark of marks) mark.group.unpinMark(mark)
  }

  /** The orders of the groups of each class matter now, that of `group` too, which may be closed: who is asked, and whose marks wait. */
  #tellChance(group: FanotifyGroup): void {
    const { chance } = this.#task.kernel
    if (chance === null) return
    for (const groups of this.#report.groupsByClass(group)) chance.asked(groups.map(placeOf))
  }

  /** Sends the question to the next group that wants to be asked; false when there is none. */
  #askNext(): boolean {
    const report = this.#report
    for (;;) {
      const group = report.next()
      if (group === null) {
        report.clear()
        if (!this.#begin()) return false
        continue
      }
      if (group.class < FAN_CLASS_CONTENT) continue
      const mask = groupEventMask(group, report) & PERM_EVENTS
      if (mask === 0) continue
      const marks = report.pause()
      // Nobody can wait at a mark that is going, nor for a full queue or a group that is being closed.
      if (marks === null || !group.makeRoom()) continue
      const { kernel } = this.#task
      this.#tellChance(group)
      const event = new PermEvent(
        group,
        this.#task,
        mask,
        group.currentPid(),
        this.#path,
        this.#offset,
        this.#count,
        this.waitQueue,
      )
      this.#event = event
      this.#held = marks
      for (const held of marks) held.group.pinMark(held)
      kernel.fanotify.waiting.add(event)
      group.append(event)
      return true
    }
  }

  /** Takes up the next kind of question and finds the marks that may be concerned; false when there is no kind left. */
  #begin(): boolean {
    const { mnt, dentry } = this.#path
    for (const kind of ORDER) {
      if ((this.#left & kind) === 0) continue
      this.#left &= ~kind
      if (!describeParent(dentry, mnt, kind)) continue
      const { dir, mask } = parent
      const report = this.#report
      const second = (mask & FAN_EVENT_ON_CHILD) !== 0 ? dir : null
      if (!gatherMarks(report, mask, dentry.sb, mnt, dentry.inode, second, AT_PARENT)) continue
      report.mask = mask
      report.mnt = mnt
      report.dentry = dentry
      report.target = dentry.inode
      report.dir = dir
      return true
    }
    return false
  }
}

/** A range is told in whole pages. */
const PAGE_SIZE = 4096

/** Asks for an access: 0 if it may go on, -errno if not, and the question itself where there is an answer to wait for. */
function ask(
  task: Task,
  path: Path,
  mask: number,
  offset: number,
  count: number,
  waitQueue: WaitQueue = new WaitQueue(),
): number | PermissionAsk {
  const start = offset < 0 ? -1 : offset - (offset % PAGE_SIZE)
  const end = Math.ceil((offset + count) / PAGE_SIZE) * PAGE_SIZE
  const asking = new PermissionAsk(task, path, mask, start, end - start, waitQueue)
  const result = asking.attempt()
  return result === WOULD_BLOCK ? asking : result
}

/** The permission events of the object at `path` that somebody may want to be asked for. */
function watchedQuestions(path: Path): number {
  const { mnt, dentry } = path
  const { inode } = dentry
  let mask = 0
  if (dentry.sb.marks !== null) mask |= dentry.sb.marks.mask
  if (mnt.marks !== null) mask |= mnt.marks.mask
  if (inode.marks !== null) mask |= inode.marks.mask
  if (!dentry.isRoot) mask |= watchesChildren(dentry.parent.inode)
  return mask & PERM_EVENTS
}

/**
 * Asks whether a file may be opened (`exec`: to be run), and settles whether its later accesses ask: those through a file
 * that was opened before anybody watched accesses never do. 0, -errno, or the question to wait for.
 */
export function fsnotifyOpenPermission(
  task: Task,
  file: File,
  exec = false,
  waitQueue?: WaitQueue,
): number | PermissionAsk {
  const { sb, inode } = file.dentry
  if (sb.permissionWatchers === 0 || (file.mode & FMODE_NONOTIFY) !== 0) return 0
  const questions = watchedQuestions(file)
  if ((questions & FAN_ACCESS_PERM) !== 0) file.mode |= FMODE_ASKS | FMODE_ASKS_RANGE
  else if ((questions & FAN_PRE_ACCESS) !== 0 && inode.isReg) file.mode |= FMODE_ASKS_RANGE
  // Who comes to watch while one of them waits is not asked for the other.
  const kinds = questions & (exec ? FAN_OPEN_EXEC_PERM | FAN_OPEN_PERM : FAN_OPEN_PERM)
  return kinds === 0 ? 0 : ask(task, file, kinds, -1, 0, waitQueue)
}

/**
 * Asks whether `count` bytes may be read at `offset` of an open file; -1 where there is no position (directories). 0,
 * -errno, or the question to wait for.
 */
export function fsnotifyReadPermission(
  task: Task,
  file: File,
  offset: number,
  count: number,
  waitQueue?: WaitQueue,
): number | PermissionAsk {
  if ((file.mode & (FMODE_ASKS | FMODE_ASKS_RANGE)) === 0) return 0
  const kinds = (file.mode & FMODE_ASKS) !== 0 ? FAN_PRE_ACCESS | FAN_ACCESS_PERM : FAN_PRE_ACCESS
  return ask(task, file, kinds, offset, count, waitQueue)
}

/** Asks whether `count` bytes may be written at `offset` of an open file, or its size be changed to `offset`. */
export function fsnotifyWritePermission(
  task: Task,
  file: File,
  offset: number,
  count: number,
  waitQueue?: WaitQueue,
): number | PermissionAsk {
  return (file.mode & FMODE_ASKS_RANGE) === 0 ? 0 : ask(task, file, FAN_PRE_ACCESS, offset, count, waitQueue)
}

/** Asks whether what lies at `path`, which need not be open, may be changed to `size` bytes. */
export function fsnotifyTruncatePermission(task: Task, path: Path, size: number): number | PermissionAsk {
  return path.dentry.sb.preContentWatchers === 0 ? 0 : ask(task, path, FAN_PRE_ACCESS, size, 0)
}
