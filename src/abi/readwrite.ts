import {
  type File,
  FMODE_ASKS,
  FMODE_ASKS_RANGE,
  FMODE_CAN_READ,
  FMODE_CAN_WRITE,
  FMODE_LSEEK,
  FMODE_READ,
  FMODE_WRITE,
} from '../kernel/file.js'
import { fsnotifyAccess, fsnotifyModify } from '../kernel/fsnotify.js'
import { fsnotifyReadPermission, fsnotifyWritePermission } from '../kernel/fsnotify_permission.js'
import { readFile, readFileVector, writeFile } from '../kernel/read_write.js'
import type { Task } from '../kernel/task.js'
import type { UserBuffer } from '../kernel/user_buffer.js'
import { WOULD_BLOCK } from '../kernel/wait_queue.js'
import { EBADF, EFAULT, EINVAL, ESPIPE } from '../uapi/errno.js'
import { fileAt } from './descriptors.js'
import { type Ask, FileAccess, locksPosition } from './file_access.js'
import { accessOk, type Memory } from './memory.js'
import { type PendingSyscall, sleepOn } from './pending.js'
import type { Registers } from './registers.js'
import type { SyscallRow } from './syscall_row.js'
import { UserIovec, UserRange } from './user_iovec.js'

/** Most bytes that one call moves. */
const MAX_RW_COUNT = 0x7fff_f000
const UIO_MAXIOV = 1024
const IOVEC_SIZE = 16
const SEEK_SET = 0
const SEEK_CUR = 1
const SEEK_END = 2
const SEEK_HOLE = 4

/** A file whose accesses may ask for permission. */
const ASKS = FMODE_ASKS | FMODE_ASKS_RANGE

type Mover = (file: File, task: Task, buffer: UserBuffer) => number

/** A file that others wait for or are asked about: waits until the position is free, then for permission, then runs `move`. */
function askAndMove(
  task: Task,
  file: File,
  buffer: UserBuffer,
  move: Mover,
  reads: boolean,
  check: () => number,
): number | PendingSyscall {
  const permission = reads ? fsnotifyReadPermission : fsnotifyWritePermission
  const ask: Ask = (queue) => check() || permission(task, file, file.pos, buffer.remaining, queue)
  const queue = reads ? file.waitQueue : file.writeQueue
  return new FileAccess(task, file, locksPosition(task, file), ask, () => move(file, task, buffer), queue).start()
}

/** Nobody is asked about this file, or waits for its position. */
const isQuiet = (file: File): boolean => (file.mode & ASKS) === 0 && !file.positionHeld

/** Runs `move`, sleeping until it can; the file stays open in the sleep whatever becomes of the descriptor. */
function moveOrSleep(task: Task, file: File, buffer: UserBuffer, move: Mover, reads: boolean): number | PendingSyscall {
  const result = move(file, task, buffer)
  if (result !== WOULD_BLOCK) return result
  file.get()
  const attempt = (): number => {
    const again = move(file, task, buffer)
    if (again !== WOULD_BLOCK) file.put()
    return again
  }
  return sleepOn(task, [(reads ? file.waitQueue : file.writeQueue)!], attempt, () => file.put())
}

/** The refusals that reads and writes share once the descriptor is known: 0 or -errno. */
function checkRange(address: number, count: number): number {
  if (!accessOk(address, count)) return -EFAULT
  return count > Number.MAX_SAFE_INTEGER ? -EINVAL : 0
}

/** Whether a file can be read, or written, at all: 0 or -errno. */
function checkMode({ mode }: File, reads: boolean): number {
  if ((mode & (reads ? FMODE_READ : FMODE_WRITE)) === 0) return -EBADF
  return (mode & (reads ? FMODE_CAN_READ : FMODE_CAN_WRITE)) === 0 ? -EINVAL : 0
}

/** read and write: at the position. */
function transfer(task: Task, regs: Registers, reads: boolean): number | PendingSyscall {
  const file = fileAt(task, regs.u32(0))
  if (file === null) return -EBADF
  const address = regs.ptr(1)
  const count = regs.size(2)
  const buffer = new UserRange(regs.memory, address, Math.min(count, MAX_RW_COUNT))
  const move = reads ? readFile : writeFile
  if (!isQuiet(file))
    return askAndMove(task, file, buffer, move, reads, () => checkMode(file, reads) || checkRange(address, count))
  const error = checkMode(file, reads) || checkRange(address, count)
  return error === 0 ? moveOrSleep(task, file, buffer, move, reads) : error
}

/** pread64 and pwrite64: a position of their own. */
function positioned(task: Task, regs: Registers, reads: boolean): number | PendingSyscall {
  const offset = regs.i64(3)
  if (offset < 0) return -EINVAL
  const file = fileAt(task, regs.u32(0))
  if (file === null) return -EBADF
  // Only what cannot be sought at all is told apart; a file without data is EINVAL as for read.
  const seekable =
    (file.mode & FMODE_LSEEK) !== 0 ||
    (file.kind !== 'pipe' && file.kind !== 'socket' && file.kind !== 'fanotify' && file.kind !== 'fanotify-control')
  if (!seekable) return -ESPIPE
  const unable = checkMode(file, reads)
  if (unable !== 0) return unable
  const address = regs.ptr(1)
  const count = regs.size(2)
  const error = checkRange(address, count)
  if (error !== 0) return error
  const buffer = new UserRange(regs.memory, address, Math.min(count, MAX_RW_COUNT))
  if ((file.mode & ASKS) === 0) return moveAt(task, file, buffer, reads, offset)
  const permission = reads ? fsnotifyReadPermission : fsnotifyWritePermission
  const ask: Ask = (queue) => permission(task, file, offset, buffer.remaining, queue)
  return new FileAccess(task, file, false, ask, () => moveAt(task, file, buffer, reads, offset)).start()
}

