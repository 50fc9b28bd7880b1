import type { FanotifyGroup } from '../kernel/fanotify/group.js'
import { FMODE_CAN_READ, FMODE_CAN_WRITE } from '../kernel/file.js'
import type { Task } from '../kernel/task.js'
import type { UserBuffer } from '../kernel/user_buffer.js'
import type { WaitQueue } from '../kernel/wait_queue.js'
import { POLLIN, POLLRDNORM } from '../uapi/fcntl.js'
import { FanotifyGroupFile } from './fanotify_group_file.js'
import { queuedBytes, readEvents } from './fanotify_read.js'
import { answerPermission } from './fanotify_response.js'

/** The descriptor of a group: its marks, its queue to read, and the answers to write. */
export class FanotifyFile extends FanotifyGroupFile {
  readonly kind = 'fanotify'

  constructor(task: Task, group: FanotifyGroup, flags: number) {
    super(task, group, flags, FMODE_CAN_READ | FMODE_CAN_WRITE)
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
    return queuedBytes(this.group)
  }

  override read(task: Task, buffer: UserBuffer): number {
    return readEvents(task, this.group, this.isNonBlocking, buffer)
  }

  override write(_task: Task, buffer: UserBuffer): number {
    return answerPermission(this.group, buffer)
  }
}
