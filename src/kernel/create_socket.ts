import {
  EACCES,
  EAFNOSUPPORT,
  EAGAIN,
  ECONNREFUSED,
  EDESTADDRREQ,
  EINVAL,
  ENOSYS,
  ENOTCONN,
  ENXIO,
  EPERM,
  EPIPE,
  EPROTONOSUPPORT,
  ESOCKTNOSUPPORT,
} from '../uapi/errno.js'
import {
  AF_INET,
  AF_INET6,
  AF_NETLINK,
  AF_PACKET,
  AF_UNIX,
  O_NONBLOCK,
  POLLHUP,
  POLLIN,
  POLLOUT,
  POLLRDHUP,
  POLLRDNORM,
  POLLWRBAND,
  POLLWRNORM,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_RAW,
  SOCK_SEQPACKET,
  SOCK_STREAM,
} from '../uapi/fcntl.js'
import { CAP_NET_RAW } from './capability.js'
import { nsCapable } from './cred.js'
import { raiseSigpipe } from './sigpipe.js'
import { Socket } from './socket.js'
import type { Task } from './task.js'
import { UnixSocket } from './unix_socket.js'
import type { UserBuffer } from './user_buffer.js'
import { WOULD_BLOCK } from './wait_queue.js'

const SOCK_PACKET = 10
/** One more than the highest type, and than the highest protocol of the internet families. */
const SOCK_MAX = 11
const IPPROTO_MAX = 263
const AF_MAX = 46

/** A socket of the internet families that is bound and connected to nothing: there is no network. */
class InetSocket extends Socket {
  #receiveShut = false
  #sendShut = false

  constructor(task: Task, family: number, type: number, protocol: number, flags: number) {
    super(task, family, type, protocol, flags)
  }

  override read(_task: Task, buffer: UserBuffer): number {
    // read(2) of nothing does not get as far as the protocol.
    if (buffer.remaining === 0) return 0
    if (this.type === SOCK_STREAM) return this.#receiveShut ? 0 : -ENOTCONN
    if (this.isNonBlocking) return -EAGAIN
    return this.#receiveShut ? 0 : WOULD_BLOCK
  }

  /** It says that there is no connection, and is shut down all the same. */
  override shutdown(how: number): number {
    if (how < 0 || how > 2) return -EINVAL
    if (how !== 1) this.#receiveShut = true
    if (how !== 0) this.#sendShut = true
    this.queue.wakeAll()
    return -ENOTCONN
  }

  override write(task: Task): number {
    if (this.type !== SOCK_STREAM) return -EDESTADDRREQ
    raiseSigpipe(task)
    return -EPIPE
  }

  override poll(): number {
    const received = this.#receiveShut ? POLLIN | POLLRDNORM | POLLRDHUP : 0
    if (this.type === SOCK_STREAM) return received | POLLOUT | POLLWRNORM | POLLHUP
    return received | POLLOUT | POLLWRNORM | POLLWRBAND | (this.#receiveShut && this.#sendShut ? POLLHUP : 0)
  }
}

/** A netlink or packet socket: it hears nothing. */
class PlainSocket extends Socket {
  constructor(task: Task, family: number, type: number, protocol: number, flags: number) {
    super(task, family, type, protocol, flags)
  }

  override read(_task: Task, buffer: UserBuffer): number {
    if (buffer.remaining === 0) return 0
    return this.isNonBlocking ? -EAGAIN : WOULD_BLOCK
  }

  override write(_task: Task, buffer: UserBuffer): number {
    // A packet needs a device, and it is bound to none.
    if (this.family === AF_PACKET) return this.type === SOCK_PACKET ? -ENOTCONN : -ENXIO
    if (this.protocol === NETLINK_USERSOCK) return -ECONNREFUSED
    // Too short to be a message, so nobody answers; answers are not modelled.
    return buffer.remaining < NLMSG_HEADER ? buffer.remaining : -ENOSYS
  }

