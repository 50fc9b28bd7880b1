import { EpollFile } from '../kernel/eventpoll.js'
import type { File } from '../kernel/file.js'
import { MountTableFile } from '../kernel/mount_table_file.js'
import type { Task } from '../kernel/task.js'
import { WOULD_BLOCK } from '../kernel/wait_queue.js'
import {
  EPOLL_CLOEXEC,
  EPOLL_CTL_ADD,
  EPOLL_CTL_DEL,
  EPOLL_CTL_MOD,
  EPOLLERR,
  EPOLLET,
  EPOLLEXCLUSIVE,
  EPOLLHUP,
  EPOLLIN,
  EPOLLOUT,
  EPOLLWAKEUP,
} from '../uapi/constants/eventpoll.js'
import { EBADF, EFAULT, EINVAL, EPERM } from '../uapi/errno.js'
import { fileAt } from './descriptors.js'
import { installFile } from './install_file.js'
import { accessOk, type Memory, putUser32 } from './memory.js'
import { type PendingSyscall, sleepOn } from './pending.js'
import type { Registers } from './registers.js'
import type { SyscallRow } from './syscall_row.js'
import { checkSigmask, timespecWaits } from './wait_arguments.js'

/** `struct epoll_event` of x86-64, which is packed: events, and eight bytes of the caller's own. */
const EVENT_SIZE = 12
/** So many events are not more bytes than an int can count. */
const MOST_EVENTS = Math.floor(0x7fff_ffff / EVENT_SIZE)
/** What may stand beside EPOLLEXCLUSIVE. */
const WITH_EXCLUSIVE: number = EPOLLIN | EPOLLOUT | EPOLLERR | EPOLLHUP | EPOLLWAKEUP | EPOLLET | EPOLLEXCLUSIVE

/** Kinds of files that have nothing to wait for, and say so. */
const CANNOT_WAIT: ReadonlySet<File['kind']> = new Set(['regular', 'directory', 'ns', 'other'])

/** Whether a file can be waited for at all. */
function canPoll(file: File): boolean {
  if (file.kind === 'proc') return file instanceof MountTableFile || !('pid' in file.inode)
  return !CANNOT_WAIT.has(file.kind)
}

function create(task: Task, flags: number): number {
  if ((flags & ~EPOLL_CLOEXEC) !== 0) return -EINVAL
  return installFile(task, new EpollFile(task), flags !== 0)
}

const event = new Uint8Array(EVENT_SIZE)
const eventView = new DataView(event.buffer)

function epollCtl(task: Task, regs: Registers): number {
  const operation = regs.i32(1)
  const hasEvent = operation !== EPOLL_CTL_DEL
  if (hasEvent && regs.memory.copyIn(regs.ptr(3), event, EVENT_SIZE) < EVENT_SIZE) return -EFAULT
  const epoll = fileAt(task, regs.u32(0))
  if (epoll === null) return -EBADF
  const fd = regs.i32(2)
  const file = fileAt(task, fd)
  if (file === null) return -EBADF
  if (!canPoll(file)) return -EPERM
  if (epoll === file || !(epoll instanceof EpollFile)) return -EINVAL
  const events = eventView.getUint32(0, true)
  if (hasEvent && (events & EPOLLEXCLUSIVE) !== 0) {
    if (operation === EPOLL_CTL_MOD) return -EINVAL
    const fits = !(file instanceof EpollFile) && (events & ~WITH_EXCLUSIVE) === 0
    if (operation === EPOLL_CTL_ADD && !fits) return -EINVAL
  }
  const low = eventView.getUint32(4, true)
  const high = eventView.getUint32(8, true)
  switch (operation) {
    case EPOLL_CTL_ADD:
      return epoll.add(task, file, fd, events, low, high)
    case EPOLL_CTL_MOD:
      return epoll.modify(task, file, fd, events, low, high)
    case EPOLL_CTL_DEL:
      return epoll.remove(file, fd)
    default:
      return -EINVAL
  }
}

/** Stores one event: its two fields, each whole or not at all. */
function putEvent(memory: Memory, address: number, events: number, low: number, high: number): boolean {
  if (putUser32(memory, address, events) !== 0) return false
  if (memory.writable(address + 4, 8) < 8) return false
  eventView.setUint32(4, low, true)
  eventView.setUint32(8, high, true)
  return memory.copyOut(address + 4, event.subarray(4), 8) === 8
}

function wait(task: Task, regs: Registers, waits: boolean): number | PendingSyscall {
  const { memory } = regs
  const epoll = fileAt(task, regs.u32(0))
  if (epoll === null) return -EBADF
  const address = regs.ptr(1)
  const most = regs.i32(2)
  if (most <= 0 || most > MOST_EVENTS) return -EINVAL
  if (!accessOk(address, most * EVENT_SIZE)) return -EFAULT
  if (!(epoll instanceof EpollFile)) return -EINVAL
  const attempt = (): number => {
    let at = address
    return epoll.collect(task, most, EFAULT, ({ dataLo, dataHi }, events) => {
      if (!putEvent(memory, at, events, dataLo, dataHi)) return false
      at += EVENT_SIZE
      return true
    })
  }
  const now = attempt()
  if (now !== 0 || !waits) return now
  epoll.get()
  return sleepOn(
    task,
    [epoll.waiters],
    () => {
      const got = attempt()
      if (got === 0) return WOULD_BLOCK
      epoll.put()
      return got
    },
    () => epoll.put(),
  )
}

function epollPwait(task: Task, regs: Registers, waits: boolean | number): number | PendingSyscall {
  if (typeof waits === 'number') return waits
  const error = checkSigmask(regs.memory, regs.ptr(4), regs.size(5))
  return error === 0 ? wait(task, regs, waits) : error
}

const NO_CLOCK = 'a timeout other than 0 never runs out: there is no clock'

/** Waiting for files that are watched for longer than one call. */
export const epollSyscalls: readonly SyscallRow[] = [
  {
    nr: 213,
    name: 'epoll_create',
    support: 'full',
    handler: (task, regs) => (regs.i32(0) <= 0 ? -EINVAL : create(task, 0)),
  },
  {
    nr: 232,
    name: 'epoll_wait',
    support: 'partial',
    note: NO_CLOCK,
    handler: (task, regs) => wait(task, regs, regs.i32(3) !== 0),
  },
  { nr: 233, name: 'epoll_ctl', support: 'partial', note: 'nothing limits how many are watched', handler: epollCtl },
  {
    nr: 281,
    name: 'epoll_pwait',
    support: 'partial',
    note: NO_CLOCK,
    handler: (task, regs) => epollPwait(task, regs, regs.i32(3) !== 0),
  },
  { nr: 291, name: 'epoll_create1', support: 'full', handler: (task, regs) => create(task, regs.i32(0)) },
  {
    nr: 441,
    name: 'epoll_pwait2',
    support: 'partial',
    note: NO_CLOCK,
    handler: (task, regs) => epollPwait(task, regs, timespecWaits(regs.memory, regs.ptr(3))),
  },
]
