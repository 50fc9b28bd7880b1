import { EAGAIN, EBUSY, EFAULT, EINVAL, ENXIO, EPERM, EPIPE } from '../uapi/errno.js'
import {
  O_ACCMODE,
  O_DIRECT,
  O_NONBLOCK,
  O_RDONLY,
  O_WRONLY,
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLOUT,
  POLLRDNORM,
  POLLWRNORM,
  S_IFIFO,
} from '../uapi/fcntl.js'
import { fileAccessed } from './atime.js'
import { CAP_SYS_RESOURCE } from './capability.js'
import { type Cred, nsCapable } from './cred.js'
import { Dentry } from './dentry.js'
import { File, FMODE_CAN_READ, FMODE_CAN_WRITE, FMODE_READ, FMODE_WRITE } from './file.js'
import { Inode } from './inode.js'
import type { Kernel } from './kernel.js'
import type { Path } from './path.js'
import { fileModified } from './setattr.js'
import { raiseSigpipe } from './sigpipe.js'
import { SuperBlock } from './super_block.js'
import type { Task } from './task.js'
import type { UserBuffer } from './user_buffer.js'
import { WaitQueue, WOULD_BLOCK } from './wait_queue.js'

const PIPEFS_MAGIC = 0x5049_5045
const PAGE_SIZE = 4096
/** Pages that a new pipe holds. */
const DEFAULT_SLOTS = 16

/** A page with bytes in it. */
interface Slot {
  readonly page: Uint8Array
  offset: number
  length: number
  /** Written in packet mode: neither added to nor read beyond. */
  readonly packet: boolean
}

/** What the ends of a pipe share. */
export class Pipe {
  readers = 0
  writers = 0
  /** Reading and writing opens there ever were: who waits for the other side sees it come, even if it went again. */
  readOpens = 0
  writeOpens = 0
  maxSlots: number = DEFAULT_SLOTS
  readonly slots: Slot[] = []
  /** A page that was read empty, for the next write. */
  #spare: Uint8Array | null = null
  readonly readQueue: WaitQueue = new WaitQueue()
  readonly writeQueue: WaitQueue = new WaitQueue()

  get full(): boolean {
    return this.slots.length >= this.maxSlots
  }

  /** Bytes in it. */
  get size(): number {
    let bytes = 0
    for (const slot of this.slots) bytes += slot.length
    return bytes
  }

  /** Sets how many bytes fit, rounded up to a power of two of pages: the new size or -errno. */
  resize(task: Task, bytes: number): number {
    let size = PAGE_SIZE
    while (size < bytes && size < 0x8000_0000) size *= 2
    if (bytes > 0x8000_0000) return -EINVAL
    const slots = size / PAGE_SIZE
    const initNs = task.kernel.initUserNs
    if (slots > this.maxSlots && size > task.kernel.vfs.pipeMaxSize && !nsCapable(task.cred, initNs, CAP_SYS_RESOURCE))
      return -EPERM
    if (slots < this.slots.length) return -EBUSY
    const grows = slots > this.maxSlots
    this.maxSlots = slots
    if (grows) this.writeQueue.wakeAll()
    return size
  }

