import type { Arg } from '../../src/transcript/index.js'
import {
  AT_FDCWD,
  AT_REMOVEDIR,
  CLONE_NEWNS,
  CLONE_NEWUSER,
  FAN_MARK_ADD,
  FAN_MARK_MNTNS,
  FAN_MARK_REMOVE,
  FAN_MNT_ATTACH,
  FAN_MNT_DETACH,
  FAN_NONBLOCK,
  FAN_REPORT_MNT,
  O_DIRECTORY,
  O_PATH,
  O_RDONLY,
  O_RDWR,
  SIGCHLD,
  WNOHANG,
} from '../../src/uapi/index.js'
import { le64, zeros } from '../bytes.js'
import { type Choices, pick, rarely } from '../choices.js'
import type { CallMaker, Draft } from '../draft.js'
import type { Walk } from '../walk.js'
import { filePath, isOwn, isProcFd, namedPath, ownDirFd, place, procFd, someName } from './mounts_place.js'
import { mapsOfNewUserNs } from './user_maps.js'

const CLONE_FS = 0x200
const CLONE_ARGS_SIZE = 88
const BOTH = CLONE_NEWUSER | CLONE_NEWNS

/** A child with these namespaces of its own, and maps where it has a user namespace. */
export function cloneWith(walk: Walk, choices: Choices, flags: number, after: Draft['follow'] = undefined): Draft {
  const maps = (flags & CLONE_NEWUSER) === 0 ? undefined : mapsOfNewUserNs(walk, `$${walk.nextTask}`, choices)
  const follow = maps ?? after
  return {
    call: 'clone3',
    args: [{ in: le64(flags) + zeros(24) + le64(SIGCHLD) + zeros(48) }, CLONE_ARGS_SIZE],
    ...(follow && { follow }),
  }
}

function clone(walk: Walk, choices: Choices): Draft | null {
  if (!walk.roomForTasks || walk.living > 5) return null
  return cloneWith(walk, choices, pick(choices, [CLONE_NEWNS, 0, CLONE_NEWNS, BOTH, CLONE_FS, CLONE_NEWUSER]))
}

function unshare(walk: Walk, choices: Choices): Draft {
  const flags = pick(choices, [CLONE_NEWNS, CLONE_NEWNS, CLONE_NEWNS, BOTH, CLONE_FS, CLONE_NEWUSER])
  const maps = (flags & CLONE_NEWUSER) === 0 ? undefined : mapsOfNewUserNs(walk, 'self', choices)
  // The first task stays where it may do things, mostly.
  if (maps !== undefined && walk.current.number === 1 && !rarely(choices, 6))
    return { call: 'unshare', args: [CLONE_NEWNS] }
  return { call: 'unshare', args: [flags], ...(maps && { follow: maps }) }
}

function setns(walk: Walk, choices: Choices): Draft | null {
  const fd = walk.fd(choices, 'ns')
  if (fd === null) return null
  return { call: 'setns', args: [fd, pick(choices, [0, CLONE_NEWNS, 0, CLONE_NEWUSER])] }
}

function exitGroup(walk: Walk, choices: Choices): Draft | null {
  if (walk.current.number === 1 || walk.awake().length < 2 || choices.below(2) === 0) return null
  return { call: 'exit_group', args: [0] }
}

function wait4(): Draft {
  return { call: 'wait4', args: [-1, null, WNOHANG, null] }
}

function chdir(walk: Walk, choices: Choices): Draft {
  return {
    call: 'chdir',
    args: [choices.below(4) === 0 ? { str: pick(choices, ['..', '/', '.']) } : place(walk, choices)],
  }
}

function chroot(walk: Walk, choices: Choices): Draft {
  return { call: 'chroot', args: [choices.below(3) === 0 ? { str: '.' } : place(walk, choices)] }
}

function fchdir(walk: Walk, choices: Choices): Draft | null {
  const fd = walk.findFd(
    choices,
    (file, n) => (file.kind === 'directory' || file.kind === 'path') && !isProcFd(walk, n),
  )
  return fd < 0 ? null : { call: 'fchdir', args: [walk.fdArg(fd)] }
}

const OPEN_FLAGS: readonly number[] = [O_PATH, O_PATH | O_DIRECTORY, O_DIRECTORY, O_RDONLY]

/** Only below the top: what is open must not lead out of it. */
function open(_walk: Walk, choices: Choices): Draft {
  if (rarely(choices, 4))
    return { call: 'openat', args: [AT_FDCWD, { str: filePath(choices) }, pick(choices, [O_RDWR, O_RDONLY, O_PATH])] }
  return { call: 'openat', args: [AT_FDCWD, { str: namedPath(choices) }, pick(choices, OPEN_FLAGS)] }
}

function close(walk: Walk, choices: Choices): Draft | null {
  const fd = walk.findFd(choices, (_file, n) => n > 2 && !isProcFd(walk, n))
  return fd < 0 ? null : { call: 'close', args: [walk.fdArg(fd)] }
}

