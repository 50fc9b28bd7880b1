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
import { checkSigmask, timespecWaits } from './wait_arguments.js'

/** struct pollfd: an int, and two shorts. */
const POLLFD_SIZE = 8
const ALWAYS = POLLERR | POLLHUP

let scratch = new Uint8Array(8 * POLLFD_SIZE)
let scratchView = new DataView(scratch.buffer)
const word = new Uint8Array(2)

/** Stores the answers, one after the other: 0 or -EFAULT. */
function store(memory: Memory, address: number, pollfds: DataView, size: number): number {
  for (let at = 6; at < size; at += POLLFD_SIZE) {
    word[0] = pollfds.getUint8(at)
    word[1] = pollfds.getUint8(at + 1)
    if (memory.copyOut(address + at, word, 2) < 2) return -EFAULT
  }
  return 0
}

/** Fills in what each descriptor has to say; how many have something. */
function look(task: Task, pollfds: DataView, size: number): number {
  let ready = 0
  for (let at = 0; at < size; at += POLLFD_SIZE) {
    const fd = pollfds.getInt32(at, true)
    let mask = 0
    if (fd >= 0) {
      const file = fileAt(task, fd)
      mask = file === null ? POLLNVAL : file.poll(task) & (pollfds.getUint16(at + 4, true) | ALWAYS)
    }
    pollfds.setUint16(at + 6, mask, true)
    if (mask !== 0) ready++
  }
  return ready
}

/** Polls `count` descriptors; `waits` is false for a timeout of zero. There is no clock: other timeouts never run out. */
function poll(task: Task, memory: Memory, address: number, count: number, waits: boolean): number | PendingSyscall {
  if (count > task.group.rlimits.nofile) return -EINVAL
  const size = count * POLLFD_SIZE
  if (size > scratch.length) {
    scratch = new Uint8Array(size * 2)
    scratchView = new DataView(scratch.buffer)
  }
  if (memory.copyIn(address, scratch, size) < size) return -EFAULT
  const pollfds = scratchView
  const ready = look(task, pollfds, size)
  if (ready === 0 && waits) return pollAsleep(task, memory, address, scratch.slice(0, size))
  const error = store(memory, address, pollfds, size)
  return error === 0 ? ready : error
}

/**
 * Sleeps until one of the files has something to say. All of them exist: a missing one would have been an answer. What wakes it are those
 * files; what it then looks at is what the descriptors are now.
 */
function pollAsleep(task: Task, memory: Memory, address: number, bytes: Uint8Array): PendingSyscall {
  const pollfds = new DataView(bytes.buffer)
  const files: (File | null)[] = []
  const queues: WaitQueue[] = []
  for (let at = 0; at < bytes.length; at += POLLFD_SIZE) {
    const fd = pollfds.getInt32(at, true)
    const file = fd < 0 ? null : fileAt(task, fd)
    files.push(file)
    if (file === null) continue
    file.get()
    for (const queue of [file.waitQueue, file.writeQueue]) {
      if (queue !== null && !queues.includes(queue)) queues.push(queue)
    }
  }
  const letGo = (): void => {
    for (const file of files) file?.put()
  }
  const attempt = (): number => {
    const ready = look(task, pollfds, bytes.length)
    if (ready === 0) return WOULD_BLOCK
    letGo()
    const error = store(memory, address, pollfds, bytes.length)
    return error === 0 ? ready : error
  }
  return sleepOn(task, queues, attempt, letGo)
}

function ppoll(task: Task, regs: Registers): number | PendingSyscall {
  const waits = timespecWaits(regs.memory, regs.ptr(2))
  if (typeof waits === 'number') return waits
  const error = checkSigmask(regs.memory, regs.ptr(3), regs.size(4))
  return error === 0 ? poll(task, regs.memory, regs.ptr(0), regs.u32(1), waits) : error
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