  /** The first page has been read to its end. */
  #drop(): void {
    this.#spare = this.slots.shift()!.page
  }

  read(buffer: UserBuffer, nonBlocking: boolean): number {
    if (buffer.remaining === 0) return buffer.moved
    const wasFull = this.full
    let result = 0
    while (this.slots.length > 0) {
      const slot = this.slots[0]!
      const bytes = Math.min(slot.length, buffer.remaining)
      if (buffer.copyOut(slot.page, slot.offset, bytes) < bytes) {
        if (result === 0) result = -EFAULT
        break
      }
      result += bytes
      slot.offset += bytes
      slot.length -= bytes
      if (slot.packet) slot.length = 0
      if (slot.length === 0) this.#drop()
      if (buffer.remaining === 0 || slot.packet) break
    }
    if (wasFull && !this.full) this.writeQueue.wakeAll()
    if (result !== 0 || this.writers === 0) return result
    return nonBlocking ? -EAGAIN : WOULD_BLOCK
  }

  write(task: Task, buffer: UserBuffer, nonBlocking: boolean, packet: boolean, before: number): number {
    if (buffer.remaining === 0) return before
    const wasEmpty = this.slots.length === 0
    const result = this.#fill(task, buffer, nonBlocking, packet, before)
    if (wasEmpty && this.slots.length > 0) this.readQueue.wakeAll()
    return result
  }

  #fill(task: Task, buffer: UserBuffer, nonBlocking: boolean, packet: boolean, before: number): number {
    let done = before
    if (this.readers === 0) {
      raiseSigpipe(task)
      return done > 0 ? done : -EPIPE
    }
    const odd = buffer.remaining % PAGE_SIZE
    const last = this.slots[this.slots.length - 1]
    if (odd !== 0 && last !== undefined && !last.packet && !packet && before === 0) {
      const end = last.offset + last.length
      if (end + odd <= PAGE_SIZE) {
        const copied = buffer.copyIn(last.page, end, odd)
        if (copied < odd) return -EFAULT
        last.length += odd
        done += odd
        if (buffer.remaining === 0) return done
      }
    }
    while (!this.full) {
      const page = this.#spare ?? new Uint8Array(PAGE_SIZE)
      this.#spare = null
      const want = Math.min(PAGE_SIZE, buffer.remaining)
      const copied = buffer.copyIn(page, 0, want)
      if (copied < want) return done > 0 ? done : -EFAULT
      this.slots.push({ page, offset: 0, length: copied, packet })
      done += copied
      if (buffer.remaining === 0) return done
    }
    if (nonBlocking) return done > 0 ? done : -EAGAIN
    return WOULD_BLOCK
  }
}

/** The inode of a pipe: its `ino` names it in `pipe:[…]`. */
class PipeInode extends Inode implements PipeHolder {
  pipe: Pipe | null = new Pipe()

  constructor(sb: SuperBlock, ino: number, uid: number, gid: number) {
    super(sb, ino, S_IFIFO | 0o600, uid, gid)
  }

  override open(task: Task, path: Path, flags: number): File | number {
    return openFifo(task, path, flags)
  }
}

/** The filesystem that pipes made by pipe(2) are in; it is mounted nowhere. */
export class PipefsSuperBlock extends SuperBlock {
  constructor(kernel: Kernel, dev: number) {
    super(kernel, 'pipefs', PIPEFS_MAGIC, dev, kernel.initUserNs)
    this.internal = true
    this.root = new Dentry('pipe:', null, new PipeInode(this, 1, 0, 0))
    this.root.refs = 1
  }

  override dynamicName(dentry: Dentry): string {
    return `pipe:[${dentry.inode.ino}]`
  }
}

/** An open end of a pipe, or both ends of a FIFO opened for reading and writing. */
export class PipeFile extends File {
  readonly kind = 'pipe'
  readonly pipe: Pipe
  #awaited: { readonly opens: number } | null = null
  /** A reader that nobody has written for yet sees no hangup while the writing opens are still this many. */
  #hungUpAfter = -1

  constructor(pipe: Pipe, path: Path, flags: number, cred: Cred) {
    super(path, flags, cred, FMODE_CAN_READ | FMODE_CAN_WRITE)
    this.pipe = pipe
    if ((this.mode & FMODE_READ) !== 0) {
      pipe.readers++
      pipe.readOpens++
    }
    if ((this.mode & FMODE_WRITE) !== 0) {
      pipe.writers++
      pipe.writeOpens++
    }
  }

  /** A FIFO was opened: its other side is told, and looked for. */
  meetPartner(waits: boolean): void {
    const { pipe } = this
    const reads = (this.mode & FMODE_READ) !== 0
    const writes = (this.mode & FMODE_WRITE) !== 0
    pipe.readQueue.wakeAll()
    pipe.writeQueue.wakeAll()
    if (reads && writes) return
    if (reads && pipe.writers === 0) {
      if (waits) this.#awaited = { opens: pipe.writeOpens }
      else this.#hungUpAfter = pipe.writeOpens
    }
    if (writes && pipe.readers === 0) this.#awaited = { opens: pipe.readOpens }
  }

