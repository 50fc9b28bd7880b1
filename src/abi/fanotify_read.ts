import { EVENT_PATH, EVENT_PERM, type FanotifyEvent } from '../kernel/fanotify/event.js'
import type { FanotifyGroup } from '../kernel/fanotify/group.js'
import { FID_BITS, nsWatcherBits } from '../kernel/fanotify/init_flags.js'
import { PermEvent } from '../kernel/fanotify/perm_event.js'
import type { Path } from '../kernel/path.js'
import type { Task } from '../kernel/task.js'
import type { UserBuffer } from '../kernel/user_buffer.js'
import { WOULD_BLOCK } from '../kernel/wait_queue.js'
import {
  FAN_DENY,
  FAN_EPIDFD,
  FAN_NOFD,
  FAN_NOPIDFD,
  FAN_REPORT_FD_ERROR,
  FAN_REPORT_PIDFD,
} from '../uapi/constants/fanotify.js'
import { EAGAIN, EBADF, EFAULT, EINVAL, ESRCH } from '../uapi/errno.js'
import {
  eventLength,
  eventPid,
  METADATA_LEN,
  writeMetadata,
  writeObjectRecords,
  writePidfdRecord,
  writeTailRecords,
} from './fanotify_encode.js'
import { openEventFd } from './fanotify_event_fd.js'
import { type PreparedPidfd, preparePidfd } from './fanotify_pidfd.js'

/** As many events as fit are encoded here before they go to user memory in one piece. */
const SCRATCH: Uint8Array = new Uint8Array(8192)
const SCRATCH_VIEW: DataView = new DataView(SCRATCH.buffer)

/** The pid that the reader is told. */
function pidFor(task: Task, group: FanotifyGroup, event: FanotifyEvent): number {
  return group.unprivileged && event.pid !== task.group.pid ? 0 : eventPid(event.pid, task.pidNamespace)
}

/** What stands in place of a descriptor where an event has none. */
const noFd = (group: FanotifyGroup): number => ((group.flags & FAN_REPORT_FD_ERROR) !== 0 ? -EBADF : FAN_NOFD)

/** What the record says where there is no pidfd: the errno in a FAN_REPORT_FD_ERROR group, else one of two marks. */
function pidfdNumber(group: FanotifyGroup, fd: number): number {
  if (fd >= 0 || (group.flags & FAN_REPORT_FD_ERROR) !== 0) return fd
  return fd === -ESRCH ? FAN_NOPIDFD : FAN_EPIDFD
}

/**
 * Moves as many events as fit the buffer and the scratch; the number of bytes, or -EFAULT. Those that were moved, and
 * one that faulted, are gone.
 */
function readMany(task: Task, group: FanotifyGroup, buffer: UserBuffer): number {
  const room = Math.min(buffer.remaining, SCRATCH.length)
  const { queue, flags } = group
  const { length } = queue
  const fd = noFd(group)
  let at = 0
  let count = 0
  for (; count < length; count++) {
    const event = queue.at(count)
    const end = at + eventLength(event, flags)
    if (end > room) break
    at = writeMetadata(SCRATCH_VIEW, at, end - at, event.mask, fd, pidFor(task, group, event))
    writeTailRecords(SCRATCH_VIEW, writeObjectRecords(SCRATCH_VIEW, at, event, flags), event)
    at = end
  }
  if (at === 0) return 0
  const copied = buffer.copyOut(SCRATCH, 0, at)
  if (copied === at) {
    drop(group, count)
    return at
  }
  let lost = 0
  for (let end = 0; end <= copied; lost++) end += eventLength(queue.at(lost), flags)
  drop(group, lost)
  return -EFAULT
}

/** Events that were read keep their process no longer. */
function drop(group: FanotifyGroup, count: number): void {
  for (let at = 0; at < count; at++) group.queue.at(at).release()
  group.take(count)
}

