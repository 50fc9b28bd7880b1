import type { Arg } from '../../src/transcript/index.js'
import {
  AT_EACCESS,
  AT_EMPTY_PATH,
  AT_FDCWD,
  AT_REMOVEDIR,
  AT_SYMLINK_FOLLOW,
  AT_SYMLINK_NOFOLLOW,
  O_APPEND,
  O_CLOEXEC,
  O_CREAT,
  O_DIRECT,
  O_DIRECTORY,
  O_EXCL,
  O_NOATIME,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_PATH,
  O_RDONLY,
  O_RDWR,
  O_TMPFILE,
  O_TRUNC,
  O_WRONLY,
  POLLIN,
  POLLOUT,
} from '../../src/uapi/index.js'
import { ascii, le64, zeros } from '../bytes.js'
import { type Choices, pick, rarely } from '../choices.js'
import type { CallMaker, Draft } from '../draft.js'
import type { Walk } from '../walk.js'
import { changeUser, directoryName, pathArg, placeArgs, SOMEBODY, scratchFd, scratchName } from './files_scratch.js'
import { mayBlock } from './processes.js'

const REGULAR: readonly string[] = ['regular']
const ANYTHING: readonly string[] = ['regular', 'directory', 'path', 'pipe']

const OPEN_FLAGS: readonly number[] = [
  O_RDWR | O_CREAT,
  O_RDWR | O_CREAT,
  O_RDONLY,
  O_RDONLY,
  O_WRONLY,
  O_RDWR,
  O_RDWR | O_CREAT | O_EXCL,
  O_WRONLY | O_CREAT | O_TRUNC,
  O_WRONLY | O_TRUNC,
  O_RDONLY | O_DIRECTORY,
  O_PATH,
  O_PATH | O_NOFOLLOW,
  O_RDWR | O_CREAT | O_APPEND,
  O_RDONLY | O_NOFOLLOW,
  O_RDONLY | O_NOATIME,
  O_RDONLY | O_CLOEXEC,
  O_RDONLY | O_TRUNC,
  O_RDONLY | O_CREAT,
  O_RDWR | O_DIRECT,
  3,
]
const MODES: readonly number[] = [0o644, 0o666, 0o755, 0o600, 0o4755, 0o2755, 0o2644, 0o1777, 0, 0o400]

/** Opens of pipes wait for the other side, so they are told not to, mostly. */
function openFlags(walk: Walk, choices: Choices): number {
  const flags = pick(choices, OPEN_FLAGS)
  return (flags & O_PATH) !== 0 || mayBlock(walk, choices) ? flags : flags | O_NONBLOCK
}

function open(walk: Walk, choices: Choices): Draft {
  return { call: 'openat', args: [...placeArgs(walk, choices), openFlags(walk, choices), pick(choices, MODES)] }
}

function openat2(walk: Walk, choices: Choices): Draft {
  const flags = openFlags(walk, choices)
  const mode = (flags & O_CREAT) !== 0 ? pick(choices, MODES) : 0
  const resolve = pick(choices, [0, 0, 4, 8, 0x10, 1, 2])
  const how = { in: le64(flags) + le64(mode) + le64(resolve) }
  return { call: 'openat2', args: [...placeArgs(walk, choices), how, 24] }
}

function tmpfile(walk: Walk, choices: Choices): Draft {
  const flags = O_TMPFILE | pick(choices, [O_RDWR, O_WRONLY, O_RDWR | O_EXCL, O_RDONLY])
  return { call: 'openat', args: [...placeArgs(walk, choices, directoryName(choices)), flags, pick(choices, MODES)] }
}

function close(walk: Walk, choices: Choices): Draft | null {
  // Groups stay open mostly: they are what tells.
  const fd = walk.findFd(choices, (file, n) => n > 2 && file.kind !== 'fanotify')
  if (fd >= 0 && !rarely(choices, 40)) return { call: 'close', args: [walk.fdArg(fd)] }
  const any = walk.findFd(choices, (_file, n) => n > 2)
  return any < 0 ? null : { call: 'close', args: [walk.fdArg(any)] }
}

