import { doExit, exitGroup } from '../kernel/exit.js'
import type { Pid } from '../kernel/pid.js'
import type { Task } from '../kernel/task.js'
import { EINVAL, EPERM, ESRCH } from '../uapi/errno.js'
import type { Registers } from './registers.js'
import type { SyscallRow } from './syscall_row.js'

/** The process with this pid as `task` numbers them, 0 for its own; null if there is none. */
function findTask(task: Task, nr: number): Task | null {
  return nr === 0 ? task : (task.pidNamespace.find(nr)?.task ?? null)
}

function exit(task: Task, regs: Registers): number {
  doExit(task, (regs.i32(0) & 0xff) << 8)
  return 0
}

function exitGroupCall(task: Task, regs: Registers): number {
  exitGroup(task, (regs.i32(0) & 0xff) << 8)
  return 0
}

function getppid(task: Task): number {
  return task.parent === null ? 0 : task.parent.pidIn(task.pidNamespace)
}

/** Moves the process to another process group, or session and group. */
function changePgrp(task: Task, pgrp: Pid): void {
  const { group } = task
  pgrp.users++
  group.pgrp.detach()
  group.pgrp = pgrp
}

function setpgid(task: Task, regs: Registers): number {
  const own = task.group.leader
  const pid = regs.i32(0) === 0 ? task.group.pid.nrIn(task.pidNamespace) : regs.i32(0)
  const pgid = regs.i32(1) === 0 ? pid : regs.i32(1)
  if (pgid < 0) return -EINVAL
  const target = task.pidNamespace.find(pid)?.task ?? null
  if (target === null) return -ESRCH
  if (!target.isLeader) return -EINVAL
  if (target.parent !== null && target.parent.group === task.group) {
    if (target.group.session !== task.group.session) return -EPERM
  } else if (target !== own) return -ESRCH
  if (target.group.session === target.group.pid) return -EPERM
  let pgrp: Pid = target.pid
  if (pgid !== pid) {
    const wanted = task.pidNamespace.find(pgid)
    if (wanted === null || !sessionHasPgrp(task, wanted)) return -EPERM
    pgrp = wanted
  }
  if (target.group.pgrp !== pgrp) changePgrp(target, pgrp)
  return 0
}

/** True if a process of the caller's session is in the process group. */
function sessionHasPgrp(task: Task, pgrp: Pid): boolean {
  const ns = task.kernel.initPidNs
  for (let pid = ns.nextAfter(0); pid !== null; pid = ns.nextAfter(pid.nr)) {
    if (pid.group !== null && pid.group.pgrp === pgrp && pid.group.session === task.group.session) return true
  }
  return false
}

function getpgid(task: Task, regs: Registers): number {
  const target = findTask(task, regs.i32(0))
  return target === null ? -ESRCH : target.group.pgrp.nrIn(task.pidNamespace)
}

function getsid(task: Task, regs: Registers): number {
  const target = findTask(task, regs.i32(0))
  return target === null ? -ESRCH : target.group.session.nrIn(task.pidNamespace)
}

/** A process has its pid twice, as a task and as a process; more users mean a process group or a session. */
const USERS_OF_A_PROCESS = 2

function setsid(task: Task): number {
  const { group } = task
  const { pid } = group
  if (pid.users > USERS_OF_A_PROCESS) return -EPERM
  pid.users++
  group.session.detach()
  group.session = pid
  changePgrp(task, pid)
  return pid.nrIn(task.pidNamespace)
}

/** Processes: who one is, groups and sessions, ending. */
export const processSyscalls: readonly SyscallRow[] = [
  { nr: 39, name: 'getpid', support: 'full', handler: (task) => task.pidIn(task.pidNamespace) },
  { nr: 60, name: 'exit', support: 'full', handler: exit },
  { nr: 109, name: 'setpgid', support: 'full', handler: setpgid },
  { nr: 110, name: 'getppid', support: 'full', handler: getppid },
  { nr: 111, name: 'getpgrp', support: 'full', handler: (task) => task.group.pgrp.nrIn(task.pidNamespace) },
  { nr: 112, name: 'setsid', support: 'full', handler: setsid },
  { nr: 121, name: 'getpgid', support: 'full', handler: getpgid },
  { nr: 124, name: 'getsid', support: 'full', handler: getsid },
  { nr: 186, name: 'gettid', support: 'full', handler: (task) => task.tidIn(task.pidNamespace) },
  { nr: 231, name: 'exit_group', support: 'full', handler: exitGroupCall },
]
