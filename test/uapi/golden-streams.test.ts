import { describe, expect, it } from 'vitest'
import {
  decodeEvents,
  EventReader,
  encodeEvents,
  type FanotifyEventInit,
  type FanotifyInfoInit,
} from '../../src/uapi/index.js'
import { goldenStreams } from './golden-streams.js'

/** The event as one would write it by hand: no length given. */
function withoutLengths(event: ReturnType<typeof decodeEvents>['events'][number]): FanotifyEventInit {
  const { event_len: _, metadata_len: __, ...rest } = event
  const info = event.info.map((record): FanotifyInfoInit => {
    if (record.raw) return record
    const { len: ___, ...fields } = record
    if (!('handle' in fields)) return fields
    const { handle_type, f_handle } = fields.handle
    return { ...fields, handle: { handle_type, f_handle } }
  })
  return { ...rest, info }
}

it('there are streams of every kernel', () => {
  for (const kernel of ['v7.2', 'v7.3', 'proposed-nsid'])
    expect(goldenStreams.some(([name]) => name.startsWith(kernel))).toBe(true)
})

describe.each(goldenStreams)('%s', (_name, bytes) => {
  const { events, ...rest } = decodeEvents(bytes)

  it('decodes to its end, every record known', () => {
    expect(rest).toEqual({ bytesConsumed: bytes.length, bytesLeft: 0, stop: 'end' })
    for (const event of events) {
      expect(event.info.filter((info) => info.raw)).toEqual([])
      expect(event).not.toHaveProperty('trailing')
      expect(event).not.toHaveProperty('metadata_tail')
      // a kernel leaves no byte of padding uncleared
      for (const info of event.info) expect(Object.keys(info)).not.toContain('tail')
      for (const info of event.info) expect(Object.keys(info).filter((key) => key.startsWith('pad'))).toEqual([])
    }
  })

  it('encodes to the same bytes', () => {
    expect(encodeEvents(events)).toEqual(bytes)
  })

  it('has the lengths that encoding computes', () => {
    expect(encodeEvents(events.map(withoutLengths))).toEqual(bytes)
  })

  it('reads the same through the cursor', () => {
    const reader = new EventReader(bytes)
    for (const event of events) {
      expect(reader.next()).toBe(true)
      const { eventLen, vers, metadataLen, maskLo, maskHi, fd, pid } = reader
      expect({ eventLen, vers, metadataLen, fd, pid }).toEqual({
        eventLen: event.event_len,
        vers: event.vers,
        metadataLen: event.metadata_len,
        fd: event.fd,
        pid: event.pid,
      })
      expect((BigInt(maskHi) << 32n) | BigInt(maskLo)).toBe(event.mask)
      for (const info of event.info) {
        expect(reader.nextInfo()).toBe(true)
        expect([reader.infoType, reader.infoLen]).toEqual([info.info_type, info.len])
      }
      expect(reader.nextInfo()).toBe(false)
    }
    expect(reader.next()).toBe(false)
    expect([reader.stop, reader.bytesConsumed]).toEqual(['end', bytes.length])
  })
})
