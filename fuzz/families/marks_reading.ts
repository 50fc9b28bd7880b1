import type { Arg, At } from '../../src/transcript/index.js'
import { AT_FDCWD, F_DUPFD, F_GETFD, F_GETFL, F_SETFL, O_CLOEXEC, O_NONBLOCK, O_RDONLY } from '../../src/uapi/index.js'
import { le32, zeros } from '../bytes.js'
import { type Choices, pick, rarely } from '../choices.js'
import type { CallMaker, Draft } from '../draft.js'
import type { Walk } from '../walk.js'
import { findGroup } from './marks_groups.js'
import { mayBlock } from './processes.js'

const SIZES: readonly number[] = [4096, 4096, 4096, 8192, 512, 256, 128, 100, 64, 52, 48, 44, 40, 24, 23, 1, 0]

/** A group that has something to say, or that says at once that it has not; any other where the call may sleep. */
function findReadable(walk: Walk, choices: Choices): number {
  if (choices.below(5) < 4) {
    const full = walk.findFd(choices, (file) => file.kind === 'fanotify' && file.poll(walk.task) !== 0)
    if (full >= 0 || !rarely(choices, 4)) return full
  }
  const waits = mayBlock(walk, choices)
  return walk.findFd(
    choices,
    (file) => file.kind === 'fanotify' && (waits || file.isNonBlocking || file.poll(walk.task) !== 0),
  )
}

function readEvents(walk: Walk, choices: Choices): Draft | null {
  const fd = findReadable(walk, choices)
  if (fd < 0) return null
  const size = pick(choices, SIZES)
  const group = walk.fdArg(fd)
  if (rarely(choices, 16)) return { call: 'pread64', args: [group, { out: size }, size, pick(choices, [0, 1, -1])] }
  if (rarely(choices, 12)) {
    const half = size >> 1
    const iov = { in: zeros(32).slice(0, 16) + hex64(half) + zeros(8) + hex64(size - half) }
    const at: Record<string, At> = { 0: { out: half }, 16: { out: size - half } }
    return { call: 'readv', args: [group, { ...iov, at }, 2] }
  }
  // Memory that ends before the events do: a fault in the middle of them.
  const room = rarely(choices, 24) ? (size >> 5) << 3 : size
  return { call: 'read', args: [group, { out: room }, size] }
}

const hex64 = (value: number): string => le32(value) + zeros(4)

function pollfds(walk: Walk, choices: Choices): { arg: Arg; count: number } {
  const count = 1 + choices.below(3)
  let hex = ''
  const at: Record<string, At> = {}
  for (let i = 0; i < count; i++) {
    const found = findGroup(walk, choices)
    const fd = found < 0 || rarely(choices, 12) ? walk.anyFd(choices) : walk.fdArg(found)
    if (typeof fd === 'object') at[i * 8] = fd
    hex += le32(typeof fd === 'object' ? 0 : fd) + pick(choices, ['0100', '4100', 'ffff', '0400', '0000']) + zeros(2)
  }
  return { arg: Object.keys(at).length > 0 ? { inout: hex, at } : { inout: hex }, count }
}

function poll(walk: Walk, choices: Choices): Draft {
  const { arg, count } = pollfds(walk, choices)
  const waits = mayBlock(walk, choices)
  if (choices.below(4) === 3) {
    return { call: 'ppoll', args: [arg, count, waits ? null : { in: zeros(16) }, null, 8] }
  }
  return { call: 'poll', args: [arg, count, waits ? -1 : 0] }
}

const POLLABLE: ReadonlySet<string> = new Set(['fanotify', 'pipe', 'socket', 'pidfd', 'eventpoll'])

/** A set of descriptors as select takes it, or none at all. */
function fdSet(walk: Walk, choices: Choices): Arg {
  if (choices.below(3) === 2) return null
  let bits = 0
  for (let i = choices.below(3); i >= 0; i--) {
    const fd = findGroup(walk, choices)
    if (fd >= 0 && fd < 32) bits |= 1 << fd
  }
  if (rarely(choices, 12)) bits |= 1 << (3 + choices.below(24))
  return { inout: le32(bits) + zeros(4) }
}

