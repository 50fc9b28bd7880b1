import type { UserBuffer } from './user_buffer.js'

export const PAGE_SIZE = 4096
const PAGE = PAGE_SIZE
const SMALLEST = 64
const ZEROES = new Uint8Array(PAGE_SIZE)

/**
 * The data of a file in memory by page. A page holds its bytes up to the last that was written, the rest reads as 0; null
 * stands for room that nothing was written to (fallocate). A page that is not there is a hole.
 */
export class Pages {
  readonly #pages: Map<number, Uint8Array | null> = new Map()

  /** Pages that take room. */
  get count(): number {
    return this.#pages.size
  }

  /** Copies `length` bytes from `offset` on; how many could be copied. */
  read(buffer: UserBuffer, offset: number, length: number): number {
    let done = 0
    while (done < length) {
      const at = offset + done
      const start = at % PAGE_SIZE
      const page = this.#pages.get((at - start) / PAGE_SIZE)
      const stored = page === undefined || page === null ? 0 : page.length
      const want = Math.min(length - done, (start < stored ? stored : PAGE_SIZE) - start)
      const copied = start < stored ? buffer.copyOut(page!, start, want) : buffer.copyOut(ZEROES, 0, want)
      done += copied
      if (copied < want) break
    }
    return done
  }

  /** Takes up to `length` bytes of one page at `offset`; how many could be taken. The page is there then whatever that was. */
  write(buffer: UserBuffer, offset: number, length: number): number {
    const start = offset % PAGE
    const index = (offset - start) / PAGE
    let page = this.#pages.get(index)
    if (page === undefined || page === null || page.length < start + length) {
      const larger = new Uint8Array(Math.min(PAGE, Math.max(SMALLEST, (page?.length ?? 0) * 2, start + length)))
      if (page !== undefined && page !== null) larger.set(page)
      page = larger
      this.#pages.set(index, page)
    }
    return buffer.copyIn(page, start, length)
  }

  /** Nothing is left from `size` on. */
  truncate(size: number): void {
    const start = size % PAGE_SIZE
    const whole = Math.ceil(size / PAGE_SIZE)
    for (const index of this.#pages.keys()) if (index >= whole) this.#pages.delete(index)
    if (start !== 0) this.#pages.get((size - start) / PAGE_SIZE)?.fill(0, start)
  }

  /** Takes the pages between two offsets away, and zeroes what of the outer ones lies between. */
  punch(offset: number, end: number): void {
    const first = Math.ceil(offset / PAGE_SIZE)
    const last = Math.floor(end / PAGE_SIZE)
    for (const index of this.#pages.keys()) if (index >= first && index < last) this.#pages.delete(index)
    this.#zero(Math.floor(offset / PAGE_SIZE), offset, end)
    this.#zero(last, offset, end)
  }

  #zero(index: number, offset: number, end: number): void {
    const base = index * PAGE_SIZE
    const from = Math.max(offset - base, 0)
    const to = Math.min(end - base, PAGE_SIZE)
    if (from < to) this.#pages.get(index)?.fill(0, from, to)
  }

  /** Room for the bytes between two offsets. What had room already, and no data, is cleared: then that is its data. */
  allocate(offset: number, end: number): void {
    for (let index = Math.floor(offset / PAGE_SIZE); index * PAGE_SIZE < end; index++) {
      const page = this.#pages.get(index)
      if (page === undefined) this.#pages.set(index, null)
      else if (page === null) this.#pages.set(index, new Uint8Array(SMALLEST))
    }
  }

  /** The first offset from `offset` on, below `end`, that has data; `end` if none has. */
  nextData(offset: number, end: number): number {
    let best = end
    for (const [index, page] of this.#pages) {
      const base = index * PAGE_SIZE
      if (page !== null && base + PAGE_SIZE > offset && base < best) best = base
    }
    return Math.min(Math.max(best, offset), end)
  }

  /** The first offset from `offset` on, below `end`, that has none; `end` if all have. */
  nextHole(offset: number, end: number): number {
    let at = offset
    while (at < end) {
      const start = at % PAGE_SIZE
      const page = this.#pages.get((at - start) / PAGE_SIZE)
      if (page === undefined || page === null) return at
      at += PAGE_SIZE - start
    }
    return end
  }
}
