import type { Arg } from '../../src/transcript/index.js'
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  AT_NO_AUTOMOUNT,
  AT_RECURSIVE,
  AT_SYMLINK_NOFOLLOW,
  FSMOUNT_CLOEXEC,
  FSMOUNT_NAMESPACE,
  FSOPEN_CLOEXEC,
  MOUNT_ATTR__ATIME,
  MOUNT_ATTR_IDMAP,
  MOUNT_ATTR_NOATIME,
  MOUNT_ATTR_NODEV,
  MOUNT_ATTR_NODIRATIME,
  MOUNT_ATTR_NOEXEC,
  MOUNT_ATTR_NOSUID,
  MOUNT_ATTR_NOSYMFOLLOW,
  MOUNT_ATTR_RDONLY,
  MOUNT_ATTR_STRICTATIME,
  MOVE_MOUNT_BENEATH,
  MOVE_MOUNT_F_EMPTY_PATH,
  MOVE_MOUNT_F_SYMLINKS,
  MOVE_MOUNT_SET_GROUP,
  MOVE_MOUNT_T_EMPTY_PATH,
  MOVE_MOUNT_T_SYMLINKS,
  MS_PRIVATE,
  MS_SHARED,
  MS_SLAVE,
  MS_UNBINDABLE,
  OPEN_TREE_CLOEXEC,
  OPEN_TREE_CLONE,
  OPEN_TREE_NAMESPACE,
} from '../../src/uapi/index.js'
import { le64, zeros } from '../bytes.js'
import { type Choices, pick, rarely } from '../choices.js'
import type { CallMaker, Draft } from '../draft.js'
import type { Walk } from '../walk.js'
import { fdAndPath, ownDirFd, place } from './mounts_place.js'

const TREE_FLAGS: readonly number[] = [
  OPEN_TREE_CLONE,
  OPEN_TREE_CLONE | AT_RECURSIVE,
  OPEN_TREE_CLONE,
  OPEN_TREE_CLONE | AT_RECURSIVE | OPEN_TREE_CLOEXEC,
  0,
  OPEN_TREE_CLONE | AT_NO_AUTOMOUNT | AT_SYMLINK_NOFOLLOW,
]
const ODD_TREE_FLAGS: readonly number[] = [AT_RECURSIVE, OPEN_TREE_NAMESPACE | OPEN_TREE_CLONE, 4, OPEN_TREE_NAMESPACE]

function emptyPathFlag([, path]: readonly [Arg, Arg]): number {
  return typeof path === 'object' && path !== null && 'str' in path && path.str === '' ? AT_EMPTY_PATH : 0
}

function openTree(walk: Walk, choices: Choices): Draft {
  const from = fdAndPath(walk, choices)
  const flags = rarely(choices, 24) ? pick(choices, ODD_TREE_FLAGS) : pick(choices, TREE_FLAGS)
  return {
    call: 'open_tree',
    args: [...from, flags | emptyPathFlag(from)],
    ...(choices.below(3) === 0 && { follow: moveTreeNow(choices) }),
  }
}

function openTreeNamespace(walk: Walk, choices: Choices): Draft {
  const from = fdAndPath(walk, choices)
  const flags = OPEN_TREE_NAMESPACE | pick(choices, [0, AT_RECURSIVE, OPEN_TREE_CLOEXEC])
  return { call: 'open_tree', args: [...from, flags | emptyPathFlag(from)] }
}

const SETTABLE: readonly number[] = [
  0,
  0,
  MOUNT_ATTR_RDONLY,
  MOUNT_ATTR_NOSUID,
  MOUNT_ATTR_NODEV,
  MOUNT_ATTR_NOEXEC,
  MOUNT_ATTR_NODIRATIME,
  MOUNT_ATTR_NOSYMFOLLOW,
]
const PROPAGATION: readonly number[] = [0, 0, 0, MS_SHARED, MS_PRIVATE, MS_SLAVE, MS_UNBINDABLE]

/** A struct mount_attr, and how long it says it is. */
function attributes(walk: Walk, choices: Choices): [Arg, number] {
  let set = pick(choices, SETTABLE)
  let clear = pick(choices, SETTABLE)
  if (rarely(choices, 4)) {
    clear |= MOUNT_ATTR__ATIME
    set |= pick(choices, [0, MOUNT_ATTR_NOATIME, MOUNT_ATTR_STRICTATIME, 0x30])
  }
  let propagation = pick(choices, PROPAGATION)
  if (rarely(choices, 24)) set = pick(choices, [1 << 20, 1 << 22, 0x10, -1])
  if (rarely(choices, 24)) clear = pick(choices, [1 << 20, 0x10, -1])
  if (rarely(choices, 24)) propagation = pick(choices, [MS_SHARED | MS_SLAVE, 1, MS_PRIVATE | 0x4000])
  const size = rarely(choices, 24) ? pick(choices, [0, 24, 31, 40, 4096, 4097]) : 32
  const tail = size > 32 ? (rarely(choices, 3) ? le64(1) : zeros(8)) + zeros(Math.max(0, size - 40)) : ''
  const fd = walk.findFd(choices, (file) => file.kind === 'ns')
  if (fd >= 0 && !walk.leavesOut('idmap') && rarely(choices, 5)) {
    const hex = le64(set | MOUNT_ATTR_IDMAP) + le64(clear) + le64(propagation) + zeros(8) + tail
    return [{ in: hex, at: { 24: walk.fdArg(fd) as { ret: number } } }, size]
  }
  return [{ in: le64(set) + le64(clear) + le64(propagation) + zeros(8) + tail }, size]
}

