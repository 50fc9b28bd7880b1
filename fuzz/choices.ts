/**
 * Where a walk's decisions come from: small numbers, one after another. The same numbers give the same program, whether a
 * seed makes them or a property test's arbitrary, which then shrinks the program by shrinking the numbers.
 */
export interface Choices {
  /** A number from 0 to `n - 1`; 0 is the plainest choice. */
  below(n: number): number
}

/** 32-bit numbers from a seed (sfc32), the same on every machine. */
export class SeededChoices implements Choices {
  #a: number
  #b: number
  #c: number
  #counter = 1

  /** Seeds that differ in one bit give unrelated numbers. */
  constructor(seed: number, stream = 0) {
    this.#a = mix(seed)
    this.#b = mix(stream ^ 0x5bd1_e995)
    this.#c = mix(Math.floor(stream / 0x1_0000_0000) ^ 0x27d4_eb2f)
    for (let i = 0; i < 8; i++) this.next()
  }

  next(): number {
    const sum = (this.#a + this.#b + this.#counter++) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return sum >>> 0
  }

  below(n: number): number {
    return Math.floor((this.next() / 0x1_0000_0000) * n)
  }
}

function mix(value: number): number {
  let x = value | 0
  x = Math.imul(x ^ (x >>> 16), 0x85eb_ca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2_ae35)
  return (x ^ (x >>> 16)) | 0
}

/** Numbers from a list, each taken modulo what is asked for; 0 when it has run out. */
export class ListChoices implements Choices {
  readonly #list: readonly number[]
  #at = 0

  constructor(list: readonly number[]) {
    this.#list = list
  }

  /** No number is left: what follows is the plainest choice every time. */
  get ended(): boolean {
    return this.#at >= this.#list.length
  }

  below(n: number): number {
    const value = this.#list[this.#at++]
    return value === undefined ? 0 : value % n
  }
}

/** One of a list. */
export function pick<T>(choices: Choices, list: readonly T[]): T {
  return list[choices.below(list.length)] as T
}

/** True once in `n` times; the plainest choice is false. */
export function rarely(choices: Choices, n: number): boolean {
  return choices.below(n) === n - 1
}
