import { le32, le64, zeros } from '../../fuzz/bytes.js'
import type { Arg } from '../../src/transcript/index.js'
import { ECONNREFUSED } from '../../src/uapi/errno.js'
import {
  AF_INET,
  AF_UNIX,
  AT_EMPTY_PATH,
  AT_FDCWD,
  CLONE_FILES,
  F_DUPFD,
  FD_NSFS_ROOT,
  MSG_DONTWAIT,
  NS_GET_PARENT,
  NS_GET_USERNS,
  SCM_RIGHTS,
  SIGCHLD,
  SIGKILL,
  SIOCGSKNS,
  SOCK_DGRAM,
  SOL_SOCKET,
  WNOHANG,
} from '../../src/uapi/index.js'
import type { Machine } from './machine.js'
import {
  type Actor,
  type Description,
  FLAG,
  MAKING_ORDER,
  type Ns,
  type NsSet,
  TYPE_NAMES,
  type World,
} from './world.js'

/** One kind of thing that a task does, on the machine and in the model. `a` and `b` choose among what there is. */
export interface Action {
  readonly name: string
  /** How often it is drawn. */
  readonly weight: number
  /** Whether there is anything to do; the model alone is asked. */
  ready?(actor: Actor, world: World): boolean
  /** Makes the call; the model follows where the kernel says that it was done. */
  run(actor: Actor, machine: Machine, world: World, a: number, b: number): void
}

/** Most tasks that are not reaped. */
const MOST_TASKS = 10

/** The CLONE_NEW* bits that two numbers choose: mostly one type, now and then any of them. */
export function chosenFlags(a: number, b: number): number {
  if (a % 4 < 2) return FLAG[TYPE_NAMES[b % 8]!]
  if (a % 4 === 2) return FLAG.user + FLAG[TYPE_NAMES[b % 7]!]
  return TYPE_NAMES.reduce((flags, type, bit) => flags + ((b >> bit) % 2 === 1 ? FLAG[type] : 0), 0)
}

const has = (flags: number, type: keyof typeof FLAG): boolean => (flags & FLAG[type]) !== 0

/** What a call that succeeded made, by its flags: ids go up in the kernel's order from `first` on. */
function made(
  world: World,
  actor: Actor,
  flags: number,
  first: number,
): { user: Ns; set: Partial<Record<string, Ns>> } {
  let id = first
  let { user } = actor
  const set: Partial<Record<string, Ns>> = {}
  for (const type of MAKING_ORDER) {
    if (!has(flags, type)) continue
    const parent = type === 'pid' ? actor.set.pidForChildren : null
    const ns: Ns = { id: id++, type, owner: user, parent, initial: false, maker: actor.uid }
    world.namespaces.push(ns)
    if (type === 'user') user = ns
    else if (type === 'pid') set.pidForChildren = ns
    else if (type === 'time') set.timeForChildren = ns
    else set[type] = ns
  }
  return { user, set }
}

function clone(actor: Actor, machine: Machine, world: World, flags: number): void {
  const { kernel } = machine.emulator
  const before = kernel.nextNsId
  const body = le64(flags) + zeros(24) + le64(SIGCHLD) + zeros(48)
  const number = machine.clone(actor.number, 'clone3', { in: body }, 88)
  if (number === 0) return
  const { user, set } = made(world, actor, flags, before)
  const { time, timeForChildren } = actor.set
  let inherited = actor.set
  if (Object.keys(set).length > 0 || time !== timeForChildren) {
    inherited = { ...actor.set, ...set }
    inherited = { ...inherited, time: inherited.timeForChildren }
  }
  world.actors.push({
    number,
    pid: inherited.pidForChildren,
    user,
    uid: actor.uid,
    capable: has(flags, 'user') || actor.capable,
    set: inherited,
    table: (flags & CLONE_FILES) !== 0 ? actor.table : new Map(actor.table),
    alive: true,
    reaped: false,
  })
}

const roomForTasks = (_actor: Actor, world: World): boolean =>
  world.actors.filter(({ reaped }) => !reaped).length < MOST_TASKS

/** Task 1 stays where it was born, so that all there is in the end is what there was. */
const moves = (actor: Actor): boolean => actor.number !== 1

