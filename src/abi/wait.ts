import type { Pid } from '../kernel/pid.js'
import { PidfdFile } from '../kernel/pidfd_file.js'
import type { Task } from '../kernel/task.js'
import { Wait } from '../kernel/wait.js'
import { WOULD_BLOCK } from '../kernel/wait_queue.js'
import { EAGAIN, EBADF, ECHILD, EFAULT, EINVAL, ESRCH } from '../uapi/errno.js'
import {
  __WALL,
  __WCLONE,
  __WNOTHREAD,
  P_ALL,
  P_PGID,
  P_PID,
  P_PIDFD,
  SIGCHLD,
  WCONTINUED,
  WEXITED,
  WNOHANG,
  WNOWAIT,
  WSTOPPED,
  WUNTRACED,
} from '../uapi/fcntl.js'
import { accessOk, copyToUser, type Memory, putUser32 } from './memory.js'
import { type PendingSyscall, sleepOn } from './pending.js'
import type { Registers } from './registers.js'
import type { SyscallRow } from './syscall_row.js'

const INT_MIN = -0x8000_0000
/** struct rusage: nothing is measured. */
const NO_RUSAGE = new Uint8Array(144)

const WAIT4_OPTIONS = WNOHANG | WUNTRACED | WCONTINUED | __WNOTHREAD | __WCLONE | __WALL
const WAITID_OPTIONS = WAIT4_OPTIONS | WNOWAIT | WEXITED | WSTOPPED

/** What `finish` makes of what a look at the children gave. */
function waitFor(task: Task, wait: Wait, finish: (found: number) => number): number | PendingSyscall {
  const found = wait.attempt(task)
  if (found !== WOULD_BLOCK) return finish(found)
  const sleep = sleepOn(task, [task.group.childExit], () => {
    const again = wait.attempt(task)
    return again === WOULD_BLOCK ? WOULD_BLOCK : finish(again)
  })
  sleep.heeds = (child) => wait.heeds(task, child)
  return sleep
}

/** A found child's status to the caller's memory; the child is reaped already, whatever happens here. */
function storeWait4(memory: Memory, wait: Wait, found: number, status: number, rusage: number): number {
  if (found <= 0) return found
  if (status !== 0 && putUser32(memory, status, wait.status) < 0) return -EFAULT
  if (rusage !== 0 && copyToUser(memory, rusage, NO_RUSAGE) < 0) return -EFAULT
  return found
}

function wait4(task: Task, regs: Registers): number | PendingSyscall {
  const upid = regs.i32(0)
  const status = regs.ptr(1)
  const options = regs.i32(2)
  const rusage = regs.ptr(3)
  const { memory } = regs
  if ((options & ~WAIT4_OPTIONS) !== 0) return -EINVAL
  if (upid === INT_MIN) return -ESRCH
  let pid: Pid | null = null
  let pgrp: Pid | null = null
  if (upid > 0) {
    pid = task.pidNamespace.find(upid)
    if (pid === null) return -ECHILD
  } else if (upid === 0) pgrp = task.group.pgrp
  else if (upid < -1) {
    pgrp = task.pidNamespace.find(-upid)
    if (pgrp === null) return -ECHILD
  }
  const wait = new Wait(options | WEXITED, pid, pgrp)
  const found = wait.attempt(task)
  if (found !== WOULD_BLOCK) return storeWait4(memory, wait, found, status, rusage)
  return waitFor(task, wait, (again) => storeWait4(memory, wait, again, status, rusage))
}

const CLD_EXITED = 1
const CLD_KILLED = 2
const CLD_DUMPED = 3
const CORE_DUMPED = 0x80

/** Fills the fields of siginfo that waitid fills; all are zero where no child was found. */
function storeSiginfo(memory: Memory, info: number, wait: Wait, found: boolean): number {
  if (!accessOk(info, 128)) return -EFAULT
  const { status } = wait
  const signal = status & 0x7f
  const fields: [offset: number, value: number][] = [
    [0, found ? SIGCHLD : 0],
    [4, 0],
    [8, !found ? 0 : signal === 0 ? CLD_EXITED : (status & CORE_DUMPED) !== 0 ? CLD_DUMPED : CLD_KILLED],
    [16, found ? wait.foundPid : 0],
    [20, found ? wait.foundUid : 0],
    [24, !found ? 0 : signal === 0 ? (status >> 8) & 0xff : signal],
  ]
  for (const [offset, value] of fields) if (putUser32(memory, info + offset, value) < 0) return -EFAULT
  return 0
}

function waitid(task: Task, regs: Registers): number | PendingSyscall {
  const which = regs.i32(0)
  const upid = regs.i32(1)
  const info = regs.ptr(2)
  const options = regs.i32(3)
  const rusage = regs.ptr(4)
  const { memory } = regs

  let pid: Pid | null = null
  let pgrp: Pid | null = null
  let missing = false
  let nonBlocking = false
  let failed = 0
  if ((options & ~WAITID_OPTIONS) !== 0 || (options & (WEXITED | WSTOPPED | WCONTINUED)) === 0) failed = -EINVAL
  else if (which === P_PID) {
    if (upid <= 0) failed = -EINVAL
    pid = task.pidNamespace.find(upid)
    missing = pid === null
  } else if (which === P_PGID) {
    if (upid < 0) failed = -EINVAL
    pgrp = upid === 0 ? task.group.pgrp : task.pidNamespace.find(upid)
    missing = pgrp === null
  } else if (which === P_PIDFD) {
    if (upid < 0) failed = -EINVAL
    const file = task.files!.file(upid)
    if (file instanceof PidfdFile) {
      pid = file.pid
      nonBlocking = file.isNonBlocking
    } else if (failed === 0) failed = -EBADF
  } else if (which !== P_ALL) failed = -EINVAL

  const wait = new Wait(nonBlocking ? options | WNOHANG : options, pid, pgrp)
  const finish = (found: number): number => {
    let result = found > 0 ? 0 : found
    if (found > 0 && rusage !== 0 && copyToUser(memory, rusage, NO_RUSAGE) < 0) return -EFAULT
    if (found === 0 && nonBlocking && (options & WNOHANG) === 0) result = -EAGAIN
    if (info === 0) return result
    return storeSiginfo(memory, info, wait, found > 0) < 0 ? -EFAULT : result
  }
  if (failed !== 0) return finish(failed)
  if (missing) return finish(-ECHILD)
  return waitFor(task, wait, finish)
}

/** Waiting for children. */
export const waitSyscalls: readonly SyscallRow[] = [
  { nr: 61, name: 'wait4', support: 'full', note: 'rusage is all zero; nothing stops or continues', handler: wait4 },
  { nr: 247, name: 'waitid', support: 'full', note: 'rusage is all zero; nothing stops or continues', handler: waitid },
]
