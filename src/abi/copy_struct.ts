import { E2BIG, EFAULT } from '../uapi/errno.js'
import type { Memory } from './memory.js'

/** Largest struct that an extensible syscall takes. */
export const PAGE_SIZE = 4096

const tail = new Uint8Array(PAGE_SIZE)

/**
 * Reads an extensible struct of `usize` bytes (at most a page; the caller has checked that and the least size) into
 * `dst`, which is as long as the newest version known. What is missing is zero.
 *
 * @returns 0; -E2BIG if bytes past `dst` are not all zero; -EFAULT.
 */
export function copyStructFromUser(memory: Memory, addr: number, usize: number, dst: Uint8Array): number {
  const ksize = dst.length
  if (usize > ksize) {
    const rest = usize - ksize
    const got = memory.copyIn(addr + ksize, tail, rest)
    for (let at = 0; at < got; at++) if (tail[at] !== 0) return -E2BIG
    if (got < rest) return -EFAULT
  } else dst.fill(0, usize)
  const size = usize < ksize ? usize : ksize
  return memory.copyIn(addr, dst, size) < size ? -EFAULT : 0
}
