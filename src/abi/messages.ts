import type { File } from '../kernel/file.js'
import type { Socket } from '../kernel/socket.js'
import type { Task } from '../kernel/task.js'
import { type Cargo, type Received, UnixSocket } from '../kernel/unix_socket.js'
import { WOULD_BLOCK } from '../kernel/wait_queue.js'
import { EAGAIN, EBADF, EFAULT, EINVAL, EISCONN, EMSGSIZE, ENOBUFS, ENOSYS, EOPNOTSUPP } from '../uapi/errno.js'
import {
  AF_UNIX,
  MSG_CMSG_CLOEXEC,
  MSG_CTRUNC,
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  MSG_PEEK,
  MSG_TRUNC,
  SCM_RIGHTS,
  SOCK_STREAM,
  SOL_SOCKET,
} from '../uapi/fcntl.js'
import { accessOk, type Memory, putUser32, putUser64 } from './memory.js'
import { type PendingSyscall, sleepOn } from './pending.js'
import { readIovec } from './readwrite.js'
import type { Registers } from './registers.js'
import { socketAt } from './socket.js'
import type { SyscallRow } from './syscall_row.js'
import { type UserIovec, UserRange } from './user_iovec.js'

const MSG_OOB = 1
const MSG_EOR = 0x80
const MSG_WAITALL = 0x100
const MSG_MORE = 0x8000
/** Flags of send and receive that are modelled; MSG_EOR and MSG_MORE change nothing here. */
const SEND_FLAGS = MSG_DONTWAIT | MSG_NOSIGNAL | MSG_EOR | MSG_MORE
const RECEIVE_FLAGS = MSG_DONTWAIT | MSG_PEEK | MSG_TRUNC | MSG_CMSG_CLOEXEC | MSG_WAITALL | MSG_NOSIGNAL
/** Most descriptors in one message. */
const SCM_MAX_FD = 253
const SCM_CREDENTIALS = 2
const CMSG_HEADER = 16
const MSGHDR_SIZE = 56
const MAX_RW_COUNT = 0x7fff_f000
const INT_MAX = 0x7fff_ffff
/** `net.core.optmem_max`: most bytes of control data. */
const OPTMEM_MAX = 131_072

const cmsgAlign = (bytes: number): number => (bytes + 7) & ~7

/** struct msghdr, as far as it is used. */
interface MessageHeader {
  readonly name: number
  readonly nameLength: number
  readonly buffer: UserIovec
  readonly control: number
  readonly controlLength: number
}

function readMessageHeader(memory: Memory, address: number): MessageHeader | number {
  const bytes = new Uint8Array(MSGHDR_SIZE)
  if (memory.copyIn(address, bytes, MSGHDR_SIZE) < MSGHDR_SIZE) return -EFAULT
  const view = new DataView(bytes.buffer)
  const u64 = (at: number): number => view.getUint32(at + 4, true) * 0x1_0000_0000 + view.getUint32(at, true)
  const name = u64(0)
  const nameLength = name === 0 ? 0 : view.getInt32(8, true)
  if (nameLength < 0) return -EINVAL
  const count = u64(24)
  if (count > 1024) return -EMSGSIZE
  const buffer = readIovec(memory, u64(16), count)
  if (typeof buffer === 'number') return buffer
  return { name, nameLength, buffer, control: u64(32), controlLength: u64(40) }
}

/** The files that the control data of a sendmsg names, each with a reference; -errno with none. */
function filesToSend(task: Task, memory: Memory, header: MessageHeader): File[] | null | number {
  const { controlLength } = header
  if (controlLength > INT_MAX) return -ENOBUFS
  if (controlLength === 0) return null
  if (controlLength > OPTMEM_MAX) return -ENOBUFS
  const bytes = new Uint8Array(controlLength)
  if (memory.copyIn(header.control, bytes, controlLength) < controlLength) return -EFAULT
  const view = new DataView(bytes.buffer)
  const files: File[] = []
  const fail = (errno: number): number => {
    for (const file of files) file.put()
    return -errno
  }
  for (let at = 0; at + CMSG_HEADER <= controlLength; ) {
    const length = view.getUint32(at, true) + view.getUint32(at + 4, true) * 0x1_0000_0000
    if (length < CMSG_HEADER || at + length > controlLength) return fail(EINVAL)
    if (view.getInt32(at + 8, true) === SOL_SOCKET) {
      const type = view.getInt32(at + 12, true)
      if (type !== SCM_RIGHTS) return fail(type === SCM_CREDENTIALS ? ENOSYS : EINVAL)
      const count = (length - CMSG_HEADER) >> 2
      if (files.length + count > SCM_MAX_FD) return fail(EINVAL)
      for (let n = 0; n < count; n++) {
        const file = task.files!.file(view.getInt32(at + CMSG_HEADER + n * 4, true))
        if (file === null) return fail(EBADF)
        files.push(file.get())
      }
    }
    at += cmsgAlign(length)
  }
  return files.length === 0 ? null : files
}

