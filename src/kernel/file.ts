import { EBADF, EINVAL, ENOTDIR, ENOTTY, ENXIO, ESPIPE } from '../uapi/errno.js'
import {
  O_ACCMODE,
  O_CREAT,
  O_EXCL,
  O_NOCTTY,
  O_NONBLOCK,
  O_PATH,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  POLLIN,
  POLLOUT,
  POLLRDNORM,
  POLLWRNORM,
} from '../uapi/fcntl.js'
import type { Cred } from './cred.js'
import type { Dentry } from './dentry.js'
import type { EpollItem } from './eventpoll.js'
import { fsnotifyClose } from './fsnotify.js'
import type { Inode } from './inode.js'
import type { Mount } from './mount.js'
import type { Path } from './path.js'
import type { PidNamespace } from './pid_namespace.js'
import type { Task } from './task.js'
import type { UserBuffer } from './user_buffer.js'
import type { WaitQueue } from './wait_queue.js'

/** What an open file is; the ioctl handlers are chosen by it. */
export type FileKind =
  | 'path'
  | 'directory'
  | 'regular'
  | 'char'
  | 'ns'
  | 'proc'
  | 'pipe'
  | 'socket'
  | 'pidfd'
  | 'fanotify'
  | 'fanotify-control'
  | 'eventpoll'
  | 'other'

/** Readable, writable: the access mode that the open asked for. */
export const FMODE_READ = 1 as const
export const FMODE_WRITE = 2 as const
/** Has a position that `lseek` moves and `pread` may go around. */
export const FMODE_LSEEK = 4 as const
/** The filesystem can read, write: without it the call is EINVAL, though the access mode allows it. */
export const FMODE_CAN_READ = 8 as const
export const FMODE_CAN_WRITE = 16 as const
/** Takes O_DIRECT. */
export const FMODE_CAN_ODIRECT = 32 as const
/** Accesses through it make no notification events (fanotify's own event fds). */
export const FMODE_NONOTIFY = 64 as const
/** Reads through it ask for permission: somebody watched for that when it was opened. */
export const FMODE_ASKS = 256 as const
/** Its reads and writes ask with their range. */
export const FMODE_ASKS_RANGE = 512 as const
/** This open made the file. */
export const FMODE_CREATED = 1024 as const
/** Counts among its inode's writers. */
export const FMODE_WRITER = 128 as const

/** What poll says of a file that has no wait queue. */
export const DEFAULT_POLLMASK: number = POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM

const ACCESS_MODES: Readonly<Record<number, number>> = {
  [O_RDONLY]: FMODE_READ,
  [O_WRONLY]: FMODE_WRITE,
  [O_RDWR]: FMODE_READ | FMODE_WRITE,
  [O_ACCMODE]: 0,
}

/**
 * An open file description (`struct file`): what descriptors, in any number of tables and messages, share. It is also
 * the {@link Path} it was opened by, on which it holds a reference, and it pins its opener's credentials.
 */
export abstract class File implements Path {
  abstract readonly kind: FileKind
  readonly mnt: Mount
  readonly dentry: Dentry
  readonly cred: Cred
  /** Status flags as F_GETFL shows them. */
  flags: number
  /** FMODE_* bits. */
  mode: number
  pos = 0
  refs = 1
  /** A call that sleeps goes by its position: others that do wait until it is done. */
  positionHeld = false
  /** Who polls it all the time; null before the first. */
  watchers: Set<EpollItem> | null = null

  protected constructor(path: Path, flags: number, cred: Cred, abilities: number) {
    this.mnt = path.mnt
    this.dentry = path.dentry
    this.cred = cred
    this.flags = flags & ~(O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC)
    this.mode = (flags & O_PATH) !== 0 ? 0 : ACCESS_MODES[flags & O_ACCMODE]! | abilities
    path.mnt.refs++
    path.dentry.refs++
    cred.userNs.get()
  }

  get inode(): Inode {
    return this.dentry.inode
  }

  get isPathOnly(): boolean {
    return (this.flags & O_PATH) !== 0
  }

  get isNonBlocking(): boolean {
    return (this.flags & O_NONBLOCK) !== 0
  }

  get(): this {
    this.refs++
    return this
  }

