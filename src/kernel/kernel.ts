import type { Boot } from './boot.js'
import { bootFiles } from './boot_files.js'
import { CapSet } from './capability.js'
import type { Chance } from './chance.js'
import { Cred } from './cred.js'
import { DEFAULT_MAX_USER_GROUPS, DEFAULT_MAX_USER_MARKS, Fanotify } from './fanotify/fanotify.js'
import { FdTable } from './fdtable.js'
import type { KernelConfig, KernelFeatures } from './features.js'
import { LowestFree } from './lowest_free.js'
import { MntNamespace } from './mnt_namespace.js'
import { Namespace, NS_INO_BASE } from './namespace.js'
import type { NamespaceNotify } from './notify.js'
import { NamespaceTree } from './ns_tree.js'
import { NS_CGROUP, NS_IPC, NS_MNT, NS_NET, NS_PID, NS_TIME, NS_TYPES, NS_USER, NS_UTS } from './ns_type.js'
import { NsProxy } from './nsproxy.js'
import { Pid } from './pid.js'
import { PidNamespace } from './pid_namespace.js'
import { Mm, Sighand, Task } from './task.js'
import { type Rlimits, ThreadGroup } from './thread_group.js'
import { SECOND, type Timespec, timespecOf } from './timespec.js'
import { UCOUNT_FANOTIFY_GROUPS, UCOUNT_FANOTIFY_MARKS } from './ucounts.js'
import { UserNamespace } from './user_namespace.js'
import type { Vfs } from './vfs.js'
import { type ReturnWait, type Runnable, WaitQueue } from './wait_queue.js'

/** What a kernel is started with. Everything that a real one draws from chance or time is handed in. */
export interface KernelOptions {
  readonly features: KernelFeatures
  readonly config: KernelConfig
  /** Ids of the initial namespaces where they are not the fixed ones and no boot says them, by type name. */
  readonly initialIds: Readonly<Record<string, number>> | null
  /** The state to start from; a plain one with one task, pid 1, where it is null. */
  readonly boot: Boot | null
  /** 32 random bits. */
  readonly random: () => number
  /** Nanoseconds since the epoch; null for none. */
  readonly clock: (() => bigint) | null
}

/** Namespaces per user and type that the initial user namespace allows. */
const MAX_NAMESPACES = 0x1fff_ffff
/** The first pid that is not handed out. */
const PID_MAX = 0x40_0000
/** On a machine that has been booted the pids from 2 to below this are the kernel's own threads. */
const KERNEL_THREADS = 24
/** Soft and hard limit of open descriptors. */
const NOFILE: Rlimits = { nofile: 1024, nofileMax: 524_288 }
/** A recorder needs descriptors above those of the programs it runs, and survives a pipe that nobody reads; its tasks inherit both. */
const RECORDER_NOFILE: Rlimits = { nofile: 4096, nofileMax: 4096 }
const RECORDER_IGNORES = 1 << 13
/** The first id after those of the initial namespaces and of what the kernel makes for itself. */
const FIRST_DYNAMIC_ID = 11
/** The kernel's own mount namespace. */
const INTERNAL_MNT_NS = { id: 10, ino: 0xf000_0014 }

const NO_CLOCK = (): bigint => 0n

/** The model of one running kernel: all state hangs here. */
export class Kernel {
  readonly features: KernelFeatures
  readonly config: KernelConfig
  readonly random: () => number
  /** Nanoseconds since the epoch; always 0 without a clock. */
  readonly clock: () => bigint
  /** When the kernel started: times of what was there from then on, and of filesystems that keep none. */
  readonly bootTime: Timespec
  /** What is made belongs to the boot. */
  isBooting = true
  readonly #hasClock: boolean
  #ticks = 0
  readonly boot: Boot | null
  /** The task that acts: the caller of the running syscall, or who reaps, or who is woken. */
  current: Task
  readonly namespaces: NamespaceTree = new NamespaceTree()
  /** The id that the next namespace gets. */
  nextNsId: number
  #lastPid = 0
  #pidInodeBase = 0
  /** nsfs inode numbers in use, less NS_INO_BASE. */
  readonly nsInodeNumbers: LowestFree = new LowestFree()
  readonly pidMax: number = PID_MAX
  readonly initUserNs: UserNamespace
  readonly initPidNs: PidNamespace
  readonly initNsProxy: NsProxy
  /** Pid 0: process group and session of all that has not made its own. */
  readonly idlePid: Pid
  /** Pid 1. */
  readonly init: Task
  /** The task that makes the first syscalls: the one of the transcript's header, else pid 1. */
  readonly first: Task
  /** The task made last. */
  lastChild: Task | null = null
  /** What has to run before the syscall returns, in this order: woken sleepers, killed tasks, late work. */
  readonly runQueue: Runnable[] = []
  /** Asked where a real kernel's answer hangs on addresses or on the scheduler; null goes the usual way. */
  chance: Chance | null = null
  /** What the call that runs has to wait for on its way out, or null. */
  returnWait: ReturnWait | null = null
  /** Woken when something that a {@link ReturnWait} may wait for is let go. */
  readonly released: WaitQueue = new WaitQueue()
  /** Of several tasks that are woken at once, the one whose turn comes first: a scheduler's choice, handed in. */
  runsFirst: Task | null = null
  /** The mounts and filesystems; set by the boot. */
  vfs!: Vfs
  /** Told of namespaces that become active or inactive; null while nobody watches. */
  notify: NamespaceNotify | null = null
  readonly fanotify: Fanotify = new Fanotify(this)

