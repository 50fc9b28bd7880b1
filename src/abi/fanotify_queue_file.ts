import { anonPath } from '../kernel/anon_inode.js'
import type { FanotifyGroup } from '../kernel/fanotify/group.js'
import { File, FMODE_CAN_READ, FMODE_CAN_WRITE, FMODE_NONOTIFY } from '../kernel/file.js'
import type { Task } from '../kernel/task.js'
import type { UserBuffer } from '../kernel/user_buffer.js'
import type { WaitQueue } from '../kernel/wait_queue.js'
import { POLLIN, POLLRDNORM } from '../uapi/fcntl.js'
import { queuedBytes, readEvents } from './fanotify_read.js'
import { answerPermission } from './fanotify_response.js'

/**
 * The queue descriptor of a group with FAN_RESTARTABLE_EVENTS. When its last reference goes, what was read and not
 * answered is queued again, ahead of the rest and in its old order.
 */
export class FanotifyQueueFile extends File {
  readonly kind = 'fanotify'
  readonly #group: FanotifyGroup
  /** The control descriptor is gone: the group ends with this file, and an empty queue is the end of the file. */
  #last = false

  constructor(task: Task, group: FanotifyGroup, flags: number) {
    super(
      anonPath(group.kernel, '[fanotify-queue]'),
      flags,
      task.cred,
      FMODE_CAN_READ | FMODE_CAN_WRITE | FMODE_NONOTIFY,
    )
    this.#group = group
  }

  /** The control descriptor is closed for good; readers that sleep learn of it. */
  controlClosed(): void {
    this.#last = true
    this.#group.waitQueue.wakeAll()
  }

  protected override release(): void {
    if (this.#last) this.#group.destroy()
    else this.#group.permissions.requeue()
  }

  override get place(): number {
    return this.#group.place
  }

  override get takesVectors(): boolean {
    return false
  }

  override get ignoresSeek(): boolean {
    return true
  }

  override get waitQueue(): WaitQueue {
    return this.#group.waitQueue
  }

  override poll(): number {
    return this.#group.queue.length === 0 && !this.#last ? 0 : POLLIN | POLLRDNORM
  }

  override readable(): number {
    return queuedBytes(this.#group)
  }

  override read(task: Task, buffer: UserBuffer): number {
    if (this.#last && this.#group.queue.length === 0) return 0
    return readEvents(task, this.#group, this.isNonBlocking, buffer)
  }

  override write(_task: Task, buffer: UserBuffer): number {
    return answerPermission(this.#group, buffer)
  }
}
