import { CAP_SYS_ADMIN } from '../kernel/capability.js'
import { type CloneArgs, copyProcess, FORK_ARGS } from '../kernel/clone.js'
import type { Pid } from '../kernel/pid.js'
import { newPidfd, PIDFD_AUTOKILL } from '../kernel/pidfd_file.js'
import { NSIG } from '../kernel/signal.js'
import type { Task } from '../kernel/task.js'
import { MAX_NS_LEVEL } from '../kernel/user_namespace.js'
import { WaitQueue, WOULD_BLOCK } from '../kernel/wait_queue.js'
import { PIDFD_THREAD } from '../uapi/constants/pidfd.js'
import {
  CLONE_ARGS_SIZE_VER0,
  CLONE_ARGS_SIZE_VER2,
  CLONE_CHILD_SETTID,
  CLONE_DETACHED,
  CLONE_NEWTIME,
  CLONE_PARENT,
  CLONE_PARENT_SETTID,
  CLONE_PIDFD,
  CLONE_SIGHAND,
  CLONE_THREAD,
  CLONE_VFORK,
  CLONE_VM,
} from '../uapi/constants/sched.js'
import { E2BIG, EBADF, EFAULT, EINVAL, ENOSYS, EPERM } from '../uapi/errno.js'
import { SIGCHLD } from '../uapi/fcntl.js'
import { clone_args } from '../uapi/generated/sched.js'
import { copyStructFromUser, PAGE_SIZE } from './copy_struct.js'
import { accessOk, copyFromUser, putUser32 } from './memory.js'
import { type PendingSyscall, sleepOn } from './pending.js'
import type { Registers } from './registers.js'
import type { SyscallRow } from './syscall_row.js'

/** The byte of the old clone's flags that holds the exit signal. */
const CSIGNAL = 0xff
/** clone3 flags above 32 bits, shifted right by 32. */
const HIGH_CLEAR_SIGHAND = 0x1
const HIGH_INTO_CGROUP = 0x2
const HIGH_AUTOREAP = 0x4
const HIGH_NNP = 0x8
const HIGH_PIDFD_AUTOKILL = 0x10
const HIGH_EMPTY_MNTNS = 0x20

/** One clone, whichever syscall it came by. */
class CloneRequest implements CloneArgs {
  flags = 0
  high = 0
  exitSignal = 0
  setTid: number[] | null = null
  noNewPrivs = false
  onPid: ((pid: Pid) => number) | null = null
  pidfd = 0
  parentTid = 0
  childTid = 0
  cgroup = 0
}

/** `kernel_clone`: the child, and what the caller's memory is told of it. */
function kernelClone(task: Task, regs: Registers, request: CloneRequest): number | PendingSyscall {
  const { memory } = regs
  const { flags } = request
  if ((flags & CLONE_PIDFD) !== 0 && (flags & CLONE_PARENT_SETTID) !== 0 && request.pidfd === request.parentTid)
    return -EINVAL
  const wantsPidfd = (flags & CLONE_PIDFD) !== 0
  const intoCgroup = (request.high & HIGH_INTO_CGROUP) !== 0
  let pidfd = -1
  let made: Pid | null = null
  if (wantsPidfd || intoCgroup) {
    request.onPid = (pid) => {
      made = pid
      if (wantsPidfd) {
        pidfd = task.files!.free(task.group.rlimits.nofile)
        if (pidfd < 0) return pidfd
        if (putUser32(memory, request.pidfd, pidfd) < 0) return -EFAULT
      }
      // cgroups are not modelled; only what is no cgroup at all can be told apart.
      if (intoCgroup) return task.files!.file(request.cgroup)?.inode.sb.type === 'cgroup2' ? -ENOSYS : -EBADF
      return 0
    }
  }
  const child = copyProcess(task, request)
  if (typeof child === 'number') return child
  if ((request.high & HIGH_AUTOREAP) !== 0) child.autoReap = true
  if (wantsPidfd && made !== null) {
    const ofThread = (flags & CLONE_THREAD) !== 0 ? PIDFD_THREAD : 0
    const autokill = (request.high & HIGH_PIDFD_AUTOKILL) !== 0 ? PIDFD_AUTOKILL : 0
    task.files!.set(pidfd, newPidfd(task, made, ofThread | autokill), true)
  }
  const nr = child.pid.nrIn(task.pidNamespace)
  if ((flags & CLONE_PARENT_SETTID) !== 0) putUser32(memory, request.parentTid, nr)
  if ((flags & CLONE_CHILD_SETTID) !== 0 && (flags & CLONE_VM) !== 0)
    putUser32(memory, request.childTid, child.pid.nrIn(child.pidNamespace))
  if ((flags & CLONE_VFORK) !== 0) {
    const ended = new WaitQueue()
    const pending = sleepOn(task, [ended], () => (child.vforkParent === null ? nr : WOULD_BLOCK))
    child.vforkParent = pending
    return pending
  }
  return nr
}

const argsBytes = new Uint8Array(CLONE_ARGS_SIZE_VER2)
const argsView = new DataView(argsBytes.buffer)
const AT = clone_args.offset

/** Field `offset` of clone_args as a number; above 2^53 only roughly, which no check minds. */
function field(offset: number): number {
  return argsView.getUint32(offset + 4, true) * 0x1_0000_0000 + argsView.getUint32(offset, true)
}