/** Whether reading or writing it comes back at once. */
function isReady(walk: Walk, fd: number, events: number): boolean {
  const file = walk.task.files?.file(fd)
  if (file === null || file === undefined || file.kind !== 'pipe') return true
  return file.isNonBlocking || (file.poll(walk.task) & (events | 0x18)) !== 0
}

function dataFd(walk: Walk, choices: Choices, events: number): number {
  const fd = scratchFd(walk, choices, rarely(choices, 6) ? ANYTHING : REGULAR)
  return fd < 0 || !isReady(walk, fd, events) ? -1 : fd
}

const SIZES: readonly number[] = [5, 3, 16, 1, 0, 100]
const OFFSETS: readonly number[] = [0, 3, 10, 4096, 5000, -1]

function read(walk: Walk, choices: Choices): Draft | null {
  const fd = dataFd(walk, choices, POLLIN)
  if (fd < 0) return null
  const size = pick(choices, SIZES)
  const file = walk.fdArg(fd)
  switch (choices.below(5)) {
    case 1:
      return { call: 'pread64', args: [file, { out: size }, size, pick(choices, OFFSETS)] }
    case 2:
      return { call: 'readv', args: [file, { in: le64(0) + le64(size), at: { 0: { out: size } } }, choices.below(2)] }
    default:
      return { call: 'read', args: [file, { out: size }, size] }
  }
}

function write(walk: Walk, choices: Choices): Draft | null {
  const fd = dataFd(walk, choices, POLLOUT)
  if (fd < 0) return null
  // Nobody may be left to hear the signal.
  const writer = walk.task.files?.file(fd)
  if (writer?.kind === 'pipe' && (writer.poll(walk.task) & 8) !== 0) return null
  const size = pick(choices, SIZES)
  const file = walk.fdArg(fd)
  const data = { in: '61'.repeat(size) }
  switch (choices.below(5)) {
    case 1:
      return { call: 'pwrite64', args: [file, data, size, pick(choices, OFFSETS)] }
    case 2:
      return { call: 'writev', args: [file, { in: le64(0) + le64(size), at: { 0: data } }, choices.below(2)] }
    default:
      return { call: 'write', args: [file, data, size] }
  }
}

function lseek(walk: Walk, choices: Choices): Draft | null {
  const fd = scratchFd(walk, choices, ['regular', 'directory'])
  if (fd < 0) return null
  const isDir = walk.task.files?.file(fd)?.kind === 'directory'
  return { call: 'lseek', args: [walk.fdArg(fd), isDir ? 0 : pick(choices, OFFSETS), isDir ? 0 : choices.below(5)] }
}

function getdents(walk: Walk, choices: Choices): Draft | null {
  const fd = scratchFd(walk, choices, rarely(choices, 12) ? ANYTHING : ['directory'])
  if (fd < 0) return null
  const size = pick(choices, [1024, 1024, 512, 64, 24, 0])
  return { call: 'getdents64', args: [walk.fdArg(fd), { out: size }, size] }
}

function unlink(walk: Walk, choices: Choices): Draft {
  return { call: 'unlinkat', args: [...placeArgs(walk, choices), pick(choices, [0, 0, 0, AT_REMOVEDIR])] }
}

function mkdir(walk: Walk, choices: Choices): Draft {
  const name = choices.below(2) === 0 ? directoryName(choices) : scratchName(choices)
  return {
    call: 'mkdirat',
    args: [...placeArgs(walk, choices, name), pick(choices, [0o755, 0o777, 0o1777, 0o2777, 0o700])],
  }
}

/** Types of nodes; devices are not for a machine that others use. */
const NODES: readonly number[] = [0o010644, 0o010666, 0o100644, 0o140644, 0o644, 0o040755, 0o120644]

function mknod(walk: Walk, choices: Choices): Draft {
  return { call: 'mknodat', args: [...placeArgs(walk, choices), pick(choices, NODES), 0] }
}

