import type { FsContext } from './fs_context.js'
import type { SuperBlock } from './super_block.js'
import type { Task } from './task.js'
import type { UserNamespace } from './user_namespace.js'

/** A value that is bytes, a path or a descriptor. */
export const NO_TEXT: unique symbol = Symbol('no text')
/** What an option is set to: text, null for a bare word, or something else. */
export type FsValue = string | null | typeof NO_TEXT

/** A kind of filesystem that can be mounted by name (`struct file_system_type`). */
export interface FsType {
  readonly name: string
  /** Root of a user namespace may mount it (`FS_USERNS_MOUNT`). */
  readonly usernsMount: boolean
  /** The user namespace that a new instance belongs to, and in which its maker needs CAP_SYS_ADMIN. */
  userNs(task: Task): UserNamespace
  /** Takes an option; null when it has none of that name, -EINVAL for a value that does not do. `userNs`: whose ids it speaks of. */
  parse(context: FsContext, key: string, value: FsValue, userNs: UserNamespace): number | null
  /** The filesystem to be mounted, new or the one there is, or -errno. */
  getTree(task: Task, context: FsContext): SuperBlock | number
  /** Takes changed options into a mounted filesystem: 0 or -errno. */
  reconfigure(context: FsContext, sb: SuperBlock): number
}
