import type { Arg } from '../../src/transcript/index.js'
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  CLONE_NEWUSER,
  FD_NSFS_ROOT,
  NS_GET_ID,
  NS_GET_MNTNS_ID,
  NS_GET_NSTYPE,
  NS_GET_OWNER_UID,
  NS_GET_PARENT,
  NS_GET_PID_FROM_PIDNS,
  NS_GET_PID_IN_PIDNS,
  NS_GET_TGID_FROM_PIDNS,
  NS_GET_TGID_IN_PIDNS,
  NS_GET_USERNS,
  NS_MNT_GET_INFO,
  NS_MNT_GET_NEXT,
  NS_MNT_GET_PREV,
  O_CLOEXEC,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_PATH,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
  PIDFD_GET_CGROUP_NAMESPACE,
  PIDFD_GET_UTS_NAMESPACE,
  SIOCGSKNS,
} from '../../src/uapi/index.js'
import { le32, le64, zeros } from '../bytes.js'
import { type Choices, pick, rarely } from '../choices.js'
import type { CallMaker, Draft } from '../draft.js'
import type { Walk } from '../walk.js'
import { NS_LINKS, namespaceFlags, namespaceType } from './namespace_flags.js'
import { mapsOfNewUserNs } from './user_maps.js'

const OPEN_FLAGS: readonly number[] = [
  O_RDONLY,
  O_RDONLY,
  O_RDONLY,
  O_CLOEXEC,
  O_PATH,
  O_NONBLOCK,
  O_RDWR,
  O_WRONLY,
  O_NOFOLLOW,
  O_PATH | O_NOFOLLOW,
  O_DIRECTORY,
]

function unshare(walk: Walk, choices: Choices): Draft {
  const flags = namespaceFlags(choices, 1) + pick(choices, [0, 0, 0, 0, 0x200, 0x400, 0x600, 0x10000])
  const follow =
    (flags & CLONE_NEWUSER) !== 0 && choices.below(2) === 0 ? mapsOfNewUserNs(walk, 'self', choices) : undefined
  return {
    call: 'unshare',
    args: [rarely(choices, 24) ? badUnshare(flags, choices) : flags],
    ...(follow && { follow }),
  }
}

/** Bits that unshare does not take; not 0x100000, which newer kernels give a meaning that the model has not. */
function badUnshare(flags: number, choices: Choices): Arg {
  return pick<Arg>(choices, [
    `0x100000000`,
    -1,
    flags | 0x11,
    flags | 0x1000,
    `0x5a5a5a5a${flags.toString(16).padStart(8, '0')}`,
  ])
}

function setns(walk: Walk, choices: Choices): Draft {
  if (choices.below(4) === 3) {
    const fd = walk.fd(choices, 'pidfd')
    if (fd !== null) return { call: 'setns', args: [fd, namespaceFlags(choices, 1)] }
  }
  const fd = walk.findFd(choices, (file) => file.kind === 'ns')
  if (fd < 0) return { call: 'setns', args: [walk.anyFd(choices), namespaceType(choices)] }
  const file = walk.task.files?.file(fd)
  const right = file !== null && file !== undefined && 'ns' in file ? (file.ns as { flag: number }).flag : 0
  const type = pick(choices, [0, 0, right, right, 1])
  return { call: 'setns', args: [walk.fdArg(fd), type === 1 ? namespaceType(choices) : type] }
}

function nsPath(walk: Walk, choices: Choices): string {
  return `/proc/${walk.procName(choices)}/ns/${pick(choices, NS_LINKS)}`
}

function openNs(walk: Walk, choices: Choices): Draft {
  const flags = choices.below(3) === 0 ? pick(choices, OPEN_FLAGS) : O_RDONLY
  const str = nsPath(walk, choices)
  switch (choices.below(8)) {
    case 6:
      return { call: 'open', args: [{ str }, flags, 0] }
    case 7: {
      const resolve = pick(choices, [0, 0, 1, 2, 4, 8, 16, 64])
      const size = rarely(choices, 16) ? pick(choices, [16, 32, 23]) : 24
      const how = le64(flags) + zeros(8) + le64(resolve) + (size === 32 ? le64(choices.below(2)) : '')
      return { call: 'openat2', args: [AT_FDCWD, { str }, { in: how }, size] }
    }
    default:
      return { call: 'openat', args: [AT_FDCWD, { str }, flags] }
  }
}

function readNsLink(walk: Walk, choices: Choices): Draft {
  const size = pick(choices, [64, 64, 64, 8, 4])
  return { call: 'readlinkat', args: [AT_FDCWD, { str: nsPath(walk, choices) }, { out: size }, size] }
}

type IoctlArg = (walk: Walk, choices: Choices, fd: number) => Arg

const nothing: IoctlArg = () => 0
const out4: IoctlArg = () => ({ out: 4 })
const out8: IoctlArg = () => ({ out: 8 })

