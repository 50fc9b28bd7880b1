import type { Memory } from './memory.js'

/** What may stand for a pointer: the user's memory is exactly these bytes, everything past them is unmapped. */
export type View = ArrayBufferLike | ArrayBufferView

/** A register: a number (negative ones are sign-extended), a bigint (its low 64 bits), a pointer to a view, or NULL. */
export type SyscallArg = number | bigint | View | null | undefined

/** The upper word of the address of a view that stands in register 0; each further one lies in a window of its own. */
export const VIEW_WINDOW_HIGH = 0x1000

/**
 * The six argument registers of an x86-64 syscall, and the memory that pointers in them point into. They are kept as they
 * were given, for most calls look at few of them; a handler reads each as the C type of its argument: a 32-bit one ignores
 * the upper half. The dispatcher reuses one Registers for call after call, unless the call sleeps.
 */
export class Registers {
  readonly args: SyscallArg[]
  memory: Memory

  /** @param args six of them, shared with who reads `memory` through them */
  constructor(args: SyscallArg[], memory: Memory) {
    this.args = args
    this.memory = memory
  }

  /** Register `n` as an int. */
  i32(n: number): number {
    const arg = this.args[n]
    return typeof arg === 'number' ? arg | 0 : typeof arg === 'bigint' ? lowWord(arg) : 0
  }

  /** Register `n` as an unsigned int: its lower 32 bits. */
  u32(n: number): number {
    return this.i32(n) >>> 0
  }

  /** The upper 32 bits of register `n`, unsigned. */
  hi(n: number): number {
    const arg = this.args[n]
    if (typeof arg === 'number') return highOfNumber(arg) >>> 0
    if (arg === undefined || arg === null) return 0
    return typeof arg === 'bigint' ? highWord(arg) >>> 0 : (n + 1) * VIEW_WINDOW_HIGH
  }

  /** Register `n` as a size_t or unsigned long; a number, so above 2^53 only roughly. */
  size(n: number): number {
    const arg = this.args[n]
    // What is small stays an integer: sums with a float are floats, and all that comes of them.
    if (typeof arg === 'number' && arg >= 0 && (arg | 0) === arg) return arg | 0
    return this.hi(n) * 0x1_0000_0000 + this.u32(n)
  }

  /** Register `n` as a long; above 2^53 only roughly. */
  i64(n: number): number {
    const arg = this.args[n]
    if (typeof arg === 'number' && (arg | 0) === arg) return arg | 0
    return (this.hi(n) | 0) * 0x1_0000_0000 + this.u32(n)
  }

  /** Register `n` as a user address; 0 is NULL. */
  ptr(n: number): number {
    return this.size(n)
  }
}

const lowWord = (value: bigint): number => Number(BigInt.asIntN(32, value))
const highWord = (value: bigint): number => Number(BigInt.asIntN(32, value >> 32n))

/** The upper word of a number as C would extend it. */
function highOfNumber(value: number): number {
  return value >= -0x8000_0000 && value <= 0x7fff_ffff ? value >> 31 : Math.floor(value / 0x1_0000_0000)
}
