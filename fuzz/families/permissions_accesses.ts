import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  AT_SYMLINK_NOFOLLOW,
  O_APPEND,
  O_CLOEXEC,
  O_CREAT,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_PATH,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
} from '../../src/uapi/index.js'
import { le64, zeros } from '../bytes.js'
import { type Choices, pick, rarely } from '../choices.js'
import type { CallMaker, Draft } from '../draft.js'
import type { FileKind, Walk } from '../walk.js'
import { SCRATCH, scratchFile, scratchPath } from './permissions_world.js'

/** Who is the last one awake leaves alone what it might have to wait for. */
const mayWait = (walk: Walk): boolean => walk.awake().length > 1

const OPENS: readonly number[] = [
  0,
  0,
  0,
  0,
  O_RDWR,
  O_WRONLY,
  O_WRONLY | O_TRUNC,
  O_RDWR | O_CREAT,
  O_CLOEXEC,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_PATH,
  O_RDWR | O_APPEND,
]

function openFlags(choices: Choices, path: { str: string }): number {
  const flags = pick(choices, OPENS)
  // A fifo's open waits for its other side.
  return path.str.endsWith('/p') ? flags | O_NONBLOCK : flags
}

function openat(walk: Walk, choices: Choices): Draft | null {
  if (!mayWait(walk)) return null
  const path = scratchPath(choices)
  return { call: 'openat', args: [AT_FDCWD, path, openFlags(choices, path), 0o644] }
}

function openat2(walk: Walk, choices: Choices): Draft | null {
  if (!mayWait(walk)) return null
  const path = scratchPath(choices)
  const flags = openFlags(choices, path)
  const how = le64(flags) + le64((flags & O_CREAT) === 0 ? 0 : 0o644) + le64(pick(choices, [0, 0, 4, 8]))
  return { call: 'openat2', args: [AT_FDCWD, path, { in: how }, how.length / 2] }
}

function makeNew(walk: Walk, choices: Choices): Draft | null {
  if (!mayWait(walk)) return null
  const str = `${SCRATCH}/${pick(choices, ['n', 'm', 'a/n'])}`
  return {
    call: 'openat',
    args: [AT_FDCWD, { str }, pick(choices, [0x42, 0xc2, 0x242, 0x441]), pick(choices, [0o644, 0o755])],
  }
}

function unlink(_walk: Walk, choices: Choices): Draft {
  const name = pick(choices, ['n', 'm', 'a/n', 'n', 'm', 'a/n', 'g', 'a/x'])
  return { call: 'unlinkat', args: [AT_FDCWD, { str: `${SCRATCH}/${name}` }, 0] }
}

function rename(_walk: Walk, choices: Choices): Draft {
  const names = ['n', 'm', 'a/n', 'g', 'a/g']
  return {
    call: 'renameat2',
    args: [
      AT_FDCWD,
      { str: `${SCRATCH}/${pick(choices, names)}` },
      AT_FDCWD,
      { str: `${SCRATCH}/${pick(choices, names)}` },
      pick(choices, [0, 0, 1, 2]),
    ],
  }
}

/** A descriptor of one of these kinds, as an argument; now and then of none. */
function fdOf(walk: Walk, choices: Choices, ...kinds: FileKind[]): ReturnType<Walk['fdArg']> | null {
  return rarely(choices, 40) ? 999 : walk.fd(choices, ...kinds)
}

const SIZES: readonly number[] = [16, 16, 3, 0, 100]
const OFFSETS: readonly number[] = [0, 0, 2, 5, 4095, 4096, -1]

function read(walk: Walk, choices: Choices): Draft | null {
  const fd = mayWait(walk) ? fdOf(walk, choices, 'regular', 'directory', 'path') : null
  const size = pick(choices, SIZES)
  return fd === null ? null : { call: 'read', args: [fd, { out: size }, size] }
}

function pread(walk: Walk, choices: Choices): Draft | null {
  const fd = mayWait(walk) ? fdOf(walk, choices, 'regular', 'regular', 'directory') : null
  const size = pick(choices, SIZES)
  return fd === null ? null : { call: 'pread64', args: [fd, { out: size }, size, pick(choices, OFFSETS)] }
}

function readv(walk: Walk, choices: Choices): Draft | null {
  const fd = mayWait(walk) ? fdOf(walk, choices, 'regular', 'regular', 'directory') : null
  if (fd === null) return null
  const count = choices.below(3)
  const sizes = Array.from({ length: count }, () => pick(choices, SIZES))
  const hex = sizes.map((size) => zeros(8) + le64(size)).join('')
  const at = Object.fromEntries(sizes.map((size, i) => [i * 16, { out: size }]))
  return { call: 'readv', args: [fd, count === 0 ? { in: '' } : { in: hex, at }, count] }
}

function write(walk: Walk, choices: Choices): Draft | null {
  const fd = mayWait(walk) ? fdOf(walk, choices, 'regular') : null
  const size = pick(choices, [3, 3, 0, 20])
  return fd === null ? null : { call: 'write', args: [fd, { in: '61'.repeat(size) }, size] }
}

