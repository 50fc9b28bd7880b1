import { SIGCHLD, SIGKILL } from '../uapi/fcntl.js'
import type { Kernel } from './kernel.js'
import type { PidNamespace } from './pid_namespace.js'
import { exitThreads, markGroupExit, mayKill, sendSignal } from './signal.js'
import type { Task } from './task.js'
import type { ThreadGroup } from './thread_group.js'
import type { ReturnWait, Runnable, Sleeper } from './wait_queue.js'

/** The initial pid 1 ended: a real kernel panics. */
export class KernelPanic extends Error {
  override readonly name = 'KernelPanic'
}

/** Ends the whole process of `task`, the caller last. */
export function exitGroup(task: Task, status: number): void {
  const { group } = task
  if (group.groupExitCode < 0) {
    if (group.threads.length > 1) {
      markGroupExit(group, status)
      exitThreads(group, task)
    } else group.groupExitCode = status
  }
  doExit(task, group.groupExitCode)
}

/** A thread ends: it lets go of what it holds, gives its children away and tells its parent. `current` is it from now on. */
export function doExit(task: Task, status: number): void {
  const { kernel, group } = task
  if (task === kernel.init && group.live === 1) throw new KernelPanic(`Attempted to kill init! exitcode=${status}`)
  kernel.current = task
  task.state = 'exiting'
  task.sleep?.kill()
  task.sleep = null
  // The last thread's status is that of the process, whatever its leader ended with.
  if (group.live === 1 && group.groupExitCode < 0) group.groupExitCode = status
  task.exitCode = group.groupExitCode >= 0 ? group.groupExitCode : status
  group.live--

  const { mm, fs, files, nsproxy, vforkParent } = task
  if (mm !== null) {
    mm.users--
    task.leftDumpable = mm.dumpable === 1
    task.leftMm = mm
    task.mm = null
  }
  if (vforkParent !== null) {
    task.vforkParent = null
    vforkParent.wake(null)
  }
  task.sighand.refs--
  // Closing is put off to the way out, when the namespaces are gone already.
  task.fs = null
  task.files = null
  task.nsproxy = null
  fs?.put()
  nsproxy?.put()
  const outer = kernel.takeReturnWait()
  files?.put(task)
  const wait = kernel.takeReturnWait()
  kernel.returnWait = outer
  if (wait?.isHeld) new ClosingExit(task, wait)
  else endExit(task)
}

/** What is left of an exit when all is closed. */
function endExit(task: Task): void {
  if (becomesReaperless(task)) {
    if (!zap(task)) return
  }
  exitNotify(task)
}

/** An exit that waits for what it closes. */
class ClosingExit implements Runnable, Sleeper {
  readonly task: Task
  readonly #wait: ReturnWait
  #queued = false

  constructor(task: Task, wait: ReturnWait) {
    this.task = task
    this.#wait = wait
    task.kernel.released.add(this)
  }