  constructor(options: KernelOptions) {
    const { boot } = options
    this.features = options.features
    this.config = options.config
    this.random = options.random
    this.#hasClock = options.clock !== null
    this.clock = options.clock ?? NO_CLOCK
    this.bootTime = timespecOf(this.clock())
    this.boot = boot
    this.nextNsId = boot === null ? FIRST_DYNAMIC_ID : boot.next.nsId
    const idOf = (type: number): number =>
      boot?.namespaces[NS_TYPES[type]!.name].id ?? options.initialIds?.[NS_TYPES[type]!.name] ?? NS_TYPES[type]!.initId
    const inumOf = (type: number): number =>
      (boot?.namespaces[NS_TYPES[type]!.name].ino ?? NS_TYPES[type]!.initIno) - NS_INO_BASE

    // The lists are ordered by id, the user namespace must be there first, and ids need not be in that order.
    const userNs = new UserNamespace(this, null, 0, 0, idOf(NS_USER), inumOf(NS_USER), null)
    const simple = (type: number): Namespace => new Namespace(this, type, userNs, idOf(type), inumOf(type), null)
    this.initUserNs = userNs
    for (let type = 0; type < NS_TYPES.length; type++) userNs.ucountMax[type] = MAX_NAMESPACES
    userNs.ucountMax[UCOUNT_FANOTIFY_GROUPS] = DEFAULT_MAX_USER_GROUPS
    userNs.ucountMax[UCOUNT_FANOTIFY_MARKS] = DEFAULT_MAX_USER_MARKS
    this.initPidNs = new PidNamespace(this, null, userNs, idOf(NS_PID), inumOf(NS_PID), null)
    this.idlePid = new Pid(this.initPidNs, 0, null)
    this.idlePid.users = 1
    const mnt = new MntNamespace(this, userNs, idOf(NS_MNT), inumOf(NS_MNT), null)
    const time = simple(NS_TIME)
    this.initNsProxy = new NsProxy(
      mnt,
      simple(NS_UTS),
      simple(NS_IPC),
      this.initPidNs,
      simple(NS_CGROUP),
      simple(NS_NET),
      time,
      time,
    )
    // A recorder may run in a mount namespace that is not the initial one.
    if (mnt.inum >= 0) this.nsInodeNumbers.takeExactly(mnt.inum)
    this.initNsProxy.activate()
    for (const other of boot?.other ?? [{ type: 'mnt', owner: userNs.id, nr_mounts: 1, ...INTERNAL_MNT_NS } as const]) {
      const inum = other.ino - NS_INO_BASE
      if (inum >= 0) this.nsInodeNumbers.takeExactly(inum)
      const ns = new MntNamespace(this, userNs, other.id, inum, null)
      ns.activate()
    }

    const cred = Cred.root(userNs)
    const capabilities = boot?.task.capabilities
    const recorderCred = capabilities === undefined ? cred : Cred.root(userNs, CapSet.parse(capabilities))
    this.init = this.#bootTask(null, 1, cred, 'init')
    this.current = this.init
    if (boot === null || boot.task.pid === 1) {
      this.first = this.init
    } else {
      const reaper = boot.task.reaper === undefined ? this.init : this.#bootReaper(boot.task.reaper, recorderCred)
      const parent = boot.task.ppid === 1 ? this.init : this.#bootTask(reaper, boot.task.ppid, recorderCred, 'recorder')
      const leader = boot.task.session === boot.task.ppid ? parent.pid : this.idlePid
      this.#lead(parent, leader)
      this.first = this.#bootTask(parent, boot.task.pid, recorderCred, 'first')
      this.init.reapsAtOnce = true
      this.initPidNs.kernelThreads = Math.min(KERNEL_THREADS, boot.task.ppid, boot.task.pid)
    }
    const { fs, files } = bootFiles(this, boot)
    for (let task: Task | null = this.first; task !== null; task = task.parent) {
      task.fs = fs.clone()
      task.files = files.clone()
    }
    fs.put()
    files.put(this.init)
    this.initPidNs.childReaper = this.init
    this.initPidNs.nextPid = this.first.pid.nr + 1
    this.init.group.unkillable = true
    this.current = this.first
    this.isBooting = false
  }

