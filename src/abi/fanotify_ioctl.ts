import type { File } from '../kernel/file.js'
import type { Task } from '../kernel/task.js'
import { EINVAL, ENOTTY } from '../uapi/errno.js'
import { FanotifyControlFile } from './fanotify_control_file.js'
import { FanotifyQueueFile } from './fanotify_queue_file.js'

/** FAN_IOC_OPEN_QUEUE_FD, where the profile has it: a descriptor that has no queue to open is EINVAL. */
export function openQueue(task: Task, file: File): number {
  if (task.kernel.features.fanotify.restartableEvents === 0 || file instanceof FanotifyQueueFile) return -ENOTTY
  return file instanceof FanotifyControlFile ? file.openQueue(task) : -EINVAL
}
