import type { Cred } from './cred.js'
import type { FdTable } from './fdtable.js'
import type { FsStruct } from './fs_struct.js'
import type { Kernel } from './kernel.js'
import type { NsProxy } from './nsproxy.js'
import type { Pid } from './pid.js'
import type { PidNamespace } from './pid_namespace.js'
import type { ThreadGroup } from './thread_group.js'
import type { UserNamespace } from './user_namespace.js'
import type { Sleeper, TaskSleep } from './wait_queue.js'

/** A task makes syscalls while `running`; a `zombie` waits to be reaped. */
export type TaskState = 'running' | 'exiting' | 'zombie' | 'dead'

/** An address space: what tasks cloned with CLONE_VM share. */
export class Mm {
  /** 0 not dumpable, 1 dumpable (PR_SET_DUMPABLE). */
  dumpable: number
  /** The user namespace of the program that it was made for; fork passes it on. */
  readonly userNs: UserNamespace
  users = 1

  constructor(dumpable: number, userNs: UserNamespace) {
    this.dumpable = dumpable
    this.userNs = userNs
  }
}

/** Signal handlers: what tasks cloned with CLONE_SIGHAND share. Handlers are not modelled, the sharing is. */
export class Sighand {
  refs = 1
  /** Bits of the signals below 32 that are ignored. */
  ignored: number

  constructor(ignored: number) {
    this.ignored = ignored
  }

  ignores(signal: number): boolean {
    return (this.ignored & (1 << signal)) !== 0
  }
}

/** A thread. */
export class Task {
  readonly kernel: Kernel
  readonly pid: Pid
  group: ThreadGroup
  /** The task that made it, or that it was given to. */
  parent: Task | null
  /** Children, oldest first: a list through {@link nextSibling}. */
  firstChild: Task | null = null
  lastChild: Task | null = null
  nextSibling: Task | null = null
  previousSibling: Task | null = null
  state: TaskState = 'running'
  /** Wait status, once it has ended. */
  exitCode = 0
  /** What the parent is told with; -1 for a thread that is not a leader. */
  exitSignal: number
  cred: Cred
  nsproxy: NsProxy | null
  files: FdTable | null
  fs: FsStruct | null
  mm: Mm | null
  /** What its address space allowed when it let go of it: a zombie may still be looked into, or not. */
  leftDumpable = false
  /** The address space that it had when it ended. */
  leftMm: Mm | null = null
  sighand: Sighand
  comm: string
  noNewPrivs: boolean
  /** Signal it gets when its parent ends (PR_SET_PDEATHSIG). */
  pdeathSignal = 0
  /** The syscall it sleeps in. */
  sleep: TaskSleep | null = null
  /** It is a pid 1 that waits for the end of its pid namespace. */
  zapping = false
  /** Nobody waits for it: it is released as soon as it ends (CLONE_AUTOREAP). */
  autoReap = false
  /** Nobody makes its syscalls: it reaps what is given to it at once, like an init program. */
  reapsAtOnce = false
  /** A vfork parent sleeps until it ends. */
  vforkParent: Sleeper | null = null

  constructor(
    kernel: Kernel,
    pid: Pid,
    parent: Task | null,
    exitSignal: number,
    cred: Cred,
    nsproxy: NsProxy | null,
    files: FdTable | null,
    fs: FsStruct | null,
    mm: Mm | null,
    sighand: Sighand,
    comm: string,
    noNewPrivs: boolean,
  ) {
    this.kernel = kernel
    this.pid = pid
    this.parent = parent
    this.exitSignal = exitSignal
    this.cred = cred
    this.nsproxy = nsproxy
    this.files = files
    this.fs = fs
    this.mm = mm
    this.sighand = sighand
    this.comm = comm
    this.noNewPrivs = noNewPrivs
    // The thread group is set by whoever makes the task; a null here would cost a check at every use.
    this.group = undefined as unknown as ThreadGroup
  }

  /** The pid namespace it lives in: the one getpid() speaks of. */
  get pidNamespace(): PidNamespace {
    return this.pid.ns
  }

  /** False once it has begun to exit: it makes no syscall any more. */
  get alive(): boolean {
    return this.state === 'running'
  }

  get isLeader(): boolean {
    return this.group.leader === this
  }

  /** Its tid in `ns`, 0 where it has none and once it is reaped. */
  tidIn(ns: PidNamespace): number {
    return this.pid.task === null ? 0 : this.pid.nrIn(ns)
  }

  /** Its process's pid in `ns`, 0 where it has none and once it is reaped. */
  pidIn(ns: PidNamespace): number {
    return this.pid.task === null ? 0 : this.group.pid.nrIn(ns)
  }

  addChild(child: Task): void {
    child.parent = this
    child.previousSibling = this.lastChild
    child.nextSibling = null
    if (this.lastChild === null) this.firstChild = child
    else this.lastChild.nextSibling = child
    this.lastChild = child
  }

  removeChild(child: Task): void {
    if (child.previousSibling === null) this.firstChild = child.nextSibling
    else child.previousSibling.nextSibling = child.nextSibling
    if (child.nextSibling === null) this.lastChild = child.previousSibling
    else child.nextSibling.previousSibling = child.previousSibling
    child.previousSibling = null
    child.nextSibling = null
  }
}
