import { anonPath } from '../kernel/anon_inode.js'
import { type FanotifyEvent, PathEvent } from '../kernel/fanotify/event.js'
import type { FanotifyGroup } from '../kernel/fanotify/group.js'
import { FID_BITS, nsWatcherBits } from '../kernel/fanotify/init_flags.js'
import { File, FMODE_CAN_READ, FMODE_CAN_WRITE, FMODE_NONOTIFY } from '../kernel/file.js'
import type { Task } from '../kernel/task.js'
import type { UserBuffer } from '../kernel/user_buffer.js'
import { type WaitQueue, WOULD_BLOCK } from '../kernel/wait_queue.js'
import {
  FAN_ENABLE_AUDIT,
  FAN_EPIDFD,
  FAN_NOFD,
  FAN_NOPIDFD,
  FAN_REPORT_FD_ERROR,
  FAN_REPORT_PIDFD,
} from '../uapi/constants/fanotify.js'
import { EAGAIN, EBADF, EFAULT, EINVAL, ESRCH } from '../uapi/errno.js'
import { POLLIN, POLLRDNORM } from '../uapi/fcntl.js'
import { AcceptedCalls } from './accepted_calls.js'
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
import { markLine } from './fanotify_fdinfo.js'
import { type PreparedPidfd, preparePidfd } from './fanotify_pidfd.js'
import { answerPermission } from './fanotify_response.js'

/** As many events as fit are encoded here before they go to user memory in one piece. */
const SCRATCH: Uint8Array = new Uint8Array(8192)
const SCRATCH_VIEW: DataView = new DataView(SCRATCH.buffer)

/** The descriptor that fanotify_init returns: a group's queue to read, and the answers to write. */
export class FanotifyFile extends File {
  readonly kind = 'fanotify'
  readonly group: FanotifyGroup
  readonly accepted: AcceptedCalls = new AcceptedCalls()

  constructor(task: Task, group: FanotifyGroup, flags: number) {
    super(anonPath(group.kernel, '[fanotify]'), flags, task.cred, FMODE_CAN_READ | FMODE_CAN_WRITE | FMODE_NONOTIFY)
    this.group = group
  }

  protected override release(): void {
    this.group.destroy()
  }

  override get waitQueue(): WaitQueue {
    return this.group.waitQueue
  }

  override poll(): number {
    return this.group.queue.length === 0 ? 0 : POLLIN | POLLRDNORM
  }

  override readable(): number {
    const { group } = this
    const { queue } = group
    if (!group.kernel.features.fanotify.fionreadRecords) return queue.length * METADATA_LEN
    let bytes = 0
    for (let i = 0; i < queue.length; i++) bytes += eventLength(queue.at(i), group.flags)
    return bytes
  }

  override get ignoresSeek(): boolean {
    return true
  }

  override read(task: Task, buffer: UserBuffer): number {
    const { group } = this
    const { queue } = group
    if (queue.length === 0) return this.isNonBlocking ? -EAGAIN : WOULD_BLOCK
    // Where descriptors come with an event, each is a matter of its own.
    const withFds = (group.flags & (FID_BITS | nsWatcherBits(group.kernel.features.fanotify))) === 0
    const oneByOne = withFds || (group.flags & FAN_REPORT_PIDFD) !== 0
    let done = 0
    do {
      const moved = oneByOne ? this.#readOne(task, buffer) : this.#readMany(task, buffer)
      if (moved < 0) return moved === -EFAULT || done === 0 ? moved : done
      if (moved === 0) break
      done += moved
    } while (queue.length > 0 && buffer.remaining >= METADATA_LEN)
    return done === 0 ? -EINVAL : done
  }

