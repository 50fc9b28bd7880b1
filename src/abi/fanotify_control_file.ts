import type { FanotifyGroup } from '../kernel/fanotify/group.js'
import type { Task } from '../kernel/task.js'
import { FAN_CLOEXEC, FAN_NONBLOCK } from '../uapi/constants/fanotify.js'
import { EBUSY, ENOTTY } from '../uapi/errno.js'
import { O_NONBLOCK, O_RDONLY, O_RDWR } from '../uapi/fcntl.js'
import { FanotifyGroupFile } from './fanotify_group_file.js'
import { FanotifyQueueFile } from './fanotify_queue_file.js'

/** The control descriptor of a group with FAN_RESTARTABLE_EVENTS: it keeps the group and its marks, and opens the queue. */
export class FanotifyControlFile extends FanotifyGroupFile {
  readonly kind = 'fanotify-control'
  #queue: FanotifyQueueFile | null = null

  constructor(task: Task, group: FanotifyGroup) {
    super(task, group, O_RDONLY, 0)
  }

  /** FAN_IOC_OPEN_QUEUE_FD: the descriptor of the group's queue; -EBUSY while there is one. */
  openQueue(task: Task): number {
    if (this.#queue !== null && this.#queue.refs > 0) return -EBUSY
    const { group } = this
    const { files } = task
    const fd = files!.free(task.group.rlimits.nofile)
    if (fd < 0) return fd
    const nonBlock = (group.flags & FAN_NONBLOCK) !== 0 ? O_NONBLOCK : 0
    this.#queue = new FanotifyQueueFile(task, group, O_RDWR | nonBlock)
    files!.set(fd, this.#queue, (group.flags & FAN_CLOEXEC) !== 0)
    return fd
  }

  override readable(): number {
    return -ENOTTY
  }

  protected override release(): void {
    const queue = this.#queue
    if (queue !== null && queue.refs > 0) queue.controlClosed()
    else this.group.destroy()
  }
}
