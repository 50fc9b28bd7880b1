import { EFAULT, EMSGSIZE, ENODATA } from '../uapi/errno.js'
import { O_RDWR } from '../uapi/fcntl.js'
import { anonPath } from './anon_inode.js'
import { File, FMODE_CAN_READ } from './file.js'
import type { FsContext } from './fs_context.js'
import type { Task } from './task.js'
import type { UserBuffer } from './user_buffer.js'

/** The descriptor of fsopen and fspick: a filesystem context, and the messages about it to read. */
export class FsContextFile extends File {
  readonly kind = 'other'
  readonly context: FsContext

  constructor(task: Task, context: FsContext) {
    super(anonPath(task.kernel, '[fscontext]'), O_RDWR, task.cred, FMODE_CAN_READ)
    this.context = context
  }

  /** The oldest message, which is gone then; -ENODATA without one, -EMSGSIZE where it does not fit and stays. */
  override read(_task: Task, buffer: UserBuffer): number {
    const { log } = this.context
    const message = log[0]
    if (message === undefined) return -ENODATA
    if (message.length > buffer.remaining) return -EMSGSIZE
    log.shift()
    const bytes = Uint8Array.from(message, (character) => character.charCodeAt(0))
    return buffer.copyOut(bytes, 0, bytes.length) < bytes.length ? -EFAULT : bytes.length
  }

  protected override release(): void {
    this.context.put()
  }
}
