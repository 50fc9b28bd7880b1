import type { Memory } from './memory.js'

/**
 * The six argument registers of an x86-64 syscall as 32-bit words, and the memory that pointers in them point into.
 * A handler reads each register as the C type of its argument: a 32-bit one ignores the upper half.
 * The dispatcher reuses one Registers for call after call, unless the call sleeps.
 */
export class Registers {
  readonly low: Int32Array = new Int32Array(6)
  readonly high: Int32Array = new Int32Array(6)
  memory: Memory

  constructor(memory: Memory) {
    this.memory = memory
  }

  /** Register `n` as an int. */
  i32(n: number): number {
    return this.low[n]!
  }

  /** Register `n` as an unsigned int: its lower 32 bits. */
  u32(n: number): number {
    return this.low[n]! >>> 0
  }

  /** The upper 32 bits of register `n`, unsigned. */
  hi(n: number): number {
    return this.high[n]! >>> 0
  }

  /** Register `n` as a size_t or unsigned long; a number, so above 2^53 only roughly. */
  size(n: number): number {
    return (this.high[n]! >>> 0) * 0x1_0000_0000 + (this.low[n]! >>> 0)
  }

  /** Register `n` as a long; above 2^53 only roughly. */
  i64(n: number): number {
    return this.high[n]! * 0x1_0000_0000 + (this.low[n]! >>> 0)
  }

  /** Register `n` as a user address; 0 is NULL. */
  ptr(n: number): number {
    return this.size(n)
  }

  /** Puts a number into register `n` as C would: negative ones are sign-extended. */
  setNumber(n: number, value: number): void {
    this.low[n] = value | 0
    this.high[n] = value >= -0x8000_0000 && value <= 0x7fff_ffff ? value >> 31 : Math.floor(value / 0x1_0000_0000)
  }

  /** Puts the low 64 bits of `value` into register `n`. */
  setBigInt(n: number, value: bigint): void {
    this.low[n] = Number(BigInt.asIntN(32, value))
    this.high[n] = Number(BigInt.asIntN(32, value >> 32n))
  }
}
