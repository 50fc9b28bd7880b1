import { type Bytes, bytesOf } from './bytes.js'
import type { Machine } from './machine.js'

/** Whose byte order an array of ids is in. */
export interface IdArrayOptions {
  /** The machine whose kernel wrote it, or will read it; `x86_64` when left out. */
  machine?: Machine | undefined
}

const HOST_IS_LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1

const hasOtherOrder = (machine: Machine | undefined): boolean => (machine === 's390x') === HOST_IS_LITTLE_ENDIAN

/** Turns round the bytes of each u64, in place. */
function swap(ids: BigUint64Array): void {
  const view = new DataView(ids.buffer, ids.byteOffset, ids.byteLength)
  for (let at = 0; at < ids.byteLength; at += 8) view.setBigUint64(at, view.getBigUint64(at, true), false)
}

/**
 * The ids in an array of u64, such as listns(2) and listmount(2) fill: copied, at any alignment. Bytes behind the last
 * whole id are not looked at.
 *
 * Source: listns(2) of seed 003.
 */
export function decodeIds(bytes: Bytes, options?: IdArrayOptions): BigUint64Array<ArrayBuffer> {
  const source = bytesOf(bytes)
  const ids = new BigUint64Array(source.byteLength >>> 3)
  new Uint8Array(ids.buffer).set(source.subarray(0, ids.byteLength))
  if (hasOtherOrder(options?.machine)) swap(ids)
  return ids
}

/** The bytes of an array of u64 ids, 8 each; an id's bits above 63 are cut off, as in C. The other way round: {@link decodeIds}. */
export function encodeIds(ids: ArrayLike<bigint>, options?: IdArrayOptions): Uint8Array<ArrayBuffer> {
  const words = new BigUint64Array(ids.length)
  for (let i = 0; i < ids.length; i++) words[i] = ids[i]!
  if (hasOtherOrder(options?.machine)) swap(words)
  return new Uint8Array(words.buffer)
}
