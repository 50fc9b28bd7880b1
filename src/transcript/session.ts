import type { Emulator } from '../abi/emulator.js'
import type { PendingSyscall } from '../abi/pending.js'
import type { PreparedStep, Surroundings } from './prepare.js'

/** A task of the emulator. */
export type Task = Emulator['first']

/** What stands for the pid of a task that never came to be: no process has it. */
const NO_PID = 0x7ff_ffff

/** A call that sleeps or slept, and the step that made it. */
export interface Sleeping {
  prepared: PreparedStep
  pending: PendingSyscall
}

/**
 * One run of a program on an emulator: which of its tasks is which, what its steps returned, and which of its calls sleep.
 */
export class Session implements Surroundings {
  readonly emulator: Emulator
  /** Calls that came back since {@link takeCompleted} was last asked, in the order in which they did. */
  #completed: Sleeping[] = []
  readonly #tasks: Map<number, Task> = new Map()
  readonly #pids: Map<number, number> = new Map()
  readonly #rets: Map<number, number> = new Map()
  readonly #prepared: Map<number, PreparedStep> = new Map()
  readonly #sleeping: Map<PendingSyscall, Sleeping> = new Map()

  /** Task 1 is the emulator's first task. */
  constructor(emulator: Emulator) {
    this.emulator = emulator
    const { first } = emulator
    this.#tasks.set(1, first)
    this.#pids.set(1, first.pidIn(first.pidNamespace))
    emulator.onComplete = (pending) => {
      const sleeping = this.#sleeping.get(pending)
      if (sleeping === undefined) return
      this.#sleeping.delete(pending)
      this.#returned(sleeping.prepared, pending.result as number)
      this.#completed.push(sleeping)
    }
  }

  task(number: number): Task | undefined {
    return this.#tasks.get(number)
  }

  pid(task: number): number {
    return this.#pids.get(task) ?? NO_PID
  }

  ret(step: number): number {
    return this.#rets.get(step) ?? 0
  }

  out(step: number, buffer: number): Uint8Array | undefined {
    return this.#prepared.get(step)?.outs[buffer]?.bytes
  }

  address(view: Uint8Array<ArrayBuffer>): bigint {
    return this.emulator.address(this.emulator.first, view)
  }

  /**
   * Makes the call of a step that is ready.
   *
   * @returns the raw return, or the sleeping call; a call that came back before it slept for good counts as one that did not
   */
  call(task: Task, prepared: PreparedStep): number | Sleeping {
    const { step } = prepared
    const before = this.emulator.lastChild
    const result = this.emulator.syscall(task, prepared.call, ...prepared.args)
    this.#prepared.set(step.step, prepared)
    if (typeof result !== 'number') {
      if (result.done) return this.#returned(prepared, result.result as number)
      // The child of a vfork makes calls while its parent sleeps; its number is known when that returns.
      const child = this.emulator.lastChild
      if (step.child !== undefined && child !== null && child !== before) {
        this.#tasks.set(step.child, child)
        this.#pids.set(step.child, child.pid.nr)
      }
      const sleeping: Sleeping = { prepared, pending: result }
      this.#sleeping.set(result, sleeping)
      return sleeping
    }
    return this.#returned(prepared, result)
  }

  /** Calls that came back since this was last asked. */
  takeCompleted(): Sleeping[] {
    const completed = this.#completed
    if (completed.length > 0) this.#completed = []
    return completed
  }

  #returned(prepared: PreparedStep, ret: number): number {
    const { step } = prepared
    this.#rets.set(step.step, ret)
    if (step.child !== undefined && ret > 0) {
      const child = this.emulator.lastChild
      if (child !== null) {
        this.#tasks.set(step.child, child)
        this.#pids.set(step.child, ret)
      }
    }
    return ret
  }
}
