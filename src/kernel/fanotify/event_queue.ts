import type { FanotifyEvent } from './event.js'

/** Below so many read events at the front the array is not moved together. */
const COMPACT_AT = 256

/** Events in the order in which they came: adding and taking cost the same however many wait. */
export class EventQueue {
  #events: (FanotifyEvent | null)[] = []
  #head = 0

  get length(): number {
    return this.#events.length - this.#head
  }

  /** The event that waits longest, or null. */
  get first(): FanotifyEvent | null {
    const events = this.#events
    return this.#head < events.length ? events[this.#head]! : null
  }

  /** The event that came last, or null. */
  get last(): FanotifyEvent | null {
    const events = this.#events
    return this.#head < events.length ? events[events.length - 1]! : null
  }

  /** The event that `index` others wait before; `index` is below the length. */
  at(index: number): FanotifyEvent {
    return this.#events[this.#head + index]!
  }

  push(event: FanotifyEvent): void {
    this.#events.push(event)
  }

  /** Takes out the `count` events that wait longest. */
  drop(count: number): void {
    const events = this.#events
    let head = this.#head
    for (const end = head + count; head < end; head++) events[head] = null
    if (head === events.length) {
      // A long array is let go of: it was as long as the queue ever got.
      if (head > COMPACT_AT) this.#events = []
      else events.length = 0
      head = 0
    } else if (head >= COMPACT_AT && head * 2 >= events.length) {
      events.splice(0, head)
      head = 0
    }
    this.#head = head
  }

  /** Puts events back in front of those that wait, in their order. */
  unshift(events: readonly FanotifyEvent[]): void {
    this.#events.splice(0, this.#head, ...events)
    this.#head = 0
  }

  /** Takes out an event from wherever it waits; false if it does not. */
  remove(event: FanotifyEvent): boolean {
    const at = this.#events.indexOf(event, this.#head)
    if (at < 0) return false
    this.#events.splice(at, 1)
    return true
  }

  clear(): void {
    this.#events = []
    this.#head = 0
  }
}
