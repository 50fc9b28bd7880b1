import { EFAULT, EFBIG } from '../uapi/errno.js'
import { O_APPEND } from '../uapi/fcntl.js'
import type { Cred } from './cred.js'
import { File, FMODE_CAN_ODIRECT, FMODE_CAN_READ, FMODE_CAN_WRITE, FMODE_LSEEK } from './file.js'
import { MAX_FILE_SIZE, type MemoryInode } from './memory_fs.js'
import type { Path } from './path.js'
import { removePrivileges } from './setattr.js'
import type { Task } from './task.js'
import type { UserBuffer } from './user_buffer.js'

const ZEROES = new Uint8Array(4096)

/** An open regular file in memory. */
export class MemoryFile extends File {
  readonly kind = 'regular'

  constructor(path: Path, flags: number, cred: Cred) {
    super(path, flags, cred, FMODE_LSEEK | FMODE_CAN_READ | FMODE_CAN_WRITE | FMODE_CAN_ODIRECT)
  }

  override read(_task: Task, buffer: UserBuffer): number {
    const inode = this.inode as MemoryInode
    const want = Math.min(buffer.remaining, inode.size - this.pos)
    if (want <= 0) return 0
    const stored = Math.max(0, Math.min(want, inode.data.length - this.pos))
    let done = buffer.copyOut(inode.data, this.pos, stored)
    if (done === stored) {
      while (done < want) {
        const piece = Math.min(want - done, ZEROES.length)
        const copied = buffer.copyOut(ZEROES, 0, piece)
        done += copied
        if (copied < piece) break
      }
    }
    if (done === 0) return -EFAULT
    this.pos += done
    return done
  }

  override write(task: Task, buffer: UserBuffer): number {
    const inode = this.inode as MemoryInode
    if (buffer.remaining === 0) return 0
    if ((this.flags & O_APPEND) !== 0) this.pos = inode.size
    const want = Math.min(buffer.remaining, MAX_FILE_SIZE - this.pos)
    if (want <= 0) return -EFBIG
    removePrivileges(task, this)
    inode.reserve(this.pos + want)
    const done = buffer.copyIn(inode.data, this.pos, want)
    if (done === 0) return -EFAULT
    this.pos += done
    if (this.pos > inode.size) inode.size = this.pos
    return done
  }
}
