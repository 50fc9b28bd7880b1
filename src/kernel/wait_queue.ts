import type { Chance } from './chance.js'
import type { Task } from './task.js'

/** What an operation gives that cannot go on now and has to sleep. Not a number that a syscall can return. */
export const WOULD_BLOCK: number = -0x8000_0000

/** Something that runs later, from {@link Kernel.runQueue}. */
export interface Runnable {
  /** Whose turn it is, where it is a task's. */
  readonly task?: Task
  run(): void
}

/**
 * A sleeper on a wait queue; `wake` puts it on the run queue, unless it does not care for what happened to `subject`; `kill` ends its sleep
 * because its task dies.
 */
export interface Sleeper {
  /** Woken, and not run since. */
  readonly queued?: boolean
  wake(subject: Task | null): void
  kill(): void
}

/** A task in a call that sleeps. */
export interface TaskSleep extends Sleeper {
  /** False for one that goes on sleeping when its task is killed, which then dies at the end of the sleep. */
  readonly killable: boolean
}

/** What a call that has done its work still waits for before it returns. */
export interface ReturnWait {
  /** Whether it has to wait on; asked again each time when something was let go ({@link Kernel.released}). */
  readonly isHeld: boolean
}

/** Tasks that sleep until something happens, woken in the order in which they came. */
export class WaitQueue {
  readonly #sleepers: Sleeper[] = []

  get empty(): boolean {
    return this.#sleepers.length === 0
  }

  add(sleeper: Sleeper): void {
    this.#sleepers.push(sleeper)
  }

  remove(sleeper: Sleeper): void {
    const at = this.#sleepers.indexOf(sleeper)
    if (at >= 0) this.#sleepers.splice(at, 1)
  }

  /** Makes every sleeper try again. It stays on the queue until its call is done. */
  wakeAll(subject: Task | null = null): void {
    for (const sleeper of this.#sleepers) sleeper.wake(subject)
  }

  /** As {@link wakeAll}; which of several runs first is the scheduler's choice. */
  wakeAnyFirst(chance: Chance | null): void {
    if (chance !== null && this.#sleepers.length > 1) {
      const asleep = this.#sleepers.filter(({ queued }) => queued !== true)
      if (asleep.length > 1) asleep[chance.pick(asleep.length, 0)]!.wake(null)
    }
    this.wakeAll()
  }

  /** Makes the one try again that has slept longest, of those that are not about to. */
  wakeOne(): void {
    this.#sleepers.find(({ queued }) => queued !== true)?.wake(null)
  }
}
