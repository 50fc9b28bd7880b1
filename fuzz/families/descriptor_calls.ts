import type { Arg } from '../../src/transcript/index.js'
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  AT_SYMLINK_NOFOLLOW,
  F_DUPFD,
  F_DUPFD_CLOEXEC,
  F_GETFD,
  F_GETFL,
  F_SETFD,
  F_SETFL,
  O_CLOEXEC,
  O_DIRECT,
  O_NONBLOCK,
  POLLIN,
  POLLOUT,
  STATX_MNT_ID_UNIQUE,
} from '../../src/uapi/index.js'
import { le32, zeros } from '../bytes.js'
import { type Choices, pick, rarely } from '../choices.js'
import type { CallMaker, Draft } from '../draft.js'
import type { Walk } from '../walk.js'
import { NS_LINKS } from './namespace_flags.js'
import { mayBlock } from './processes.js'
import { isUnix } from './socket_calls.js'

function close(walk: Walk, choices: Choices): Draft | null {
  // The console stays open mostly: a read from it in the place of another file would sleep for ever.
  const fd = walk.findFd(choices, (_file, n) => n > 2)
  if (fd < 0) return null
  return { call: 'close', args: [rarely(choices, 24) ? pick(choices, [-1, 999]) : walk.fdArg(fd)] }
}

const TARGETS: readonly number[] = [3, 5, 8, 12, 20, 100, 1 << 20, -1]

function dup(walk: Walk, choices: Choices): Draft {
  const fd = walk.anyFd(choices)
  switch (choices.below(3)) {
    case 0:
      return { call: 'dup', args: [fd] }
    case 1:
      return { call: 'dup2', args: [fd, pick(choices, TARGETS)] }
    default:
      return { call: 'dup3', args: [fd, pick(choices, TARGETS), pick(choices, [O_CLOEXEC, 0, 1])] }
  }
}

function fcntl(walk: Walk, choices: Choices): Draft {
  // The console's flags are shared with whoever started the program.
  const found = walk.findFd(choices, (file) => file.kind !== 'char')
  const fd = found < 0 ? 999 : walk.fdArg(found)
  const command = pick(choices, [F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD, F_DUPFD_CLOEXEC])
  let arg: number = 0
  if (command === F_SETFD) arg = choices.below(3)
  if (command === F_SETFL) arg = pick(choices, [0, O_NONBLOCK, 0x400, O_DIRECT, 0x40000])
  if (command === F_DUPFD || command === F_DUPFD_CLOEXEC) arg = pick(choices, [0, 3, 10, 100, 1 << 20])
  return { call: 'fcntl', args: [fd, command, arg] }
}

function closeRange(_walk: Walk, choices: Choices): Draft {
  const first = 3 + choices.below(12)
  return { call: 'close_range', args: [first, first + choices.below(6) - 1, pick(choices, [0, 0, 2, 4, 6, 1])] }
}

function fstat(walk: Walk, choices: Choices): Draft {
  return { call: 'fstat', args: [statFd(walk, choices), { out: 144 }] }
}

/** The console's device is the recorder's. */
function statFd(walk: Walk, choices: Choices): Arg {
  const fd = walk.findFd(choices, (file) => file.kind !== 'char')
  return fd < 0 || rarely(choices, 24) ? 999 : walk.fdArg(fd)
}

function statx(walk: Walk, choices: Choices): Draft {
  const mask = pick(choices, [0x7ff, 0x17ff, STATX_MNT_ID_UNIQUE | 0x7ff, 0])
  if (choices.below(4) === 3) {
    const flags = pick(choices, [0, 0, AT_SYMLINK_NOFOLLOW])
    const str = `/proc/${walk.procName(choices)}/ns/${pick(choices, NS_LINKS)}`
    return { call: 'statx', args: [AT_FDCWD, { str }, flags, mask, { out: 256 }] }
  }
  return { call: 'statx', args: [statFd(walk, choices), { str: '' }, AT_EMPTY_PATH, mask, { out: 256 }] }
}

const READABLE: ReadonlySet<string> = new Set(['proc', 'pipe', 'socket', 'ns', 'pidfd', 'directory', 'path', 'regular'])

/** What lies in it, or sleeping until something does if that may be. */
function readableFd(walk: Walk, choices: Choices): number {
  const waits = mayBlock(walk, choices)
  return walk.findFd(choices, (file) => {
    if (!READABLE.has(file.kind)) return false
    if (file.kind !== 'pipe' && file.kind !== 'socket') return true
    return waits || file.isNonBlocking || (file.poll(walk.task) & (POLLIN | 0x18)) !== 0
  })
}