  wake(): void {
    if (this.#queued) return
    this.#queued = true
    this.task.kernel.runQueue.push(this)
  }

  /** It is dying already. */
  kill(): void {}

  run(): void {
    const { task } = this
    this.#queued = false
    task.kernel.current = task
    if (this.#wait.isHeld) return
    task.kernel.released.remove(this)
    endExit(task)
  }
}

/** True if `task` is the pid 1 that its namespace's orphans go to and no other thread can take its place. */
function becomesReaperless(task: Task): boolean {
  const ns = task.pidNamespace
  if (ns.childReaper !== task) return false
  const heir = aliveThread(task.group)
  if (heir === null) return true
  ns.childReaper = heir
  return false
}

function aliveThread(group: ThreadGroup): Task | null {
  if (group.live === 0) return null
  for (const thread of group.threads) if (thread.state === 'running') return thread
  return null
}

/**
 * The end of a pid namespace: no new numbers, everybody in it killed and reaped. Members that are children of the dying
 * pid 1 release themselves. False if a member is left that only a parent outside can reap: then the rest waits for that.
 */
function zap(init: Task): boolean {
  const ns = init.pidNamespace
  const { kernel } = init
  ns.dead = true
  init.zapping = true
  // Whoever shares the handlers ignores its own children from now on, too.
  init.sighand.ignored |= 1 << SIGCHLD
  for (let pid = ns.nextAfter(1); pid !== null; pid = ns.nextAfter(pid.nrIn(ns))) {
    if (pid.group !== null && pid.group !== init.group && pid.group.live > 0 && pid.group.groupExitCode < 0)
      markGroupExit(pid.group, SIGKILL)
  }
  for (let child = init.firstChild; child !== null; ) {
    const next: Task | null = child.nextSibling
    if (child.state === 'zombie' && child.group.threads.length === 1) releaseTask(child)
    child = next
  }
  let after = 1
  for (let pid = ns.nextAfter(after); pid !== null; pid = ns.nextAfter(after)) {
    after = pid.nrIn(ns)
    if (pid.group !== null && pid.group !== init.group) exitThreads(pid.group)
  }
  kernel.current = init
  reapForZap(init)
  return zapDone(init, ns)
}

/** What the dying pid 1 waits for itself: zombies that do not release themselves. */
function reapForZap(init: Task): void {
  for (const thread of init.group.threads) {
    for (let child = thread.firstChild; child !== null; ) {
      const next: Task | null = child.nextSibling
      if (child.state === 'zombie' && child.group.threads.length === 1) releaseTask(child)
      child = next
    }
  }
}

/** True if only the dying pid 1's own number is left. */
function zapDone(init: Task, ns: PidNamespace): boolean {
  if (ns.allocated > (init.isLeader ? 1 : 2)) return false
  init.zapping = false
  return true
}

/** The rest of a pid 1's exit, when the last member that had a parent outside was reaped. */
class ZapEnd implements Runnable {
  readonly #init: Task

  constructor(init: Task) {
    this.#init = init
  }

  run(): void {
    const init = this.#init
    if (!init.zapping || !zapDone(init, init.pidNamespace)) return
    init.kernel.current = init
    exitNotify(init)
  }
}

/** @internal A number of a pid namespace whose pid 1 is ending was freed. */
export function zapMayFinish(kernel: Kernel, ns: PidNamespace): void {
  const init = ns.childReaper
  if (init?.zapping && ns.allocated <= (init.isLeader ? 1 : 2)) kernel.runQueue.push(new ZapEnd(init))
}

/** Who gets the children of `father`: another of its threads, the nearest subreaper, or its namespace's pid 1. */
function findNewReaper(father: Task): Task {
  const thread = aliveThread(father.group)
  if (thread !== null) return thread
  const ns = father.pidNamespace
  if (father.group.hasChildSubreaper) {
    for (let at: Task | null = father.parent; at !== null && at.pid.ns === ns; at = at.parent) {
      if (!at.group.childSubreaper) continue
      const heir = aliveThread(at.group)
      if (heir !== null) return heir
    }
  }
  return ns.childReaper ?? father.kernel.init
}

/** Children to new parents, the parent told, and what nobody waits for released. */
function exitNotify(task: Task): void {
  const { kernel, group } = task
  const dead: Task[] = []
  if (task.firstChild !== null) {
    const reaper = findNewReaper(task)
    for (let child: Task | null = task.firstChild; child !== null; ) {
      const next: Task | null = child.nextSibling
      task.removeChild(child)
      reaper.addChild(child)
      for (const thread of child.group.threads) {
        thread.parent = reaper
        const { pdeathSignal } = thread
        if (pdeathSignal !== 0 && mayKill(task, thread, pdeathSignal)) sendSignal(kernel, thread, pdeathSignal, task)
      }
      if (reaper.group !== group) {
        child.exitSignal = SIGCHLD
        if (child.state === 'zombie' && child.group.threads.length === 1 && notifyParent(child)) dead.push(child)
      }
      child = next
    }
  }
  task.state = 'zombie'
  const released = group.leader === task ? group.threads.length === 1 && notifyParent(task) : true
  if (group.leader === task && group.threads.length > 1) task.pid.wakeWaiters()
  if (released) dead.push(task)
  // Last in, first out: the task itself before the children that it leaves dead.
  for (let at = dead.length - 1; at >= 0; at--) releaseTask(dead[at]!)
}

/** The process of `leader` has ended: tells its parent, and whether nobody will wait for it. */
function notifyParent(leader: Task): boolean {
  const { kernel, parent } = leader
  leader.pid.wakeWaiters()
  if (parent === null) return true
  if (leader.autoReap) return true
  const ignored = leader.exitSignal === SIGCHLD && parent.sighand.ignores(SIGCHLD)
  parent.group.wakeParent(leader)
  if (ignored) return true
  if (leader.exitSignal > 0) sendSignal(kernel, parent, leader.exitSignal)
  const reaper = reaperAtWork(parent)
  if (reaper !== null) kernel.runQueue.push(new ReapByInit(reaper, leader))
  return false
}

/** Who waits for the children of `parent` as they end: an init program that nobody drives, a pid 1 that ends its namespace. */
function reaperAtWork(parent: Task): Task | null {
  if (parent.reapsAtOnce) return parent
  const { childReaper } = parent.pidNamespace
  return childReaper?.zapping && childReaper.group === parent.group ? childReaper : null
}

class ReapByInit implements Runnable {
  readonly #init: Task
  readonly #child: Task

  constructor(init: Task, child: Task) {
    this.#init = init
    this.#child = child
  }

  run(): void {
    if (this.#child.state !== 'zombie') return
    this.#init.kernel.current = this.#init
    releaseTask(this.#child)
  }
}

/** A task that has ended and that nobody waits for any more goes: its pid, and the last of its namespaces. */
export function releaseTask(task: Task): void {
  const { group, pid, cred } = task
  const { leader } = group
  task.state = 'dead'
  const { threads } = group
  if (threads[threads.length - 1] === task) threads.pop()
  else threads.splice(threads.indexOf(task), 1)
  pid.task = null
  if (task === leader) {
    pid.group = null
    pid.exitCode = task.exitCode
    task.parent?.removeChild(task)
    pid.users--
  }
  cred.userNs.deactivate()
  pid.detach()
  if (task === leader) {
    group.pgrp.detach()
    group.session.detach()
  }
  cred.userNs.put()
  if (task === task.pidNamespace.childReaper && !task.zapping) task.pidNamespace.childReaper = null
  if (task !== leader && threads.length === 1 && leader.state === 'zombie' && notifyParent(leader)) releaseTask(leader)
}
