import { FAN_ALLOW } from '../../uapi/constants/fanotify.js'
import type { Chance } from '../chance.js'
import type { ReturnWait, WaitQueue } from '../wait_queue.js'
import { AccessList } from './access_list.js'
import type { EventQueue } from './event_queue.js'
import { PermEvent } from './perm_event.js'

/** The accesses that wait for a group's answers, and who else keeps the group from being closed. */
export class GroupPermissions implements ReturnWait {
  /** Events that were read and have no answer. */
  readonly #read: AccessList = new AccessList()
  readonly #queue: EventQueue
  /** Waits, for this group's answer or another's, that hold on to a mark of this group. */
  #holders = 0
  /** Whoever closes the group sleeps here while {@link isHeld}. */
  readonly #released: WaitQueue

  constructor(queue: EventQueue, released: WaitQueue) {
    this.#queue = queue
    this.#released = released
  }

  get isHeld(): boolean {
    return this.#holders !== 0
  }

  hold(): void {
    this.#holders++
  }

  unhold(): void {
    if (--this.#holders === 0 && !this.#released.empty) this.#released.wakeAll()
  }

  /** The reader has the event, under the descriptor `fd`. */
  wasRead(event: PermEvent, fd: number): void {
    event.fd = fd
    if (event.state === 'queued') event.state = 'read'
    this.#read.add(event)
  }

  /** Answers the oldest event that was read with descriptor `fd`; false if none waits for that. */
  answer(fd: number, response: number): boolean {
    const event = this.#read.take(fd)
    if (event === null) return false
    event.answer(response)
    return true
  }

  /** The waiter was killed: an unread event goes, for one that was read an answer is still taken. */
  cancel(event: PermEvent): void {
    if (event.state === 'queued') {
      this.#queue.remove(event)
      event.free()
    } else event.state = 'cancelled'
  }

  /** The reader is gone: what it had not answered is to be read again, ahead of the rest and in its old order. */
  requeue(): void {
    const events: PermEvent[] = []
    for (const event of this.#read.takeAll()) {
      if (event.state === 'cancelled') {
        event.free()
        continue
      }
      event.state = 'queued'
      event.fd = -1
      events.push(event)
    }
    this.#queue.unshift(events)
  }

  /** The group ends: whoever waits may go on, the longest first unless the scheduler has it otherwise. */
  end(scheduler: Chance | null): void {
    const events = this.#read.takeAll()
    const queue = this.#queue
    for (let at = 0; at < queue.length; at++) {
      const event = queue.at(at)
      if (event instanceof PermEvent) events.push(event)
    }
    if (scheduler !== null)
      for (let at = 0; at < events.length - 1; at++)
        events.splice(at, 0, ...events.splice(at + scheduler.pick(events.length - at, 0), 1))
    for (const event of events) event.answer(FAN_ALLOW)
  }
}
