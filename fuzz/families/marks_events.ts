import { FMODE_READ, FMODE_WRITE } from '../../src/kernel/file.js'
import {
  AT_REMOVEDIR,
  MS_BIND,
  MS_MOVE,
  MS_PRIVATE,
  MS_SHARED,
  O_APPEND,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_PATH,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
} from '../../src/uapi/index.js'
import { type Choices, pick, rarely } from '../choices.js'
import type { CallMaker, Draft } from '../draft.js'
import type { Walk } from '../walk.js'
import { scratchPath, scratchPlace } from './marks_scratch.js'

const OPEN_FLAGS: readonly number[] = [
  O_RDONLY,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
  O_RDWR | O_CREAT,
  O_WRONLY | O_CREAT | O_TRUNC,
  O_WRONLY | O_APPEND,
  O_RDONLY | O_DIRECTORY,
  O_WRONLY | O_CREAT | O_EXCL,
  O_RDONLY | O_NOFOLLOW,
  O_PATH,
]

/** A FIFO that is opened for one side alone waits for the other. */
const isFifo = (path: unknown): boolean => JSON.stringify(path).includes('/p"')

function open(walk: Walk, choices: Choices): Draft {
  const [dirfd, path] = scratchPlace(walk, choices)
  const flags = isFifo(path) ? O_RDWR : pick(choices, OPEN_FLAGS)
  return {
    call: 'openat',
    args: [dirfd, path, flags, pick(choices, [0o644, 0o600, 0o666])],
    follow: (_later, step) => (choices.below(3) === 0 ? { call: 'close', args: [{ ret: step }] } : null),
  }
}

function mkdir(walk: Walk, choices: Choices): Draft {
  const [dirfd, path] = scratchPlace(walk, choices, 'free')
  return { call: 'mkdirat', args: [dirfd, path, pick(choices, [0o755, 0o700])] }
}

function mknod(walk: Walk, choices: Choices): Draft {
  const [dirfd, path] = scratchPlace(walk, choices, 'free')
  return { call: 'mknodat', args: [dirfd, path, pick(choices, [0o100644, 0o100600, 0o010644]), 0] }
}

function unlink(walk: Walk, choices: Choices): Draft {
  const [dirfd, path] = scratchPlace(walk, choices)
  return { call: 'unlinkat', args: [dirfd, path, choices.below(3) === 2 ? AT_REMOVEDIR : 0] }
}

function rename(walk: Walk, choices: Choices): Draft {
  const [from, old] = scratchPlace(walk, choices)
  const [to, name] = scratchPlace(walk, choices, choices.below(2) === 0 ? 'free' : 'there')
  // RENAME_NOREPLACE, RENAME_EXCHANGE, and both, which is refused.
  const flags = pick(choices, [0, 0, 0, 0, 1, 2, 3])
  return { call: 'renameat2', args: [from, old, to, name, flags] }
}

function link(walk: Walk, choices: Choices): Draft {
  const [from, old] = scratchPlace(walk, choices)
  const [to, name] = scratchPlace(walk, choices, 'free')
  return { call: 'linkat', args: [from, old, to, name, pick(choices, [0, 0, 0x400])] }
}

function symlink(walk: Walk, choices: Choices): Draft {
  const [dirfd, path] = scratchPlace(walk, choices, 'free')
  return { call: 'symlinkat', args: [{ str: pick(choices, ['f', 'd', 'd/g']) }, dirfd, path] }
}

function truncate(walk: Walk, choices: Choices): Draft {
  return { call: 'truncate', args: [{ str: scratchPath(walk, choices) }, pick(choices, [0, 1, 8])] }
}

function chmod(walk: Walk, choices: Choices): Draft {
  const [dirfd, path] = scratchPlace(walk, choices)
  return { call: 'fchmodat', args: [dirfd, path, pick(choices, [0o644, 0o755, 0o600, 0o777])] }
}

function chown(walk: Walk, choices: Choices): Draft {
  const [dirfd, path] = scratchPlace(walk, choices)
  return { call: 'fchownat', args: [dirfd, path, pick(choices, [0, 1000, -1]), pick(choices, [0, -1]), 0] }
}

function regular(walk: Walk, choices: Choices, mode: number): number {
  const wrong = rarely(choices, 12)
  return walk.findFd(choices, (file) => file.kind === 'regular' && (wrong || (file.mode & mode) !== 0))
}