  override poll(): number {
    return POLLOUT | POLLWRNORM | POLLWRBAND
  }
}

/** The protocols of an internet family by type; null takes any but 0. */
interface InetProtocols {
  readonly [type: number]: readonly number[] | null
}

const IPPROTO_ICMP = 1
const IPPROTO_TCP = 6
const IPPROTO_UDP = 17
const IPPROTO_ICMPV6 = 58
const IPPROTO_UDPLITE = 136
const IPPROTO_MPTCP = 262

const inetProtocols = (icmp: number): InetProtocols => ({
  [SOCK_STREAM]: [IPPROTO_TCP, IPPROTO_MPTCP],
  [SOCK_DGRAM]: [IPPROTO_UDP, icmp, IPPROTO_UDPLITE],
  [SOCK_RAW]: null,
})

/** Netlink families that every kernel has here. */
const NETLINK_USERSOCK = 2
const NETLINK_PROTOCOLS: readonly number[] = [0, NETLINK_USERSOCK, 4, 9, 15, 16]
/** Length of struct nlmsghdr. */
const NLMSG_HEADER = 16

type Creator = (task: Task, type: number, protocol: number, flags: number) => Socket | number

function inet(family: number, icmp: number): Creator {
  const table = inetProtocols(icmp)
  return (task, type, wanted, flags) => {
    if (wanted < 0 || wanted >= IPPROTO_MAX) return -EINVAL
    if (!Object.hasOwn(table, type)) return -ESOCKTNOSUPPORT
    const known = table[type]!
    let protocol = wanted
    if (known === null) {
      if (wanted === 0) return -EPROTONOSUPPORT
      if (!nsCapable(task.cred, task.nsproxy!.net.owner!, CAP_NET_RAW)) return -EPERM
    } else if (wanted === 0) {
      protocol = known[0]!
    } else if (!known.includes(wanted)) {
      return -EPROTONOSUPPORT
    } else if (wanted === icmp && type === SOCK_DGRAM) {
      // Nobody is in ping_group_range by default.
      return -EACCES
    }
    return new InetSocket(task, family, type, protocol, flags)
  }
}

const packet: Creator = (task, type, protocol, flags) => {
  if (!nsCapable(task.cred, task.nsproxy!.net.owner!, CAP_NET_RAW)) return -EPERM
  if (type !== SOCK_DGRAM && type !== SOCK_RAW && type !== SOCK_PACKET) return -ESOCKTNOSUPPORT
  return new PlainSocket(task, AF_PACKET, type, protocol, flags)
}

const unix: Creator = (task, type, protocol, flags) => {
  if (protocol !== 0 && protocol !== AF_UNIX) return -EPROTONOSUPPORT
  // A raw one is a datagram socket by another name.
  if (type === SOCK_RAW) return new UnixSocket(task, SOCK_DGRAM, flags)
  if (type !== SOCK_STREAM && type !== SOCK_DGRAM && type !== SOCK_SEQPACKET) return -ESOCKTNOSUPPORT
  return new UnixSocket(task, type, flags)
}

const netlink: Creator = (task, type, protocol, flags) => {
  if (type !== SOCK_RAW && type !== SOCK_DGRAM) return -ESOCKTNOSUPPORT
  if (!NETLINK_PROTOCOLS.includes(protocol)) return -EPROTONOSUPPORT
  return new PlainSocket(task, AF_NETLINK, type, protocol, flags)
}

const FAMILIES: Readonly<Record<number, Creator>> = {
  [AF_UNIX]: unix,
  [AF_INET]: inet(AF_INET, IPPROTO_ICMP),
  [AF_INET6]: inet(AF_INET6, IPPROTO_ICMPV6),
  [AF_NETLINK]: netlink,
  [AF_PACKET]: packet,
}

/** Makes a socket: the open file, or -errno. `flags` holds SOCK_NONBLOCK. */
export function createSocket(
  task: Task,
  family: number,
  type: number,
  protocol: number,
  flags: number,
): Socket | number {
  if (family < 0 || family >= AF_MAX) return -EAFNOSUPPORT
  if (type < 0 || type >= SOCK_MAX) return -EINVAL
  const real = family === AF_INET && type === SOCK_PACKET ? AF_PACKET : family
  const create = FAMILIES[real]
  if (create === undefined || (real === AF_INET6 && !task.kernel.config.ipv6)) return -EAFNOSUPPORT
  return create(task, type, protocol, (flags & SOCK_NONBLOCK) !== 0 ? O_NONBLOCK : 0)
}
