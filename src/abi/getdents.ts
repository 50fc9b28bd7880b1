import { type File, FMODE_ASKS, FMODE_ASKS_RANGE } from '../kernel/file.js'
import { fsnotifyReadPermission } from '../kernel/fsnotify_permission.js'
import { readDir } from '../kernel/read_write.js'
import type { Task } from '../kernel/task.js'
import { EBADF, EFAULT, EINVAL, ENOTDIR } from '../uapi/errno.js'
import { fileAt } from './descriptors.js'
import { type Ask, FileAccess, locksPosition } from './file_access.js'
import type { Memory } from './memory.js'
import type { PendingSyscall } from './pending.js'
import type { Registers } from './registers.js'
import type { SyscallRow } from './syscall_row.js'

/** struct linux_dirent64 before the name: inode number, the position behind it, length, type. */
const HEADER = 19
const NAME_MAX = 255
const entry = new Uint8Array((HEADER + NAME_MAX + 1 + 7) & ~7)
const view = new DataView(entry.buffer)
const position = new Uint8Array(8)
const positionView = new DataView(position.buffer)

function setU64(to: DataView, at: number, value: number): void {
  to.setUint32(at, value, true)
  to.setUint32(at + 4, Math.floor(value / 0x1_0000_0000), true)
}

function getdents64(task: Task, regs: Registers): number | PendingSyscall {
  const file = fileAt(task, regs.u32(0))
  if (file === null) return -EBADF
  if (!file.inode.isDir && !file.positionHeld) return -ENOTDIR
  const start = regs.ptr(1)
  const size = regs.i32(2)
  const { memory } = regs
  const list = (): number => listEntries(task, file, memory, start, size)
  if ((file.mode & (FMODE_ASKS | FMODE_ASKS_RANGE)) === 0 && !file.positionHeld) return list()
  const ask: Ask = (queue) => (file.inode.isDir ? fsnotifyReadPermission(task, file, -1, 0, queue) : -ENOTDIR)
  return new FileAccess(task, file, locksPosition(task, file), ask, list).start()
}

/** Writes `width` bytes of `from`, at `at` in it: all or none. */
function put(memory: Memory, address: number, from: Uint8Array, at: number, width: number): boolean {
  return memory.writable(address, width) === width && memory.copyOut(address, from.subarray(at), width) === width
}

/** Widths that a name is copied in, as long as that much is left. */
const WIDTHS: readonly number[] = [8, 4, 2, 1]

function putName(memory: Memory, address: number, length: number): boolean {
  let done = 0
  for (const width of WIDTHS) {
    for (; length - done >= width; done += width)
      if (!put(memory, address + done, entry, HEADER + done, width)) return false
  }
  return true
}

/** Writes entries from the position on to `size` bytes of memory at `start`: how many bytes, or -errno. */
function listEntries(task: Task, file: File, memory: Memory, start: number, size: number): number {
  let used = 0
  let last = -1
  let error = 0
  // An entry learns where the next one is when that comes; the first is told its own place till then.
  const tell = (next: number): boolean => {
    setU64(positionView, 0, next)
    return put(memory, start + Math.max(last, 0) + 8, position, 0, 8)
  }
  const result = readDir(file, task, (name, ino, at, type) => {
    const length = (HEADER + name.length + 1 + 7) & ~7
    if (used + length > size) {
      error = -EINVAL
      return false
    }
    setU64(view, 0, ino)
    view.setUint16(16, length, true)
    view.setUint8(18, type)
    for (let i = 0; i < name.length; i++) view.setUint8(HEADER + i, name.charCodeAt(i))
    view.setUint8(HEADER + name.length, 0)
    const to = start + used
    // Neither the position nor the padding is the entry's to write.
    const whole =
      tell(at) &&
      put(memory, to, entry, 0, 8) &&
      put(memory, to + 16, entry, 16, 2) &&
      put(memory, to + 18, entry, 18, 1) &&
      put(memory, to + HEADER + name.length, entry, HEADER + name.length, 1) &&
      putName(memory, to + HEADER, name.length)
    if (!whole) {
      error = -EFAULT
      return false
    }
    last = used
    used += length
    return true
  })
  if (result < 0) return result
  if (last < 0) return error
  return tell(file.pos) ? used : -EFAULT
}

/** Listing directories. */
export const getdentsSyscalls: readonly SyscallRow[] = [
  { nr: 217, name: 'getdents64', support: 'full', handler: getdents64 },
]
