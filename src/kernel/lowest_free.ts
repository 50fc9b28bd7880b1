/**
 * Hands out the lowest free number from 0 on. Bitmaps in levels: a bit is set where everything below it is taken, so
 * both directions take a few words whatever the number of ids.
 */
export class LowestFree {
  readonly #levels: Uint32Array[] = [new Uint32Array(1)]

  take(): number {
    const levels = this.#levels
    let top = levels[levels.length - 1]!
    if (top[0] === 0xffff_ffff) {
      top = new Uint32Array(1)
      top[0] = 1
      levels.push(top)
    }
    let index = 0
    for (let level = levels.length - 1; level >= 0; level--) {
      const words = this.#room(level, index)
      const word = words[index]!
      index = index * 32 + 31 - Math.clz32(~word & -~word)
    }
    this.#set(index)
    return index
  }

  /** Takes `id` itself; false if it is taken. */
  takeExactly(id: number): boolean {
    if (this.taken(id)) return false
    while (id >= 32 ** this.#levels.length) {
      const top = new Uint32Array(1)
      if (this.#levels[this.#levels.length - 1]![0] === 0xffff_ffff) top[0] = 1
      this.#levels.push(top)
    }
    this.#set(id)
    return true
  }

  /** Takes every number below `count`. */
  takeBelow(count: number): void {
    // A word that does not get full concerns no other level.
    if (count < 32) this.#levels[0]![0]! |= (1 << count) - 1
    else for (let id = 0; id < count; id++) this.takeExactly(id)
  }

  give(id: number): void {
    let index = id
    for (const words of this.#levels) {
      words[index >>> 5]! &= ~(1 << (index & 31))
      index >>>= 5
    }
  }

  taken(id: number): boolean {
    const word = this.#levels[0]![id >>> 5]
    return word !== undefined && (word & (1 << (id & 31))) !== 0
  }

  #room(level: number, index: number): Uint32Array {
    let words = this.#levels[level]!
    if (index >= words.length) {
      const larger = new Uint32Array(Math.max(index + 1, words.length * 2))
      larger.set(words)
      words = larger
      this.#levels[level] = words
    }
    return words
  }

  #set(id: number): void {
    let index = id
    for (let level = 0; level < this.#levels.length; level++) {
      const words = this.#room(level, index >>> 5)
      words[index >>> 5]! |= 1 << (index & 31)
      if (words[index >>> 5] !== 0xffff_ffff) return
      index >>>= 5
    }
  }
}
