import type { Arg, At, RetRef } from '../../src/transcript/index.js'
import {
  AF_INET,
  AF_INET6,
  AF_NETLINK,
  AF_PACKET,
  AF_UNIX,
  MSG_CMSG_CLOEXEC,
  MSG_DONTWAIT,
  MSG_PEEK,
  MSG_TRUNC,
  SCM_RIGHTS,
  SIOCGSKNS,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_RAW,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  SOL_SOCKET,
} from '../../src/uapi/index.js'
import { le32, le64, zeros } from '../bytes.js'
import { type Choices, pick, rarely } from '../choices.js'
import type { CallMaker, Draft } from '../draft.js'
import type { Walk } from '../walk.js'
import { mayBlock } from './processes.js'

const TYPES: readonly number[] = [SOCK_STREAM, SOCK_DGRAM, SOCK_DGRAM, SOCK_SEQPACKET, SOCK_RAW]
const TYPE_FLAGS: readonly number[] = [0, 0, SOCK_CLOEXEC, SOCK_NONBLOCK]

function socket(_walk: Walk, choices: Choices): Draft {
  const family = pick(choices, [AF_UNIX, AF_INET, AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET])
  // Which netlink protocols there are is a matter of the kernel's build.
  const odd = family === AF_NETLINK ? [255, -1] : [1, 6, 17, 255, -1]
  const protocol = rarely(choices, 12) ? pick(choices, odd) : 0
  return { call: 'socket', args: [family, pick(choices, TYPES) | pick(choices, TYPE_FLAGS), protocol] }
}

function socketpair(_walk: Walk, choices: Choices): Draft {
  const family = rarely(choices, 16) ? AF_INET : AF_UNIX
  const type =
    pick(choices, [SOCK_STREAM, SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET, SOCK_RAW]) | pick(choices, TYPE_FLAGS)
  return { call: 'socketpair', args: [family, type, rarely(choices, 16) ? 1 : 0, { out: 8 }] }
}

function siocgskns(walk: Walk, choices: Choices): Draft | null {
  const fd = walk.fd(choices, 'socket')
  return fd === null ? null : { call: 'ioctl', args: [fd, SIOCGSKNS, 0] }
}

export const isUnix = (file: { kind: string }): boolean =>
  file.kind === 'socket' && (file as unknown as { family: number }).family === AF_UNIX

/** A struct msghdr with one iovec and control data. */
function msghdr(iov: At, length: number, control: At | null, controlLength: number, kind: 'in' | 'inout'): Arg {
  const vector: At = { in: zeros(8) + le64(length), at: { 0: iov } }
  const hex = zeros(24) + le64(1) + zeros(8) + le64(controlLength) + zeros(8)
  const at: Record<string, At> = { 16: vector }
  if (control !== null) at[32] = control
  return kind === 'in' ? { in: hex, at } : { inout: hex, at }
}

const CMSG_HEADER = 16

/** Sockets that are sent over sockets may keep each other alive until a worker finds them. */
function passedFd(walk: Walk, choices: Choices): RetRef | number {
  if (!walk.leavesOut('socket_cycles')) return walk.anyFd(choices)
  const fd = walk.findFd(choices, (file) => !isUnix(file))
  return fd < 0 ? 999 : walk.fdArg(fd)
}

function sendmsg(walk: Walk, choices: Choices): Draft | null {
  const fd = walk.findFd(choices, isUnix)
  if (fd < 0) return null
  const count = choices.below(3)
  let control: At | null = null
  let length = 0
  if (count > 0) {
    let fds = ''
    const at: Record<string, At> = {}
    for (let i = 0; i < count; i++) {
      const passed = passedFd(walk, choices)
      if (typeof passed === 'object') at[CMSG_HEADER + i * 4] = passed
      fds += le32(typeof passed === 'object' ? 0 : passed)
    }
    const type = rarely(choices, 24) ? 7 : SCM_RIGHTS
    const said = CMSG_HEADER + count * 4 + (rarely(choices, 24) ? 8 : 0)
    length = CMSG_HEADER + count * 4 + ((count * 4) % 8)
    control = { in: le64(said) + le32(SOL_SOCKET) + le32(type) + fds + zeros((count * 4) % 8), at }
  }
  const size = pick(choices, [1, 1, 8, 0])
  const header = msghdr({ in: '62'.repeat(size) }, size, control, length, 'in')
  return { call: 'sendmsg', args: [walk.fdArg(fd), header, MSG_DONTWAIT] }
}

function recvmsg(walk: Walk, choices: Choices): Draft | null {
  const waits = mayBlock(walk, choices)
  const fd = walk.findFd(choices, isUnix)
  if (fd < 0) return null
  const size = pick(choices, [8, 64, 1])
  const room = pick(choices, [64, 24, 64, 20, 16, 0])
  const header = msghdr({ out: size }, size, room > 0 ? { out: room } : null, room, 'inout')
  const flags = pick(choices, [0, 0, MSG_CMSG_CLOEXEC, MSG_PEEK, MSG_TRUNC]) | (waits ? 0 : MSG_DONTWAIT)
  return { call: 'recvmsg', args: [walk.fdArg(fd), header, flags] }
}

function shutdown(walk: Walk, choices: Choices): Draft | null {
  const fd = walk.findFd(choices, isUnix)
  return fd < 0 ? null : { call: 'shutdown', args: [walk.fdArg(fd), choices.below(4)] }
}

/** Sockets, as far as they pin network namespaces and carry descriptors. */
export const socketMakers: readonly CallMaker[] = [
  { name: 'socket', weight: 8, spoil: [1], make: socket },
  { name: 'socketpair', weight: 5, spoil: [1, 3], make: socketpair },
  { name: 'SIOCGSKNS', weight: 7, spoil: [0], make: siocgskns },
  { name: 'sendmsg', weight: 7, spoil: [0, 1], make: sendmsg },
  { name: 'recvmsg', weight: 7, spoil: [0, 1], make: recvmsg },
  { name: 'shutdown', weight: 1, spoil: [0, 1], make: shutdown },
]