function rename(walk: Walk, choices: Choices): Draft {
  const flags = pick(choices, [0, 0, 0, 0, 1, 2, 2, 4, 5, 3])
  return { call: 'renameat2', args: [...placeArgs(walk, choices), ...placeArgs(walk, choices), flags] }
}

function link(walk: Walk, choices: Choices): Draft {
  if (rarely(choices, 4)) {
    const fd = scratchFd(walk, choices, ['regular', 'path'])
    if (fd >= 0)
      return { call: 'linkat', args: [walk.fdArg(fd), { str: '' }, ...placeArgs(walk, choices), AT_EMPTY_PATH] }
  }
  const flags = pick(choices, [0, 0, 0, AT_SYMLINK_FOLLOW])
  return { call: 'linkat', args: [...placeArgs(walk, choices), ...placeArgs(walk, choices), flags] }
}

const TARGETS: readonly string[] = ['w', 'x', '../w', 'd', 'l', '../a/l', 'nope', '/w/w', '.', 'd/', 'w/', '..', 'p']

function symlink(walk: Walk, choices: Choices): Draft {
  return { call: 'symlinkat', args: [{ str: pick(choices, TARGETS) }, ...placeArgs(walk, choices)] }
}

function readlink(walk: Walk, choices: Choices): Draft {
  const size = pick(choices, [64, 64, 3, 0])
  const place = placeArgs(
    walk,
    choices,
    rarely(choices, 3) ? scratchName(choices) : pick(choices, ['l', 'a/l', 'b/l', 'a/d/l']),
  )
  return { call: 'readlinkat', args: [...place, { out: size }, size] }
}

const CHMODS: readonly number[] = [0o644, 0o755, 0o600, 0o4755, 0o6755, 0o2644, 0o1777, 0o666, 0]

function chmod(walk: Walk, choices: Choices): Draft {
  const mode = pick(choices, CHMODS)
  const fd = scratchFd(walk, choices, ANYTHING)
  if (fd >= 0 && rarely(choices, 3)) return { call: 'fchmod', args: [walk.fdArg(fd), mode] }
  if (rarely(choices, 6)) return { call: 'fchmodat2', args: [...placeArgs(walk, choices), mode, AT_SYMLINK_NOFOLLOW] }
  return { call: 'fchmodat', args: [...placeArgs(walk, choices), mode] }
}

const OWNERS: readonly number[] = [0, SOMEBODY, -1, -1, 5]

function chown(walk: Walk, choices: Choices): Draft {
  const ids = [pick(choices, OWNERS), pick(choices, OWNERS)]
  const fd = scratchFd(walk, choices, ANYTHING)
  if (fd >= 0 && rarely(choices, 3)) return { call: 'fchown', args: [walk.fdArg(fd), ...ids] }
  return { call: 'fchownat', args: [...placeArgs(walk, choices), ...ids, pick(choices, [0, 0, AT_SYMLINK_NOFOLLOW])] }
}

const NOW = 'ffffff3f00000000'
const OMIT = 'feffff3f00000000'

/** Long ago, soon after 1970, before it, long from now, and what is no time. */
const TIMES: readonly string[] = [
  zeros(8) + NOW,
  zeros(8) + OMIT,
  le64(1_000_000_000) + le64(123_456_789),
  le64(86_400) + le64(5),
  le64(-5) + le64(1),
  le64(4_102_444_800) + le64(999_999_999),
  le64(1) + le64(1_000_000_000),
]

function utimens(walk: Walk, choices: Choices): Draft {
  const times: Arg = rarely(choices, 5) ? null : { in: pick(choices, TIMES) + pick(choices, TIMES) }
  const fd = scratchFd(walk, choices, ANYTHING)
  if (fd >= 0 && rarely(choices, 4)) return { call: 'utimensat', args: [walk.fdArg(fd), null, times, 0] }
  return { call: 'utimensat', args: [...placeArgs(walk, choices), times, pick(choices, [0, 0, AT_SYMLINK_NOFOLLOW])] }
}

const LENGTHS: readonly number[] = [0, 0, 3, 12, 100, 5000, -1]

