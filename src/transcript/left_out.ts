import type { Step } from './format.js'
import type { Task } from './session.js'

/**
 * Recordings of real programs leave calls out, fchdir among them: the kernel's mount tests go back to the directory that was
 * their root, which they keep open, before `chroot(".")`. It shows where a program makes its working directory its root,
 * which it would not do if that were its root already, and it is taken for granted only if a single place outside is open.
 *
 * @returns the descriptor of the fchdir that must have come before `step`; -1 for none
 */
export function leftOutFchdir(task: Task, step: Step): number {
  if (step.call !== 'chroot' || !isDot(step.args[0])) return -1
  const { root, cwd } = task.fs as NonNullable<Task['fs']>
  if (cwd.mnt !== root.mnt || cwd.dentry !== root.dentry) return -1
  const files = task.files as NonNullable<Task['files']>
  let found = -1
  for (const fd of files.descriptors()) {
    const file = files.file(fd)
    if (!file?.inode.isDir || (file.mnt === root.mnt && file.dentry === root.dentry)) continue
    const other = found < 0 ? file : files.file(found)
    if (other?.mnt !== file.mnt || other.dentry !== file.dentry) return -1
    found = fd
  }
  return found
}

function isDot(arg: Step['args'][number] | undefined): boolean {
  return typeof arg === 'object' && arg !== null && 'str' in arg && arg.str === '.'
}