/** What a read or write that must not sleep gives instead. */
const withoutWaiting = (result: number, nonBlocking: boolean): number =>
  result === WOULD_BLOCK && nonBlocking ? -EAGAIN : result

/** Sends through any socket; sleeps until it can. */
function send(
  task: Task,
  target: Socket,
  buffer: UserIovec | UserRange,
  files: File[] | null,
  flags: number,
): number | PendingSyscall {
  const cargo: Cargo = { files }
  /** What never left is let go. */
  const drop = (): void => {
    if (cargo.files !== null) for (const file of cargo.files) file.put()
    cargo.files = null
  }
  if ((flags & MSG_OOB) !== 0 || (flags & ~SEND_FLAGS) !== 0) {
    drop()
    return (flags & MSG_OOB) !== 0 && target.type !== SOCK_STREAM ? -EOPNOTSUPP : -ENOSYS
  }
  const nonBlocking = target.isNonBlocking || (flags & MSG_DONTWAIT) !== 0
  const attempt = (): number => {
    const result =
      target instanceof UnixSocket
        ? target.send(task, buffer, cargo, nonBlocking, (flags & MSG_NOSIGNAL) !== 0)
        : withoutWaiting(target.write(task, buffer), nonBlocking)
    if (result !== WOULD_BLOCK) drop()
    return result
  }
  const result = attempt()
  if (result !== WOULD_BLOCK) return result
  target.get()
  const again = (): number => {
    const value = attempt()
    if (value !== WOULD_BLOCK) target.put()
    return value
  }
  return sleepOn(task, [target.queue], again, () => {
    drop()
    target.put()
  })
}

function sendmsg(task: Task, regs: Registers): number | PendingSyscall {
  const target = socketAt(task, regs.i32(0))
  if (typeof target === 'number') return target
  const header = readMessageHeader(regs.memory, regs.ptr(1))
  if (typeof header === 'number') return header
  if (header.nameLength > 0) return destination(target)
  if (target instanceof UnixSocket) {
    const refused = target.refusesToSend()
    if (refused !== 0) return refused
  }
  const files = target.family === AF_UNIX ? filesToSend(task, regs.memory, header) : null
  if (typeof files === 'number') return files
  return send(task, target, header.buffer, files, regs.i32(2))
}

/** A send that names its receiver. */
function destination(target: Socket): number {
  if (target instanceof UnixSocket && !target.isDatagram) return target.peer === null ? -EOPNOTSUPP : -EISCONN
  return -ENOSYS
}

function sendto(task: Task, regs: Registers): number | PendingSyscall {
  const target = socketAt(task, regs.i32(0))
  const length = Math.min(regs.size(2), MAX_RW_COUNT)
  if (!accessOk(regs.ptr(1), length)) return -EFAULT
  if (typeof target === 'number') return target
  if (regs.ptr(4) !== 0) return destination(target)
  return send(task, target, new UserRange(regs.memory, regs.ptr(1), length), null, regs.i32(3))
}

/** Receives from any socket; `finish` stores what came beside the bytes and gives the call's return. */
function receive(
  task: Task,
  source: Socket,
  buffer: UserIovec | UserRange,
  flags: number,
  finish: (bytes: number, found: Received) => number,
): number | PendingSyscall {
  if ((flags & ~RECEIVE_FLAGS) !== 0) return -ENOSYS
  const nonBlocking = source.isNonBlocking || (flags & MSG_DONTWAIT) !== 0
  const found: Received = { files: null, truncated: false, fullLength: 0 }
  const attempt = (): number => {
    const result =
      source instanceof UnixSocket
        ? source.receive(buffer, found, nonBlocking, (flags & MSG_PEEK) !== 0)
        : withoutWaiting(source.read(task, buffer), nonBlocking)
    return result < 0 ? result : finish(result, found)
  }
  const result = attempt()
  if (result !== WOULD_BLOCK) return result
  source.get()
  const again = (): number => {
    const value = attempt()
    if (value !== WOULD_BLOCK) source.put()
    return value
  }
  return sleepOn(task, [source.queue], again, () => source.put())
}