function mntInfo(_walk: Walk, choices: Choices): Arg {
  return pick<Arg>(choices, [{ out: 16 }, { out: 16 }, { out: 16 }, null, { out: 8 }, { out: 24 }])
}

/** A number to translate between the caller's pid namespace and that of the file. */
function pidToTranslate(own: boolean): IoctlArg {
  return (walk, choices, fd) => {
    const file = walk.task.files?.file(fd)
    const theirs = file !== null && file !== undefined && 'ns' in file ? (file.ns as object) : {}
    const ns = own ? walk.task.pidNamespace : theirs
    return walk.pidArg(choices, ns) ?? 4_000_000
  }
}

const NS_COMMANDS: readonly (readonly [name: string, weight: number, command: number, arg: IoctlArg])[] = [
  ['NS_GET_ID', 10, NS_GET_ID, out8],
  ['NS_GET_USERNS', 9, NS_GET_USERNS, nothing],
  ['NS_GET_PARENT', 8, NS_GET_PARENT, nothing],
  ['NS_GET_NSTYPE', 3, NS_GET_NSTYPE, nothing],
  ['NS_GET_OWNER_UID', 4, NS_GET_OWNER_UID, out4],
  ['NS_GET_MNTNS_ID', 3, NS_GET_MNTNS_ID, out8],
  ['NS_MNT_GET_INFO', 3, NS_MNT_GET_INFO, mntInfo],
  ['NS_MNT_GET_NEXT', 3, NS_MNT_GET_NEXT, mntInfo],
  ['NS_MNT_GET_PREV', 3, NS_MNT_GET_PREV, mntInfo],
  ['NS_GET_PID_FROM_PIDNS', 2, NS_GET_PID_FROM_PIDNS, pidToTranslate(false)],
  ['NS_GET_TGID_FROM_PIDNS', 2, NS_GET_TGID_FROM_PIDNS, pidToTranslate(false)],
  ['NS_GET_PID_IN_PIDNS', 2, NS_GET_PID_IN_PIDNS, pidToTranslate(true)],
  ['NS_GET_TGID_IN_PIDNS', 2, NS_GET_TGID_IN_PIDNS, pidToTranslate(true)],
]

/** What each command is asked of, by the types that it makes sense for; absent: all. */
const TYPES_OF_COMMAND: Readonly<Record<string, readonly string[]>> = {
  NS_GET_PARENT: ['pid', 'user'],
  NS_GET_OWNER_UID: ['user'],
  NS_GET_MNTNS_ID: ['mnt'],
  NS_MNT_GET_INFO: ['mnt'],
  NS_MNT_GET_NEXT: ['mnt'],
  NS_MNT_GET_PREV: ['mnt'],
  NS_GET_PID_FROM_PIDNS: ['pid'],
  NS_GET_TGID_FROM_PIDNS: ['pid'],
  NS_GET_PID_IN_PIDNS: ['pid'],
  NS_GET_TGID_IN_PIDNS: ['pid'],
}

function typeName(file: { kind: string }): string {
  return 'ns' in file ? ((file as unknown as { ns: { linkText: string } }).ns.linkText.split(':')[0] ?? '') : ''
}

/** The extensible commands take any size in the command word from 16 on. */
function sized(command: number, name: string, choices: Choices): number {
  if (!name.startsWith('NS_MNT_GET') || !rarely(choices, 12)) return command
  const size = pick(choices, [8, 15, 24, 32, 4096, 0x3fff])
  return ((command & ~0x3fff_0000) | (size << 16)) >>> 0
}

function nsIoctl(name: string, weight: number, command: number, arg: IoctlArg): CallMaker {
  const types = TYPES_OF_COMMAND[name]
  return {
    name,
    weight,
    spoil: [0, 2],
    make(walk, choices) {
      const fits = types !== undefined && !rarely(choices, 10)
      const fd = walk.findFd(choices, (file) => file.kind === 'ns' && (!fits || types.includes(typeName(file))))
      if (fd < 0) {
        if (types === undefined) return null
        // None yet: open one.
        const link = pick(choices, types)
        return { call: 'openat', args: [AT_FDCWD, { str: `/proc/${walk.procName(choices)}/ns/${link}` }, O_RDONLY] }
      }
      return { call: 'ioctl', args: [walk.fdArg(fd), sized(command, name, choices), arg(walk, choices, fd)] }
    },
  }
}

/** A command of some other kind of file, or none at all. */
function strayIoctl(walk: Walk, choices: Choices): Draft | null {
  const fd = walk.findFd(choices, (file) => file.kind !== 'char' && file.kind !== 'fanotify')
  if (fd < 0) return null
  const command = pick(choices, [NS_GET_ID, NS_GET_USERNS, SIOCGSKNS, NS_MNT_GET_INFO, 0xb700, 0xb70e, 0x8008b70e])
  return { call: 'ioctl', args: [walk.fdArg(fd), command, { out: 16 }] }
}

