import type { MergingEvent } from './event.js'

const BUCKETS = 128
/** So many of the newest events of a bucket are looked at. */
const DEPTH = 128

/** The queued events of a group by what they tell, so that an equal one is found at once. */
export class MergeTable {
  /** The newest queued event of each hash. */
  readonly #newest: Map<number, MergingEvent> = new Map()
  /** How many events each bucket has been given; null before the first, since many a group never has one. */
  #given: Float64Array | null = null

  /** Merges `event` into a queued one that tells the same; false if there is none among the newest of its bucket. */
  merge(event: MergingEvent): boolean {
    if (this.#given === null) return false
    const given = this.#given[event.hash & (BUCKETS - 1)]!
    let old = this.#newest.get(event.hash) ?? null
    while (old !== null && given - old.bucketPosition <= DEPTH) {
      if (old.takes(event)) {
        old.merge(event)
        return true
      }
      old = old.previousAlike
    }
    return false
  }

  /** Enters an event that is queued now. */
  add(event: MergingEvent): void {
    this.#given ??= new Float64Array(BUCKETS)
    event.bucketPosition = this.#given[event.hash & (BUCKETS - 1)]!++
    const before = this.#newest.get(event.hash) ?? null
    event.previousAlike = before
    if (before !== null) before.nextAlike = event
    this.#newest.set(event.hash, event)
  }

  /** Takes out the event that was queued before all others. */
  remove(event: MergingEvent): void {
    if (event.nextAlike === null) this.#newest.delete(event.hash)
    else event.nextAlike.previousAlike = null
  }

  clear(): void {
    // A Map that is cleared makes itself a new table.
    if (this.#newest.size > 0) this.#newest.clear()
  }
}
