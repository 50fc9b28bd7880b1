import { CAP_AUDIT_WRITE, CAP_SYS_ADMIN } from '../kernel/capability.js'
import { refusalErrno } from '../kernel/check.js'
import { nsCapable } from '../kernel/cred.js'
import type { FanotifyFeatures } from '../kernel/fanotify/features.js'
import { FanotifyGroup } from '../kernel/fanotify/group.js'
import type { Task } from '../kernel/task.js'
import { UCOUNT_FANOTIFY_GROUPS } from '../kernel/ucounts.js'
import { FAN_CLOEXEC, FAN_NONBLOCK } from '../uapi/constants/fanotify.js'
import { O_LARGEFILE, O_NONBLOCK, O_RDWR } from '../uapi/fcntl.js'
import { FanotifyControlFile } from './fanotify_control_file.js'
import { FanotifyFile } from './fanotify_file.js'
import { FANOTIFY_INIT_CHECKS, type InitRequest } from './fanotify_init_checks.js'
import { installFile } from './install_file.js'
import type { Registers } from './registers.js'

/** A task's fanotify_init call, as the checks look at it. */
export class InitCall implements InitRequest {
  readonly task: Task
  readonly flags: number
  readonly eventFFlags: number
  readonly features: FanotifyFeatures

  constructor(task: Task, flags: number, eventFFlags: number) {
    this.task = task
    this.flags = flags
    this.eventFFlags = eventFFlags
    this.features = task.kernel.features.fanotify
  }

  get sysAdmin(): boolean {
    return nsCapable(this.task.cred, this.task.kernel.initUserNs, CAP_SYS_ADMIN)
  }

  get auditWrite(): boolean {
    return nsCapable(this.task.cred, this.task.kernel.initUserNs, CAP_AUDIT_WRITE)
  }

  get groupsLeft(): boolean {
    const { cred } = this.task
    return cred.userNs.ucountsOf(cred.euid).hasRoom(UCOUNT_FANOTIFY_GROUPS)
  }

  get fdsLeft(): boolean {
    return this.task.files!.free(this.task.group.rlimits.nofile) >= 0
  }
}

/** fanotify_init(flags, event_f_flags): a new group's descriptor. */
export function fanotifyInit(task: Task, regs: Registers): number {
  const call = new InitCall(task, regs.u32(0), regs.u32(1))
  const refused = FANOTIFY_INIT_CHECKS.firstRefusal(call)
  if (refused !== null) return -refusalErrno(refused, call)

  const { kernel, cred } = task
  const { flags } = call
  const group = new FanotifyGroup(
    kernel,
    flags,
    call.eventFFlags | O_LARGEFILE,
    cred.userNs,
    cred.userNs.ucountsOf(cred.euid),
    !call.sysAdmin,
  )
  const file =
    (flags & call.features.restartableEvents) !== 0
      ? new FanotifyControlFile(task, group)
      : new FanotifyFile(task, group, O_RDWR | ((flags & FAN_NONBLOCK) !== 0 ? O_NONBLOCK : 0))
  return installFile(task, file, (flags & FAN_CLOEXEC) !== 0)
}
