import type { UserBuffer } from '../kernel/user_buffer.js'
import type { Memory } from './memory.js'

/** User memory that a read or write goes through: one buffer, or the several of readv and writev. */
export class UserIovec implements UserBuffer {
  readonly #memory: Memory
  readonly #addresses: readonly number[]
  readonly #lengths: readonly number[]
  #segment = 0
  #offset = 0
  remaining: number
  moved = 0

  /** The segments of an iovec, in order. */
  constructor(memory: Memory, addresses: readonly number[], lengths: readonly number[]) {
    this.#memory = memory
    this.#addresses = addresses
    this.#lengths = lengths
    let total = 0
    for (const length of lengths) total += length
    this.remaining = total
  }

  /** Each segment as a buffer of its own. */
  segments(): UserRange[] {
    return this.#addresses.map((address, at) => new UserRange(this.#memory, address, this.#lengths[at]!))
  }

  copyOut(source: Uint8Array, start: number, length: number): number {
    let done = 0
    while (done < length) {
      const want = this.#chunk(length - done)
      const at = start + done
      const copied = this.#memory.copyOut(this.#addresses[this.#segment]! + this.#offset, source, want, at)
      done += copied
      this.#advance(copied)
      if (copied < want) break
    }
    return done
  }

  copyIn(target: Uint8Array, start: number, length: number): number {
    let done = 0
    while (done < length) {
      const want = this.#chunk(length - done)
      const at = start + done
      const copied = this.#memory.copyIn(this.#addresses[this.#segment]! + this.#offset, target, want, at)
      done += copied
      this.#advance(copied)
      if (copied < want) break
    }
    return done
  }

  /** How much of `length` lies in the present segment, after passing those that are used up. */
  #chunk(length: number): number {
    while (this.#offset === this.#lengths[this.#segment]!) {
      this.#segment++
      this.#offset = 0
    }
    return Math.min(length, this.#lengths[this.#segment]! - this.#offset)
  }

  #advance(bytes: number): void {
    this.#offset += bytes
    this.remaining -= bytes
    this.moved += bytes
  }
}

/** A single buffer: the common case, without arrays. */
export class UserRange implements UserBuffer {
  readonly #memory: Memory
  #address: number
  remaining: number
  moved = 0

  constructor(memory: Memory, address: number, length: number) {
    this.#memory = memory
    this.#address = address
    this.remaining = length
  }

  copyOut(source: Uint8Array, start: number, length: number): number {
    if (length === 0) return 0
    return this.#advance(this.#memory.copyOut(this.#address, source, length, start))
  }

  copyIn(target: Uint8Array, start: number, length: number): number {
    if (length === 0) return 0
    return this.#advance(this.#memory.copyIn(this.#address, target, length, start))
  }

  #advance(bytes: number): number {
    this.#address += bytes
    this.remaining -= bytes
    this.moved += bytes
    return bytes
  }
}