function pidfdNamespace(walk: Walk, choices: Choices): Draft | null {
  const fd = walk.fd(choices, 'pidfd')
  if (fd === null) return null
  const count = PIDFD_GET_UTS_NAMESPACE - PIDFD_GET_CGROUP_NAMESPACE + 1
  return {
    call: 'ioctl',
    args: [fd, PIDFD_GET_CGROUP_NAMESPACE + choices.below(count), rarely(choices, 24) ? 1 : 0],
  }
}

const HANDLE_BYTES = 16

/** Room for a handle; a fault in it comes before the inode number, which could not be told from another when cut. */
function handleRoom(choices: Choices, room: number): Arg {
  if (rarely(choices, 20))
    return pick<Arg>(choices, [{ bad: 1 }, null, { inout: le32(room) }, { inout: le32(room) + zeros(16) }])
  return { inout: le32(room) + zeros(4 + Math.min(room, 128)) }
}

function nameToHandle(walk: Walk, choices: Choices): Draft | null {
  const fd = walk.findFd(choices, (file) => file.kind === 'ns' || (file.kind === 'path' && typeName(file) === ''))
  if (fd < 0) return null
  const room = rarely(choices, 8) ? pick(choices, [0, 8, 15, 24, 128, 129]) : HANDLE_BYTES
  const flags = AT_EMPTY_PATH | pick(choices, [0, 0, 0, 0, 1, 0x200, 2])
  const mount = (flags & 1) !== 0 ? 8 : 4
  return {
    call: 'name_to_handle_at',
    args: [walk.fdArg(fd), { str: '' }, handleRoom(choices, room), { out: mount }, flags],
    follow: (later, step) => (choices.below(2) === 0 ? openHandle(later, choices, step) : null),
  }
}

function lastHandle(walk: Walk, choices: Choices): number {
  const { steps } = walk
  const start = choices.below(steps.length + 1)
  for (let i = 0; i < steps.length; i++) {
    const at = (start + i) % steps.length
    const step = steps[at]
    if (step?.call === 'name_to_handle_at' && walk.ret(step.step) === 0) return step.step
  }
  return -1
}

function openHandle(walk: Walk, choices: Choices, given = -1): Draft | null {
  const from = given >= 0 ? given : lastHandle(walk, choices)
  if (from < 0) return null
  const root = choices.below(3) === 2 ? (walk.fd(choices, 'ns') ?? 999) : FD_NSFS_ROOT
  const size = HANDLE_BYTES + 8
  const handle = handleArg(choices, from, size)
  const flags = pick(choices, [O_RDONLY, O_RDONLY, O_RDONLY, O_CLOEXEC, O_PATH, O_RDWR, O_WRONLY])
  return { call: 'open_by_handle_at', args: [root, handle, flags] }
}

/** The handle as it was given, or with one thing about it changed. */
function handleArg(choices: Choices, from: number, size: number): Arg {
  const whole = { from: [from, 0, 0, size] as [number, number, number, number] }
  switch (choices.below(10)) {
    case 5:
      // Only the id: type and inode number left out.
      return { in: le32(16) + le32(0xf1) + zeros(16), at: { 8: { from: [from, 0, 8, 8] } } }
    case 6:
      return { in: le32(16) + le32(0xf1) + zeros(16), at: { 8: { from: [from, 0, 8, 12] } } }
    case 7:
      return { in: le32(16) + le32(1) + zeros(16), at: { 8: { from: [from, 0, 8, 16] } } }
    case 8: {
      const room = pick(choices, [20, 24, 32, 64])
      return { in: le32(room) + le32(0xf1) + zeros(room), at: { 8: { from: [from, 0, 8, 16] } } }
    }
    case 9: {
      const room = pick(choices, [0, 8, 12, 129])
      return { in: le32(room) + le32(0xf1) + zeros(128), at: { 8: { from: [from, 0, 8, 16] } } }
    }
    default:
      return { in: zeros(size), at: { 0: whole } }
  }
}

/** The calls on namespaces and their files. */
export const namespaceMakers: readonly CallMaker[] = [
  { name: 'unshare', weight: 22, spoil: [], make: unshare },
  { name: 'setns', weight: 20, spoil: [0, 1], make: setns },
  { name: 'open_ns', weight: 40, spoil: [0, 1, 2], make: openNs },
  { name: 'readlink_ns', weight: 5, spoil: [1, 2, 3], make: readNsLink },
  ...NS_COMMANDS.map(([name, weight, command, arg]) => nsIoctl(name, weight, command, arg)),
  { name: 'stray_ioctl', weight: 3, spoil: [0], make: strayIoctl },
  { name: 'pidfd_namespace', weight: 6, spoil: [0], make: pidfdNamespace },
  { name: 'name_to_handle_at', weight: 7, spoil: [0, 1, 3, 4], make: nameToHandle },
  { name: 'open_by_handle_at', weight: 8, spoil: [0, 1, 2], make: (walk, choices) => openHandle(walk, choices) },
]