function truncate(walk: Walk, choices: Choices): Draft {
  const fd = scratchFd(walk, choices, rarely(choices, 10) ? ANYTHING : REGULAR)
  if (fd >= 0 && choices.below(3) > 0) return { call: 'ftruncate', args: [walk.fdArg(fd), pick(choices, LENGTHS)] }
  return { call: 'truncate', args: [pathArg(choices), pick(choices, LENGTHS)] }
}

function fallocate(walk: Walk, choices: Choices): Draft | null {
  const fd = scratchFd(walk, choices, rarely(choices, 10) ? ANYTHING : REGULAR)
  if (fd < 0) return null
  const mode = pick(choices, [0, 0, 1, 3, 3, 2, 8, 0x10, 0x11, 0x20, 0x40, 0x80, 0x100])
  return {
    call: 'fallocate',
    args: [walk.fdArg(fd), mode, pick(choices, OFFSETS), pick(choices, [10, 1, 5000, 0, -1])],
  }
}

const XATTRS: readonly string[] = [
  'user.a',
  'user.b',
  'trusted.c',
  'security.d',
  'user.',
  'nope.e',
  'system.posix_acl_access',
]

function xattr(walk: Walk, choices: Choices): Draft {
  const name = { str: pick(choices, XATTRS) }
  const size = pick(choices, [1, 3, 0])
  const value = { in: '61'.repeat(size) }
  const flags = pick(choices, [0, 0, 1, 2, 4])
  const fd = rarely(choices, 3) ? scratchFd(walk, choices, ANYTHING) : -1
  const prefix = fd >= 0 ? 'f' : rarely(choices, 4) ? 'l' : ''
  const file: Arg = fd >= 0 ? walk.fdArg(fd) : pathArg(choices)
  switch (choices.below(5)) {
    case 1:
      return { call: `${prefix}getxattr`, args: [file, name, { out: 8 }, pick(choices, [8, 0, 2])] }
    case 2:
      return { call: `${prefix}removexattr`, args: [file, name] }
    case 3:
      return { call: `${prefix}listxattr`, args: [file, { out: 64 }, pick(choices, [64, 0, 4])] }
    default:
      return { call: `${prefix}setxattr`, args: [file, name, value, size, flags] }
  }
}

function handle(walk: Walk, choices: Choices): Draft {
  const flags = pick(choices, [0, 0, AT_SYMLINK_FOLLOW, 0x200])
  const room = { inout: `0c000000${zeros(20)}` }
  const decode = (_walk: Walk, step: number): Draft => {
    const at: Arg = { in: zeros(20), at: { 0: { from: [step, 0, 0, 20] } } }
    const file = pick(choices, [O_RDONLY, O_RDWR, O_PATH, O_WRONLY | O_TRUNC, O_RDONLY | O_DIRECTORY, O_RDWR | O_CREAT])
    return { call: 'open_by_handle_at', args: [mountFd(walk, choices), at, file | O_NONBLOCK] }
  }
  const draft = { call: 'name_to_handle_at', args: [...placeArgs(walk, choices), room, { out: 4 }, flags] }
  return rarely(choices, 2) ? { ...draft, follow: decode } : draft
}

/** A handle from before, of something that may be gone. */
const HANDLES: WeakMap<Walk, number[]> = new WeakMap()

function keepHandle(walk: Walk, choices: Choices): Draft {
  const made = handle(walk, choices)
  const { follow } = made
  return {
    ...made,
    follow: (again, step, ret) => {
      const steps = HANDLES.get(walk) ?? []
      HANDLES.set(walk, steps)
      steps.push(step)
      return follow?.(again, step, ret) ?? null
    },
  }
}

function openHandle(walk: Walk, choices: Choices): Draft | null {
  const steps = HANDLES.get(walk)
  if (steps === undefined) return null
  const at: Arg = { in: zeros(20), at: { 0: { from: [pick(choices, steps), 0, 0, 20] } } }
  const flags = pick(choices, [O_RDONLY, O_RDWR, O_PATH, O_WRONLY | O_TRUNC])
  return { call: 'open_by_handle_at', args: [mountFd(walk, choices), at, flags | O_NONBLOCK] }
}