/** Texts with numbers that a kernel draws from chance: cut in the middle they cannot be told from others. */
function isChancy(walk: Walk, fd: number): boolean {
  const file = walk.task.files?.file(fd)
  if (file?.kind !== 'proc') return false
  const { name } = file.dentry
  return name === 'mountinfo' || name === 'status' || /^\d+$/.test(name)
}

function read(walk: Walk, choices: Choices): Draft | null {
  const fd = readableFd(walk, choices)
  if (fd < 0) return null
  const size = isChancy(walk, fd) ? 1024 : pick(choices, [64, 256, 512, 1024, 1, 0])
  return { call: 'read', args: [walk.fdArg(fd), { out: size }, size] }
}

function pread(walk: Walk, choices: Choices): Draft | null {
  const fd = readableFd(walk, choices)
  if (fd < 0) return null
  if (isChancy(walk, fd)) return { call: 'pread64', args: [walk.fdArg(fd), { out: 1024 }, 1024, 0] }
  const size = pick(choices, [64, 256, 1])
  return { call: 'pread64', args: [walk.fdArg(fd), { out: size }, size, pick(choices, [0, 1, 5, 4096, -1])] }
}

function lseek(walk: Walk, choices: Choices): Draft | null {
  const fd = walk.findFd(choices, (file) => file.kind !== 'char' && file.kind !== 'directory')
  if (fd < 0) return null
  if (isChancy(walk, fd)) return { call: 'lseek', args: [walk.fdArg(fd), 0, 0] }
  return { call: 'lseek', args: [walk.fdArg(fd), pick(choices, [0, 1, 100, -1]), pick(choices, [0, 1])] }
}

function write(walk: Walk, choices: Choices): Draft | null {
  const fd = walk.findFd(choices, (file) => {
    if (file.kind === 'socket' && !isUnix(file)) return false
    if (file.kind === 'pipe' || file.kind === 'socket')
      return file.isNonBlocking || (file.poll(walk.task) & (POLLOUT | 0x18)) !== 0
    return file.kind === 'ns' || file.kind === 'pidfd' || file.kind === 'proc'
  })
  if (fd < 0) return null
  const size = pick(choices, [4, 64, 1, 0])
  return { call: 'write', args: [walk.fdArg(fd), { in: '61'.repeat(size) }, size] }
}

function pipe2(_walk: Walk, choices: Choices): Draft {
  return { call: 'pipe2', args: [{ out: 8 }, pick(choices, [0, O_CLOEXEC, O_NONBLOCK, O_NONBLOCK | O_CLOEXEC, 1])] }
}

function poll(walk: Walk, choices: Choices): Draft {
  const count = choices.below(4)
  let hex = ''
  const at: Record<string, { ret: number }> = {}
  for (let i = 0; i < count; i++) {
    const found = walk.findFd(choices, (file) => file.kind !== 'char')
    const fd = found < 0 || rarely(choices, 12) ? pick(choices, [-1, 999]) : walk.fdArg(found)
    if (typeof fd === 'object') at[i * 8] = fd
    hex += le32(typeof fd === 'object' ? 0 : fd) + pick(choices, ['0100', '0500', '5f00', 'ffff', '0000']) + zeros(2)
  }
  const arg: Arg = Object.keys(at).length > 0 ? { inout: hex, at } : { inout: hex }
  // Without a clock a timeout that is not 0 is for ever.
  const waits = mayBlock(walk, choices) && count > 0
  if (choices.below(4) === 3) {
    return { call: 'ppoll', args: [arg, count, waits ? null : { in: zeros(16) }, null, 8] }
  }
  return { call: 'poll', args: [arg, count, waits ? -1 : 0] }
}

/** Descriptors of every kind. */
export const descriptorMakers: readonly CallMaker[] = [
  { name: 'close', weight: 22, spoil: [0], make: close },
  { name: 'dup', weight: 8, spoil: [0], make: dup },
  { name: 'fcntl', weight: 6, spoil: [0, 2], make: fcntl },
  { name: 'close_range', weight: 1, spoil: [], make: closeRange },
  { name: 'fstat', weight: 4, spoil: [0, 1], make: fstat },
  { name: 'statx', weight: 5, spoil: [1, 2, 3, 4], make: statx },
  { name: 'read', weight: 7, spoil: [1, 2], make: read },
  { name: 'pread64', weight: 2, spoil: [1, 2, 3], make: pread },
  { name: 'lseek', weight: 1, spoil: [0, 1, 2], make: lseek },
  { name: 'write', weight: 5, spoil: [1], make: write },
  { name: 'pipe2', weight: 4, spoil: [0, 1], make: pipe2 },
  { name: 'poll', weight: 6, spoil: [0], make: poll },
]
