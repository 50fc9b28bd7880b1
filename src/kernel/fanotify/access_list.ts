import type { PermEvent } from './perm_event.js'

/** The permission events that a group's reader has and that have no answer yet, in the order in which they were read. */
export class AccessList {
  readonly #order: Set<PermEvent> = new Set()
  /** By descriptor. One that the reader has closed can stand for several events: the oldest is answered first. */
  readonly #byFd: Map<number, PermEvent[]> = new Map()

  get size(): number {
    return this.#order.size
  }

  add(event: PermEvent): void {
    this.#order.add(event)
    const same = this.#byFd.get(event.fd)
    if (same === undefined) this.#byFd.set(event.fd, [event])
    else same.push(event)
  }

  /** Takes out the oldest event that was given `fd`; null if there is none. */
  take(fd: number): PermEvent | null {
    const same = this.#byFd.get(fd)
    if (same === undefined) return null
    const event = same.shift()!
    if (same.length === 0) this.#byFd.delete(fd)
    this.#order.delete(event)
    return event
  }

  /** Takes out all of them, in order. */
  takeAll(): PermEvent[] {
    if (this.#order.size === 0) return []
    const events = [...this.#order]
    this.#order.clear()
    this.#byFd.clear()
    return events
  }
}
