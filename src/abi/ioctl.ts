import { CAP_NET_ADMIN } from '../kernel/capability.js'
import { isTerminal } from '../kernel/char_device.js'
import { nsCapable } from '../kernel/cred.js'
import type { File, FileKind } from '../kernel/file.js'
import { openNs } from '../kernel/nsfs.js'
import { Socket } from '../kernel/socket.js'
import type { Task } from '../kernel/task.js'
import { FAN_IOC_OPEN_QUEUE_FD } from '../uapi/constants/fanotify.js'
import { SIOCGSKNS } from '../uapi/constants/sockios.js'
import { EBADF, EFAULT, EINVAL, ENOTTY, EPERM } from '../uapi/errno.js'
import { O_NONBLOCK, O_RDONLY } from '../uapi/fcntl.js'
import { fileAt } from './descriptors.js'
import { openQueue } from './fanotify_ioctl.js'
import { installFile } from './install_file.js'
import { putUser32 } from './memory.js'
import { nsIoctl } from './nsfs.js'
import { pidfdIoctl } from './pidfd_ioctl.js'
import type { Registers } from './registers.js'
import type { SyscallRow } from './syscall_row.js'
import { ttyIoctl } from './tty_ioctl.js'

const FIOCLEX = 0x5451
const FIONCLEX = 0x5450
const FIONBIO = 0x5421
const FIOASYNC = 0x5452
const FIOQSIZE = 0x5460
const FIONREAD = 0x541b
const FASYNC = 0o20000

/** The commands of one kind of file; -ENOTTY for those that it does not know. The argument is in register 2. */
export type IoctlHandler = (task: Task, file: File, command: number, regs: Registers) => number

/** What most files do: they say how much can be read, where they know. */
function plain(_task: Task, file: File, command: number, regs: Registers): number {
  if (command !== FIONREAD) return isTerminal(file) ? ttyIoctl(command, regs) : -ENOTTY
  const bytes = file.readable()
  return bytes < 0 ? bytes : putUser32(regs.memory, regs.ptr(2), bytes)
}

function socketIoctl(task: Task, file: File, command: number, regs: Registers): number {
  if (!(file instanceof Socket)) return -ENOTTY
  if (command !== SIOCGSKNS) return plain(task, file, command, regs)
  const { net } = file
  if (!nsCapable(task.cred, net.owner!, CAP_NET_ADMIN)) return -EPERM
  return installFile(task, openNs(task, net, O_RDONLY), true)
}

function fanotifyIoctl(task: Task, file: File, command: number, regs: Registers): number {
  return command === FAN_IOC_OPEN_QUEUE_FD ? openQueue(task, file) : plain(task, file, command, regs)
}

/** An epoll file has commands of its own, which do not matter here, and refuses all others. */
const epollIoctl: IoctlHandler = () => -EINVAL

const HANDLERS: Readonly<Partial<Record<FileKind, IoctlHandler>>> = {
  ns: nsIoctl,
  socket: socketIoctl,
  pidfd: pidfdIoctl,
  fanotify: fanotifyIoctl,
  'fanotify-control': fanotifyIoctl,
  eventpoll: epollIoctl,
}

function ioctl(task: Task, regs: Registers): number {
  const fd = regs.u32(0)
  const command = regs.u32(1)
  const file = fileAt(task, fd)
  if (file === null) return -EBADF
  switch (command) {
    case FIOCLEX:
      task.files!.setCloexec(fd, true)
      return 0
    case FIONCLEX:
      task.files!.setCloexec(fd, false)
      return 0
    case FIONBIO:
      return setFlag(file, regs, O_NONBLOCK)
    case FIOASYNC:
      return setFlag(file, regs, FASYNC)
    case FIOQSIZE:
      return -ENOTTY
    case FIONREAD:
      if (file.inode.isReg && file.kind !== 'fanotify' && file.kind !== 'fanotify-control' && file.kind !== 'pidfd')
        return putUser32(regs.memory, regs.ptr(2), file.inode.size - file.pos)
      break
    default:
  }
  return (HANDLERS[file.kind] ?? plain)(task, file, command, regs)
}

const word = new Uint8Array(4)

function setFlag(file: File, regs: Registers, flag: number): number {
  if (regs.memory.copyIn(regs.ptr(2), word, 4) < 4) return -EFAULT
  const on = (word[0]! | word[1]! | word[2]! | word[3]!) !== 0
  // Asynchronous notification has no counterpart here.
  if (flag === FASYNC) return on ? -ENOTTY : 0
  return file.setFlags(on ? file.flags | flag : file.flags & ~flag)
}

/** ioctl, over every kind of file. */
export const ioctlSyscalls: readonly SyscallRow[] = [
  {
    nr: 16,
    name: 'ioctl',
    support: 'partial',
    note: 'FIOCLEX, FIONCLEX, FIONBIO, FIONREAD, TCGETS, NS_*, SIOCGSKNS, PIDFD_*; anything else ENOTTY',
    handler: ioctl,
  },
]
