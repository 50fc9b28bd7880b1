import type { FanotifyEvent } from '../kernel/fanotify/event.js'
import type { FanotifyGroup } from '../kernel/fanotify/group.js'
import type { File } from '../kernel/file.js'
import { newPidfd } from '../kernel/pidfd_file.js'
import type { Task } from '../kernel/task.js'
import { FAN_REPORT_TID } from '../uapi/constants/fanotify.js'
import { PIDFD_THREAD } from '../uapi/constants/pidfd.js'
import { ESRCH } from '../uapi/errno.js'
import { eventPid } from './fanotify_encode.js'

/** A pidfd that is about to be the reader's: its descriptor and file, or -errno and null. */
export interface PreparedPidfd {
  readonly fd: number
  readonly file: File | null
}

const GONE: PreparedPidfd = { fd: -ESRCH, file: null }

/** The pidfd of who caused an event: -ESRCH if the reader cannot see it, or before 7.2 if it has been reaped; -EMFILE without a free descriptor. */
export function preparePidfd(task: Task, group: FanotifyGroup, event: FanotifyEvent): PreparedPidfd {
  const { pid } = event
  const thread = (group.flags & FAN_REPORT_TID) !== 0
  if (pid === null || eventPid(pid, task.pidNamespace) === 0) return GONE
  const isReaped = (thread ? pid.task : pid.group) === null
  if (isReaped && !group.kernel.features.fanotify.pidfdOfReaped) return GONE
  const fd = task.files!.free(task.group.rlimits.nofile)
  return fd < 0 ? { fd, file: null } : { fd, file: newPidfd(task, pid, thread ? PIDFD_THREAD : 0) }
}