/** A descriptor for which `wanted` holds, or -1. */
function chosenFd(actor: Actor, choice: number, wanted: (file: Description) => boolean): number {
  const fds = [...actor.table].filter(([fd, file]) => fd > 2 && wanted(file)).map(([fd]) => fd)
  return fds.length === 0 ? -1 : fds[choice % fds.length]!
}

const holds =
  (wanted: (file: Description) => boolean) =>
  (actor: Actor): boolean =>
    chosenFd(actor, 0, wanted) >= 0

const anyFile = (): boolean => true
const isNs = (file: Description): boolean => file.kind === 'ns'
const isSocket = (file: Description): boolean => file.kind === 'socket' || file.kind === 'unix'
const isUnix = (file: Description): boolean => file.kind === 'unix'
const isPidfd = (file: Description): boolean => file.kind === 'pidfd'
/** Sockets that could carry each other would have to be collected; what is sent are files of the other kinds. */
const mayBeSent = (file: Description): boolean => file.kind !== 'unix'

const LINKS: Readonly<Record<string, (actor: Actor) => Ns>> = {
  user: ({ user }) => user,
  pid: ({ pid }) => pid,
  net: ({ set }) => set.net,
  mnt: ({ set }) => set.mnt,
  uts: ({ set }) => set.uts,
  ipc: ({ set }) => set.ipc,
  cgroup: ({ set }) => set.cgroup,
  time: ({ set }) => set.time,
  pid_for_children: ({ set }) => set.pidForChildren,
  time_for_children: ({ set }) => set.timeForChildren,
}
const LINK_NAMES = Object.keys(LINKS)

/** Where setns puts a namespace. */
function joined(set: NsSet, ns: Ns): NsSet {
  if (ns.type === 'pid') return { ...set, pidForChildren: ns }
  if (ns.type === 'time') return { ...set, time: ns, timeForChildren: ns }
  if (ns.type === 'user') return { ...set }
  return { ...set, [ns.type]: ns }
}

function join(actor: Actor, namespaces: readonly Ns[]): void {
  for (const ns of namespaces) {
    actor.set = joined(actor.set, ns)
    if (ns.type !== 'user') continue
    actor.user = ns
    actor.capable = true
  }
}

const open = (actor: Actor, fd: number, ns: Ns): void => {
  if (fd >= 0) actor.table.set(fd, { kind: 'ns', opener: actor.user, ns })
}

/** A msghdr with one byte and room for, or with, one descriptor. */
function message(kind: 'in' | 'inout', byte: { in: string } | { out: number }, control: Arg): Arg {
  const iov = { in: zeros(8) + le64(1), at: { 0: byte } }
  const hex = zeros(24) + le64(1) + zeros(8) + le64(24) + zeros(8)
  const at = { 16: iov, 32: control as { in: string } }
  return kind === 'in' ? { in: hex, at } : { inout: hex, at }
}

