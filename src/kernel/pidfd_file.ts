import { PIDFD_THREAD } from '../uapi/constants/pidfd.js'
import { O_RDWR, O_TRUNC, POLLHUP, POLLIN, POLLRDNORM, SIGKILL } from '../uapi/fcntl.js'
import type { Cred } from './cred.js'
import { File } from './file.js'
import type { Path } from './path.js'
import type { Pid } from './pid.js'
import type { PidNamespace } from './pid_namespace.js'
import { pidPath } from './pidfs.js'
import { sendSignal } from './signal.js'
import type { Task } from './task.js'
import type { WaitQueue } from './wait_queue.js'

/** The process is killed when the file's last reference goes (CLONE_PIDFD_AUTOKILL). */
export const PIDFD_AUTOKILL: number = O_TRUNC

/** A file that stands for a process, or with PIDFD_THREAD for a thread. */
export class PidfdFile extends File {
  readonly kind = 'pidfd'
  readonly pid: Pid

  constructor(path: Path, flags: number, cred: Cred, pid: Pid) {
    super(path, flags, cred, 0)
    // An open drops these bits from its flags; here they say what the file is for, and F_GETFL shows them.
    this.flags |= flags & (PIDFD_THREAD | PIDFD_AUTOKILL)
    this.pid = pid
  }

  get isThread(): boolean {
    return (this.flags & PIDFD_THREAD) !== 0
  }

  protected override release(): void {
    const { task } = this.pid
    if ((this.flags & PIDFD_AUTOKILL) !== 0 && task !== null) sendSignal(task.kernel, task, SIGKILL, task.kernel.init)
  }

  /** Readable once the process (the thread) has ended, hung up once it is reaped. */
  override poll(): number {
    const { task } = this.pid
    if (task === null) return POLLIN | POLLRDNORM | POLLHUP
    const ended = task.state === 'zombie' && (this.isThread || task.group.threads.length === 1)
    return ended ? POLLIN | POLLRDNORM : 0
  }

  override get waitQueue(): WaitQueue {
    return this.pid.waitQueue
  }

  /** The pid as the procfs instance numbers it, then in the namespaces from there down; -1 once it is reaped. */
  override fdinfo(_task: Task, viewer: PidNamespace): string {
    return pidText(this.pid, viewer)
  }
}

function pidText(pid: Pid, viewer: PidNamespace): string {
  if (pid.task === null) return 'Pid:\t-1\nNSpid:\t-1\n'
  const own = pid.nrIn(viewer)
  let text = `Pid:\t${own}\nNSpid:\t${own}`
  if (own !== 0) for (let level = viewer.level + 1; level <= pid.ns.level; level++) text += `\t${pid.numbers![level]}`
  return `${text}\n`
}

/** A new pidfd of `pid`, not in a descriptor table yet; `flags` are PIDFD_NONBLOCK, PIDFD_THREAD and PIDFD_AUTOKILL. */
export function newPidfd(task: Task, pid: Pid, flags: number): PidfdFile {
  return new PidfdFile(pidPath(pid), O_RDWR | flags, task.cred, pid)
}
