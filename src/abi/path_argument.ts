import { EFAULT, ENAMETOOLONG, ENOENT } from '../uapi/errno.js'
import type { Memory } from './memory.js'
import { PATH_MAX } from './memory.js'
import type { Registers } from './registers.js'

/** A byte string as the kernel model has names: one code unit a byte. */
export function nameOf(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  let name = ''
  let at = start
  // Each piece is a string that is made: the fewer the better.
  for (; at + 8 <= end; at += 8)
    name += String.fromCharCode(
      bytes[at]!,
      bytes[at + 1]!,
      bytes[at + 2]!,
      bytes[at + 3]!,
      bytes[at + 4]!,
      bytes[at + 5]!,
      bytes[at + 6]!,
      bytes[at + 7]!,
    )
  for (; at < end; at++) name += String.fromCharCode(bytes[at]!)
  return name
}

interface KnownName {
  readonly bytes: Uint8Array
  readonly text: string
}

const KNOWN_NAMES = 4096
const LONGEST_KNOWN = 128
/**
 * The last name read at each hash of its end: programs name the same files over and over, and a string that is known is
 * flat and hashed.
 */
const knownNames: KnownName[] = new Array<KnownName>(KNOWN_NAMES).fill({ bytes: new Uint8Array(0), text: '' })

/** Where a name is kept that ends like the bytes before `end`. */
function slotOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start
  for (let at = hash > 4 ? end - 4 : start; at < end; at++) hash = Math.imul(hash, 31) + bytes[at]!
  return hash & (KNOWN_NAMES - 1)
}

/** True if `known` lies in `bytes` at `start`, which has room for it. */
function liesAt(bytes: Uint8Array, start: number, known: Uint8Array): boolean {
  const { length } = known
  let at = 0
  for (; at + 4 <= length; at += 4) {
    if (known[at] !== bytes[start + at] || known[at + 1] !== bytes[start + at + 1]) return false
    if (known[at + 2] !== bytes[start + at + 2] || known[at + 3] !== bytes[start + at + 3]) return false
  }
  for (; at < length; at++) if (known[at] !== bytes[start + at]) return false
  return true
}

/** As {@link nameOf}. */
function knownName(bytes: Uint8Array, start: number, end: number): string {
  const slot = slotOf(bytes, start, end)
  const known = knownNames[slot]!
  if (known.bytes.length === end - start && liesAt(bytes, start, known.bytes)) return known.text
  const text = nameOf(bytes, start, end)
  if (end - start <= LONGEST_KNOWN) knownNames[slot] = { bytes: bytes.slice(start, end), text }
  return text
}

/** The NUL-terminated byte string at `address`, -EFAULT, or -ENAMETOOLONG without a NUL in `max` bytes. */
export function readString(memory: Memory, address: number, max: number = PATH_MAX): string | number {
  const got = memory.locate(address, max)
  const { found: bytes, foundAt: start } = memory
  const end = start + got
  // Mostly the NUL is the last byte there is, and a known name, which has none, need not be searched for one.
  if (got > 0 && bytes[end - 1] === 0) {
    const known = knownNames[slotOf(bytes, start, end - 1)]!
    if (known.bytes.length === got - 1 && liesAt(bytes, start, known.bytes)) return known.text
  }
  let at = start
  while (at < end && bytes[at] !== 0) at++
  if (at < end) return knownName(bytes, start, at)
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
