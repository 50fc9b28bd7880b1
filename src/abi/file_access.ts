import type { File } from '../kernel/file.js'
import type { PermissionAsk } from '../kernel/fsnotify_permission.js'
import type { Task } from '../kernel/task.js'
import { WaitQueue, WOULD_BLOCK } from '../kernel/wait_queue.js'
import { type PendingSyscall, sleepOn } from './pending.js'

/** Asks for permission: 0, -errno, or the question to wait for, which wakes `waitQueue`. */
export type Ask = (waitQueue: WaitQueue) => number | PermissionAsk

/** Whether a call that goes by the position of `file` keeps others from it meanwhile: where others may share it. */
export function locksPosition(task: Task, file: File): boolean {
  const { inode } = file
  return inode.isDir || (inode.isReg && (file.refs > 1 || task.files!.refs > 1))
}

/**
 * A call on an open file: it waits for the position where another call has that, then for permission, then for what it moves.
 * Only the last of these ends with a signal that does not kill; the first does not even end with one that does.
 */
export class FileAccess {
  readonly #task: Task
  readonly #file: File
  readonly #ask: Ask | null
  readonly #move: () => number
  readonly #moveQueue: WaitQueue | null
  readonly #waitQueue: WaitQueue = new WaitQueue()
  /** It needs the position. */
  readonly #locks: boolean
  #holdsPosition = false
  #stage: 'locking' | 'asking' | 'moving' = 'locking'
  #question: PermissionAsk | null = null
  #pending: PendingSyscall | null = null

  /**
   * @param locks it goes by the position, which it has to have alone.
   * @param move what is done once there is permission: its raw return, or WOULD_BLOCK.
   * @param moveQueue where `move` sleeps, if it may have to.
   */
  constructor(
    task: Task,
    file: File,
    locks: boolean,
    ask: Ask | null,
    move: () => number,
    moveQueue: WaitQueue | null = null,
  ) {
    this.#task = task
    this.#file = file
    this.#locks = locks
    this.#ask = ask
    this.#move = move
    this.#moveQueue = moveQueue
  }

  start(): number | PendingSyscall {
    const result = this.#attempt()
    if (result !== WOULD_BLOCK) return result
    this.#file.get()
    const queues = [this.#waitQueue, this.#task.kernel.released]
    if (this.#moveQueue !== null) queues.push(this.#moveQueue)
    const pending = sleepOn(
      this.#task,
      queues,
      () => this.#again(),
      () => {
        this.#question?.cancel()
        this.#end(0)
        this.#file.put()
      },
    )
    this.#pending = pending
    this.#tellSignals()
    return pending
  }

  /** Which signals the sleep ends with. */
  #tellSignals(): void {
    const pending = this.#pending
    if (pending === null) return
    pending.unkillable = this.#stage === 'locking'
    pending.interruptible = this.#stage === 'moving'
  }

  #again(): number {
    const result = this.#attempt()
    this.#tellSignals()
    if (result !== WOULD_BLOCK) this.#file.put()
    return result
  }

  #attempt(): number {
    if (this.#stage === 'locking') {
      const { kernel, group } = this.#task
      if (this.#locks) {
        if (this.#file.positionHeld) return WOULD_BLOCK
        this.#file.positionHeld = true
        this.#holdsPosition = true
      }
      kernel.current = this.#task
      this.#stage = 'asking'
      const asked = this.#ask === null ? 0 : this.#ask(this.#waitQueue)
      if (typeof asked !== 'number') {
        this.#question = asked
        if (group.groupExitCode < 0) return WOULD_BLOCK
        // Killed while it waited for the position, it waits for no answer.
        asked.cancel()
        return this.#end(0)
      }
      if (asked !== 0) return this.#end(asked)
      this.#stage = 'moving'
    }
    if (this.#stage === 'asking') {
      const answer = this.#question!.attempt()
      if (answer === WOULD_BLOCK) return WOULD_BLOCK
      this.#question = null
      if (answer !== 0) return this.#end(answer)
      this.#stage = 'moving'
    }
    const result = this.#move()
    return result === WOULD_BLOCK ? WOULD_BLOCK : this.#end(result)
  }

  #end(result: number): number {
    if (this.#holdsPosition) {
      this.#holdsPosition = false
      this.#file.positionHeld = false
      const { released } = this.#task.kernel
      if (!released.empty) released.wakeAll()
    }
    return result
  }
}
