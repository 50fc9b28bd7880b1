import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import {
  decodeEvents,
  EventDecoder,
  EventDecoderStream,
  EventStreamError,
  encodeEvents,
  type FanotifyEvent,
  MAX_EVENT_LEN,
  readEvents,
} from '../../src/uapi/index.js'
import { anyEdits, anyEvent, spoil } from './arbitrary-event.js'
import { goldenStreams } from './golden-streams.js'

/** Cuts bytes at the given places; each chunk is memory of its own. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b)
  return ends.map((end, i) => bytes.slice(i === 0 ? 0 : ends[i - 1], end))
}

/** What decodeEvents would say, out of chunks. */
function decodeChunks(chunks: readonly Uint8Array[]): ReturnType<typeof decodeEvents> {
  const decoder = new EventDecoder()
  const events = chunks.flatMap((chunk) => decoder.push(chunk))
  decoder.end()
  const { bytesConsumed, bytesLeft, stop, error } = decoder
  return { events, bytesConsumed, bytesLeft, stop, ...(error && { error }) }
}

async function collect(source: AsyncIterable<FanotifyEvent>): Promise<{ events: FanotifyEvent[]; error: unknown }> {
  const events: FanotifyEvent[] = []
  try {
    for await (const event of source) events.push(event)
  } catch (error) {
    return { events, error }
  }
  return { events, error: undefined }
}

const small = goldenStreams.filter(([, bytes]) => bytes.length <= 1000)

describe.each(small)('%s', (_name, bytes) => {
  test('cut in two anywhere is the same', () => {
    const expected = decodeEvents(bytes)
    for (let place = 0; place <= bytes.length; place++) expect(decodeChunks(cut(bytes, [place]))).toEqual(expected)
  })

  test('cut short anywhere is the same', () => {
    for (let length = 0; length < bytes.length; length++) {
      const short = bytes.slice(0, length)
      expect(decodeChunks(cut(short, [length >> 1]))).toEqual(decodeEvents(short))
    }
  })
})

test.each(goldenStreams.filter(([, bytes]) => bytes.length < 4000).slice(0, 20))(
  '%s, a byte at a time',
  (_name, bytes) => {
    expect(decodeChunks([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(decodeEvents(bytes))
  },
)

const stream = fc
  .tuple(fc.array(anyEvent, { maxLength: 6 }), anyEdits)
  .map(([events, edits]) => spoil(encodeEvents(events), edits))
const places = fc.array(fc.nat(5000), { maxLength: 8 })

test.prop([stream, places], { numRuns: 300 })(
  'any stream, sound or spoilt, cut anywhere is the same',
  (bytes, where) => {
    expect(decodeChunks(cut(bytes, where))).toEqual(decodeEvents(bytes))
  },
)

describe.each([
  ['readEvents', (chunks: Uint8Array[]) => readEvents(chunks)],
  ['readEvents of a web stream', (chunks: Uint8Array[]) => readEvents(ReadableStream.from(chunks))],
  ['EventDecoderStream', (chunks: Uint8Array[]) => ReadableStream.from(chunks).pipeThrough(new EventDecoderStream())],
] as const)('%s', (_name, open) => {
  test.prop([stream, places], { numRuns: 60 })('gives every whole event, then the error', async (bytes, where) => {
    const expected = decodeEvents(bytes)
    const { events, error } = await collect(open(cut(bytes, where)))
    expect(events).toEqual(expected.events)
    if (!expected.error) expect(error).toBeUndefined()
    else {
      expect(error).toBeInstanceOf(EventStreamError)
      expect(error).toMatchObject({ stop: expected.stop, ...expected.error })
    }
  })

  test('a reader that stops early is not an error', async () => {
    const [, bytes] = goldenStreams.find(([name]) => name.startsWith('v7.3-fsd'))!
    for await (const event of open([bytes])) {
      expect(event.vers).toBe(3)
      break
    }
  })
})

test('an error of the source comes through', async () => {
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield encodeEvents([{ mask: 1n }])
    throw new TypeError('the disk is gone')
  }
  const read = await collect(readEvents(failing()))
  expect(read.events).toHaveLength(1)
  expect(read.error).toEqual(new TypeError('the disk is gone'))
  const piped = await collect(ReadableStream.from(failing()).pipeThrough(new EventDecoderStream()))
  expect(piped.error).toEqual(new TypeError('the disk is gone'))
})

test('the group and machine are handed on', () => {
  const decoder = new EventDecoder({ machine: 's390x', group: 'ns' })
  const [event] = decoder.push(encodeEvents([{ mask: 0x4000n }], { machine: 's390x' }))
  expect(event).toMatchObject({ mask: 0x4000n, group: 'ns' })
})

test('an event in a thousand chunks is joined once', () => {
  const bytes = encodeEvents([
    { mask: 1n, info: [{ raw: Uint8Array.of(99, 0, 0xff, 0xff, ...new Uint8Array(65531)) }] },
  ])
  const decoder = new EventDecoder()
  const started = performance.now()
  const events = [...bytes].flatMap((byte) => decoder.push(Uint8Array.of(byte)))
  expect(events).toHaveLength(1)
  // joining at every chunk would copy 2 GB
  expect(performance.now() - started).toBeLessThan(2000)
})

test('what comes after the stop is counted and not looked at', () => {
  const decoder = new EventDecoder()
  expect(decoder.push(encodeEvents([{ mask: 1n, vers: 9 }]))).toEqual([])
  expect(decoder.push(encodeEvents([{ mask: 1n }]))).toEqual([])
  decoder.end()
  expect(decoder).toMatchObject({ stop: 'bad-version', bytesConsumed: 0, bytesLeft: 48 })
})

describe('a damaged event_len', () => {
  test('does not have everything behind it kept', () => {
    const damaged = encodeEvents([{ mask: 1n }])
    new DataView(damaged.buffer).setUint32(0, 0xffff_ffff, true)
    const chunk = new Uint8Array(64 << 10)
    const decoder = new EventDecoder()
    decoder.push(encodeEvents([{ mask: 2n }]))
    decoder.push(damaged)
    let fed = damaged.length
    while (decoder.stop === 'end') {
      expect(fed).toBeLessThanOrEqual(MAX_EVENT_LEN + chunk.length)
      decoder.push(chunk)
      fed += chunk.length
    }
    expect(decoder.stop).toBe('bad-length')
    expect(decoder.error).toMatchObject({ offset: 24, field: 'event_len' })
    expect(decoder.push(encodeEvents([{ mask: 4n }]))).toEqual([])
  })

  test('in one large chunk is told as well', () => {
    const bytes = new Uint8Array(MAX_EVENT_LEN + 25)
    bytes.set(encodeEvents([{ mask: 1n }]))
    new DataView(bytes.buffer).setUint32(0, bytes.length + 1, true)
    const decoder = new EventDecoder()
    expect(decoder.push(bytes)).toEqual([])
    expect(decoder.stop).toBe('bad-length')
  })
})
