import { createSocket } from '../kernel/create_socket.js'
import { Socket } from '../kernel/socket.js'
import type { Task } from '../kernel/task.js'
import { UnixSocket } from '../kernel/unix_socket.js'
import { EBADF, EFAULT, EINVAL, ENOTSOCK, EOPNOTSUPP } from '../uapi/errno.js'
import { SOCK_CLOEXEC, SOCK_NONBLOCK } from '../uapi/fcntl.js'
import { fileAt } from './descriptors.js'
import { installFile } from './install_file.js'
import type { Registers } from './registers.js'
import { reservePair, storeEach } from './reserve_pair.js'
import type { SyscallRow } from './syscall_row.js'

const SOCK_TYPE_MASK = 0xf

/** The socket behind a descriptor, or -errno. */
export function socketAt(task: Task, fd: number): Socket | number {
  const file = fileAt(task, fd)
  if (file === null) return -EBADF
  return file instanceof Socket ? file : -ENOTSOCK
}

/** The type without its flags, or -EINVAL for flags that are none. */
function checkType(type: number): number {
  const flags = type & ~SOCK_TYPE_MASK
  return (flags & ~(SOCK_CLOEXEC | SOCK_NONBLOCK)) !== 0 ? -EINVAL : type & SOCK_TYPE_MASK
}

function socket(task: Task, regs: Registers): number {
  const flags = regs.i32(1)
  const type = checkType(flags)
  if (type < 0) return type
  const made = createSocket(task, regs.i32(0), type, regs.i32(2), flags)
  if (typeof made === 'number') return made
  return installFile(task, made, (flags & SOCK_CLOEXEC) !== 0)
}

function socketpair(task: Task, regs: Registers): number {
  const family = regs.i32(0)
  const flags = regs.i32(1)
  const protocol = regs.i32(2)
  const type = checkType(flags)
  if (type < 0) return type
  const pair = reservePair(task)
  if (typeof pair === 'number') return pair
  if (storeEach(regs.memory, regs.ptr(3), pair) < 0) return -EFAULT
  const first = createSocket(task, family, type, protocol, flags)
  if (typeof first === 'number') return first
  const second = createSocket(task, family, type, protocol, flags)
  if (typeof second === 'number') {
    first.put()
    return second
  }
  if (!(first instanceof UnixSocket && second instanceof UnixSocket)) {
    first.put()
    second.put()
    return -EOPNOTSUPP
  }
  UnixSocket.pair(first, second, task.group.pid)
  const cloexec = (flags & SOCK_CLOEXEC) !== 0
  task.files!.set(pair[0], first, cloexec)
  task.files!.set(pair[1], second, cloexec)
  return 0
}

function shutdown(task: Task, regs: Registers): number {
  const target = socketAt(task, regs.i32(0))
  if (typeof target === 'number') return target
  return target.shutdown(regs.i32(1))
}

/** Sockets: making them, and shutting them down. */
export const socketSyscalls: readonly SyscallRow[] = [
  {
    nr: 41,
    name: 'socket',
    support: 'partial',
    note: 'AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET; other families EAFNOSUPPORT',
    handler: socket,
  },
  { nr: 48, name: 'shutdown', support: 'full', handler: shutdown },
  { nr: 53, name: 'socketpair', support: 'full', handler: socketpair },
  ...(
    [
      [42, 'connect'],
      [43, 'accept'],
      [49, 'bind'],
      [50, 'listen'],
      [51, 'getsockname'],
      [52, 'getpeername'],
      [54, 'setsockopt'],
      [55, 'getsockopt'],
      [288, 'accept4'],
    ] as const
  ).map(([nr, name]): SyscallRow => ({ nr, name, support: 'none' })),
]
