import type { Namespace } from './namespace.js'

const CHUNK = 256
const MERGE_BELOW = CHUNK / 4

/**
 * Namespaces in the order of their ids. Ids only grow, so adding is appending; finding is a binary search, first for
 * the chunk and then in it, and removing moves at most one chunk.
 */
export class NsList {
  readonly chunks: Namespace[][] = []
  size = 0

  add(ns: Namespace): void {
    const chunks = this.chunks
    const last = chunks.length === 0 ? null : chunks[chunks.length - 1]!
    this.size++
    if (last !== null && last[last.length - 1]!.id > ns.id) {
      // Only at boot: the initial namespaces are not made in the order of their ids.
      const chunk = chunks[this.#chunkOf(ns.id)]!
      chunk.splice(lowerBound(chunk, ns.id), 0, ns)
    } else if (last === null || last.length >= CHUNK) chunks.push([ns])
    else last.push(ns)
  }

  remove(ns: Namespace): void {
    const chunks = this.chunks
    let chunkIndex = chunks.length - 1
    let chunk = chunks[chunkIndex]!
    if (chunk[chunk.length - 1] === ns) {
      chunk.pop()
    } else {
      chunkIndex = this.#chunkOf(ns.id)
      chunk = chunks[chunkIndex]!
      chunk.splice(lowerBound(chunk, ns.id), 1)
    }
    this.size--
    if (chunk.length < MERGE_BELOW) this.#shrink(chunkIndex, chunk)
  }

  /** The first namespace with an id above `id`, or null. */
  after(id: number): Namespace | null {
    const at = new NsCursor(this, id)
    return at.ns
  }

  /** The last namespace with an id below `id`, or null. */
  before(id: number): Namespace | null {
    if (this.chunks.length === 0) return null
    const chunkIndex = this.#chunkOf(id)
    const chunk = this.chunks[chunkIndex]!
    const index = lowerBound(chunk, id)
    if (index > 0) return chunk[index - 1]!
    const previous = this.chunks[chunkIndex - 1]
    return previous === undefined ? null : previous[previous.length - 1]!
  }

  /** The namespace with this id, or null. */
  find(id: number): Namespace | null {
    if (this.chunks.length === 0) return null
    const chunk = this.chunks[this.#chunkOf(id)]!
    const ns = chunk[lowerBound(chunk, id)]
    return ns !== undefined && ns.id === id ? ns : null
  }

  /** The last chunk that starts at or below `id`, or the first one. */
  #chunkOf(id: number): number {
    const chunks = this.chunks
    let low = 0
    let high = chunks.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (chunks[middle]![0]!.id <= id) low = middle + 1
      else high = middle
    }
    return low === 0 ? 0 : low - 1
  }

  /** @internal Where the ids above `id` start: chunk number times {@link CHUNK_STRIDE} plus the index in the chunk. */
  position(id: number): number {
    if (this.chunks.length === 0) return 0
    const chunkIndex = this.#chunkOf(id)
    return chunkIndex * CHUNK_STRIDE + lowerBound(this.chunks[chunkIndex]!, id + 1)
  }

  #shrink(chunkIndex: number, chunk: Namespace[]): void {
    const chunks = this.chunks
    if (chunk.length === 0) {
      if (chunkIndex === chunks.length - 1) chunks.pop()
      else chunks.splice(chunkIndex, 1)
      return
    }
    const next = chunks[chunkIndex + 1]
    if (next !== undefined && next.length + chunk.length <= CHUNK / 2) {
      for (const ns of next) chunk.push(ns)
      chunks.splice(chunkIndex + 1, 1)
    }
  }
}

/** Positions in a list are chunk * CHUNK_STRIDE + index. */
export const CHUNK_STRIDE: number = CHUNK * 2

/** The index of the first namespace of `chunk` with an id of at least `id`. */
function lowerBound(chunk: readonly Namespace[], id: number): number {
  let low = 0
  let high = chunk.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (chunk[middle]!.id < id) low = middle + 1
    else high = middle
  }
  return low
}

/** Walks a list upwards from the first id above `after`; the list must not change meanwhile. */
export class NsCursor {
  readonly #chunks: readonly Namespace[][]
  #chunkIndex: number
  #chunk: readonly Namespace[]
  #index: number
  /** Where the cursor stands, or null at the end. */
  ns: Namespace | null

  constructor(list: NsList, after: number) {
    this.#chunks = list.chunks
    const position = list.position(after)
    this.#chunkIndex = Math.floor(position / CHUNK_STRIDE)
    this.#chunk = this.#chunks[this.#chunkIndex] ?? []
    this.#index = (position % CHUNK_STRIDE) - 1
    this.ns = null
    this.next()
  }

  next(): void {
    if (++this.#index >= this.#chunk.length) {
      const chunk = this.#chunks[++this.#chunkIndex]
      if (chunk === undefined) {
        this.ns = null
        return
      }
      this.#chunk = chunk
      this.#index = 0
    }
    this.ns = this.#chunk[this.#index]!
  }
}