  /** The open has not found its other side yet. */
  get awaitsPartner(): boolean {
    if (this.#awaited === null) return false
    const { pipe } = this
    const opens = (this.mode & FMODE_READ) !== 0 ? pipe.writeOpens : pipe.readOpens
    if (opens === this.#awaited.opens) return true
    this.#awaited = null
    return false
  }

  protected override release(): void {
    const { pipe } = this
    if ((this.mode & FMODE_READ) !== 0) pipe.readers--
    if ((this.mode & FMODE_WRITE) !== 0) pipe.writers--
    if (pipe.readers === 0 && pipe.writers === 0) {
      const holder = this.inode as PipeHolder
      if (holder.pipe === pipe) holder.pipe = null
    }
    // The other side sees the end of file or EPIPE.
    if (pipe.readers === 0 || pipe.writers === 0) {
      pipe.readQueue.wakeAll()
      pipe.writeQueue.wakeAll()
    }
  }

  override read(_task: Task, buffer: UserBuffer): number {
    const result = this.pipe.read(buffer, this.isNonBlocking)
    if (result > 0) fileAccessed(this)
    return result
  }

  override write(task: Task, buffer: UserBuffer): number {
    const result = this.pipe.write(task, buffer, this.isNonBlocking, (this.flags & O_DIRECT) !== 0, buffer.moved)
    if (result > 0) fileModified(task, this)
    return result
  }

  override poll(): number {
    const { pipe } = this
    let mask = 0
    if ((this.mode & FMODE_READ) !== 0) {
      if (pipe.slots.length > 0) mask |= POLLIN | POLLRDNORM
      if (pipe.writers === 0 && pipe.writeOpens !== this.#hungUpAfter) mask |= POLLHUP
    }
    if ((this.mode & FMODE_WRITE) !== 0) {
      if (!pipe.full) mask |= POLLOUT | POLLWRNORM
      if (pipe.readers === 0) mask |= POLLERR
    }
    return mask
  }

  override get waitQueue(): WaitQueue {
    return (this.mode & FMODE_READ) !== 0 ? this.pipe.readQueue : this.pipe.writeQueue
  }

  override get writeQueue(): WaitQueue {
    return this.pipe.writeQueue
  }

  override readable(): number {
    return this.pipe.size
  }
}

/** Both ends of a new pipe, the reading one first. `flags`: O_NONBLOCK, O_DIRECT. */
export function newPipe(task: Task, flags: number): [reader: PipeFile, writer: PipeFile] {
  const { vfs } = task.kernel
  const mnt = vfs.pipes
  const inode = new PipeInode(mnt.sb, vfs.newIno(), task.cred.fsuid, task.cred.fsgid)
  const path = { mnt, dentry: new Dentry('', null, inode) }
  const pipe = inode.pipe!
  const reader = new PipeFile(pipe, path, O_RDONLY | (flags & ~O_DIRECT), task.cred)
  const writer = new PipeFile(pipe, path, O_WRONLY | flags, task.cred)
  return [reader, writer]
}

/** Something with a pipe behind its name. The pipe is there while it is open, and its bytes with it. */
export interface PipeHolder extends Inode {
  pipe: Pipe | null
}

/**
 * Opens a pipe by name: a FIFO, or one of pipe(2) through `/proc/self/fd`. The file of a FIFO whose other side is
 * missing is not ready yet ({@link PipeFile.awaitsPartner}); -ENXIO for a writer that would not wait.
 */
export function openFifo(task: Task, path: Path, flags: number): PipeFile | number {
  const inode = path.dentry.inode as PipeHolder
  const isFifo = !path.mnt.sb.internal
  const pipe = inode.pipe ?? new Pipe()
  if ((flags & O_ACCMODE) === O_ACCMODE) return -EINVAL
  const waits = (flags & O_NONBLOCK) === 0
  const writesOnly = (flags & O_ACCMODE) === O_WRONLY
  if (isFifo && writesOnly && !waits && pipe.readers === 0) return -ENXIO
  inode.pipe = pipe
  const file = new PipeFile(pipe, path, flags, task.cred)
  if (isFifo) file.meetPartner(waits)
  return file
}