  /** The present, for inodes. Without a clock time passes only by being looked at: a nanosecond each time, from the boot at 0. */
  now(): Timespec {
    if (this.isBooting) return this.bootTime
    if (this.#hasClock) return timespecOf(this.clock())
    const ticks = ++this.#ticks
    if (ticks < SECOND) return { sec: 0n, nsec: ticks }
    return { sec: BigInt(Math.floor(ticks / SECOND)), nsec: ticks % SECOND }
  }

  /** @internal What is to be waited for on the way out, if anything; nobody else will. */
  takeReturnWait(): ReturnWait | null {
    const { returnWait } = this
    this.returnWait = null
    return returnWait
  }

  /** @internal The passive count of `ns` has reached zero. A net namespace is torn down later, by a worker. */
  namespaceUnreferenced(ns: Namespace): void {
    if (ns.type === NS_NET) this.runQueue.push(new NetCleanup(ns))
    else ns.destroy()
  }

  /** Runs what waits in the run queue, and what that puts there, in order. `current` is left to who ran last. */
  drain(): void {
    const queue = this.runQueue
    if (this.runsFirst !== null) {
      const at = queue.findIndex(({ task }) => task === this.runsFirst)
      if (at > 0) queue.unshift(...queue.splice(at, 1))
    }
    for (let at = 0; at < queue.length; at++) queue[at]!.run()
    queue.length = 0
  }

  /** @internal The pidfs inode number of a new pid: its own number, until numbers are used again. */
  pidInode(nr: number): number {
    if (nr <= this.#lastPid && nr !== 0) this.#pidInodeBase += PID_MAX
    this.#lastPid = nr
    return this.#pidInodeBase + nr
  }

  /** @internal One of the kernel's own threads: root's, in the initial namespaces, with no memory; no signal reaches it. */
  makeKernelThread(nr: number): Pid {
    // It was there before all others: its number on pidfs comes before theirs.
    const [last, base] = [this.#lastPid, this.#pidInodeBase]
    this.#lastPid = 0
    this.#pidInodeBase = 0
    const pid = this.initPidNs.enterKernelThread(nr)
    this.#lastPid = last
    this.#pidInodeBase = base
    const { init } = this
    const files = new FdTable()
    const fs = init.fs!.clone()
    const { cred } = init
    const task = new Task(
      this,
      pid,
      null,
      -1,
      cred,
      this.initNsProxy,
      files,
      fs,
      null,
      new Sighand(0),
      'kthread',
      false,
    )
    task.group = new ThreadGroup(task, pid, this.idlePid, this.idlePid, false, { ...NOFILE })
    task.group.unkillable = true
    this.#enterTask(task)
    return pid
  }

  /** The references that a task takes which nobody forked. */
  #enterTask(task: Task): void {
    const { pid, group } = task
    pid.task = task
    pid.group = group
    pid.users = 2
    group.pgrp.users++
    group.session.users++
    task.cred.userNs.passive++
    this.initNsProxy.refs++
  }

  #bootReaper(nr: number, cred: Cred): Task {
    const reaper = this.#bootTask(this.init, nr, cred, 'reaper')
    reaper.group.childSubreaper = true
    reaper.reapsAtOnce = true
    return reaper
  }

  /** Puts a boot task into the process group and session of `leader`. */
  #lead(task: Task, leader: Pid): void {
    const { group } = task
    group.pgrp.users--
    group.session.users--
    group.pgrp = leader
    group.session = leader
    leader.users += 2
  }

  #bootTask(parent: Task | null, nr: number, cred: Cred, comm: string): Task {
    this.initPidNs.nextPid = nr
    const pid = this.initPidNs.allocPid()
    if (typeof pid === 'number') throw new RangeError(`boot task with pid ${nr}`)
    const mm = new Mm(1, cred.userNs)
    const task = new Task(
      this,
      pid,
      parent,
      17,
      cred,
      this.initNsProxy,
      null,
      null,
      mm,
      new Sighand(this.boot === null ? 0 : RECORDER_IGNORES),
      comm,
      false,
    )
    const leader = parent?.group.session ?? this.idlePid
    const belowSubreaper = parent !== null && (parent.group.childSubreaper || parent.group.hasChildSubreaper)
    task.group = new ThreadGroup(task, pid, leader, leader, belowSubreaper, {
      ...(this.boot === null ? NOFILE : RECORDER_NOFILE),
    })
    if (parent !== null) parent.addChild(task)
    this.#enterTask(task)
    return task
  }
}

class NetCleanup implements Runnable {
  readonly #ns: Namespace

  constructor(ns: Namespace) {
    this.#ns = ns
  }

  run(): void {
    this.#ns.destroy()
  }
}
