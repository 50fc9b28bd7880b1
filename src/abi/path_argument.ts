import { EFAULT, ENAMETOOLONG, ENOENT } from '../uapi/errno.js'
import type { Memory } from './memory.js'
import { PATH_MAX } from './memory.js'
import type { Registers } from './registers.js'

const buffer = new Uint8Array(PATH_MAX)

/** A byte string as the kernel model has names: one code unit a byte. */
export function nameOf(bytes: Uint8Array, length: number = bytes.length): string {
  let name = ''
  for (let i = 0; i < length; i++) name += String.fromCharCode(bytes[i]!)
  return name
}

/** The last string read with each hash: programs name the same files over and over, and a string that is known is flat and hashed. */
const seen: string[] = new Array<string>(256).fill('')

/** As {@link nameOf} for the first `length` bytes of the buffer, whose hash is given. */
function knownName(length: number, hash: number): string {
  const known = seen[hash & 255]!
  if (known.length === length) {
    let at = 0
    while (at < length && known.charCodeAt(at) === buffer[at]) at++
    if (at === length) return known
  }
  const name = nameOf(buffer, length)
  seen[hash & 255] = name
  return name
}

/** The NUL-terminated byte string at `address`, -EFAULT, or -ENAMETOOLONG without a NUL in `max` (at most PATH_MAX) bytes. */
export function readString(memory: Memory, address: number, max: number = PATH_MAX): string | number {
  const got = memory.copyIn(address, buffer, max)
  let hash = 0
  for (let at = 0; at < got; at++) {
    const byte = buffer[at]!
    if (byte === 0) return knownName(at, hash ^ (hash >>> 15))
    hash = Math.imul(hash ^ byte, 0x0100_0193)
  }
  return got < max ? -EFAULT : -ENAMETOOLONG
}

/** The path that register `n` points to, which may be empty; -EFAULT, or -ENAMETOOLONG without a NUL in PATH_MAX bytes. */
export function readPath(regs: Registers, n: number): string | number {
  return readString(regs.memory, regs.ptr(n))
}

/** As {@link readPath} for calls that have no use for an empty path: -ENOENT. */
export function readNonEmptyPath(regs: Registers, n: number): string | number {
  const path = readString(regs.memory, regs.ptr(n))
  return path === '' ? -ENOENT : path
}
