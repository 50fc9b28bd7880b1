import type { Arg, Step } from '../src/transcript/index.js'
import type { Task } from '../src/transcript/session.js'

/** What a recorder mounts for each program, and what only shows what a kernel says. */
const MOUNTED: RegExp = /^\/(run|proc|sys|dev)(\/|$)/

/** Calls that make, change or remove files by path. */
const CHANGES: ReadonlySet<string> = new Set(
  (
    'open openat openat2 creat mkdir mkdirat mknod mknodat unlink unlinkat rmdir rename renameat renameat2 link linkat symlink ' +
    'symlinkat chmod fchmodat fchmodat2 chown lchown fchownat utimensat truncate setxattr lsetxattr removexattr lremovexattr'
  ).split(' '),
)

/**
 * Whether a call leaves the machine's disk alone: user-mode Linux has it for its root, so a program that changes files there must
 * have gone to a filesystem of its own.
 */
export function changesOwnFilesOnly(step: Step, task: Task): boolean {
  if (!CHANGES.has(step.call)) return true
  const { root, cwd } = task.fs as NonNullable<Task['fs']>
  const outside = (arg: Arg): boolean => {
    if (typeof arg !== 'object' || arg === null || !('str' in arg)) return false
    if (!arg.str.startsWith('/')) return cwd.mnt.sb.type === 'hostfs'
    return root.mnt.sb.type === 'hostfs' && !MOUNTED.test(arg.str)
  }
  return !step.args.some(outside)
}
