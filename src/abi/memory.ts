import { EFAULT, ENAMETOOLONG } from '../uapi/errno.js'

/** Longest path that a syscall takes, its NUL included. */
export const PATH_MAX = 4096
/** First address that no user mapping can have (47-bit user address space). */
const TASK_SIZE_MAX = 0x7fff_ffff_f000

/**
 * Memory behind integer pointers, as an embedder has it. Both calls may stop early: where they stop the kernel faults.
 */
export interface UserMemory {
  /** The bytes from `addr` on, at most `len` of them; fewer where the memory is not readable. */
  read(addr: bigint, len: number): Uint8Array
  /** Writes `bytes` to `addr` and gives how many could be written. */
  write(addr: bigint, bytes: Uint8Array): number
}

const NOTHING = new Uint8Array(0)

/**
 * What the syscall handlers see of a caller's address space. Addresses are numbers: a user address is below 2^47, anything above faults.
 */
export abstract class Memory {
  /** The bytes that {@link locate} found, from `foundAt` on. They are the caller's own: to be read at once, and left alone. */
  found: Uint8Array = NOTHING
  foundAt = 0

  /** Sets {@link found} to what lies at `addr`, and gives how many of the `len` bytes there are before the fault. */
  abstract locate(addr: number, len: number): number
  /** The call is over: what {@link locate} found is the caller's again. */
  forget(): void {
    this.found = NOTHING
  }

  /** Copies `len` bytes from `addr` into `dst` at `at`; gives how many were copied before the fault (`len` when there was none). */
  abstract copyIn(addr: number, dst: Uint8Array, len: number, at?: number): number
  /** Copies `len` bytes of `src` from `at` on to `addr`; gives how many were copied before the fault. */
  abstract copyOut(addr: number, src: Uint8Array, len: number, at?: number): number
  /** How many of the `len` bytes at `addr` could be written, as far as that is known without writing. */
  abstract writable(addr: number, len: number): number

  /** The bytes of a NUL-terminated string without the NUL, or -EFAULT, or -ENAMETOOLONG if it has no NUL in `max` bytes. */
  readCString(addr: number, max: number = PATH_MAX): Uint8Array | number {
    const got = this.locate(addr, max)
    const bytes = this.found.slice(this.foundAt, this.foundAt + got)
    const end = bytes.indexOf(0)
    if (end >= 0) return bytes.subarray(0, end)
    return got < max ? -EFAULT : -ENAMETOOLONG
  }
}

/** True if the kernel's range check passes: `len` bytes from `addr` end below the top of user space. */
export function accessOk(addr: number, len: number): boolean {
  return addr >= 0 && addr + len <= TASK_SIZE_MAX
}

const scratch = new Uint8Array(16)
const scratchView = new DataView(scratch.buffer)

/** put_user of a 32-bit value: 0 or -EFAULT, never half a value. */
export function putUser32(memory: Memory, addr: number, value: number): number {
  if (memory.writable(addr, 4) < 4) return -EFAULT
  scratchView.setUint32(0, value, true)
  return memory.copyOut(addr, scratch, 4) < 4 ? -EFAULT : 0
}

/** put_user of a 64-bit value given as a number below 2^53: 0 or -EFAULT. */
export function putUser64(memory: Memory, addr: number, value: number): number {
  if (memory.writable(addr, 8) < 8) return -EFAULT
  scratchView.setUint32(0, value, true)
  scratchView.setUint32(4, Math.floor(value / 0x1_0000_0000), true)
  return memory.copyOut(addr, scratch, 8) < 8 ? -EFAULT : 0
}

/** copy_to_user of `bytes`: 0 or -EFAULT; what lies before the fault is written. */
export function copyToUser(memory: Memory, addr: number, bytes: Uint8Array, len: number = bytes.length): number {
  return memory.copyOut(addr, bytes, len) < len ? -EFAULT : 0
}

/** copy_from_user into `dst`: 0 or -EFAULT. */
export function copyFromUser(memory: Memory, addr: number, dst: Uint8Array, len: number = dst.length): number {
  return memory.copyIn(addr, dst, len) < len ? -EFAULT : 0
}

/** An embedder's {@link UserMemory} as {@link Memory}. */
export class EmbedderMemory extends Memory {
  readonly #user: UserMemory

  constructor(user: UserMemory) {
    super()
    this.#user = user
  }

  override locate(addr: number, len: number): number {
    if (len === 0 || !accessOk(addr, 1)) return 0
    this.found = this.#user.read(BigInt(addr), len)
    return Math.min(this.found.length, len)
  }

  override copyIn(addr: number, dst: Uint8Array, len: number, at = 0): number {
    const got = this.locate(addr, len)
    if (got !== 0) dst.set(got === this.found.length ? this.found : this.found.subarray(0, got), at)
    return got
  }

  override copyOut(addr: number, src: Uint8Array, len: number, at = 0): number {
    if (len === 0) return 0
    if (!accessOk(addr, 1)) return 0
    return Math.min(this.#user.write(BigInt(addr), len === src.length ? src : src.subarray(at, at + len)), len)
  }

  override writable(_addr: number, len: number): number {
    return len
  }
}
