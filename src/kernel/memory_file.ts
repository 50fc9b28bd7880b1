import { EFAULT, EFBIG } from '../uapi/errno.js'
import { O_APPEND } from '../uapi/fcntl.js'
import { fileAccessed } from './atime.js'
import type { Cred } from './cred.js'
import { File, FMODE_CAN_ODIRECT, FMODE_CAN_READ, FMODE_CAN_WRITE, FMODE_LSEEK } from './file.js'
import { MAX_FILE_SIZE, type MemoryInode } from './memory_fs.js'
import { PAGE_SIZE } from './pages.js'
import type { Path } from './path.js'
import { fileModified } from './setattr.js'
import type { Task } from './task.js'
import type { UserBuffer } from './user_buffer.js'

// Bound here, once: V8 does not fold an imported binding.
const PAGE = PAGE_SIZE
const APPEND = O_APPEND

/** An open regular file in memory. */
export class MemoryFile extends File {
  readonly kind = 'regular'

  constructor(path: Path, flags: number, cred: Cred) {
    super(path, flags, cred, FMODE_LSEEK | FMODE_CAN_READ | FMODE_CAN_WRITE | FMODE_CAN_ODIRECT)
  }

  override read(_task: Task, buffer: UserBuffer): number {
    const inode = this.inode as MemoryInode
    fileAccessed(this)
    const want = Math.min(buffer.remaining, inode.size - this.pos)
    if (want <= 0) return 0
    const done = inode.pages.read(buffer, this.pos, want)
    if (done === 0) return -EFAULT
    this.pos += done
    return done
  }

  override write(task: Task, buffer: UserBuffer): number {
    const inode = this.inode as MemoryInode
    if (buffer.remaining === 0) return 0
    const before = this.pos
    if ((this.flags & APPEND) !== 0) this.pos = inode.size
    const { pos } = this
    if (pos >= MAX_FILE_SIZE) return -EFBIG
    // An integer, as what a call moves is: the difference alone is a float, and so would all be that comes of it.
    const want = Math.min(buffer.remaining, MAX_FILE_SIZE - pos) | 0
    fileModified(task, this)
    let done = 0
    while (done < want) {
      const at = pos + done
      const piece = Math.min(want - done, PAGE - (at % PAGE))
      const copied = inode.pages.write(buffer, at, piece)
      done += copied
      // A page that nothing could be written to has become part of the file all the same.
      if (at + copied > inode.size) inode.size = at + copied
      if (copied < piece) break
    }
    if (done === 0) {
      this.pos = before
      return -EFAULT
    }
    this.pos = pos + done
    return done
  }
}
