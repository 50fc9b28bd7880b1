import { deepStrictEqual } from 'node:assert'
import { decodeEvents, encodeEvents, type FanotifyEvent } from '../src/uapi/index.js'
import type { Case, Group } from './lib/case.js'
import { idsStream, namesStream, plainStream, type Stream } from './lib/stream.js'
import { encodeByHand } from './rivals/hand-written-encode.js'

function encodeCase(stream: Stream): Case {
  const reads: FanotifyEvent[][] = stream.reads.map((read) => decodeEvents(read).events)
  for (const [i, events] of reads.entries()) {
    deepStrictEqual(encodeEvents(events), stream.reads[i])
    deepStrictEqual(encodeByHand(events), stream.reads[i])
  }
  return {
    name: `codec-encode/${stream.name}`,
    unit: 'event',
    candidates: [
      {
        name: 'encodeEvents',
        operations: stream.events,
        run: () => reads.reduce((size, events) => size + encodeEvents(events).length, 0),
      },
      {
        name: 'hand-written twin',
        operations: stream.events,
        run: () => reads.reduce((size, events) => size + encodeByHand(events).length, 0),
      },
    ],
    targets: [{ of: 'encodeEvents', than: 'hand-written twin', atMost: 1.2 }],
  }
}

/** Objects back to bytes. */
export const group: Group = {
  name: 'codec-encode',
  title: 'Objects to bytes',
  about:
    'Arrays of decoded events, as many as a read of 16 KiB holds, become bytes again; the benchmark compares them with ' +
    'the original. The twin knows these record types alone, and makes the same checks of the lengths and the name.',
  cases: () => [plainStream(), idsStream(), namesStream()].map(encodeCase),
}
