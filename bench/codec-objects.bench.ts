import { deepStrictEqual } from 'node:assert'
import { decodeEvents } from '../src/uapi/index.js'
import type { Case, Group } from './lib/case.js'
import { headOf, idsStream, namesStream, plainStream, type Stream } from './lib/stream.js'
import { binaryParser } from './rivals/binary-parser.js'
import { objectsByHand } from './rivals/hand-written-objects.js'
import { microPacked } from './rivals/micro-packed.js'
import { typedStructNew } from './rivals/typed-struct.js'

function decodeReads(stream: Stream): number {
  let count = 0
  for (const read of stream.reads) count += decodeEvents(read).events.length
  return count
}

function decodeReadsByHand(stream: Stream): number {
  let count = 0
  for (const read of stream.reads) count += objectsByHand(read).length
  return count
}

function objectsCase(stream: Stream): Case {
  for (const read of stream.reads) deepStrictEqual(objectsByHand(read), decodeEvents(read).events)
  const head = headOf(stream, 1024)
  return {
    name: `codec-objects/${stream.name}`,
    unit: 'event',
    candidates: [
      { name: 'decodeEvents', operations: stream.events, run: () => decodeReads(stream) },
      { name: 'hand-written loop', operations: stream.events, run: () => decodeReadsByHand(stream) },
      { name: 'binary-parser', operations: stream.events, run: () => binaryParser(stream) },
      { name: 'micro-packed', operations: head.events, run: () => microPacked(head) },
      { name: 'typed-struct, new', operations: head.events, run: () => typedStructNew(head) },
    ],
    targets: [
      { of: 'decodeEvents', than: 'hand-written loop', atMost: 1.2 },
      { of: 'decodeEvents', than: 'binary-parser', atMost: 1 },
    ],
  }
}

/** Events as objects, from reads of 16 KiB. */
export const group: Group = {
  name: 'codec-objects',
  title: 'Events as objects',
  about:
    'Each read of up to 16 KiB is decoded to an array of objects, which is then dropped. The hand-written loop knows only the ' +
    'record types of these streams; it builds the same objects (the benchmark compares them) with the same checks. ' +
    'binary-parser and micro-packed are told that each event has exactly one record, and check nothing else. ' +
    'Where binary-parser is the faster one, that is why: decodeEvents checks every length and bound, and takes any records in any number.',
  cases: () => [plainStream(), idsStream(), namesStream()].map(objectsCase),
}