function select(walk: Walk, choices: Choices): Draft {
  const count = pick(choices, [32, 32, 12, 6, 64, 0, -1])
  const sets: Arg[] = [fdSet(walk, choices), fdSet(walk, choices), fdSet(walk, choices)]
  const timeout: Arg = mayBlock(walk, choices) ? null : { in: zeros(16) }
  if (choices.below(3) === 2) return { call: 'pselect6', args: [count, ...sets, timeout, null] }
  return { call: 'select', args: [count, ...sets, timeout] }
}

const EPOLL_EVENTS: readonly number[] = [1, 1, 1, 5, 0x8000_0001, 0x4000_0001, 0xc000_0001, 0x1000_0001, 0x2019, 0]

/** Changes what an epoll file watches; makes one where there is none. */
function epollCtl(walk: Walk, choices: Choices): Draft {
  const epoll = walk.findFd(choices, (file) => file.kind === 'eventpoll')
  if (epoll >= 0 && !rarely(choices, 16)) return changeItem(walk, choices, walk.fdArg(epoll))
  return {
    call: 'epoll_create1',
    args: [rarely(choices, 8) ? 1 : pick(choices, [0, O_CLOEXEC])],
    follow: (later, step) => changeItem(later, choices, { ret: step }),
  }
}

function changeItem(walk: Walk, choices: Choices, epoll: Arg): Draft {
  const nested = rarely(choices, 12)
  const found = walk.findFd(choices, ({ kind }) => POLLABLE.has(kind) && (nested || kind !== 'eventpoll'))
  const fd = found < 0 || rarely(choices, 16) ? walk.anyFd(choices) : walk.fdArg(found)
  const operation = rarely(choices, 24) ? pick(choices, [0, 4]) : pick(choices, [1, 1, 1, 1, 1, 3, 2])
  const events = le32(pick(choices, EPOLL_EVENTS))
  return {
    call: 'epoll_ctl',
    args: [epoll, operation, fd, { in: `${events}${le32(choices.below(1 << 16))}01020304` }],
  }
}

function epollWait(walk: Walk, choices: Choices): Draft | null {
  const epoll = walk.findFd(choices, (file) => file.kind === 'eventpoll')
  if (epoll < 0) return null
  const most = pick(choices, [8, 8, 8, 8, 1, 1, 2, 3, 0, -1])
  const room: Arg = { out: rarely(choices, 24) ? 16 : Math.max(0, most) * 12 }
  const waits = mayBlock(walk, choices)
  switch (choices.below(4)) {
    case 2:
      return { call: 'epoll_pwait', args: [walk.fdArg(epoll), room, most, waits ? -1 : 0, null, 8] }
    case 3:
      return { call: 'epoll_pwait2', args: [walk.fdArg(epoll), room, most, waits ? null : { in: zeros(16) }, null, 8] }
    default:
      return { call: 'epoll_wait', args: [walk.fdArg(epoll), room, most, waits ? -1 : 0] }
  }
}

function fionread(walk: Walk, choices: Choices): Draft | null {
  const fd = findGroup(walk, choices)
  if (fd < 0) return null
  // FIONREAD, and commands that a group does not know.
  const command = rarely(choices, 8) ? pick(choices, [0x5401, 0x660d, 0x8008_b70d]) : 0x541b
  return { call: 'ioctl', args: [walk.fdArg(fd), command, { out: 4 }] }
}

function fdinfo(walk: Walk, choices: Choices): Draft | null {
  const fd = findGroup(walk, choices)
  if (fd < 0) return null
  return {
    call: 'openat',
    args: [AT_FDCWD, { str: `/proc/self/fdinfo/${fd}` }, O_RDONLY],
    follow: (_later, step) => ({
      call: 'read',
      args: [{ ret: step }, { out: 4096 }, 4096],
      follow: () => ({ call: 'close', args: [{ ret: step }] }),
    }),
  }
}

