import type { Pid } from '../kernel/pid.js'
import { isStopSignal, mayKill, NSIG, sendSignal } from '../kernel/signal.js'
import type { Task } from '../kernel/task.js'
import { EINVAL, ENOSYS, EPERM, ESRCH } from '../uapi/errno.js'
import type { Registers } from './registers.js'
import type { SyscallRow } from './syscall_row.js'

const INT_MIN = -0x8000_0000
/** Sends `signal` to the process of `target` if `task` may: 0, -EINVAL for no signal, -EPERM. */
export function killTask(task: Task, target: Task, signal: number): number {
  if (signal < 0 || signal > NSIG) return -EINVAL
  if (!mayKill(task, target, signal)) return -EPERM
  if (isStopSignal(signal)) return -ENOSYS
  sendSignal(task.kernel, target, signal, task)
  return 0
}

/** Sends `signal` to every process of the group: 0 if one could be sent, else the last errno, -ESRCH for none. */
export function killGroupOf(task: Task, pgrp: Pid, signal: number): number {
  let sent = false
  let result = -ESRCH
  const ns = task.kernel.initPidNs
  for (let pid = ns.nextAfter(0); pid !== null; pid = ns.nextAfter(pid.nr)) {
    if (pid.group === null || pid.group.pgrp !== pgrp) continue
    const one = killTask(task, pid.group.leader, signal)
    if (one === 0) sent = true
    else result = one
  }
  return sent ? 0 : result
}

function kill(task: Task, regs: Registers): number {
  const nr = regs.i32(0)
  const signal = regs.i32(1)
  const ns = task.pidNamespace
  if (nr > 0) {
    const target = ns.find(nr)?.task ?? null
    return target === null ? -ESRCH : killTask(task, target, signal)
  }
  if (nr === INT_MIN) return -ESRCH
  if (nr === -1) {
    let count = 0
    let result = 0
    for (let pid = ns.nextAfter(1); pid !== null; pid = ns.nextAfter(pid.nrIn(ns))) {
      if (pid.group === null || pid.group === task.group) continue
      const one = killTask(task, pid.group.leader, signal)
      count++
      if (one !== -EPERM) result = one
    }
    return count === 0 ? -ESRCH : result
  }
  const pgrp = nr === 0 ? task.group.pgrp : ns.find(-nr)
  return pgrp === null ? -ESRCH : killGroupOf(task, pgrp, signal)
}

/** tkill and tgkill: the signal goes to the thread's process, as there are no handlers. */
function tkill(task: Task, tgid: number, tid: number, signal: number): number {
  if (tid <= 0) return -EINVAL
  const target = task.pidNamespace.find(tid)?.task ?? null
  if (target === null || (tgid > 0 && target.group.pid.nrIn(task.pidNamespace) !== tgid)) return -ESRCH
  return killTask(task, target, signal)
}

const NOTE = 'no handlers: a signal kills or is ignored; those that stop are ENOSYS'

/** Signals. */
export const killSyscalls: readonly SyscallRow[] = [
  { nr: 62, name: 'kill', support: 'partial', note: NOTE, handler: kill },
  {
    nr: 200,
    name: 'tkill',
    support: 'partial',
    note: NOTE,
    handler: (task, regs) => tkill(task, 0, regs.i32(0), regs.i32(1)),
  },
  {
    nr: 234,
    name: 'tgkill',
    support: 'partial',
    note: NOTE,
    handler: (task, regs) => (regs.i32(0) <= 0 ? -EINVAL : tkill(task, regs.i32(0), regs.i32(1), regs.i32(2))),
  },
]