  /**
   * Moves as many events as fit the buffer and the scratch; the number of bytes, or -EFAULT. Those that were moved, and
   * one that faulted, are gone.
   */
  #readMany(task: Task, buffer: UserBuffer): number {
    const room = Math.min(buffer.remaining, SCRATCH.length)
    const { group } = this
    const { queue, flags } = group
    const { length } = queue
    let at = 0
    let count = 0
    for (; count < length; count++) {
      const event = queue.at(count)
      const end = at + eventLength(event, flags)
      if (end > room) break
      const records = this.#writeMetadata(task, event, at, end - at, this.#noFd)
      writeTailRecords(SCRATCH_VIEW, writeObjectRecords(SCRATCH_VIEW, records, event, flags), event)
      at = end
    }
    if (at === 0) return 0
    const copied = buffer.copyOut(SCRATCH, 0, at)
    if (copied === at) {
      group.take(count)
      return at
    }
    let lost = 0
    for (let end = 0; end <= copied; lost++) end += eventLength(queue.at(lost), flags)
    group.take(lost)
    return -EFAULT
  }

  /** Moves one event that comes with descriptors, if it fits: they are the reader's only if all of the event arrives. */
  #readOne(task: Task, buffer: UserBuffer): number {
    const { group } = this
    const { flags } = group
    const event = group.queue.at(0)
    const length = eventLength(event, flags)
    if (length > buffer.remaining) return 0
    group.take(1)
    const opened = event instanceof PathEvent ? openEventFd(task, group, event) : null
    event.release()
    let fd = this.#noFd
    if (opened !== null) {
      if (opened.fd < 0 && (flags & FAN_REPORT_FD_ERROR) === 0) return opened.fd
      fd = opened.fd
    }
    let at = this.#writeMetadata(task, event, 0, length, fd)
    at = writeObjectRecords(SCRATCH_VIEW, at, event, flags)
    // Its number is taken before the pidfd's: that is the next free one.
    if (opened !== null && opened.file !== null) task.files!.set(opened.fd, opened.file, opened.cloexec)
    let pidfd: PreparedPidfd | null = null
    if ((flags & FAN_REPORT_PIDFD) !== 0) {
      pidfd = preparePidfd(task, group, event)
      at = writePidfdRecord(SCRATCH_VIEW, at, this.#pidfdNumber(pidfd.fd))
    }
    writeTailRecords(SCRATCH_VIEW, at, event)
    if (buffer.copyOut(SCRATCH, 0, length) < length) {
      pidfd?.file?.put()
      if (opened !== null && opened.file !== null) task.files!.close(task, opened.fd)
      return -EFAULT
    }
    if (pidfd !== null && pidfd.file !== null) task.files!.set(pidfd.fd, pidfd.file, true)
    return length
  }

  /** What stands in place of a descriptor where an event has none. */
  get #noFd(): number {
    return (this.group.flags & FAN_REPORT_FD_ERROR) !== 0 ? -EBADF : FAN_NOFD
  }

  #writeMetadata(task: Task, event: FanotifyEvent, at: number, length: number, fd: number): number {
    const { group } = this
    const pid = group.unprivileged && event.pid !== task.group.pid ? 0 : eventPid(event.pid, task.pidNamespace)
    return writeMetadata(SCRATCH_VIEW, at, length, event.mask, fd, pid)
  }

  /** What the record says where there is no pidfd: the errno in a FAN_REPORT_FD_ERROR group, else one of two marks. */
  #pidfdNumber(fd: number): number {
    if (fd >= 0 || (this.group.flags & FAN_REPORT_FD_ERROR) !== 0) return fd
    return fd === -ESRCH ? FAN_NOPIDFD : FAN_EPIDFD
  }

  override write(_task: Task, buffer: UserBuffer): number {
    return answerPermission(this.group, buffer)
  }

  override fdinfo(): string {
    const { group } = this
    // FAN_ENABLE_AUDIT is kept elsewhere and not shown.
    const flags = group.flags & ~FAN_ENABLE_AUDIT
    let text = `fanotify flags:${flags.toString(16)} event-flags:${group.eventFFlags.toString(16)}\n`
    for (const mark of group.marks()) text += markLine(mark)
    return text
  }
}