function recvfrom(task: Task, regs: Registers): number | PendingSyscall {
  const length = Math.min(regs.size(2), MAX_RW_COUNT)
  if (!accessOk(regs.ptr(1), length)) return -EFAULT
  const source = socketAt(task, regs.i32(0))
  if (typeof source === 'number') return source
  const flags = regs.i32(3)
  const { memory } = regs
  const name = regs.ptr(4)
  const nameLength = regs.ptr(5)
  return receive(task, source, new UserRange(memory, regs.ptr(1), length), flags, (bytes, found) => {
    if (found.files !== null) for (const file of found.files) file.put()
    if (name !== 0) {
      // Nobody here has a name to tell.
      const error = putUser32(memory, nameLength, 0)
      if (error !== 0) return error
    }
    return (flags & MSG_TRUNC) !== 0 && found.truncated ? found.fullLength : bytes
  })
}

const cmsg = new Uint8Array(CMSG_HEADER + SCM_MAX_FD * 4)
const cmsgView = new DataView(cmsg.buffer)

/** Gives received files descriptors and tells them as SCM_RIGHTS: the bytes of control data used, and whether not all of them fit. */
function installReceived(
  task: Task,
  files: readonly File[],
  cloexec: boolean,
  memory: Memory,
  control: number,
  room: number,
): { used: number; cut: boolean } {
  const most = room <= CMSG_HEADER ? 0 : Math.min(files.length, (room - CMSG_HEADER) >> 2)
  const table = task.files!
  const limit = task.group.rlimits.nofile
  let count = 0
  for (; count < most; count++) {
    const fd = table.free(limit)
    if (fd < 0) break
    // The number is stored before the descriptor works.
    if (putUser32(memory, control + CMSG_HEADER + count * 4, fd) !== 0) break
    table.set(fd, files[count]!.get(), cloexec)
  }
  for (const file of files) file.put()
  const cut = count < files.length
  if (count === 0) return { used: 0, cut }
  const length = CMSG_HEADER + count * 4
  cmsgView.setUint32(0, length, true)
  cmsgView.setUint32(4, 0, true)
  cmsgView.setInt32(8, SOL_SOCKET, true)
  cmsgView.setInt32(12, SCM_RIGHTS, true)
  if (memory.copyOut(control, cmsg, CMSG_HEADER) < CMSG_HEADER) return { used: 0, cut }
  return { used: Math.min(cmsgAlign(length), room), cut }
}

function recvmsg(task: Task, regs: Registers): number | PendingSyscall {
  const source = socketAt(task, regs.i32(0))
  if (typeof source === 'number') return source
  const { memory } = regs
  const address = regs.ptr(1)
  const header = readMessageHeader(memory, address)
  if (typeof header === 'number') return header
  const flags = regs.i32(2)
  const cloexec = (flags & MSG_CMSG_CLOEXEC) !== 0
  return receive(task, source, header.buffer, flags, (bytes, found) => {
    let outFlags = flags & MSG_CMSG_CLOEXEC
    if (found.truncated) outFlags |= MSG_TRUNC
    let used = 0
    if (found.files !== null) {
      const given = installReceived(task, found.files, cloexec, memory, header.control, header.controlLength)
      used = given.used
      if (given.cut) outFlags |= MSG_CTRUNC
    }
    if (header.name !== 0) {
      const error = putUser32(memory, address + 8, 0)
      if (error !== 0) return error
    }
    let error = putUser32(memory, address + 48, outFlags)
    if (error === 0) error = putUser64(memory, address + 40, used)
    if (error !== 0) return error
    return (flags & MSG_TRUNC) !== 0 && found.truncated ? found.fullLength : bytes
  })
}

/** Messages, with descriptors in them: between the two of a pair. */
export const messageSyscalls: readonly SyscallRow[] = [
  {
    nr: 44,
    name: 'sendto',
    support: 'partial',
    note: 'between the two of a socketpair; a destination, MSG_OOB and other flags: ENOSYS',
    handler: sendto,
  },
  { nr: 45, name: 'recvfrom', support: 'partial', note: 'between the two of a socketpair', handler: recvfrom },
  {
    nr: 46,
    name: 'sendmsg',
    support: 'partial',
    note: 'between the two of a socketpair, with SCM_RIGHTS; SCM_CREDENTIALS, a destination, other flags: ENOSYS',
    handler: sendmsg,
  },
  {
    nr: 47,
    name: 'recvmsg',
    support: 'partial',
    note: 'between the two of a socketpair, with SCM_RIGHTS',
    handler: recvmsg,
  },
  { nr: 299, name: 'recvmmsg', support: 'none' },
  { nr: 307, name: 'sendmmsg', support: 'none' },
]