function mountSetattr(walk: Walk, choices: Choices): Draft {
  const from = fdAndPath(walk, choices)
  const flags = pick(choices, [0, AT_RECURSIVE, 0, AT_SYMLINK_NOFOLLOW]) | emptyPathFlag(from)
  const [attr, size] = attributes(walk, choices)
  return { call: 'mount_setattr', args: [...from, rarely(choices, 32) ? 0x4000 : flags, attr, size] }
}

function openTreeAttr(walk: Walk, choices: Choices): Draft {
  const from = fdAndPath(walk, choices)
  const [attr, size] = attributes(walk, choices)
  return {
    call: 'open_tree_attr',
    args: [...from, pick(choices, TREE_FLAGS) | emptyPathFlag(from), rarely(choices, 12) ? null : attr, size],
  }
}

const MOVE_FLAGS: readonly number[] = [
  0,
  0,
  0,
  MOVE_MOUNT_BENEATH,
  MOVE_MOUNT_BENEATH,
  MOVE_MOUNT_SET_GROUP,
  MOVE_MOUNT_F_SYMLINKS | MOVE_MOUNT_T_SYMLINKS,
]

function moveFlags(choices: Choices): number {
  if (rarely(choices, 24)) return pick(choices, [MOVE_MOUNT_BENEATH | MOVE_MOUNT_SET_GROUP, 8, 0x1000, 0x22])
  return pick(choices, MOVE_FLAGS)
}

function moveMount(walk: Walk, choices: Choices): Draft {
  const from = fdAndPath(walk, choices)
  const to: [Arg, Arg] = rarely(choices, 4) ? fdAndPath(walk, choices) : [AT_FDCWD, place(walk, choices)]
  let flags = moveFlags(choices)
  if (!rarely(choices, 16)) {
    if (emptyPathFlag(from) !== 0) flags |= MOVE_MOUNT_F_EMPTY_PATH
    if (emptyPathFlag(to) !== 0) flags |= MOVE_MOUNT_T_EMPTY_PATH
  }
  return { call: 'move_mount', args: [...from, ...to, flags] }
}

/** The tree that was just made is put somewhere. */
function moveTreeNow(choices: Choices): NonNullable<Draft['follow']> {
  return (walk, step) => ({
    call: 'move_mount',
    args: [
      { ret: step },
      { str: '' },
      AT_FDCWD,
      place(walk, choices),
      MOVE_MOUNT_F_EMPTY_PATH | pick(choices, [0, 0, MOVE_MOUNT_BENEATH]),
    ],
  })
}

const CREATE = 6
const RECONFIGURE = 7
const CREATE_EXCL = 8

/** A key and a value of a tmpfs: the command, and both as arguments. */
const PARAMETERS: readonly (readonly [command: number, key: string | null, value: string | null])[] = [
  [1, 'size', '64k'],
  [0, 'ro', null],
  [1, 'mode', '700'],
  [1, 'source', 'src'],
  [1, 'source', 'again'],
  [0, 'rw', null],
  [0, 'sync', null],
  [1, 'nr_inodes', '5'],
  [0, 'foo', null],
  [1, 'size', 'x'],
  [0, 'size', null],
  [1, 'uid', '1'],
  [1, null, null],
  [9, null, null],
]

function fsconfig(walk: Walk, choices: Choices): Draft | null {
  const fd = walk.findFd(choices, (file) => file.kind === 'other')
  if (fd < 0) return null
  if (choices.below(2) === 0) {
    const command = pick(choices, [CREATE, CREATE, RECONFIGURE, CREATE_EXCL])
    return { call: 'fsconfig', args: [walk.fdArg(fd), command, null, null, rarely(choices, 32) ? 1 : 0] }
  }
  const [command, key, value] = pick(choices, PARAMETERS)
  return {
    call: 'fsconfig',
    args: [
      walk.fdArg(fd),
      command,
      key === null ? null : { str: key },
      value === null ? null : { str: value },
      rarely(choices, 32) ? 1 : 0,
    ],
  }
}