  /** Drops a reference; the last one releases the file, in the context of whoever is current. */
  put(): void {
    if (--this.refs !== 0) return
    fsnotifyClose(this)
    if (this.watchers !== null) for (const watcher of this.watchers) watcher.fileClosed()
    if ((this.mode & FMODE_WRITER) !== 0) {
      this.dentry.inode.writers--
      this.mnt.writers--
      this.mnt.sb.writers--
    }
    this.release()
    this.dentry.put()
    this.mnt.put()
    this.cred.userNs.put()
  }

  /** The last reference is gone. */
  protected release(): void {}

  /** A descriptor on this file is being closed while others may remain (`flush`). */
  flush(_task: Task): void {}

  /** Moves up to `buffer.remaining` bytes out; the number moved, -errno, or WOULD_BLOCK (then {@link waitQueue} wakes). */
  read(_task: Task, _buffer: UserBuffer): number {
    return -EINVAL
  }

  /** Takes up to `buffer.remaining` bytes; the number taken, -errno, or WOULD_BLOCK. */
  write(_task: Task, _buffer: UserBuffer): number {
    return -EINVAL
  }

  /** Like {@link read} at `offset`, leaving the position alone. */
  readAt(task: Task, buffer: UserBuffer, offset: number): number {
    const pos = this.pos
    this.pos = offset
    const result = this.read(task, buffer)
    this.pos = pos
    return result
  }

  writeAt(task: Task, buffer: UserBuffer, offset: number): number {
    const pos = this.pos
    this.pos = offset
    const result = this.write(task, buffer)
    this.pos = pos
    return result
  }

  /** The size that SEEK_END counts from, or -errno where the end cannot be sought. */
  seekEnd(): number {
    return this.inode.size
  }

  /** Of those that learn of one event, where it stands; -1 where there is no such order. */
  get place(): number {
    return -1
  }

  /** The segments of a readv or writev are moved together; without it one by one, as if each were a call of its own. */
  get takesVectors(): boolean {
    return true
  }

  /** Any lseek gives the position and does nothing (`noop_llseek`). */
  get ignoresSeek(): boolean {
    return false
  }

  /** SEEK_DATA and SEEK_HOLE; behind all data is a hole. */
  seekExtent(offset: number, hole: boolean): number {
    const end = this.seekEnd()
    if (end < 0) return end
    if (offset < 0 || offset >= end) return -ENXIO
    const found = this.inode.seekData(offset, hole)
    return found >= end && !hole ? -ENXIO : this.seek(found)
  }

  /** Sets the position; refused with ESPIPE where there is none. */
  seek(position: number): number {
    if ((this.mode & FMODE_LSEEK) === 0) return -ESPIPE
    if (position < 0) return -EINVAL
    this.pos = position
    return position
  }

  /** POLL* bits that hold now. */
  poll(_task: Task): number {
    return DEFAULT_POLLMASK
  }

  /** What wakes sleepers and pollers of this file; null when it never changes. */
  get waitQueue(): WaitQueue | null {
    return null
  }

  /** Writers sleep here when it is not {@link waitQueue}. */
  get writeQueue(): WaitQueue | null {
    return this.waitQueue
  }

  /** Bytes that a read would find now, for FIONREAD; -errno where the file does not say. */
  readable(): number {
    return this.inode.isReg ? this.inode.size - this.pos : -ENOTTY
  }

  /** Directory entries from the position on; only directories have them. */
  iterate(_task: Task, _emit: (name: string, ino: number, position: number, type: number) => boolean): number {
    return -ENOTDIR
  }

  /** Lines that this kind of file adds to `/proc/<pid>/fdinfo/<fd>` of a procfs that numbers processes as `viewer` does. */
  fdinfo(_task: Task, _viewer: PidNamespace): string {
    return ''
  }

  /** Sets O_APPEND, O_NONBLOCK and the like; 0 or -errno. */
  setFlags(flags: number): number {
    this.flags = flags
    return 0
  }
}

/** An O_PATH descriptor: names a place and does nothing else. */
export class PathFile extends File {
  readonly kind = 'path'

  constructor(path: Path, flags: number, cred: Cred) {
    super(path, flags, cred, 0)
    this.mode = FMODE_NONOTIFY
  }

  override read(): number {
    return -EBADF
  }

  override write(): number {
    return -EBADF
  }
}
