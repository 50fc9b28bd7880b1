import {
  FAN_ALL_CLASS_BITS,
  FAN_MARK_EVICTABLE,
  FAN_MARK_IGNORE,
  FAN_MARK_IGNORED_MASK,
  FAN_MARK_IGNORED_SURV_MODIFY,
  FAN_REPORT_TID,
  FAN_UNLIMITED_MARKS,
  FAN_UNLIMITED_QUEUE,
} from '../../uapi/constants/fanotify.js'
import { refusalErrno } from '../check.js'
import type { Dentry } from '../dentry.js'
import type { Kernel } from '../kernel.js'
import type { Pid } from '../pid.js'
import { UCOUNT_FANOTIFY_GROUPS, UCOUNT_FANOTIFY_MARKS, type Ucounts } from '../ucounts.js'
import type { UserNamespace } from '../user_namespace.js'
import { WaitQueue } from '../wait_queue.js'
import { type Markable, MarkConnector, type MarkType } from './connector.js'
import { type FanotifyEvent, isMerging, type MergingEvent, OverflowEvent } from './event.js'
import { EventQueue } from './event_queue.js'
import { GroupPermissions } from './group_permissions.js'
import { FanotifyMark } from './mark.js'
import { MARK_ADD_CHECKS, MARK_REMOVE_CHECKS, type MarkChange } from './mark_change_checks.js'
import { MergeTable } from './merge_table.js'

/** FAN_UNLIMITED_QUEUE's limit. */
const UNLIMITED_EVENTS = 0xffff_ffff

const IGNORE_FLAGS: number = FAN_MARK_IGNORE | FAN_MARK_IGNORED_MASK

/** What fanotify_mark's flags say of how the ignore mask works. */
function ignoreFlags(flags: number): number {
  return (flags & IGNORE_FLAGS) !== 0 ? flags & (FAN_MARK_IGNORE | FAN_MARK_IGNORED_SURV_MODIFY) : 0
}

/** What a fanotify descriptor stands for: marks on objects, and a queue of events (`struct fsnotify_group`). */
export class FanotifyGroup {
  readonly kernel: Kernel
  /** fanotify_init's flags. */
  readonly flags: number
  /** fanotify_init's event_f_flags, with O_LARGEFILE. */
  readonly eventFFlags: number
  /** The user namespace of its maker, which it pins. */
  readonly userNs: UserNamespace
  /** Its maker lacked CAP_SYS_ADMIN in the initial user namespace: it learns less. */
  readonly unprivileged: boolean
  readonly waitQueue: WaitQueue = new WaitQueue()
  readonly #ucounts: Ucounts
  /** Where it stands among the groups of its class. */
  readonly place: number
  readonly #maxEvents: number
  readonly #overflow: OverflowEvent = new OverflowEvent()
  readonly #merging: MergeTable = new MergeTable()
  #newestMark: FanotifyMark | null = null
  /** The overflow event is in the queue. */
  #overflowed = false
  #destroyed = false

  /** Counts itself against `ucounts`, which must have room. */
  constructor(
    kernel: Kernel,
    flags: number,
    eventFFlags: number,
    userNs: UserNamespace,
    ucounts: Ucounts,
    unprivileged: boolean,
  ) {
    this.kernel = kernel
    this.permissions = new GroupPermissions(this.queue, kernel.released)
    this.flags = flags
    this.eventFFlags = eventFFlags
    this.userNs = userNs
    this.unprivileged = unprivileged
    this.#ucounts = ucounts
    this.place = kernel.fanotify.takePlace()
    this.#maxEvents = (flags & FAN_UNLIMITED_QUEUE) !== 0 ? UNLIMITED_EVENTS : kernel.fanotify.maxQueuedEvents
    ucounts.increment(UCOUNT_FANOTIFY_GROUPS)
    userNs.get()
  }

  /** FAN_CLASS_*: who may deny an access, and is asked first. */
  get class(): number {
    return this.flags & FAN_ALL_CLASS_BITS
  }