/** Something of the filesystem that a handle is looked for in. */
function mountFd(walk: Walk, choices: Choices): Arg {
  const fd = scratchFd(walk, choices, ['regular', 'directory'])
  return fd < 0 ? AT_FDCWD : walk.fdArg(fd)
}

function statx(walk: Walk, choices: Choices): Draft {
  const mask = pick(choices, [0xfff, 0x7ff, 0xfff, 0x840, 0x17ff, 0x20])
  const fd = rarely(choices, 3) ? scratchFd(walk, choices, ANYTHING) : -1
  if (fd >= 0) return { call: 'statx', args: [walk.fdArg(fd), { str: '' }, AT_EMPTY_PATH, mask, { out: 256 }] }
  const flags = pick(choices, [0, 0, AT_SYMLINK_NOFOLLOW])
  return { call: 'statx', args: [...placeArgs(walk, choices), flags, mask, { out: 256 }] }
}

function stat(walk: Walk, choices: Choices): Draft {
  const fd = scratchFd(walk, choices, ANYTHING)
  if (fd >= 0 && rarely(choices, 2)) return { call: 'fstat', args: [walk.fdArg(fd), { out: 144 }] }
  return { call: pick(choices, ['stat', 'lstat']), args: [pathArg(choices), { out: 144 }] }
}

function statfs(walk: Walk, choices: Choices): Draft {
  const fd = scratchFd(walk, choices, ANYTHING)
  if (fd >= 0 && rarely(choices, 2)) return { call: 'fstatfs', args: [walk.fdArg(fd), { out: 120 }] }
  return { call: 'statfs', args: [pathArg(choices), { out: 120 }] }
}

function access(walk: Walk, choices: Choices): Draft {
  const mode = pick(choices, [0, 1, 2, 4, 6, 7, 8])
  if (choices.below(3) === 0) return { call: 'faccessat', args: [...placeArgs(walk, choices), mode] }
  const flags = pick(choices, [0, AT_EACCESS, AT_SYMLINK_NOFOLLOW, AT_EACCESS | AT_SYMLINK_NOFOLLOW, 1])
  return { call: 'faccessat2', args: [...placeArgs(walk, choices), mode, flags] }
}

const SCRIPTS: readonly string[] = ['#!/w/w\n', '#!/nope', '#! /w/x arg\n', '#!\n', '#!/w/a\n', '\x7fELF\n', '#!w\n']

/** Runs something that does not run: a success would be the end of who records. */
function exec(walk: Walk, choices: Choices): Draft {
  const fd = scratchFd(walk, choices, REGULAR)
  if (fd >= 0 && rarely(choices, 2)) {
    const text = ascii(pick(choices, SCRIPTS))
    return { call: 'pwrite64', args: [walk.fdArg(fd), { in: text }, text.length / 2, 0] }
  }
  return { call: 'execve', args: [pathArg(choices), null, null] }
}

function chdir(walk: Walk, choices: Choices): Draft {
  const fd = scratchFd(walk, choices, ['directory', 'path', 'regular'])
  if (fd >= 0 && rarely(choices, 2)) return { call: 'fchdir', args: [walk.fdArg(fd)] }
  return { call: 'chdir', args: [pathArg(choices, directoryName(choices))] }
}

function dup(walk: Walk, choices: Choices): Draft | null {
  const fd = scratchFd(walk, choices, ANYTHING)
  return fd < 0 ? null : { call: 'dup', args: [walk.fdArg(fd)] }
}

function fcntl(walk: Walk, choices: Choices): Draft | null {
  const fd = scratchFd(walk, choices, ANYTHING)
  if (fd < 0) return null
  const [command, arg] = pick<readonly [number, number]>(choices, [
    [3, 0],
    [4, O_APPEND | O_NONBLOCK],
    [4, O_NONBLOCK],
    [4, O_NONBLOCK | O_NOATIME],
  ])
  return { call: 'fcntl', args: [walk.fdArg(fd), command, arg] }
}