function fdLink(walk: Walk, choices: Choices): Draft | null {
  const fd = findGroup(walk, choices)
  if (fd < 0) return null
  return { call: 'readlinkat', args: [AT_FDCWD, { str: `/proc/self/fd/${fd}` }, { out: 64 }, 64] }
}

function fcntl(walk: Walk, choices: Choices): Draft | null {
  const fd = findGroup(walk, choices)
  if (fd < 0) return null
  const command = pick(choices, [F_SETFL, F_SETFL, F_GETFL, F_GETFD, F_DUPFD])
  const arg = command === F_SETFL ? pick(choices, [O_NONBLOCK, 0, O_NONBLOCK | 0x400, 0x2000]) : 0
  return { call: 'fcntl', args: [walk.fdArg(fd), command, arg] }
}

function dup(walk: Walk, choices: Choices): Draft | null {
  const fd = findGroup(walk, choices)
  if (fd < 0) return null
  if (choices.below(3) === 2) {
    return { call: 'dup3', args: [walk.fdArg(fd), 3 + choices.below(16), pick(choices, [0, O_CLOEXEC])] }
  }
  return { call: 'dup', args: [walk.fdArg(fd)] }
}

function close(walk: Walk, choices: Choices): Draft | null {
  // Groups stay longer than what is read out of them.
  const groups = choices.below(4) === 3
  const fd = walk.findFd(choices, (file, n) => n > 2 && (file.kind === 'fanotify') === groups)
  return fd < 0 ? null : { call: 'close', args: [walk.fdArg(fd)] }
}

function lseek(walk: Walk, choices: Choices): Draft | null {
  const fd = findGroup(walk, choices)
  if (fd < 0) return null
  return { call: 'lseek', args: [walk.fdArg(fd), pick(choices, [0, 5, -1]), pick(choices, [0, 1, 2, 3, 9])] }
}

/** Nothing here waits for an answer: what is written to a group is refused, in one of several ways. */
function writeGroup(walk: Walk, choices: Choices): Draft | null {
  const fd = findGroup(walk, choices)
  if (fd < 0) return null
  const answer = le32(pick(choices, [3, 0, -1, 999])) + le32(pick(choices, [1, 2, 3, 0x12, 0x21, 0x0100_0002, 0]))
  const size = pick(choices, [8, 8, 8, 4, 0, 7, 16])
  return { call: 'write', args: [walk.fdArg(fd), { in: (answer + zeros(8)).slice(0, size * 2) }, size] }
}

function fstat(walk: Walk, choices: Choices): Draft | null {
  const fd = walk.findFd(choices, (file) => file.kind === 'fanotify' || file.kind === 'regular')
  return fd < 0 ? null : { call: 'fstat', args: [walk.fdArg(fd), { out: 144 }] }
}

/** Everything that is done with a group's descriptor but marking. */
export const readingMakers: readonly CallMaker[] = [
  { name: 'read_events', weight: 34, spoil: [1, 2], make: readEvents },
  { name: 'poll', weight: 6, spoil: [0], make: poll },
  { name: 'select', weight: 3, spoil: [1, 2, 3, 4], make: select },
  { name: 'epoll_ctl', weight: 8, spoil: [0, 3], make: epollCtl },
  { name: 'epoll_wait', weight: 10, spoil: [0, 1, 2], make: epollWait },
  { name: 'FIONREAD', weight: 7, spoil: [0, 2], make: fionread },
  { name: 'group_fdinfo', weight: 9, spoil: [], make: fdinfo },
  { name: 'group_link', weight: 1, spoil: [], make: fdLink },
  { name: 'group_fcntl', weight: 5, spoil: [], make: fcntl },
  { name: 'group_dup', weight: 3, spoil: [], make: dup },
  { name: 'close', weight: 14, spoil: [0], make: close },
  { name: 'group_lseek', weight: 1, spoil: [], make: lseek },
  { name: 'group_write', weight: 2, spoil: [1, 2], make: writeGroup },
  { name: 'group_fstat', weight: 1, spoil: [0, 1], make: fstat },
]
