import type { MergingEvent } from './event.js'

const BUCKETS = 128
/** So many of the newest events of a bucket are looked at. */
const DEPTH = 128
/** A power of two, as all lengths of the table. */
const FIRST_SLOTS = 64
/** A longer table is let go of once it is empty. */
const KEPT_SLOTS = 4096

/** The queued events of a group by what they tell, so that an equal one is found at once. */
export class MergeTable {
  /** The newest queued event of each slot, which leads to those before it; null before the first, since many a group never has one. */
  #slots: (MergingEvent | null)[] | null = null
  #size = 0
  /** How many events each bucket has been given. */
  #given: Float64Array | null = null

  /** Merges `event` into a queued one that tells the same; false if there is none among the newest of its bucket. */
  merge(event: MergingEvent): boolean {
    const slots = this.#slots
    if (slots === null) return false
    const { hash } = event
    let old = slots[hash & (slots.length - 1)]!
    if (old === null) return false
    const oldest = this.#given![hash & (BUCKETS - 1)]! - DEPTH
    do {
      if (old.hash === hash) {
        if (old.bucketPosition < oldest) return false
        if (old.takes(event)) {
          old.merge(event)
          return true
        }
      }
      old = old.previous!
    } while (old !== null)
    return false
  }

  /** Enters an event that is queued now. */
  add(event: MergingEvent): void {
    this.#given ??= new Float64Array(BUCKETS)
    this.#slots ??= new Array<null>(FIRST_SLOTS).fill(null)
    event.bucketPosition = this.#given[event.hash & (BUCKETS - 1)]!++
    if (++this.#size > this.#slots.length) this.#grow(this.#slots)
    enter(this.#slots, event)
  }

  /** Takes out the event that was queued before all others. */
  remove(event: MergingEvent): void {
    const slots = this.#slots!
    if (event.next === null) slots[event.hash & (slots.length - 1)] = null
    else event.next.previous = null
    if (--this.#size === 0 && slots.length > KEPT_SLOTS) this.#slots = null
  }

  clear(): void {
    this.#slots = null
    this.#size = 0
  }

  #grow(slots: readonly (MergingEvent | null)[]): void {
    const more = new Array<MergingEvent | null>(slots.length * 4).fill(null)
    for (const newest of slots) {
      let event = newest
      while (event !== null && event.previous !== null) event = event.previous
      while (event !== null) {
        const { next }: MergingEvent = event
        enter(more, event)
        event = next
      }
    }
    this.#slots = more
  }
}

/** Makes `event` the newest of its slot. */
function enter(slots: (MergingEvent | null)[], event: MergingEvent): void {
  const slot = event.hash & (slots.length - 1)
  const before = slots[slot]!
  event.previous = before
  event.next = null
  if (before !== null) before.next = event
  slots[slot] = event
}
