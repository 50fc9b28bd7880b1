import { newPipe } from '../kernel/pipe.js'
import type { Task } from '../kernel/task.js'
import { EFAULT, EINVAL, ENOPKG } from '../uapi/errno.js'
import { O_CLOEXEC, O_DIRECT, O_NONBLOCK } from '../uapi/fcntl.js'
import type { Registers } from './registers.js'
import { reservePair, storePair } from './reserve_pair.js'
import type { SyscallRow } from './syscall_row.js'

/** The bit of O_EXCL. */
const O_NOTIFICATION_PIPE = 0x80

function pipe2(task: Task, regs: Registers, flags: number): number {
  if ((flags & ~(O_CLOEXEC | O_NONBLOCK | O_DIRECT | O_NOTIFICATION_PIPE)) !== 0) return -EINVAL
  // Watch queues are left out of the kernels at hand (CONFIG_WATCH_QUEUE).
  if ((flags & O_NOTIFICATION_PIPE) !== 0) return -ENOPKG
  const pair = reservePair(task)
  if (typeof pair === 'number') return pair
  if (storePair(regs.memory, regs.ptr(0), pair) < 0) return -EFAULT
  const [reader, writer] = newPipe(task, flags & ~O_CLOEXEC)
  const cloexec = (flags & O_CLOEXEC) !== 0
  task.files!.set(pair[0], reader, cloexec)
  task.files!.set(pair[1], writer, cloexec)
  return 0
}

/** Pipes. */
export const pipeSyscalls: readonly SyscallRow[] = [
  { nr: 22, name: 'pipe', support: 'full', handler: (task, regs) => pipe2(task, regs, 0) },
  { nr: 293, name: 'pipe2', support: 'full', handler: (task, regs) => pipe2(task, regs, regs.i32(1)) },
]
