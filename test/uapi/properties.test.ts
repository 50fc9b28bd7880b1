import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import {
  decodeEvents,
  EventReader,
  encodedLength,
  encodeEvents,
  eventToJson,
  type FanotifyEvent,
  type FanotifyEventInit,
  MACHINES,
} from '../../src/uapi/index.js'
import { anyEdits, anyEvent, spoil } from './arbitrary-event.js'

const anyMachine = fc.constantFrom(...MACHINES)

/** Walks the whole stream with the cursor and reads every member: what it says, as the object decoder would say it. */
function walk(reader: EventReader): { mask: bigint; info: [type: number, len: number][] }[] {
  const found: { mask: bigint; info: [number, number][] }[] = []
  while (reader.next()) {
    const info: [number, number][] = []
    while (reader.nextInfo()) {
      info.push([reader.infoType, reader.infoLen])
      expect(reader.infoOffset + reader.infoLen).toBeLessThanOrEqual(reader.offset + reader.eventLen)
    }
    found.push({ mask: (BigInt(reader.maskHi) << 32n) | BigInt(reader.maskLo), info })
  }
  return found
}

/** Checks everything that holds for any bytes whatever. */
function total(bytes: Uint8Array, machine: (typeof MACHINES)[number]): FanotifyEvent[] {
  const before = bytes.slice()
  const { events, bytesConsumed, bytesLeft, stop, error } = decodeEvents(bytes, { machine })
  expect(bytes).toEqual(before)
  expect(bytesConsumed + bytesLeft).toBe(bytes.length)
  expect(stop === 'end').toBe(bytesLeft === 0)
  expect(error === undefined).toBe(stop === 'end')
  if (error) {
    expect(error.offset).toBeGreaterThanOrEqual(bytesConsumed)
    expect(error.offset).toBeLessThan(bytes.length)
  }
  expect(encodeEvents(events, { machine })).toEqual(bytes.subarray(0, bytesConsumed))
  for (const event of events) expect(encodedLength(event, { machine })).toBe(event.event_len)
  expect(events.reduce((sum, event) => sum + event.event_len, 0)).toBe(bytesConsumed)

  const reader = new EventReader(bytes, { machine })
  const walked = walk(reader)
  expect(walked).toEqual(
    events.map((event) => ({
      mask: event.mask,
      info: event.info.map((info) => [info.raw && info.error ? 0 : info.info_type, info.raw?.length ?? info.len]),
    })),
  )
  expect([reader.stop, reader.error, reader.bytesConsumed]).toEqual([stop, error, bytesConsumed])
  JSON.stringify(events.map((event) => eventToJson(event)))
  return events
}

describe('any bytes', () => {
  test.prop([fc.uint8Array({ maxLength: 400 }), anyMachine], { numRuns: 300 })('garbage', (bytes, machine) => {
    total(bytes, machine)
  })

  const plausible = fc
    .tuple(
      fc.integer({ min: 20, max: 90 }),
      fc.integer({ min: 22, max: 40 }),
      fc.uint8Array({ minLength: 90, maxLength: 90 }),
    )
    .map(([eventLen, metadataLen, bytes]) => {
      const event = bytes.slice(0, Math.max(eventLen, 24))
      new DataView(event.buffer).setUint32(0, eventLen, true)
      event[4] = 3
      new DataView(event.buffer).setUint16(6, metadataLen, true)
      return event
    })
  test.prop([fc.array(plausible, { maxLength: 5 })], { numRuns: 300 })('garbage behind sound headers', (parts) => {
    total(Uint8Array.from(parts.flatMap((part) => [...part])), 'x86_64')
  })

  test.prop([fc.array(anyEvent, { maxLength: 6 }), anyEdits, anyMachine], { numRuns: 500 })(
    'spoilt streams',
    (events, edits, machine) => {
      total(spoil(encodeEvents(events), edits), machine)
    },
  )
})

/** Holds decoded events against what was encoded. A record's tail may have grown by the zeros that fill it up to 4 bytes. */
function expectSame(decoded: readonly FanotifyEvent[], given: readonly FanotifyEventInit[]): void {
  expect(decoded).toHaveLength(given.length)
  for (const [i, event] of given.entries()) {
    const { mask, info = [], ...fields } = event
    expect(decoded[i]).toMatchObject({ mask, ...fields })
    expect(decoded[i]!.info).toHaveLength(info.length)
    for (const [k, record] of info.entries()) {
      const found = decoded[i]!.info[k]!
      if (record.raw) expect(found.raw).toEqual(record.raw)
      else {
        const { tail, ...rest } = record
        expect(found).toMatchObject(rest)
        if (tail) expect('tail' in found && found.tail!.subarray(0, tail.length)).toEqual(tail)
      }
    }
  }
}

describe('any events', () => {
  test.prop([fc.array(anyEvent, { maxLength: 6 })], { numRuns: 300 })('come back', (events) => {
    expectSame(total(encodeEvents(events), 'x86_64'), events)
  })

  const noRaw = anyEvent.map((event) => ({ ...event, info: (event.info ?? []).filter((info) => !info.raw) }))
  test.prop([fc.array(noRaw, { maxLength: 6 }), fc.constantFrom('i386' as const, 's390x' as const)], { numRuns: 300 })(
    'come back on other machines',
    (events, machine) => {
      expectSame(total(encodeEvents(events, { machine }), machine), events)
    },
  )
})

describe('the bytes around a stream', () => {
  test.prop([fc.array(anyEvent, { maxLength: 4 }), anyEdits, fc.nat(9), fc.nat(255)], { numRuns: 200 })(
    'are never looked at',
    (events, edits, shift, filler) => {
      const bytes = spoil(encodeEvents(events), edits)
      const room = new Uint8Array(shift + bytes.length + 64).fill(filler)
      room.set(bytes, shift)
      expect(decodeEvents(room.subarray(shift, shift + bytes.length))).toEqual(decodeEvents(bytes))
      // a buffer of which a read filled only the front
      const reader = new EventReader(room.subarray(shift))
      reader.reset(room.subarray(shift), bytes.length)
      expect(walk(reader)).toEqual(walk(new EventReader(bytes)))
    },
  )
})
