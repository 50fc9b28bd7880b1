import type { Namespace } from './namespace.js'
import type { NamespaceSlots } from './namespace_slots.js'

const CHUNK = 256
const MERGE_BELOW = CHUNK / 4

/** A stretch of a list: ids in their order, and the slot of each one's namespace. */
export interface NsChunk {
  readonly ids: number[]
  readonly slots: number[]
}

/**
 * Namespaces in the order of their ids. Ids only grow, so adding is appending; finding is a binary search, first for
 * the chunk and then in it, and removing moves at most one chunk. It holds numbers, not the objects: a walk over a
 * million namespaces that touched each object would wait for memory most of the time.
 */
export class NsList {
  readonly chunks: NsChunk[] = []
  size = 0
  /** For each chunk an id that is not above its first and above all before it: side by side, so that a search waits little. */
  readonly #starts: number[] = []
  readonly #slots: NamespaceSlots

  constructor(slots: NamespaceSlots) {
    this.#slots = slots
  }

  add(ns: Namespace): void {
    const { id, slot } = ns
    const chunks = this.chunks
    const last = chunks.length === 0 ? null : chunks[chunks.length - 1]!
    this.size++
    if (last !== null && last.ids[last.ids.length - 1]! > id) {
      // Only at boot: the initial namespaces are not made in the order of their ids.
      const chunkIndex = this.#chunkOf(id)
      const chunk = chunks[chunkIndex]!
      const index = lowerBound(chunk.ids, id)
      if (id < this.#starts[chunkIndex]!) this.#starts[chunkIndex] = id
      chunk.ids.splice(index, 0, id)
      chunk.slots.splice(index, 0, slot)
    } else if (last === null || last.ids.length >= CHUNK) {
      chunks.push({ ids: [id], slots: [slot] })
      this.#starts.push(id)
    } else {
      last.ids.push(id)
      last.slots.push(slot)
    }
  }

  remove(ns: Namespace): void {
    const chunks = this.chunks
    let chunkIndex = chunks.length - 1
    let chunk = chunks[chunkIndex]!
    if (chunk.ids[chunk.ids.length - 1] === ns.id) {
      chunk.ids.pop()
      chunk.slots.pop()
    } else {
      chunkIndex = this.#chunkOf(ns.id)
      chunk = chunks[chunkIndex]!
      const index = lowerBound(chunk.ids, ns.id)
      removeAt(chunk.ids, index)
      removeAt(chunk.slots, index)
    }
    this.size--
    if (chunk.ids.length < MERGE_BELOW) this.#shrink(chunkIndex, chunk)
  }

  /** The first namespace with an id above `id`, or null. */
  after(id: number): Namespace | null {
    const slot = this.slotAfter(id)
    return slot < 0 ? null : this.#slots.at(slot)
  }

  /** The slot of the first namespace with an id above `id`, or -1. */
  slotAfter(id: number): number {
    const position = this.position(id)
    const chunkIndex = Math.floor(position / CHUNK_STRIDE)
    return this.chunks[chunkIndex]?.slots[position % CHUNK_STRIDE] ?? this.chunks[chunkIndex + 1]?.slots[0] ?? -1
  }

  /** The last namespace with an id below `id`, or null. */
  before(id: number): Namespace | null {
    if (this.chunks.length === 0) return null
    const chunkIndex = this.#chunkOf(id)
    const chunk = this.chunks[chunkIndex]!
    const index = lowerBound(chunk.ids, id)
    if (index > 0) return this.#slots.at(chunk.slots[index - 1]!)
    const slot = this.chunks[chunkIndex - 1]?.slots.at(-1)
    return slot === undefined ? null : this.#slots.at(slot)
  }

  /** The namespace with this id, or null. */
  find(id: number): Namespace | null {
    if (this.chunks.length === 0) return null
    const chunk = this.chunks[this.#chunkOf(id)]!
    const index = lowerBound(chunk.ids, id)
    return chunk.ids[index] === id ? this.#slots.at(chunk.slots[index]!) : null
  }

  /** True if there is an id above `id`. */
  hasAfter(id: number): boolean {
    const { chunks } = this
    if (chunks.length === 0) return false
    const { ids } = chunks[chunks.length - 1]!
    return ids[ids.length - 1]! > id
  }

  /** Every namespace, in order; the list must not change meanwhile. */
  *[Symbol.iterator](): IterableIterator<Namespace> {
    for (const { slots } of this.chunks) for (const slot of slots) yield this.#slots.at(slot)
  }

  /** The last chunk that starts at or below `id`, or the first one. */
  #chunkOf(id: number): number {
    const above = lowerBound(this.#starts, id + 1)
    return above === 0 ? 0 : above - 1
  }

  /** @internal Where the ids above `id` start: chunk number times {@link CHUNK_STRIDE} plus the index in the chunk. */
  position(id: number): number {
    if (this.chunks.length === 0) return 0
    const chunkIndex = this.#chunkOf(id)
    return chunkIndex * CHUNK_STRIDE + lowerBound(this.chunks[chunkIndex]!.ids, id + 1)
  }

  #shrink(chunkIndex: number, chunk: NsChunk): void {
    const chunks = this.chunks
    if (chunk.ids.length === 0) {
      this.#dropChunk(chunkIndex)
      return
    }
    const next = chunks[chunkIndex + 1]
    if (next !== undefined && next.ids.length + chunk.ids.length <= CHUNK / 2) {
      for (const id of next.ids) chunk.ids.push(id)
      for (const slot of next.slots) chunk.slots.push(slot)
      this.#dropChunk(chunkIndex + 1)
    }
  }

  #dropChunk(chunkIndex: number): void {
    if (chunkIndex === this.chunks.length - 1) {
      this.chunks.pop()
      this.#starts.pop()
    } else {
      this.chunks.splice(chunkIndex, 1)
      this.#starts.splice(chunkIndex, 1)
    }
  }
}

/** Positions in a list are chunk * CHUNK_STRIDE + index. */
export const CHUNK_STRIDE: number = CHUNK * 2

/** Takes one element out; a splice would make an array of it. */
function removeAt(values: number[], index: number): void {
  for (let at = index + 1; at < values.length; at++) values[at - 1] = values[at]!
  values.pop()
}

/** The index of the first id that is at least `id`. */
function lowerBound(ids: readonly number[], id: number): number {
  let low = 0
  let high = ids.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (ids[middle]! < id) low = middle + 1
    else high = middle
  }
  return low
}