  /** True if this group is told of an event on one object before `other` is. */
  isToldBefore(other: FanotifyGroup): boolean {
    return this.class === other.class ? this.place < other.place : this.class > other.class
  }

  // Marks

  get #hasRoomForMark(): boolean {
    return (this.flags & FAN_UNLIMITED_MARKS) !== 0 || this.#ucounts.hasRoom(UCOUNT_FANOTIFY_MARKS)
  }

  /** The marks, newest first. */
  *marks(): IterableIterator<FanotifyMark> {
    for (let mark = this.#newestMark; mark !== null; mark = mark.older) yield mark
  }

  /**
   * FAN_MARK_ADD: adds `mask` to the group's mark on `object`, or to its ignore mask as `flags` say. 0, or -errno of
   * {@link MARK_ADD_CHECKS}. A mark that is not evictable keeps an inode in memory, by `dentry`; other objects are not
   * kept by their marks, and `dentry` is null for them.
   */
  addMark(object: Markable, type: MarkType, flags: number, mask: number, dentry: Dentry | null): number {
    let mark = object.marks === null ? null : object.marks.find(this)
    const change = CHANGE
    change.flags = flags
    change.mask = mask
    change.roomForMark = mark !== null || this.#hasRoomForMark
    change.mark = mark
    // A new mark that there is room for has nothing to be at odds with.
    const refused = mark === null && change.roomForMark ? null : MARK_ADD_CHECKS.firstRefusal(change)
    change.mark = null
    if (refused !== null) return -refusalErrno(refused, change)

    if (mark === null) {
      if ((this.flags & FAN_UNLIMITED_MARKS) === 0) this.#ucounts.increment(UCOUNT_FANOTIFY_MARKS)
      object.marks ??= new MarkConnector(type, object)
      mark = new FanotifyMark(this, object.marks, flags & FAN_MARK_EVICTABLE)
      mark.older = this.#newestMark
      if (this.#newestMark !== null) this.#newestMark.newer = mark
      this.#newestMark = mark
      mark.connector.add(mark)
      this.kernel.fanotify.markAdded(mark)
    }
    // An evictable mark stops being so once it is marked without the flag.
    if ((flags & FAN_MARK_EVICTABLE) === 0) mark.flags &= ~FAN_MARK_EVICTABLE
    if (dentry !== null && !mark.isEvictable && !mark.holds) {
      mark.holds = true
      mark.connector.hold(dentry)
    }
    mark.flags |= ignoreFlags(flags)
    if ((flags & IGNORE_FLAGS) !== 0) {
      mark.ignoreMask |= mask
    } else {
      mark.mask |= mask
    }
    mark.connector.recalculate()
    return 0
  }

  /**
   * FAN_MARK_REMOVE: takes `mask` from the group's mark on `object`, or from its ignore mask. A mark that has nothing
   * left but `hidden` bits is destroyed. 0, or -errno of {@link MARK_REMOVE_CHECKS}.
   */
  removeMark(object: Markable, flags: number, mask: number, hidden: number): number {
    const mark = object.marks === null ? null : object.marks.find(this)
    if (mark === null) {
      const change = CHANGE
      change.mark = mark
      return -refusalErrno(MARK_REMOVE_CHECKS.firstRefusal(change)!, change)
    }
    if ((flags & IGNORE_FLAGS) !== 0) mark.ignoreMask &= ~mask
    else mark.mask &= ~mask
    if (((mark.mask | mark.ignoreMask) & ~hidden) === 0) this.destroyMark(mark)
    else mark.connector.recalculate()
    return 0
  }

  /** FAN_MARK_FLUSH: removes all marks of one type. */
  flushMarks(type: MarkType): void {
    let mark = this.#newestMark
    while (mark !== null) {
      const { older } = mark
      if (mark.connector.type === type) this.destroyMark(mark)
      mark = older
    }
  }

  /** Takes a mark off its object and out of the group. */
  destroyMark(mark: FanotifyMark): void {
    const { older, newer } = mark
    if (newer === null) this.#newestMark = older
    else newer.older = older
    if (older !== null) older.newer = newer
    mark.older = null
    mark.newer = null
    if ((this.flags & FAN_UNLIMITED_MARKS) === 0) this.#ucounts.decrement(UCOUNT_FANOTIFY_MARKS)
    mark.connector.detach(mark)
    if (mark.pins === 0) this.#freeMark(mark)
  }

  /** An access waits at the mark, for this group or another. */
  pinMark(mark: FanotifyMark): void {
    mark.pins++
    this.permissions.hold()
  }

  /** It waits there no more. */
  unpinMark(mark: FanotifyMark): void {
    if (--mark.pins === 0 && mark.detached) this.#freeMark(mark)
    this.permissions.unhold()
  }

  #freeMark(mark: FanotifyMark): void {
    mark.connector.remove(mark)
    if (mark.holds) {
      mark.holds = false
      mark.connector.release()
    }
    this.kernel.fanotify.markRemoved(mark)
  }

  // The queue

  /** The events that wait to be read, an overflow event included. */
  readonly queue: EventQueue = new EventQueue()
  readonly permissions: GroupPermissions

  /** Whom an event of now is put down to: the current process, its thread in a FAN_REPORT_TID group; null once that is reaped. */
  currentPid(): Pid | null {
    const { current } = this.kernel
    if (current.pid.task === null) return null
    return (this.flags & FAN_REPORT_TID) !== 0 ? current.pid : current.group.pid
  }

  /** True if the queue takes another event. When not, it has been given the overflow event, once. */
  makeRoom(): boolean {
    if (this.#destroyed) return false
    if (this.queue.length < this.#maxEvents) return true
    if (!this.#overflowed) {
      this.#overflowed = true
      this.append(this.#overflow)
    }
    return false
  }

  /** Queues an event, for which {@link makeRoom} has found room, and wakes the readers. */
  append(event: FanotifyEvent): void {
    if (this.#destroyed) return
    this.queue.push(event)
    this.waitQueue.wakeAnyFirst(this.kernel.chance)
  }

  /** The event queued last, while the queue takes others: one that tells the same would be merged into it. Null for none. */
  get newest(): FanotifyEvent | null {
    const { queue } = this
    return queue.length < this.#maxEvents && !this.#destroyed ? queue.last : null
  }

  /** Merges an event into one in the queue that tells the same, else queues it if there is room. */
  insert(event: MergingEvent): void {
    if (!this.makeRoom() || this.#merging.merge(event)) {
      event.release()
      return
    }
    this.#merging.add(event)
    this.append(event)
  }

  /** Takes the `count` events that wait longest out of the queue; they are the caller's to release. */
  take(count: number): void {
    const { queue } = this
    if (this.#overflowed) for (let i = 0; i < count; i++) if (queue.at(i) === this.#overflow) this.#overflowed = false
    for (let at = 0; at < count; at++) {
      const event = queue.at(at)
      if (isMerging(event)) this.#merging.remove(event)
    }
    queue.drop(count)
  }

  /** The last descriptor is closed: marks and queued events go. */
  destroy(): void {
    this.#destroyed = true
    this.permissions.end(this.kernel.chance)
    while (this.#newestMark !== null) this.destroyMark(this.#newestMark)
    this.#merging.clear()
    for (let at = 0; at < this.queue.length; at++) this.queue.at(at).release()
    this.queue.clear()
    this.#ucounts.decrement(UCOUNT_FANOTIFY_GROUPS)
    this.userNs.put()
    if (this.permissions.isHeld) this.kernel.returnWait = this.permissions
  }
}

/** Filled anew for each call. */
const CHANGE: MarkChange = { flags: 0, mask: 0, roomForMark: true, mark: null }