/** Whether names may be made and taken away here by path: not where this machine's files might be. */
function mayChangeNames(walk: Walk): boolean {
  const root = walk.task.fs?.root
  return root !== undefined && (!isOwn(walk, root.mnt.sb) || root.dentry.isRoot)
}

function changeName(name: string, call: string, weight: number, make: (choices: Choices) => Arg[]): CallMaker {
  return {
    name,
    weight,
    spoil: [],
    make: (walk, choices) => (mayChangeNames(walk) ? { call, args: make(choices) } : null),
  }
}

const named = (choices: Choices): Arg => ({ str: namedPath(choices) })

function mkdirat(walk: Walk, choices: Choices): Draft | null {
  const fd = ownDirFd(walk, choices)
  if (fd < 0) return null
  const name: Arg = { str: someName(choices) }
  if (choices.below(2) === 0) return { call: 'mkdirat', args: [walk.fdArg(fd), name, 0o755] }
  return { call: 'unlinkat', args: [walk.fdArg(fd), name, AT_REMOVEDIR] }
}

const GROUP_FLAGS = FAN_REPORT_MNT | FAN_NONBLOCK
const BOTH_EVENTS = FAN_MNT_ATTACH | FAN_MNT_DETACH

/** A group that watches the task's own mount namespace. */
export function watch(walk: Walk, choices: Choices, after: Draft['follow'] = undefined): Draft {
  return {
    call: 'fanotify_init',
    args: [GROUP_FLAGS, 0],
    follow: (_walk, group) => ({
      call: 'openat',
      args: [procFd(walk), { str: 'self/ns/mnt' }, O_RDONLY],
      follow: (_later, ns) => ({
        call: 'fanotify_mark',
        args: [{ ret: group }, FAN_MARK_ADD | FAN_MARK_MNTNS, events(choices), { ret: ns }, null],
        ...(after && { follow: after }),
      }),
    }),
  }
}

function events(choices: Choices): number {
  return rarely(choices, 8) ? pick(choices, [FAN_MNT_ATTACH, FAN_MNT_DETACH]) : BOTH_EVENTS
}

function mark(walk: Walk, choices: Choices): Draft | null {
  const group = walk.fd(choices, 'fanotify')
  const ns = walk.fd(choices, 'ns')
  if (group === null || ns === null) return null
  const command = pick(choices, [FAN_MARK_ADD, FAN_MARK_ADD, FAN_MARK_REMOVE])
  return { call: 'fanotify_mark', args: [group, command | FAN_MARK_MNTNS, events(choices), ns, null] }
}

/** Smallest event: a header and the mount's id. */
const EVENT = 40

/** What the group has to tell, or the part that fits. */
export function drain(fd: Arg, choices: Choices, after: Draft['follow'] = undefined): Draft {
  const size = pick(choices, [4096, 4096, 4096, EVENT * 3, EVENT, EVENT - 1, 24])
  return { call: 'read', args: [fd, { out: size }, size], ...(after && { follow: after }) }
}

function drainSome(walk: Walk, choices: Choices): Draft | null {
  const fd = walk.fd(choices, 'fanotify')
  return fd === null ? null : drain(fd, choices)
}

/** Who makes the calls, where they are, and who watches. */
export const mountTaskMakers: readonly CallMaker[] = [
  { name: 'clone3', weight: 4, spoil: [], make: clone },
  { name: 'unshare', weight: 4, spoil: [], make: unshare },
  { name: 'setns', weight: 4, spoil: [1], make: setns },
  { name: 'exit_group', weight: 3, spoil: [], make: exitGroup },
  { name: 'wait4', weight: 1, spoil: [], make: wait4 },
  { name: 'chdir', weight: 5, spoil: [0], make: chdir },
  { name: 'fchdir', weight: 3, spoil: [0], make: fchdir },
  { name: 'chroot', weight: 1, spoil: [0], make: chroot },
  { name: 'open', weight: 6, spoil: [], make: open },
  { name: 'close', weight: 8, spoil: [], make: close },
  changeName('mkdir', 'mkdir', 4, (choices) => [named(choices), 0o755]),
  changeName('rmdir', 'rmdir', 4, (choices) => [named(choices)]),
  changeName('unlink', 'unlink', 2, (choices) => [named(choices)]),
  changeName('rename', 'renameat2', 3, (choices) => [
    AT_FDCWD,
    named(choices),
    AT_FDCWD,
    named(choices),
    pick(choices, [0, 0, 1, 2]),
  ]),
  { name: 'mkdirat', weight: 2, spoil: [], make: mkdirat },
  { name: 'watch', weight: 3, spoil: [], make: watch },
  { name: 'fanotify_mark', weight: 3, spoil: [1, 2], make: mark },
  { name: 'drain', weight: 14, spoil: [], make: drainSome },
]
