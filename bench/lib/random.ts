/** A xorshift32 sequence from a fixed seed: every run measures the same bytes. */
export class Random {
  #state: number

  constructor(seed = 0x9e3779b9) {
    this.#state = seed
  }

  /** An integer from 0 to `below` - 1. */
  below(below: number): number {
    let x = this.#state
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    this.#state = x
    return (x >>> 0) % below
  }
}