function umask(_walk: Walk, choices: Choices): Draft {
  return { call: 'umask', args: [pick(choices, [0o022, 0, 0o077, 0o777])] }
}

/** The link to an open file in procfs: another way to it, that gives an O_TMPFILE a name. */
function procLink(walk: Walk, choices: Choices): Draft | null {
  const fd = scratchFd(walk, choices, ANYTHING)
  if (fd < 0) return null
  const str = `/proc/self/fd/${fd}`
  switch (choices.below(4)) {
    case 1:
      return { call: 'openat', args: [AT_FDCWD, { str }, openFlags(walk, choices), 0o644] }
    case 2:
      return { call: 'readlinkat', args: [AT_FDCWD, { str }, { out: 300 }, 300] }
    case 3:
      return { call: 'fchmodat', args: [AT_FDCWD, { str }, pick(choices, CHMODS)] }
    default:
      return { call: 'linkat', args: [AT_FDCWD, { str }, ...placeArgs(walk, choices), AT_SYMLINK_FOLLOW] }
  }
}

/** What programs do to files. */
export const fileMakers: readonly CallMaker[] = [
  { name: 'openat', weight: 60, spoil: [0, 1, 2, 3], make: open },
  { name: 'openat2', weight: 5, spoil: [0, 1, 2, 3], make: openat2 },
  { name: 'tmpfile', weight: 8, spoil: [3], make: tmpfile },
  { name: 'close', weight: 48, spoil: [], make: close },
  { name: 'read', weight: 30, spoil: [1, 2], make: read },
  { name: 'write', weight: 34, spoil: [1], make: write },
  { name: 'lseek', weight: 4, spoil: [], make: lseek },
  { name: 'getdents64', weight: 10, spoil: [1, 2], make: getdents },
  { name: 'unlinkat', weight: 30, spoil: [0, 1, 2], make: unlink },
  { name: 'mkdirat', weight: 14, spoil: [1, 2], make: mkdir },
  { name: 'mknodat', weight: 8, spoil: [1], make: mknod },
  { name: 'renameat2', weight: 36, spoil: [1, 3, 4], make: rename },
  { name: 'linkat', weight: 16, spoil: [0, 1, 3, 4], make: link },
  { name: 'symlinkat', weight: 8, spoil: [0, 2], make: symlink },
  { name: 'readlinkat', weight: 4, spoil: [1, 2, 3], make: readlink },
  { name: 'chmod', weight: 12, spoil: [1], make: chmod },
  { name: 'chown', weight: 8, spoil: [1], make: chown },
  { name: 'utimensat', weight: 12, spoil: [1, 2, 3], make: utimens },
  { name: 'truncate', weight: 12, spoil: [0], make: truncate },
  { name: 'fallocate', weight: 5, spoil: [], make: fallocate },
  { name: 'xattr', weight: 10, spoil: [1], make: xattr },
  { name: 'name_to_handle_at', weight: 8, spoil: [2, 3, 4], make: keepHandle },
  { name: 'open_by_handle_at', weight: 5, spoil: [], make: openHandle },
  { name: 'statx', weight: 16, spoil: [1, 2, 3], make: statx },
  { name: 'stat', weight: 8, spoil: [], make: stat },
  { name: 'statfs', weight: 2, spoil: [], make: statfs },
  { name: 'access', weight: 6, spoil: [1, 2, 3], make: access },
  { name: 'execve', weight: 3, spoil: [], make: exec },
  { name: 'chdir', weight: 3, spoil: [], make: chdir },
  { name: 'dup', weight: 4, spoil: [], make: dup },
  { name: 'fcntl', weight: 3, spoil: [], make: fcntl },
  { name: 'umask', weight: 1, spoil: [], make: umask },
  { name: 'proc_fd', weight: 5, spoil: [], make: procLink },
  { name: 'change_user', weight: 8, spoil: [], make: changeUser },
]
