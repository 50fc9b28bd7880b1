import { EFAULT, EINVAL } from '../uapi/errno.js'
import type { Memory } from './memory.js'

const NANOSECONDS = 1_000_000_000n
const MICROSECONDS = 1_000_000n
/** Bytes of the kernel's own sigset_t. */
const SIGSET_SIZE = 8

const bytes = new Uint8Array(16)
const view = new DataView(bytes.buffer)

/** Whether a call with the `struct timespec` at `address` may sleep; true for NULL, -errno for one that is no time. */
export function timespecWaits(memory: Memory, address: number): boolean | number {
  if (address === 0) return true
  if (memory.copyIn(address, bytes, 16) < 16) return -EFAULT
  return waits(view.getBigInt64(0, true), view.getBigInt64(8, true))
}

/** As {@link timespecWaits} of a `struct timeval`, whose microseconds may be more than a second. */
export function timevalWaits(memory: Memory, address: number): boolean | number {
  if (address === 0) return true
  if (memory.copyIn(address, bytes, 16) < 16) return -EFAULT
  const microseconds = view.getBigInt64(8, true)
  const seconds = BigInt.asIntN(64, view.getBigInt64(0, true) + microseconds / MICROSECONDS)
  return waits(seconds, (microseconds % MICROSECONDS) * 1000n)
}

function waits(seconds: bigint, nanoseconds: bigint): boolean | number {
  if (seconds < 0n || nanoseconds < 0n || nanoseconds >= NANOSECONDS) return -EINVAL
  return seconds !== 0n || nanoseconds !== 0n
}

/** Reads a signal mask, which has nothing to act on here: 0 or -errno. */
export function checkSigmask(memory: Memory, address: number, size: number): number {
  if (address === 0) return 0
  if (size !== SIGSET_SIZE) return -EINVAL
  return memory.copyIn(address, bytes, SIGSET_SIZE) < SIGSET_SIZE ? -EFAULT : 0
}