/** A filesystem in the making: mostly all the way to a mount. */
function fsopen(_walk: Walk, choices: Choices): Draft {
  const type = rarely(choices, 16) ? pick(choices, ['nosuch', '', 'ramfs']) : 'tmpfs'
  const open: Draft = {
    call: 'fsopen',
    args: [{ str: type }, rarely(choices, 24) ? 2 : pick(choices, [FSOPEN_CLOEXEC, 0])],
  }
  if (rarely(choices, 4)) return open
  const [command, key, value] = pick(choices, PARAMETERS)
  const create = (step: number): Draft => ({
    call: 'fsconfig',
    args: [{ ret: step }, CREATE, null, null, 0],
    follow: () => fsmountOf({ ret: step }, choices),
  })
  open.follow = (_later, step) => {
    if (key === null || choices.below(2) === 0) return create(step)
    const args: Arg[] = [{ ret: step }, command, { str: key }, value === null ? null : { str: value }, 0]
    return { call: 'fsconfig', args, follow: () => create(step) }
  }
  return open
}

const FSMOUNT_ATTRIBUTES: readonly number[] = [
  0,
  0,
  0,
  MOUNT_ATTR_RDONLY,
  MOUNT_ATTR_NOSUID,
  MOUNT_ATTR_NOATIME,
  MOUNT_ATTR_STRICTATIME,
  MOUNT_ATTR_NODIRATIME,
]

function fsmountOf(fd: Arg, choices: Choices): Draft {
  const flags = rarely(choices, 12)
    ? pick(choices, [FSMOUNT_NAMESPACE, FSMOUNT_NAMESPACE, 4])
    : pick(choices, [FSMOUNT_CLOEXEC, 0])
  const attributes = rarely(choices, 16) ? pick(choices, [0x30, 1 << 20, -1]) : pick(choices, FSMOUNT_ATTRIBUTES)
  return {
    call: 'fsmount',
    args: [fd, flags, attributes],
    ...(choices.below(2) === 0 && flags < 2 && { follow: moveTreeNow(choices) }),
  }
}

function fsmount(walk: Walk, choices: Choices): Draft | null {
  const fd = walk.findFd(choices, (file) => file.kind === 'other')
  return fd < 0 ? null : fsmountOf(walk.fdArg(fd), choices)
}

const FSPICK_EMPTY_PATH = 8

function fspick(walk: Walk, choices: Choices): Draft {
  const from = fdAndPath(walk, choices)
  const flags = pick(choices, [1, 0, 2, 4]) | (emptyPathFlag(from) === 0 ? 0 : FSPICK_EMPTY_PATH)
  return {
    call: 'fspick',
    args: [...from, rarely(choices, 24) ? 16 : flags],
    ...(choices.below(2) === 0 && {
      follow: (_walk: Walk, step: number) => {
        const [command, key, value] = pick(choices, PARAMETERS)
        const args: Arg[] = [
          { ret: step },
          command,
          key === null ? null : { str: key },
          value === null ? null : { str: value },
          0,
        ]
        const again: Draft = { call: 'fsconfig', args: [{ ret: step }, RECONFIGURE, null, null, 0] }
        return { call: 'fsconfig', args, follow: () => again }
      },
    }),
  }
}

function readMessages(walk: Walk, choices: Choices): Draft | null {
  const fd = walk.findFd(choices, (file) => file.kind === 'other')
  if (fd < 0) return null
  const size = pick(choices, [256, 256, 8, 0])
  return { call: 'read', args: [walk.fdArg(fd), { out: size }, size] }
}

function setGroup(walk: Walk, choices: Choices): Draft {
  return {
    call: 'move_mount',
    args: [AT_FDCWD, place(walk, choices), AT_FDCWD, place(walk, choices), MOVE_MOUNT_SET_GROUP],
  }
}

/** A directory of a tree that is mounted nowhere, perhaps. */
function openInTree(walk: Walk, choices: Choices): Draft | null {
  const fd = ownDirFd(walk, choices)
  if (fd < 0) return null
  return {
    call: 'openat',
    args: [
      walk.fdArg(fd),
      { str: pick(choices, ['a', '.', 'b/a', '..']) },
      pick(choices, [0x200000, 0x210000, 0x10000]),
    ],
  }
}

/** Mounts by descriptor. */
export const mountFdMakers: readonly CallMaker[] = [
  { name: 'open_tree', weight: 14, spoil: [0, 1, 2], make: openTree },
  { name: 'open_tree_namespace', weight: 3, spoil: [0, 1], make: openTreeNamespace },
  { name: 'open_tree_attr', weight: 4, spoil: [0, 1, 3, 4], make: openTreeAttr },
  { name: 'move_mount', weight: 20, spoil: [0, 1, 2, 3, 4], make: moveMount },
  { name: 'move_mount_set_group', weight: 3, spoil: [1, 3], make: setGroup },
  { name: 'mount_setattr', weight: 9, spoil: [0, 1, 2, 3, 4], make: mountSetattr },
  { name: 'fsopen', weight: 8, spoil: [0], make: fsopen },
  { name: 'fsconfig', weight: 4, spoil: [0, 1, 2, 3, 4], make: fsconfig },
  { name: 'fsmount', weight: 3, spoil: [0, 1, 2], make: fsmount },
  { name: 'fspick', weight: 4, spoil: [2], make: fspick },
  { name: 'read_messages', weight: 2, spoil: [1], make: readMessages },
  { name: 'open_in_tree', weight: 3, spoil: [], make: openInTree },
]
