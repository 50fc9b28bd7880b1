import type { File } from '../kernel/file.js'
import type { Task } from '../kernel/task.js'
import type { WaitQueue } from '../kernel/wait_queue.js'
import { WOULD_BLOCK } from '../kernel/wait_queue.js'
import { EFAULT, EINVAL } from '../uapi/errno.js'
import { POLLERR, POLLHUP, POLLNVAL } from '../uapi/fcntl.js'
import { fileAt } from './descriptors.js'
import type { Memory } from './memory.js'
import { type PendingSyscall, sleepOn } from './pending.js'
import type { Registers } from './registers.js'
import type { SyscallRow } from './syscall_row.js'

/** struct pollfd: an int, and two shorts. */
const POLLFD_SIZE = 8
const ALWAYS = POLLERR | POLLHUP
const NANOSECONDS = 1_000_000_000

/** What is asked of one descriptor. */
interface Polled {
  readonly events: number
  /** Null where there is nothing to ask: a negative descriptor, or none. */
  readonly file: File | null
  readonly fixed: number
}

function look(task: Task, polled: readonly Polled[], revents: Uint16Array): number {
  let count = 0
  for (let at = 0; at < polled.length; at++) {
    const { events, file, fixed } = polled[at]!
    const mask = file === null ? fixed : file.poll(task) & (events | ALWAYS)
    revents[at] = mask
    if (mask !== 0) count++
  }
  return count
}

function store(memory: Memory, address: number, revents: Uint16Array): number {
  const two = new Uint8Array(2)
  for (let at = 0; at < revents.length; at++) {
    two[0] = revents[at]! & 0xff
    two[1] = revents[at]! >> 8
    if (memory.copyOut(address + at * POLLFD_SIZE + 6, two, 2) < 2) return -EFAULT
  }
  return 0
}

/** Polls `count` descriptors; `waits` is false for a timeout of zero. There is no clock: other timeouts never run out. */
function poll(task: Task, memory: Memory, address: number, count: number, waits: boolean): number | PendingSyscall {
  if (count > task.group.rlimits.nofile) return -EINVAL
  const bytes = new Uint8Array(count * POLLFD_SIZE)
  if (memory.copyIn(address, bytes, bytes.length) < bytes.length) return -EFAULT
  const view = new DataView(bytes.buffer)
  const polled: Polled[] = []
  const queues: WaitQueue[] = []
  for (let at = 0; at < bytes.length; at += POLLFD_SIZE) {
    const fd = view.getInt32(at, true)
    const file = fd < 0 ? null : fileAt(task, fd)
    polled.push({ events: view.getUint16(at + 4, true), file, fixed: fd < 0 || file !== null ? 0 : POLLNVAL })
    if (file === null) continue
    for (const queue of [file.waitQueue, file.writeQueue]) {
      if (queue !== null && !queues.includes(queue)) queues.push(queue)
    }
  }
  const revents = new Uint16Array(count)
  const ready = look(task, polled, revents)
  if (ready > 0 || !waits) {
    const error = store(memory, address, revents)
    return error === 0 ? ready : error
  }
  for (const { file } of polled) file?.get()
  const letGo = (): void => {
    for (const { file } of polled) file?.put()
  }
  const attempt = (): number => {
    const found = look(task, polled, revents)
    if (found === 0) return WOULD_BLOCK
    letGo()
    const error = store(memory, address, revents)
    return error === 0 ? found : error
  }
  return sleepOn(task, queues, attempt, letGo)
}

const timespec = new Uint8Array(16)
const timespecView = new DataView(timespec.buffer)

function ppoll(task: Task, regs: Registers): number | PendingSyscall {
  const timeout = regs.ptr(2)
  let waits = true
  if (timeout !== 0) {
    if (regs.memory.copyIn(timeout, timespec, 16) < 16) return -EFAULT
    const seconds = timespecView.getBigInt64(0, true)
    const nanoseconds = timespecView.getBigInt64(8, true)
    if (seconds < 0n || nanoseconds < 0n || nanoseconds >= NANOSECONDS) return -EINVAL
    waits = seconds !== 0n || nanoseconds !== 0n
  }
  // The signal mask has nothing to act on, but its size is checked.
  if (regs.ptr(3) !== 0 && regs.size(4) !== 8) return -EINVAL
  return poll(task, regs.memory, regs.ptr(0), regs.u32(1), waits)
}

/** Waiting for files. */
export const pollSyscalls: readonly SyscallRow[] = [
  {
    nr: 7,
    name: 'poll',
    support: 'partial',
    note: 'a timeout other than 0 never runs out: there is no clock',
    handler: (task, regs) => poll(task, regs.memory, regs.ptr(0), regs.u32(1), regs.i32(2) !== 0),
  },
  {
    nr: 271,
    name: 'ppoll',
    support: 'partial',
    note: 'a timeout other than 0 never runs out: there is no clock',
    handler: ppoll,
  },
]