function pwrite(walk: Walk, choices: Choices): Draft | null {
  const fd = mayWait(walk) ? fdOf(walk, choices, 'regular') : null
  return fd === null ? null : { call: 'pwrite64', args: [fd, { in: '616263' }, 3, pick(choices, OFFSETS)] }
}

function getdents(walk: Walk, choices: Choices): Draft | null {
  const fd = mayWait(walk) ? fdOf(walk, choices, 'directory', 'directory', 'directory', 'regular') : null
  // Inode numbers in it are bound as a whole entry only.
  return fd === null ? null : { call: 'getdents64', args: [fd, { out: 1024 }, 1024] }
}

function lseek(walk: Walk, choices: Choices): Draft | null {
  const fd = fdOf(walk, choices, 'regular')
  return fd === null ? null : { call: 'lseek', args: [fd, pick(choices, [0, 0, 1, 3]), pick(choices, [0, 0, 1, 2])] }
}

function truncate(walk: Walk, choices: Choices): Draft | null {
  if (!mayWait(walk)) return null
  const size = pick(choices, [0, 3, 5, 5000, -1])
  if (choices.below(2) === 0) return { call: 'truncate', args: [scratchPath(choices), size] }
  const fd = fdOf(walk, choices, 'regular', 'regular', 'directory')
  return fd === null ? null : { call: 'ftruncate', args: [fd, size] }
}

function fallocate(walk: Walk, choices: Choices): Draft | null {
  const fd = mayWait(walk) ? fdOf(walk, choices, 'regular') : null
  if (fd === null) return null
  return {
    call: 'fallocate',
    args: [fd, pick(choices, [0, 1, 3]), pick(choices, [0, 4096]), pick(choices, [10, 4096, 0])],
  }
}

/** Only texts are run, which no kernel takes for a program. */
function execve(walk: Walk, choices: Choices): Draft | null {
  if (!mayWait(walk)) return null
  if (choices.below(4) !== 3) {
    return { call: 'execve', args: [choices.below(3) === 2 ? scratchPath(choices) : runnable(choices), null, null] }
  }
  if (choices.below(2) === 0) {
    const flags = pick(choices, [0, AT_SYMLINK_NOFOLLOW, 0x1_0000, 1])
    return { call: 'execveat', args: [AT_FDCWD, runnable(choices), null, null, flags] }
  }
  const fd = fdOf(walk, choices, 'regular', 'path', 'directory')
  if (fd === null) return null
  return {
    call: 'execveat',
    args: [fd, { str: '' }, null, null, pick(choices, [AT_EMPTY_PATH, AT_EMPTY_PATH | 0x1_0000, 0])],
  }
}

const runnable = (choices: Choices): { str: string } => ({ str: `${SCRATCH}/${pick(choices, ['x', 'a/x', 'n', 'l'])}` })

function close(walk: Walk, choices: Choices): Draft | null {
  const fd = fdOf(walk, choices, 'regular', 'directory', 'path', 'pipe')
  return fd === null ? null : { call: 'close', args: [fd] }
}

function statx(_walk: Walk, choices: Choices): Draft {
  return { call: 'statx', args: [AT_FDCWD, scratchFile(choices), 0, 0x7ff, { out: 256 }] }
}

function chmod(_walk: Walk, choices: Choices): Draft {
  return { call: 'fchmodat', args: [AT_FDCWD, scratchFile(choices), pick(choices, [0o755, 0o644, 0o700])] }
}

/** What tasks do to files, for which somebody may be asked. */
export const accessMakers: readonly CallMaker[] = [
  { name: 'openat', weight: 34, spoil: [1, 2, 3], make: openat },
  { name: 'openat2', weight: 6, spoil: [1, 2, 3], make: openat2 },
  { name: 'open new', weight: 4, spoil: [], make: makeNew },
  { name: 'unlinkat', weight: 2, spoil: [1], make: unlink },
  { name: 'renameat2', weight: 1, spoil: [1, 3, 4], make: rename },
  { name: 'read', weight: 16, spoil: [0, 1, 2], make: read },
  { name: 'pread64', weight: 4, spoil: [0, 1], make: pread },
  { name: 'readv', weight: 2, spoil: [0, 1], make: readv },
  { name: 'write', weight: 5, spoil: [0, 1], make: write },
  { name: 'pwrite64', weight: 1, spoil: [0, 1], make: pwrite },
  { name: 'getdents64', weight: 4, spoil: [0, 1], make: getdents },
  { name: 'lseek', weight: 4, spoil: [0, 2], make: lseek },
  { name: 'truncate', weight: 3, spoil: [0], make: truncate },
  { name: 'fallocate', weight: 1, spoil: [0, 1], make: fallocate },
  { name: 'execve', weight: 6, spoil: [], make: execve },
  { name: 'close', weight: 8, spoil: [0], make: close },
  { name: 'statx', weight: 1, spoil: [], make: statx },
  { name: 'fchmodat', weight: 1, spoil: [2], make: chmod },
]
