import type { FanotifyGroup } from '../kernel/fanotify/group.js'
import { type File, FMODE_NONOTIFY } from '../kernel/file.js'
import { dentryOpen } from '../kernel/open.js'
import type { Path } from '../kernel/path.js'
import type { Task } from '../kernel/task.js'
import { O_CLOEXEC } from '../uapi/fcntl.js'

/** A descriptor that is about to be the reader's: its number and file, or -errno and null. */
export interface PreparedFd {
  readonly fd: number
  readonly file: File | null
  readonly cloexec: boolean
}

/** Opens what an event is about for the reader, with the flags that its group was given; what is done through it makes no events. */
export function openEventFd(task: Task, group: FanotifyGroup, event: Path): PreparedFd {
  const cloexec = (group.eventFFlags & O_CLOEXEC) !== 0
  const fd = task.files!.free(task.group.rlimits.nofile)
  if (fd < 0) return { fd, file: null, cloexec }
  const file = dentryOpen(task, event, group.eventFFlags, task.cred)
  if (typeof file === 'number') return { fd: file, file: null, cloexec }
  file.mode |= FMODE_NONOTIFY
  return { fd, file, cloexec }
}
