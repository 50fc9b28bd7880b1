import { EINVAL, EISDIR } from '../uapi/errno.js'
import { S_IFDIR, S_IFMT } from '../uapi/fcntl.js'
import type { Cred } from './cred.js'
import { File, FMODE_CAN_READ, FMODE_LSEEK } from './file.js'
import type { Path } from './path.js'
import type { Task } from './task.js'

/** An open directory. */
export class DirFile extends File {
  readonly kind = 'directory'

  constructor(path: Path, flags: number, cred: Cred) {
    super(path, flags, cred, FMODE_LSEEK | FMODE_CAN_READ)
  }

  override read(): number {
    return -EISDIR
  }

  /** Only procfs lets one seek from an end, which is at 0. */
  override seekEnd(): number {
    return this.mnt.sb.countsFromEnd ? 0 : -EINVAL
  }

  override iterate(task: Task, emit: (name: string, ino: number, position: number, type: number) => boolean): number {
    let position = this.pos
    const give = (name: string, ino: number, mode: number): boolean => {
      if (!emit(name, ino, position, (mode & S_IFMT) >> 12)) return false
      this.pos = ++position
      return true
    }
    if (position === 0 && !give('.', this.inode.ino, S_IFDIR)) return 0
    if (position === 1 && !give('..', this.dentry.parent.inode.ino, S_IFDIR)) return 0
    let at = 2
    for (const entry of this.inode.entries(task, this.dentry)) {
      if (at++ < position) continue
      if (!give(entry.name, entry.ino, entry.mode)) return 0
    }
    return 0
  }
}
