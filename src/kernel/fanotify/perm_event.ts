import type { Dentry } from '../dentry.js'
import type { Mount } from '../mount.js'
import { type Path, pathGet, pathPut } from '../path.js'
import type { Pid } from '../pid.js'
import type { Task } from '../task.js'
import type { WaitQueue } from '../wait_queue.js'
import { EVENT_PERM, FanotifyEvent } from './event.js'
import type { FanotifyGroup } from './group.js'

/** Where a permission event is: not read yet, read and without an answer, answered, or its waiter was killed. */
export type PermState = 'queued' | 'read' | 'answered' | 'cancelled'

/** An access that waits for the group's answer (`struct fanotify_perm_event`). */
export class PermEvent extends FanotifyEvent implements Path {
  readonly group: FanotifyGroup
  /** Who waits. */
  readonly task: Task
  readonly mnt: Mount
  readonly dentry: Dentry
  /** Where in the file the access begins, -1 if it has no range; and how many bytes it wants. */
  readonly offset: number
  readonly count: number
  /** The emulator's clock when the wait began, nanoseconds. */
  readonly since: bigint
  readonly #waiter: WaitQueue
  state: PermState = 'queued'
  /** The descriptor that the reader knows it by; below 0 until it was read. */
  fd = -1
  /** The `response` field of the answer. */
  response = 0

  constructor(
    group: FanotifyGroup,
    task: Task,
    mask: number,
    pid: Pid | null,
    path: Path,
    offset: number,
    count: number,
    waiter: WaitQueue,
  ) {
    super(EVENT_PERM, mask, pid)
    this.group = group
    this.task = task
    this.mnt = path.mnt
    this.dentry = path.dentry
    this.offset = offset
    this.count = count
    this.since = task.kernel.clock()
    this.#waiter = waiter
    pathGet(this)
  }

  /** Gives the answer and wakes the waiter; an event whose waiter was killed just goes. */
  answer(response: number): void {
    if (this.state === 'cancelled') {
      this.free()
      return
    }
    this.state = 'answered'
    this.response = response
    this.#waiter.wakeAll()
  }

  /** It is kept after it was read, until {@link free}. */
  override release(): void {}

  /** Nobody waits for it any more, and no reader has it: what it held is let go. */
  free(): void {
    super.release()
    pathPut(this)
  }
}