export const ACTIONS: readonly Action[] = [
  {
    name: 'fork',
    weight: 3,
    ready: roomForTasks,
    run: (actor, machine, world, a) => clone(actor, machine, world, a % 3 === 2 ? CLONE_FILES : 0),
  },
  {
    name: 'clone3',
    weight: 8,
    ready: roomForTasks,
    run: (actor, machine, world, a, b) => clone(actor, machine, world, chosenFlags(a, b)),
  },
  {
    name: 'unshare',
    weight: 6,
    ready: moves,
    run(actor, machine, world, a, b) {
      const flags = chosenFlags(a, b)
      const before = machine.emulator.kernel.nextNsId
      if (machine.call(actor.number, 'unshare', flags).ret < 0) return
      const { user, set } = made(world, actor, flags, before)
      if (Object.keys(set).length > 0) actor.set = { ...actor.set, ...set }
      actor.user = user
      if (has(flags, 'user')) actor.capable = true
    },
  },
  {
    name: 'setns',
    weight: 6,
    ready: (actor) => moves(actor) && holds(isNs)(actor),
    run(actor, machine, _world, a) {
      const fd = chosenFd(actor, a, isNs)
      if (machine.call(actor.number, 'setns', fd, 0).ret < 0) return
      const file = actor.table.get(fd)!
      if (file.kind === 'ns') join(actor, [file.ns])
    },
  },
  {
    name: 'setns to a task',
    weight: 2,
    ready: (actor) => moves(actor) && holds(isPidfd)(actor),
    run(actor, machine, _world, a, b) {
      const fd = chosenFd(actor, a, isPidfd)
      const flags = chosenFlags(a, b)
      if (machine.call(actor.number, 'setns', fd, flags).ret < 0) return
      const file = actor.table.get(fd)!
      if (file.kind !== 'pidfd') return
      const joins = MAKING_ORDER.filter((type) => has(flags, type))
      join(
        actor,
        joins.map((type) => LINKS[type]!(file.task)),
      )
    },
  },
  {
    name: 'setresuid',
    weight: 1,
    ready: (actor) => moves(actor) && actor.user.initial && actor.uid === 0,
    run(actor, machine) {
      if (machine.call(actor.number, 'setresuid', 1000, 1000, 1000).ret < 0) return
      actor.uid = 1000
      actor.capable = false
    },
  },
  {
    name: 'exit',
    weight: 4,
    ready: moves,
    run: (actor, machine) => void machine.call(actor.number, 'exit_group', 0),
  },
  {
    name: 'kill',
    weight: 2,
    run(actor, machine, world, a) {
      const targets = world.actors.filter(({ number, alive }) => number !== 1 && alive && machine.namedOutside(number))
      if (targets.length === 0 || !actor.pid.initial) return
      machine.call(actor.number, 'kill', { pid: targets[a % targets.length]!.number }, SIGKILL)
    },
  },
  {
    name: 'wait4',
    weight: 5,
    run: (actor, machine) => void machine.call(actor.number, 'wait4', -1, null, WNOHANG, null),
  },
  {
    name: 'open',
    weight: 8,
    run(actor, machine, world, a, b) {
      const others = world.actors.filter((other) => !other.reaped && machine.namedOutside(other.number))
      const other = a % 2 === 0 ? actor : (others[(a >> 1) % others.length] ?? actor)
      const link = LINK_NAMES[b % LINK_NAMES.length]!
      const str = `/proc/${other === actor ? 'self' : `$${other.number}`}/ns/${link}`
      const { ret } = machine.call(actor.number, 'openat', AT_FDCWD, { str }, 0, 0)
      open(actor, ret, LINKS[link]!(other))
    },
  },
  {
    name: 'close',
    weight: 7,
    ready: holds(anyFile),
    run(actor, machine, _world, a) {
      const fd = chosenFd(actor, a, anyFile)
      if (machine.call(actor.number, 'close', fd).ret === 0) actor.table.delete(fd)
    },
  },
  {
    name: 'dup',
    weight: 3,
    ready: holds(anyFile),
    run(actor, machine, _world, a, b) {
      const fd = chosenFd(actor, a, anyFile)
      const call: [string, ...Arg[]][] = [
        ['dup', fd],
        ['dup3', fd, fd === 20 ? 21 : 20, 0],
        ['fcntl', fd, F_DUPFD, 10],
      ]
      const { ret } = machine.call(actor.number, ...call[b % 3]!)
      if (ret >= 0) actor.table.set(ret, actor.table.get(fd)!)
    },
  },
  {
    name: 'NS_GET_USERNS or NS_GET_PARENT',
    weight: 3,
    ready: holds(isNs),
    run(actor, machine, _world, a, b) {
      const fd = chosenFd(actor, a, isNs)
      const file = actor.table.get(fd)!
      if (file.kind !== 'ns') return
      const ofOwner = b % 2 === 0
      const { ret } = machine.call(actor.number, 'ioctl', fd, ofOwner ? NS_GET_USERNS : NS_GET_PARENT, 0)
      const up = ofOwner || file.ns.type === 'user' ? file.ns.owner : file.ns.parent
      if (ret >= 0) open(actor, ret, up!)
    },
  },
  {
    name: 'open_by_handle_at',
    weight: 2,
    run(actor, machine, world, a) {
      const { id } = world.namespaces[a % world.namespaces.length]!
      const handle = le32(16) + le32(0xf1) + le64(id) + zeros(8)
      const { ret } = machine.call(actor.number, 'open_by_handle_at', FD_NSFS_ROOT, { in: handle }, 0)
      open(actor, ret, world.ns(id))
    },
  },
  {
    name: 'name_to_handle_at',
    weight: 1,
    ready: holds(isNs),
    run(actor, machine, _world, a) {
      const fd = chosenFd(actor, a, isNs)
      const handle: Arg = { inout: le32(16) + zeros(20) }
      machine.call(actor.number, 'name_to_handle_at', fd, { str: '' }, handle, { out: 4 }, AT_EMPTY_PATH)
    },
  },
  {
    name: 'socket',
    weight: 4,
    run(actor, machine) {
      const { ret } = machine.call(actor.number, 'socket', AF_INET, SOCK_DGRAM, 0)
      if (ret >= 0) actor.table.set(ret, { kind: 'socket', opener: actor.user, net: actor.set.net })
    },
  },
  {
    name: 'SIOCGSKNS',
    weight: 4,
    ready: holds(isSocket),
    run(actor, machine, _world, a) {
      const fd = chosenFd(actor, a, isSocket)
      const { ret } = machine.call(actor.number, 'ioctl', fd, SIOCGSKNS, 0)
      const file = actor.table.get(fd)!
      if (file.kind === 'socket' || file.kind === 'unix') open(actor, ret, file.net)
    },
  },
  {
    name: 'socketpair',
    weight: 3,
    run(actor, machine) {
      const { ret, outs } = machine.call(actor.number, 'socketpair', AF_UNIX, SOCK_DGRAM, 0, { out: 8 })
      if (ret < 0) return
      const fds = new DataView(outs[0]!.buffer)
      const [opener, net, maker] = [actor.user, actor.set.net, actor.pid]
      // What lies in a socket was put there by the other end.
      const one: Description = { kind: 'unix', opener, net, maker, queue: [] }
      const other: Description = { kind: 'unix', opener, net, maker, queue: [] }
      actor.table.set(fds.getInt32(0, true), one)
      actor.table.set(fds.getInt32(4, true), other)
      PEERS.set(one, other)
      PEERS.set(other, one)
    },
  },
  {
    name: 'sendmsg',
    weight: 4,
    ready: (actor) => holds(isUnix)(actor) && holds(mayBeSent)(actor),
    run(actor, machine, _world, a, b) {
      const fd = chosenFd(actor, a, isUnix)
      const sent = chosenFd(actor, b, mayBeSent)
      const control = { in: le64(20) + le32(SOL_SOCKET) + le32(SCM_RIGHTS) + le32(sent) + zeros(4) }
      const header = message('in', { in: '61' }, control)
      const { ret } = machine.call(actor.number, 'sendmsg', fd, header, MSG_DONTWAIT)
      const from = actor.table.get(fd)!
      // Who learns that its peer is gone loses what that had sent.
      if (ret === -ECONNREFUSED && from.kind === 'unix') from.queue.length = 0
      if (ret !== 1) return
      const peer = PEERS.get(from)
      if (peer?.kind === 'unix') peer.queue.push(actor.table.get(sent)!)
    },
  },
  {
    name: 'recvmsg',
    weight: 4,
    ready: holds(isUnix),
    run(actor, machine, _world, a) {
      const fd = chosenFd(actor, a, isUnix)
      const file = actor.table.get(fd)!
      const header = message('inout', { out: 1 }, { out: 24 })
      const { ret, outs } = machine.call(actor.number, 'recvmsg', fd, header, MSG_DONTWAIT)
      if (ret !== 1 || file.kind !== 'unix') return
      const control = outs.find((bytes) => bytes.length === 24)!
      actor.table.set(new DataView(control.buffer).getInt32(16, true), file.queue.shift()!)
    },
  },
  {
    name: 'pidfd_open',
    weight: 3,
    run(actor, machine, world, a) {
      const targets = world.actors.filter(({ number, reaped }) => !reaped && machine.namedOutside(number))
      const target = targets[a % targets.length]
      if (target === undefined || !actor.pid.initial) return
      const { ret } = machine.call(actor.number, 'pidfd_open', { pid: target.number }, 0)
      if (ret >= 0) actor.table.set(ret, { kind: 'pidfd', opener: actor.user, task: target })
    },
  },
  {
    name: 'pidfd_getfd',
    weight: 3,
    ready: holds(isPidfd),
    run(actor, machine, _world, a, b) {
      const fd = chosenFd(actor, a, isPidfd)
      const file = actor.table.get(fd)!
      if (file.kind !== 'pidfd') return
      const wanted = chosenFd(file.task, b, anyFile)
      const { ret } = machine.call(actor.number, 'pidfd_getfd', fd, wanted, 0)
      if (ret >= 0) actor.table.set(ret, file.task.table.get(wanted)!)
    },
  },
]

/** The other end of each unix socket. */
const PEERS = new WeakMap<Description, Description>()
