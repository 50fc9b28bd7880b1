import type { FanotifyGroup } from '../kernel/fanotify/group.js'
import type { PermEvent } from '../kernel/fanotify/perm_event.js'
import type { Path } from '../kernel/path.js'
import type { Task } from '../kernel/task.js'

/** An access that waits for the answer of a fanotify group. */
export interface PermissionWait {
  /** Who waits. */
  readonly task: Task
  /** For whose answer. */
  readonly group: FanotifyGroup
  /** What of: the FAN_*_PERM or FAN_PRE_ACCESS bit, and the file. */
  readonly mask: number
  readonly path: Path
  /** The emulator's clock when the wait began, nanoseconds. */
  readonly since: bigint
  /** The descriptor that the group's reader was given for it; null before it was read. */
  readonly fd: number | null
}

/** What there is to say of a permission event that waits. */
export function permissionWait(event: PermEvent): PermissionWait {
  const { task, group, mask, mnt, dentry, since, fd } = event
  return { task, group, mask, path: { mnt, dentry }, since, fd: fd < 0 ? null : fd }
}
