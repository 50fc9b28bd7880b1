import type { File } from '../kernel/file.js'
import type { Task } from '../kernel/task.js'

/** Gives `file`, whose reference it takes over, the lowest free descriptor; -EMFILE, and the file is let go. */
export function installFile(task: Task, file: File, cloexec: boolean): number {
  const files = task.files!
  const fd = files.free(task.group.rlimits.nofile)
  if (fd < 0) {
    file.put()
    return fd
  }
  files.set(fd, file, cloexec)
  return fd
}
