import { deepStrictEqual } from 'node:assert'
import * as P from 'micro-packed'
import { decodeIds, encodeIds } from '../src/uapi/index.js'
import { cWalk } from './lib/c-walk.js'
import type { Case, Group } from './lib/case.js'
import { Random } from './lib/random.js'

const IDS = 65536
const PAGE = 512

function idBytes(): Uint8Array {
  const random = new Random()
  const view = new DataView(new ArrayBuffer(IDS * 8))
  for (let at = 0; at < IDS * 8; at += 8) {
    view.setUint32(at, random.below(0x7fffffff), true)
    view.setUint32(at + 4, 1, true)
  }
  return new Uint8Array(view.buffer)
}

function idsByHand(bytes: Uint8Array): bigint[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const ids: bigint[] = []
  for (let at = 0; at + 8 <= bytes.length; at += 8) ids.push(view.getBigUint64(at, true))
  return ids
}

function readEach(bytes: Uint8Array): number {
  const ids = decodeIds(bytes)
  let even = 0
  for (let i = 0; i < ids.length; i++) if ((ids[i]! & 1n) === 0n) even++
  return even
}

/** A page of ids at a time, as a program that calls listns(2) has them. */
function paged(bytes: Uint8Array, work: (page: Uint8Array) => unknown): () => unknown {
  const pages: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += PAGE * 8) pages.push(bytes.subarray(at, at + PAGE * 8))
  return () => {
    let last: unknown
    for (const page of pages) last = work(page)
    return last
  }
}

function decodeCase(): Case {
  const bytes = idBytes()
  const microPacked = P.array(null, P.U64LE)
  deepStrictEqual([...decodeIds(bytes)], idsByHand(bytes))
  const reference = cWalk('ids', bytes)
  return {
    name: 'codec-ids/decode',
    unit: 'id',
    candidates: [
      { name: 'decodeIds', operations: IDS, run: paged(bytes, (page) => decodeIds(page)) },
      { name: 'decodeIds, each looked at as a bigint', operations: IDS, run: paged(bytes, readEach) },
      { name: 'hand-written loop to a bigint[]', operations: IDS, run: paged(bytes, idsByHand) },
      { name: 'micro-packed', operations: IDS, run: paged(bytes, (page) => microPacked.decode(page)) },
      ...(reference ? [reference.candidate] : []),
    ],
  }
}

function encodeCase(): Case {
  const ids = decodeIds(idBytes().subarray(0, PAGE * 8))
  const list = [...ids]
  return {
    name: 'codec-ids/encode',
    unit: 'id',
    candidates: [
      { name: 'encodeIds of a BigUint64Array', operations: PAGE, run: () => encodeIds(ids) },
      { name: 'encodeIds of a bigint[]', operations: PAGE, run: () => encodeIds(list) },
    ],
  }
}

/** What listns(2) and listmount(2) fill. */
export const group: Group = {
  name: 'codec-ids',
  title: 'Id arrays',
  about:
    '65,536 u64 ids in arrays of 512, as listns(2) fills them. The C walk adds up both words of each id; decodeIds alone copies, and makes no ' +
    'bigint until one is looked at.',
  cases: () => [decodeCase(), encodeCase()],
}
