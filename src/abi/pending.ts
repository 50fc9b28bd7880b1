import { doExit } from '../kernel/exit.js'
import type { Task } from '../kernel/task.js'
import { type ReturnWait, type WaitQueue, WOULD_BLOCK } from '../kernel/wait_queue.js'
import { EINTR } from '../uapi/errno.js'
import type { Registers } from './registers.js'

/**
 * A syscall that sleeps. Whatever wakes it completes it, before the waking call returns to its caller; a task that is
 * killed in its sleep leaves it undone for ever (`killed`).
 */
export class PendingSyscall {
  readonly task: Task
  /** The syscall's number; the dispatcher fills it in. */
  nr = -1
  name = ''
  /** The registers of the call; they and the memory behind them belong to it until it is done. */
  regs: Registers | null = null
  done = false
  /** The task was killed in its sleep: the call will never return. */
  killed = false
  /** The raw return, once `done`. */
  result: number | undefined = undefined
  /** Told of the completion, after the result is set. */
  onDone: ((pending: PendingSyscall) => void) | null = null
  /** The run queue holds it already. */
  queued = false
  /** A signal that has a handler ends the sleep. */
  interruptible = true
  /** Whether it wakes for what happened to `subject`; for everything where null. */
  heeds: ((subject: Task) => boolean) | null = null
  /** What it still has to wait for before it returns: no signal ends that. */
  #leaving: ReturnWait | null = null
  readonly #attempt: () => number
  readonly #cancel: (() => void) | null
  readonly #queues: readonly WaitQueue[]
  #promise: Promise<number> | null = null
  #resolve: ((result: number) => void) | null = null

  constructor(task: Task, queues: readonly WaitQueue[], attempt: () => number, cancel: (() => void) | null = null) {
    this.task = task
    this.#queues = queues
    this.#attempt = attempt
    this.#cancel = cancel
    for (const queue of queues) queue.add(this)
    task.sleep = this
  }

  /** Resolves with the raw return; never if the task is killed in its sleep. */
  get promise(): Promise<number> {
    if (this.#promise === null) {
      this.#promise = this.done
        ? Promise.resolve(this.result as number)
        : new Promise((resolve) => {
            this.#resolve = resolve
          })
    }
    return this.#promise
  }

  /** Not even a signal that kills ends the sleep: the task dies after it. */
  unkillable = false

  get killable(): boolean {
    return this.#leaving === null && !this.unkillable
  }

  /** A signal handler ran: the call comes back with -EINTR. False if it was done already, or sleeps on all the same. */
  interrupt(): boolean {
    if (this.done || this.killed || !this.interruptible || this.#leaving !== null) return false
    this.task.kernel.current = this.task
    this.#cancel?.()
    this.#finish(-EINTR)
    return true
  }

  /** @internal Woken: tries again, from the kernel's run queue with the task as current. */
  run(): void {
    this.queued = false
    if (this.done || this.killed) return
    const { kernel } = this.task
    kernel.current = this.task
    if (this.#leaving === null) {
      const result = this.#attempt()
      if (result === WOULD_BLOCK || this.killed) return
      this.result = result
      this.leave(kernel.takeReturnWait())
    } else this.leave(this.#leaving)
  }

  /** @internal The call has its result: it returns, once it need not wait for anything else. */
  leave(wait: ReturnWait | null): void {
    const { kernel, group } = this.task
    if (wait?.isHeld) {
      if (this.#leaving === null) kernel.released.add(this)
      this.#leaving = wait
      return
    }
    if (group.groupExitCode < 0) {
      this.#finish(this.result as number)
      return
    }
    this.killed = true
    this.task.sleep = null
    this.#leaveQueues()
    doExit(this.task, group.groupExitCode)
  }

  /** @internal The task dies in its sleep. */
  kill(): void {
    if (this.done || this.killed) return
    this.killed = true
    this.task.sleep = null
    this.#leaveQueues()
    this.#cancel?.()
  }

  /** @internal A wait queue woke it. */
  wake(subject: Task | null = null): void {
    if (this.queued || this.done || this.killed) return
    if (subject !== null && this.heeds !== null && !this.heeds(subject)) return
    this.queued = true
    this.task.kernel.runQueue.push(this)
  }

  #finish(result: number): void {
    this.done = true
    this.result = result
    this.task.sleep = null
    this.#leaveQueues()
    this.onDone?.(this)
    this.#resolve?.(result)
  }

  #leaveQueues(): void {
    for (const queue of this.#queues) queue.remove(this)
    if (this.#leaving !== null) this.task.kernel.released.remove(this)
  }
}

/**
 * Puts the caller to sleep on `queues`. Each wake of one of them runs `attempt` as the task: it gives the raw return, or
 * {@link WOULD_BLOCK} to sleep on. `cancel` undoes what the sleep holds when a signal ends it.
 */
export function sleepOn(
  task: Task,
  queues: readonly WaitQueue[],
  attempt: () => number,
  cancel: (() => void) | null = null,
): PendingSyscall {
  return new PendingSyscall(task, queues, attempt, cancel)
}
