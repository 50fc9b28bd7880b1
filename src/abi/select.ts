import type { File } from '../kernel/file.js'
import type { Task } from '../kernel/task.js'
import { type WaitQueue, WOULD_BLOCK } from '../kernel/wait_queue.js'
import { EBADF, EFAULT, EINVAL } from '../uapi/errno.js'
import { POLLERR, POLLHUP, POLLIN, POLLNVAL, POLLOUT, POLLPRI, POLLRDNORM, POLLWRNORM } from '../uapi/fcntl.js'
import { fileAt } from './descriptors.js'
import type { Memory } from './memory.js'
import { type PendingSyscall, sleepOn } from './pending.js'
import type { Registers } from './registers.js'
import type { SyscallRow } from './syscall_row.js'
import { checkSigmask, timespecWaits, timevalWaits } from './wait_arguments.js'

const POLLRDBAND = 0x80
const POLLWRBAND = 0x200

/** What of poll's answers each of the three sets means. */
const MEANS: readonly number[] = [
  POLLRDNORM | POLLRDBAND | POLLIN | POLLHUP | POLLERR | POLLNVAL,
  POLLWRBAND | POLLWRNORM | POLLOUT | POLLERR | POLLNVAL,
  POLLPRI | POLLNVAL,
]

/** Descriptors that a table has room for at first. */
const FIRST_TABLE = 64

/** How many descriptors the caller's table has room for: it doubles as it has to. */
function tableRoom(task: Task): number {
  let room = FIRST_TABLE
  while (room < task.files!.size) room *= 2
  return room
}

/** The three sets of one call, and what they were asked. */
class FdSets {
  readonly #memory: Memory
  readonly #addresses: readonly number[]
  readonly #count: number
  readonly #asked: Uint8Array[] = []

  constructor(memory: Memory, addresses: readonly number[], count: number) {
    this.#memory = memory
    this.#addresses = addresses
    this.#count = count
  }

  /** Bytes of a set: words of 64 descriptors. */
  get #size(): number {
    return ((this.#count + 63) >> 6) << 3
  }

  /** Copies the sets in: 0, or -errno; every descriptor that is asked for must be open. */
  take(task: Task): number {
    for (const address of this.#addresses) {
      const set = new Uint8Array(this.#size)
      if (address !== 0 && this.#memory.copyIn(address, set, set.length) < set.length) return -EFAULT
      this.#asked.push(set)
    }
    const files = task.files!
    for (let fd = 0; fd < this.#count; fd++) {
      if (this.#isAsked(fd) && files.file(fd) === null && !files.isReserved(fd)) return -EBADF
    }
    return 0
  }

  #isAsked(fd: number): boolean {
    return this.#asked.some((set) => has(set, fd))
  }

  /** The files behind the descriptors now. */
  files(task: Task): File[] {
    const files: Set<File> = new Set()
    for (let fd = 0; fd < this.#count; fd++) {
      const file = this.#isAsked(fd) ? fileAt(task, fd) : null
      if (file !== null) files.add(file)
    }
    return [...files]
  }

  /** Looks at all of them and stores what holds, if something does or `even` if not: how many bits, WOULD_BLOCK, or -errno. */
  answer(task: Task, even: boolean): number {
    const found = this.#asked.map(({ length }) => new Uint8Array(length))
    let bits = 0
    for (let fd = 0; fd < this.#count; fd++) {
      if (!this.#isAsked(fd)) continue
      const holds = fileAt(task, fd)?.poll(task) ?? POLLNVAL
      for (let set = 0; set < found.length; set++) {
        if (!has(this.#asked[set]!, fd) || (holds & MEANS[set]!) === 0) continue
        found[set]![fd >> 3]! |= 1 << (fd & 7)
        bits++
      }
    }
    if (bits === 0 && !even) return WOULD_BLOCK
    for (let set = 0; set < found.length; set++) {
      const address = this.#addresses[set]!
      const bytes = found[set]!
      if (address !== 0 && this.#memory.copyOut(address, bytes, bytes.length) < bytes.length) return -EFAULT
    }
    return bits
  }
}

const has = (set: Uint8Array, fd: number): boolean => (set[fd >> 3]! & (1 << (fd & 7))) !== 0

function waitForAny(task: Task, regs: Registers, waits: boolean): number | PendingSyscall {
  const wanted = regs.i32(0)
  if (wanted < 0) return -EINVAL
  const count = Math.min(wanted, tableRoom(task))
  const sets = new FdSets(regs.memory, [regs.ptr(1), regs.ptr(2), regs.ptr(3)], count)
  const error = sets.take(task)
  if (error !== 0) return error
  const bits = sets.answer(task, !waits)
  return bits === WOULD_BLOCK ? selectAsleep(task, sets) : bits
}

/** Sleeps until one of the files has something to say; then it looks at what the descriptors are by then. */
function selectAsleep(task: Task, sets: FdSets): PendingSyscall {
  const files = sets.files(task)
  const queues: Set<WaitQueue> = new Set()
  for (const file of files) {
    file.get()
    if (file.waitQueue !== null) queues.add(file.waitQueue)
    if (file.writeQueue !== null) queues.add(file.writeQueue)
  }
  const letGo = (): void => {
    for (const file of files) file.put()
  }
  const attempt = (): number => {
    const bits = sets.answer(task, false)
    if (bits !== WOULD_BLOCK) letGo()
    return bits
  }
  return sleepOn(task, [...queues], attempt, letGo)
}

function select(task: Task, regs: Registers): number | PendingSyscall {
  const waits = timevalWaits(regs.memory, regs.ptr(4))
  return typeof waits === 'number' ? waits : waitForAny(task, regs, waits)
}

const argument = new Uint8Array(16)
const argumentView = new DataView(argument.buffer)

/** pselect6 takes its signal mask with its size by a pointer to both. */
function pselect6(task: Task, regs: Registers): number | PendingSyscall {
  const { memory } = regs
  const packed = regs.ptr(5)
  if (packed !== 0 && memory.copyIn(packed, argument, 16) < 16) return -EFAULT
  const [sigmask, size] = packed === 0 ? [0, 0] : [word(0), word(8)]
  const waits = timespecWaits(memory, regs.ptr(4))
  if (typeof waits === 'number') return waits
  const error = checkSigmask(memory, sigmask!, size!)
  return error === 0 ? waitForAny(task, regs, waits) : error
}

const word = (at: number): number => Number(argumentView.getBigUint64(at, true))

/** Waiting for files by sets of bits. */
export const selectSyscalls: readonly SyscallRow[] = [
  {
    nr: 23,
    name: 'select',
    support: 'partial',
    note: 'a timeout other than 0 never runs out, and is left as it was: there is no clock',
    handler: select,
  },
  {
    nr: 270,
    name: 'pselect6',
    support: 'partial',
    note: 'a timeout other than 0 never runs out, and is left as it was: there is no clock',
    handler: pselect6,
  },
]
