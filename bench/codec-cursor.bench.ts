import { strictEqual } from 'node:assert'
import {
  EventReader,
  FAN_EVENT_INFO_TYPE_DFID_NAME,
  FAN_EVENT_INFO_TYPE_MNT,
  FAN_EVENT_INFO_TYPE_NS,
} from '../src/uapi/index.js'
import { cWalk } from './lib/c-walk.js'
import type { Candidate, Case, Group } from './lib/case.js'
import { headOf, idsStream, namesStream, plainStream, type Stream } from './lib/stream.js'
import { binaryParser } from './rivals/binary-parser.js'
import { sumByHand } from './rivals/hand-written.js'
import { microPacked } from './rivals/micro-packed.js'
import { typedStructNew, typedStructReused } from './rivals/typed-struct.js'

const reader = new EventReader(new Uint8Array(0))

function sumEvents(bytes: Uint8Array): number {
  reader.reset(bytes)
  let sum = 0
  while (reader.next()) sum = (sum + reader.maskLo + reader.fd + reader.pid) | 0
  return sum >>> 0
}

function sumRecords(bytes: Uint8Array): number {
  reader.reset(bytes)
  let sum = 0
  while (reader.next()) {
    sum = (sum + reader.maskLo + reader.pid) | 0
    while (reader.nextInfo()) {
      switch (reader.infoType) {
        case FAN_EVENT_INFO_TYPE_MNT:
          sum = (sum + reader.mntIdLo + reader.mntIdHi) | 0
          break
        case FAN_EVENT_INFO_TYPE_NS:
          sum = (sum + reader.selfNsidLo + reader.selfNsidHi) | 0
          sum = (sum + reader.ownerNsidLo + reader.ownerNsidHi) | 0
          break
        case FAN_EVENT_INFO_TYPE_DFID_NAME:
          sum = (sum + reader.handleLength + reader.handleType) | 0
          break
      }
    }
  }
  return sum >>> 0
}

/** A read at a time, as a program does: a loop of 65,536 events in one call would be stuck in on-stack replaced code. */
function sumReads(stream: Stream, sum: (bytes: Uint8Array) => number): number {
  let total = 0
  for (const read of stream.reads) total = (total + sum(read)) | 0
  return total >>> 0
}

function cursorCase(stream: Stream, records: boolean, timesC: number): Case {
  const sum = records ? sumRecords : sumEvents
  const { bytes, events } = stream
  const byHand = (read: Uint8Array): number => sumByHand(read, records)
  const head = headOf(stream, 1024)
  const reference = cWalk(records ? 'records' : 'events', bytes)
  const expected = sumReads(stream, sum)
  strictEqual(sumReads(stream, byHand), expected)
  if (reference) strictEqual(reference.sum, expected)
  const cursor: Candidate = { name: 'cursor', operations: events, run: () => sumReads(stream, sum) }
  return {
    name: `codec-cursor/${stream.name}`,
    unit: 'event',
    candidates: [
      cursor,
      ...(reference ? [reference.candidate] : []),
      { name: 'hand-written DataView loop', operations: events, run: () => sumReads(stream, byHand) },
      { name: 'binary-parser', operations: events, run: () => binaryParser(stream) },
      { name: 'typed-struct, reused', operations: head.events, run: typedStructReused(head) },
      { name: 'micro-packed', operations: head.events, run: () => microPacked(head) },
      { name: 'typed-struct, new', operations: head.events, run: () => typedStructNew(head) },
    ],
    targets: [
      { of: 'cursor', than: 'C walk', atMost: timesC },
      { of: 'micro-packed', than: 'cursor', atLeast: 50 },
      { of: 'typed-struct, new', than: 'cursor', atLeast: 500 },
    ],
  }
}

/** EventReader, which allocates nothing per event. */
export const group: Group = {
  name: 'codec-cursor',
  title: 'Cursor',
  about:
    'EventReader over 65,536 events in reads of 16 KiB, summing mask, fd and pid of each; with records, summing mask, pid and the ids or the file ' +
    "handle's length and type of each record. The C walk and the hand-written loop do the same with the same checks, and the " +
    'three sums have to be equal. The libraries decode to objects, which is all they can do; typed-struct also to one that is reused. ' +
    'Where 500 times typed-struct is missed: on an event with a name the cursor checks the bounds of handle and name, which typed-struct is told.',
  cases: () => [
    cursorCase(plainStream(), false, 3),
    cursorCase(idsStream(), true, 4),
    cursorCase(namesStream(), true, 4),
  ],
}