function moveAt(task: Task, file: File, buffer: UserBuffer, reads: boolean, offset: number): number {
  const result = reads ? file.readAt(task, buffer, offset) : file.writeAt(task, buffer, offset)
  if (result > 0) (reads ? fsnotifyAccess : fsnotifyModify)(file)
  return result
}

/** The buffers that an iovec names, or -errno. */
export function readIovec(memory: Memory, address: number, count: number): UserIovec | number {
  if (count > UIO_MAXIOV) return -EINVAL
  const bytes = new Uint8Array(count * IOVEC_SIZE)
  if (memory.copyIn(address, bytes, bytes.length) < bytes.length) return -EFAULT
  const view = new DataView(bytes.buffer)
  const u64 = (at: number): number => view.getUint32(at + 4, true) * 0x1_0000_0000 + view.getUint32(at, true)
  const addresses: number[] = []
  const lengths: number[] = []
  let total = 0
  for (let at = 0; at < bytes.length; at += IOVEC_SIZE) {
    const base = u64(at)
    let length = u64(at + 8)
    if (length >= 2 ** 63) return -EINVAL
    if (!accessOk(base, length)) return -EFAULT
    length = Math.min(length, MAX_RW_COUNT - total)
    total += length
    addresses.push(base)
    lengths.push(length)
  }
  return new UserIovec(memory, addresses, lengths)
}

/** Moves segment after segment, each as if it were a call of its own, until one is not used up; goes on where it slept. */
function oneByOne(segments: readonly UserRange[], reads: boolean): Mover {
  let total = 0
  let at = segments.every(({ remaining }) => remaining === 0) ? segments.length : 0
  return (file, task) => {
    for (; at < segments.length; at++) {
      const segment = segments[at]!
      const length = segment.remaining
      const moved = reads ? file.read(task, segment) : file.write(task, segment)
      if (moved === WOULD_BLOCK) return WOULD_BLOCK
      if (moved < 0) return total > 0 ? total : moved
      total += moved
      if (moved !== length) break
    }
    return total
  }
}

function vectored(task: Task, regs: Registers, reads: boolean): number | PendingSyscall {
  const file = fileAt(task, regs.u32(0))
  if (file === null || (file.mode & (reads ? FMODE_READ : FMODE_WRITE)) === 0) return -EBADF
  const buffer = readIovec(regs.memory, regs.ptr(1), regs.u32(2))
  if (typeof buffer === 'number') return buffer
  if ((file.mode & (reads ? FMODE_CAN_READ : FMODE_CAN_WRITE)) === 0) return -EINVAL
  if (buffer.remaining === 0) {
    // Nothing is moved and nobody asked, but a read is told of.
    if (reads) fsnotifyAccess(file)
    return 0
  }
  if (!file.takesVectors) return moveOrSleep(task, file, buffer, oneByOne(buffer.segments(), reads), reads)
  const move = reads ? readFileVector : writeFile
  if (isQuiet(file)) return moveOrSleep(task, file, buffer, move, reads)
  return askAndMove(task, file, buffer, move, reads, () => 0)
}

function lseek(task: Task, regs: Registers): number | PendingSyscall {
  const file = fileAt(task, regs.u32(0))
  if (file === null) return -EBADF
  const whence = regs.u32(2)
  const offset = regs.i64(1)
  if (!file.positionHeld) return seek(file, offset, whence)
  return new FileAccess(task, file, locksPosition(task, file), null, () => seek(file, offset, whence)).start()
}

function seek(file: File, offset: number, whence: number): number {
  if (whence > SEEK_HOLE) return -EINVAL
  if (file.ignoresSeek) return file.pos
  if ((file.mode & FMODE_LSEEK) === 0) return -ESPIPE
  switch (whence) {
    case SEEK_SET:
      return file.seek(offset)
    case SEEK_CUR:
      return file.seek(file.pos + offset)
    case SEEK_END: {
      const end = file.seekEnd()
      return end < 0 ? end : file.seek(end + offset)
    }
    default:
      return file.seekExtent(offset, whence === SEEK_HOLE)
  }
}

/** Reading, writing and the position. */
export const readWriteSyscalls: readonly SyscallRow[] = [
  { nr: 0, name: 'read', support: 'full', handler: (task, regs) => transfer(task, regs, true) },
  { nr: 1, name: 'write', support: 'full', handler: (task, regs) => transfer(task, regs, false) },
  { nr: 8, name: 'lseek', support: 'full', handler: lseek },
  { nr: 17, name: 'pread64', support: 'full', handler: (task, regs) => positioned(task, regs, true) },
  { nr: 18, name: 'pwrite64', support: 'full', handler: (task, regs) => positioned(task, regs, false) },
  { nr: 19, name: 'readv', support: 'full', handler: (task, regs) => vectored(task, regs, true) },
  { nr: 20, name: 'writev', support: 'full', handler: (task, regs) => vectored(task, regs, false) },
]
