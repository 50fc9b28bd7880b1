import type { Pid } from '../kernel/pid.js'
import { newPidfd, PidfdFile } from '../kernel/pidfd_file.js'
import { PTRACE_MODE_ATTACH_REALCREDS, ptraceMayAccess } from '../kernel/ptrace.js'
import type { Task } from '../kernel/task.js'
import {
  PIDFD_NONBLOCK,
  PIDFD_SIGNAL_PROCESS_GROUP,
  PIDFD_SIGNAL_THREAD,
  PIDFD_SIGNAL_THREAD_GROUP,
  PIDFD_THREAD,
} from '../uapi/constants/pidfd.js'
import { EBADF, EFAULT, EINVAL, ENOENT, EPERM, ESRCH } from '../uapi/errno.js'
import { installFile } from './install_file.js'
import { killGroupOf, killTask } from './kill.js'
import { copyFromUser } from './memory.js'
import type { Registers } from './registers.js'
import type { SyscallRow } from './syscall_row.js'

/** Stand for the caller's thread and process where pidfd_send_signal takes a pidfd. */
const PIDFD_SELF_THREAD = -10_000
const PIDFD_SELF_THREAD_GROUP = -10_001

function pidfdOpen(task: Task, regs: Registers): number {
  const nr = regs.i32(0)
  const flags = regs.u32(1)
  if ((flags & ~(PIDFD_NONBLOCK | PIDFD_THREAD)) !== 0) return -EINVAL
  if (nr <= 0) return -EINVAL
  const pid = task.pidNamespace.find(nr)
  if (pid === null || pid.task === null) return -ESRCH
  if ((flags & PIDFD_THREAD) === 0 && pid.group === null) return -ENOENT
  return installFile(task, newPidfd(task, pid, flags), true)
}

/** The pidfd behind a descriptor, or null. */
function pidfdOf(task: Task, fd: number): PidfdFile | null {
  const file = task.files!.file(fd)
  return file instanceof PidfdFile ? file : null
}

function pidfdGetfd(task: Task, regs: Registers): number {
  if (regs.u32(2) !== 0) return -EINVAL
  const pidfd = pidfdOf(task, regs.i32(0))
  if (pidfd === null) return -EBADF
  const target = pidfd.pid.task
  if (target === null) return -ESRCH
  if (ptraceMayAccess(task, target, PTRACE_MODE_ATTACH_REALCREDS) !== 0) return -EPERM
  const file = target.files === null ? null : target.files.file(regs.i32(1))
  if (file === null) return target.alive ? -EBADF : -ESRCH
  const fd = task.files!.free(task.group.rlimits.nofile)
  if (fd >= 0) task.files!.set(fd, file.get(), true)
  return fd
}

/** What an info may say of where a signal comes from, if it goes to somebody else: nothing that looks like the kernel. */
const SI_TKILL = -6

function pidfdSendSignal(task: Task, regs: Registers): number {
  const fd = regs.i32(0)
  const signal = regs.i32(1)
  const info = regs.ptr(2)
  const flags = regs.u32(3)
  const known = PIDFD_SIGNAL_THREAD | PIDFD_SIGNAL_THREAD_GROUP | PIDFD_SIGNAL_PROCESS_GROUP
  if ((flags & ~known) !== 0 || (flags & (flags - 1)) !== 0) return -EINVAL
  let pid: Pid
  let _isThread = false
  if (fd === PIDFD_SELF_THREAD) {
    pid = task.pid
    _isThread = true
  } else if (fd === PIDFD_SELF_THREAD_GROUP) pid = task.group.pid
  else {
    const pidfd = pidfdOf(task, fd)
    if (pidfd === null) return -EBADF
    if (!pidfd.pid.ns.isWithin(task.pidNamespace)) return -EINVAL
    pid = pidfd.pid
    _isThread = pidfd.isThread
  }
  if (flags !== 0) _isThread = flags === PIDFD_SIGNAL_THREAD
  const toGroup = flags === PIDFD_SIGNAL_PROCESS_GROUP
  if (info !== 0) {
    const bytes = new Uint8Array(128)
    if (copyFromUser(regs.memory, info, bytes) < 0) return -EFAULT
    const view = new DataView(bytes.buffer)
    if (view.getInt32(0, true) !== signal) return -EINVAL
    const code = view.getInt32(8, true)
    if ((task.pid !== pid || toGroup) && (code >= 0 || code === SI_TKILL)) return -EPERM
  }
  if (toGroup) return killGroupOf(task, pid, signal)
  // Whichever is meant, the thread is asked for its process.
  const target = pid.task
  return target === null ? -ESRCH : killTask(task, target, signal)
}

/** Files that stand for processes. */
export const pidfdSyscalls: readonly SyscallRow[] = [
  {
    nr: 424,
    name: 'pidfd_send_signal',
    support: 'partial',
    note: 'as kill; a directory of /proc does not stand for a pidfd',
    handler: pidfdSendSignal,
  },
  { nr: 434, name: 'pidfd_open', support: 'full', handler: pidfdOpen },
  { nr: 438, name: 'pidfd_getfd', support: 'full', handler: pidfdGetfd },
]
