const PAGE_BITS = 6
const PAGE_SIZE = 1 << PAGE_BITS

/** Objects by a number that is dense in places, in pages; a page without entries is given back. */
export class IdTable<T> {
  readonly #pages: ((T | null)[] | null)[] = []
  readonly #used: number[] = []

  get(id: number): T | null {
    const page = this.#pages[id >>> PAGE_BITS]
    if (page === undefined || page === null) return null
    return page[id & (PAGE_SIZE - 1)]!
  }

  set(id: number, value: T): void {
    const index = id >>> PAGE_BITS
    while (this.#pages.length <= index) {
      this.#pages.push(null)
      this.#used.push(0)
    }
    let page = this.#pages[index]!
    if (page === null) {
      page = new Array<T | null>(PAGE_SIZE).fill(null)
      this.#pages[index] = page
    }
    if (page[id & (PAGE_SIZE - 1)] === null) this.#used[index]!++
    page[id & (PAGE_SIZE - 1)] = value
  }

  delete(id: number): void {
    const index = id >>> PAGE_BITS
    const page = this.#pages[index]
    if (page === undefined || page === null || page[id & (PAGE_SIZE - 1)] === null) return
    page[id & (PAGE_SIZE - 1)] = null
    // One empty page stays, so that a number taken and given back in turn does not allocate each time.
    if (--this.#used[index]! === 0 && index !== this.#pages.length - 1) this.#pages[index] = null
  }

  /** The entries with an id above `after`, in order; the table may change meanwhile. */
  nextAfter(after: number): T | null {
    let id = after + 1
    for (let index = id >>> PAGE_BITS; index < this.#pages.length; index++) {
      const page = this.#pages[index]!
      if (page !== null && this.#used[index]! > 0) {
        for (let slot = id & (PAGE_SIZE - 1); slot < PAGE_SIZE; slot++) {
          const value = page[slot]!
          if (value !== null) return value
        }
      }
      id = (index + 1) << PAGE_BITS
    }
    return null
  }
}