/** Reads clone_args: the request, or -errno. */
function readCloneArgs(regs: Registers): CloneRequest | number {
  const { memory } = regs
  const usize = regs.size(1)
  if (usize > PAGE_SIZE) return -E2BIG
  if (usize < CLONE_ARGS_SIZE_VER0) return -EINVAL
  const copied = copyStructFromUser(memory, regs.ptr(0), usize, argsBytes)
  if (copied < 0) return copied
  const setTid = field(AT.set_tid)
  const setTidSize = field(AT.set_tid_size)
  if (setTidSize > MAX_NS_LEVEL) return -EINVAL
  if ((setTid === 0) !== (setTidSize === 0)) return -EINVAL
  const exitSignal = field(AT.exit_signal)
  if (exitSignal > NSIG) return -EINVAL
  const request = new CloneRequest()
  request.flags = argsView.getInt32(AT.flags, true)
  request.high = argsView.getUint32(AT.flags + 4, true)
  const cgroup = field(AT.cgroup)
  if ((request.high & HIGH_INTO_CGROUP) !== 0 && (cgroup > 0x7fff_ffff || usize < CLONE_ARGS_SIZE_VER2)) return -EINVAL
  request.exitSignal = exitSignal
  request.pidfd = field(AT.pidfd)
  request.childTid = field(AT.child_tid)
  request.parentTid = field(AT.parent_tid)
  request.cgroup = cgroup
  if (setTid !== 0) {
    const bytes = new Uint8Array(setTidSize * 4)
    if (copyFromUser(memory, setTid, bytes) < 0) return -EFAULT
    request.setTid = Array.from(new Int32Array(bytes.buffer))
  }
  return request
}

/** What the flags above 32 bits ask of the others: 0 or -errno. */
function refusedHighFlags(task: Task, flags: number, high: number, exitSignal: number): number {
  const isThread = (flags & CLONE_THREAD) !== 0
  if ((high & HIGH_AUTOREAP) !== 0 && (isThread || (flags & CLONE_PARENT) !== 0 || exitSignal !== 0)) return -EINVAL
  if ((high & HIGH_NNP) !== 0 && isThread) return -EINVAL
  if ((high & HIGH_PIDFD_AUTOKILL) !== 0) {
    if ((flags & CLONE_PIDFD) === 0 || (high & HIGH_AUTOREAP) === 0 || isThread) return -EINVAL
    if ((high & HIGH_NNP) === 0 && !task.cred.effective.has(CAP_SYS_ADMIN)) return -EPERM
  }
  return (high & HIGH_EMPTY_MNTNS) !== 0 ? -ENOSYS : 0
}

function clone3(task: Task, regs: Registers): number | PendingSyscall {
  const request = readCloneArgs(regs)
  if (typeof request === 'number') return request
  const { flags, high } = request
  if ((high & ~task.kernel.features.clone3HighFlags) !== 0) return -EINVAL
  if ((flags & (CLONE_DETACHED | (CSIGNAL & ~CLONE_NEWTIME))) !== 0) return -EINVAL
  if ((flags & CLONE_SIGHAND) !== 0 && (high & HIGH_CLEAR_SIGHAND) !== 0) return -EINVAL
  if ((flags & (CLONE_THREAD | CLONE_PARENT)) !== 0 && request.exitSignal !== 0) return -EINVAL
  const stack = field(AT.stack)
  const stackSize = field(AT.stack_size)
  if ((stack === 0) !== (stackSize === 0) || !accessOk(stack, stackSize)) return -EINVAL
  request.noNewPrivs = (high & HIGH_NNP) !== 0
  const refused = refusedHighFlags(task, flags, high, request.exitSignal)
  if (refused < 0) return refused
  return kernelClone(task, regs, request)
}

function clone(task: Task, regs: Registers): number | PendingSyscall {
  const request = new CloneRequest()
  const flags = regs.i32(0)
  request.flags = flags & ~CSIGNAL
  request.exitSignal = flags & CSIGNAL
  request.parentTid = regs.ptr(2)
  request.pidfd = request.parentTid
  request.childTid = regs.ptr(3)
  return kernelClone(task, regs, request)
}

function fork(task: Task): number {
  const child = copyProcess(task, FORK_ARGS)
  return typeof child === 'number' ? child : child.pid.nrIn(task.pidNamespace)
}

function vfork(task: Task, regs: Registers): number | PendingSyscall {
  const request = new CloneRequest()
  request.flags = CLONE_VFORK | CLONE_VM
  request.exitSignal = SIGCHLD
  return kernelClone(task, regs, request)
}

const MEMORY_NOTE =
  'the child has no memory of its own: stack and tls are checked and not used, CLONE_CHILD_CLEARTID writes nothing'

/** Making tasks. */
export const cloneSyscalls: readonly SyscallRow[] = [
  { nr: 56, name: 'clone', support: 'partial', note: MEMORY_NOTE, handler: clone },
  { nr: 57, name: 'fork', support: 'full', handler: fork },
  {
    nr: 58,
    name: 'vfork',
    support: 'full',
    note: 'the caller sleeps until the child ends: there is no exec',
    handler: vfork,
  },
  {
    nr: 435,
    name: 'clone3',
    support: 'partial',
    note: `${MEMORY_NOTE}; CLONE_INTO_CGROUP: a cgroup is ENOSYS, anything else EBADF; CLONE_EMPTY_MNTNS: ENOSYS; CLONE_PTRACE does nothing`,
    handler: clone3,
  },
]