/** True for events about an open file, of which the reader gets a descriptor. */
const hasPath = (event: FanotifyEvent): event is FanotifyEvent & Path =>
  event.kind === EVENT_PATH || event.kind === EVENT_PERM

/** Moves one event that comes with descriptors: they are the reader's only if all of the event arrives. Bytes, or -errno. */
function copyEvent(task: Task, group: FanotifyGroup, event: FanotifyEvent, length: number, buffer: UserBuffer): number {
  const files = task.files!
  const { flags } = group
  const opened = hasPath(event) ? openEventFd(task, group, event) : null
  const fd = opened === null ? noFd(group) : opened.fd
  const file = opened === null ? null : opened.file
  if (opened !== null && fd < 0 && (flags & FAN_REPORT_FD_ERROR) === 0) return fd
  let at = writeMetadata(SCRATCH_VIEW, 0, length, event.mask, fd, pidFor(task, group, event))
  at = writeObjectRecords(SCRATCH_VIEW, at, event, flags)
  let pidfd: PreparedPidfd | null = null
  if ((flags & FAN_REPORT_PIDFD) !== 0) {
    // The file's number is taken: the pidfd's is the next free one.
    if (file !== null) files.reserve(fd)
    pidfd = preparePidfd(task, group, event)
    if (file !== null) files.unreserve(fd)
    at = writePidfdRecord(SCRATCH_VIEW, at, pidfdNumber(group, pidfd.fd))
  }
  writeTailRecords(SCRATCH_VIEW, at, event)
  if (buffer.copyOut(SCRATCH, 0, length) < length) {
    file?.put()
    pidfd?.file?.put()
    return -EFAULT
  }
  if (file !== null) files.set(fd, file, opened!.cloexec)
  if (pidfd !== null && pidfd.file !== null) files.set(pidfd.fd, pidfd.file, true)
  if (event instanceof PermEvent && fd >= 0) group.permissions.wasRead(event, fd)
  return length
}

/** Takes out the first event and moves it, if it fits: bytes, 0, or -errno. A question that did not arrive is answered no. */
function readOne(task: Task, group: FanotifyGroup, buffer: UserBuffer): number {
  const event = group.queue.at(0)
  const length = eventLength(event, group.flags)
  if (length > buffer.remaining) return 0
  group.take(1)
  const result = copyEvent(task, group, event, length, buffer)
  event.release()
  if (event instanceof PermEvent && event.fd < 0) event.answer(FAN_DENY)
  return result
}

/** True if events of the group may come with descriptors: each is then a matter of its own. */
function opensFiles(group: FanotifyGroup): boolean {
  const withoutFiles = FID_BITS | nsWatcherBits(group.kernel.features.fanotify)
  return (group.flags & withoutFiles) === 0 || (group.flags & FAN_REPORT_PIDFD) !== 0
}

/** Reads whole events from the queue of `group`: the number of bytes, -errno, or WOULD_BLOCK. */
export function readEvents(task: Task, group: FanotifyGroup, isNonBlocking: boolean, buffer: UserBuffer): number {
  const { queue } = group
  if (queue.length === 0) return isNonBlocking ? -EAGAIN : WOULD_BLOCK
  const singly = opensFiles(group)
  let done = 0
  do {
    const moved = singly ? readOne(task, group, buffer) : readMany(task, group, buffer)
    if (moved < 0) return done > 0 && moved !== -EFAULT ? done : moved
    if (moved === 0) break
    done += moved
  } while (queue.length > 0 && buffer.remaining >= METADATA_LEN)
  return done === 0 ? -EINVAL : done
}

/** Bytes that a read would find, for FIONREAD. */
export function queuedBytes(group: FanotifyGroup): number {
  const { queue } = group
  if (!group.kernel.features.fanotify.fionreadRecords) return queue.length * METADATA_LEN
  let bytes = 0
  for (let i = 0; i < queue.length; i++) bytes += eventLength(queue.at(i), group.flags)
  return bytes
}