function readFile(walk: Walk, choices: Choices): Draft | null {
  const fd = regular(walk, choices, FMODE_READ)
  if (fd < 0) return null
  const size = pick(choices, [8, 1, 0])
  if (choices.below(3) === 2) return { call: 'pread64', args: [walk.fdArg(fd), { out: size }, size, 0] }
  return { call: 'read', args: [walk.fdArg(fd), { out: size }, size] }
}

function writeFile(walk: Walk, choices: Choices): Draft | null {
  const fd = regular(walk, choices, FMODE_WRITE)
  if (fd < 0) return null
  const size = pick(choices, [1, 8, 0])
  const data = { in: '61'.repeat(size) }
  if (choices.below(3) === 2) return { call: 'pwrite64', args: [walk.fdArg(fd), data, size, 0] }
  return { call: 'write', args: [walk.fdArg(fd), data, size] }
}

function getdents(walk: Walk, choices: Choices): Draft | null {
  const fd = walk.findFd(choices, (file) => file.kind === 'directory')
  // Too small for any entry: it is looked at, and nothing is told that a kernel orders by chance.
  return fd < 0 ? null : { call: 'getdents64', args: [walk.fdArg(fd), { out: 8 }, 8] }
}

function fchmod(walk: Walk, choices: Choices): Draft | null {
  const fd = regular(walk, choices, FMODE_READ | FMODE_WRITE)
  return fd < 0 ? null : { call: 'fchmod', args: [walk.fdArg(fd), pick(choices, [0o644, 0o600])] }
}

/** Below the scratch mount only: without it the program has nothing to work in. */
const MOUNTPOINTS: readonly string[] = ['/run/w/d', '/run/w/e', '/run/w/f', '/run/w/e', '/run/w/d/m']
/** Where a program has mounted something. */
const MOUNTED: WeakMap<Walk, string[]> = new WeakMap()
const MNT_DETACH = 2

function mount(walk: Walk, choices: Choices): Draft {
  const target = { str: pick(choices, MOUNTPOINTS) }
  const follow = (): null => {
    MOUNTED.set(walk, [...(MOUNTED.get(walk) ?? []), target.str])
    return null
  }
  const source = { str: rarely(choices, 3) ? '/run/w' : pick(choices, MOUNTPOINTS) }
  switch (choices.below(5)) {
    case 2:
      return { call: 'mount', args: [source, target, null, MS_BIND, null], follow }
    case 3:
      return { call: 'mount', args: [source, target, null, MS_MOVE, null], follow }
    case 4:
      return { call: 'mount', args: [null, source, null, pick(choices, [MS_SHARED, MS_PRIVATE]), null] }
    default:
      return { call: 'mount', args: [{ str: 'none' }, target, { str: 'tmpfs' }, 0, null], follow }
  }
}

function umount(walk: Walk, choices: Choices): Draft {
  const mounted = MOUNTED.get(walk) ?? []
  const target = mounted.length === 0 || rarely(choices, 6) ? pick(choices, MOUNTPOINTS) : pick(choices, mounted)
  return { call: 'umount2', args: [{ str: target }, pick(choices, [0, MNT_DETACH, MNT_DETACH, 0, 4, 8])] }
}

/** Cheap calls on the scratch tmpfs that make events, and mounts that come and go in it. */
export const eventMakers: readonly CallMaker[] = [
  { name: 'open', weight: 38, spoil: [1], make: open },
  { name: 'read_file', weight: 9, spoil: [], make: readFile },
  { name: 'write_file', weight: 14, spoil: [], make: writeFile },
  { name: 'getdents64', weight: 3, spoil: [], make: getdents },
  { name: 'mkdirat', weight: 5, spoil: [], make: mkdir },
  { name: 'mknodat', weight: 7, spoil: [], make: mknod },
  { name: 'unlinkat', weight: 9, spoil: [], make: unlink },
  { name: 'renameat2', weight: 13, spoil: [], make: rename },
  { name: 'linkat', weight: 4, spoil: [], make: link },
  { name: 'symlinkat', weight: 2, spoil: [], make: symlink },
  { name: 'truncate', weight: 3, spoil: [], make: truncate },
  { name: 'fchmodat', weight: 3, spoil: [], make: chmod },
  { name: 'fchmod', weight: 2, spoil: [], make: fchmod },
  { name: 'fchownat', weight: 1, spoil: [], make: chown },
  { name: 'mount', weight: 9, spoil: [], make: mount },
  { name: 'umount2', weight: 6, spoil: [], make: umount },
]
