import { describe, expect, it } from 'vitest'
import { decodeEvents, eventToJson, fromHex, toHex } from '../../src/uapi/index.js'
import { goldenStreams } from './golden-streams.js'
import { RawWriter, text } from './raw-stream.js'

const w = new RawWriter()
const json = (bytes: number[], options?: Parameters<typeof decodeEvents>[1]) =>
  eventToJson(decodeEvents(Uint8Array.from(bytes), options).events[0]!)

describe('the contract', () => {
  it('a plain event', () => {
    expect(json(w.event(0x40000020n, [], { fd: 5, pid: 12 }))).toEqual({
      event_len: 24,
      vers: 3,
      metadata_len: 24,
      mask: '0x40000020',
      events: ['FAN_OPEN', 'FAN_ONDIR'],
      fd: 5,
      pid: 12,
      info: [],
    })
  })

  it('every record type', () => {
    const fid = (after: number[] = []) => w.fid([-1, 2], -3, [0xde, 0xad, 0xbe, 0xef], after)
    const fields = { fsid: [-1, 2], handle: { handle_bytes: 4, handle_type: -3, f_handle: 'deadbeef' } }
    const records = [
      w.record(1, fid()),
      w.record(2, fid(text('näme', 3))),
      w.record(3, fid()),
      w.record(4, w.u32(-2)),
      w.record(5, [...w.u32(5), ...w.u32(7)]),
      w.record(6, [...w.u32(0), ...w.u64(1n << 63n), ...w.u64(4096n)]),
      w.record(7, w.ids((1n << 64n) - 1n)),
      w.record(8, w.ids(9n, 3n)),
      w.record(10, fid([0x61, 0xff, 0, 0])),
      w.record(99, [1, 2]),
    ]
    expect(json(w.event(1n, records)).info).toEqual([
      { info_type: 1, len: 24, ...fields },
      { info_type: 2, len: 32, ...fields, name: 'näme' },
      { info_type: 3, len: 24, ...fields },
      { info_type: 4, len: 8, pidfd: -2 },
      { info_type: 5, len: 12, error: 5, error_count: 7 },
      { info_type: 6, len: 24, offset: '9223372036854775808', count: '4096' },
      { info_type: 7, len: 16, mnt_id: '18446744073709551615' },
      { info_type: 8, len: 24, self_nsid: '9', owner_nsid: '3' },
      { info_type: 10, len: 28, ...fields, name: 'a\ufffd', name_raw: '61ff' },
      { info_type: 99, len: 6, raw: '630006000102' },
    ])
  })

  it('the names of the bits follow the group', () => {
    expect(json(w.event(0x100n, [w.record(8, w.ids(9n, 3n))])).events).toEqual(['FAN_NS_CREATE'])
    expect(json(w.event(0x100n)).events).toEqual(['FAN_CREATE'])
    expect(json(w.event(0x100n), { group: 'ns' }).events).toEqual(['FAN_NS_CREATE'])
    const event = decodeEvents(Uint8Array.from(w.event(0x100n))).events[0]!
    expect(eventToJson(event, 'ns').events).toEqual(['FAN_NS_CREATE'])
  })

  it('says what is wrong with a broken record', () => {
    expect(json(w.event(1n, [w.record(7, [1, 2, 3, 4])])).info).toEqual([
      {
        info_type: 7,
        len: 8,
        raw: '0700080001020304',
        broken: { offset: 26, field: 'hdr.len', reason: '8 is less than the 16 bytes of a record of type 7' },
      },
    ])
  })

  it('drops nothing that is not zero', () => {
    const odd = json(
      w.event(1n, [w.record(7, [1, 0, 0, 0, ...w.u64(2n), 3], { pad: 4 }), [5, 6]], { reserved: 7, tail: [8, 9] }),
    )
    expect(odd).toMatchObject({ reserved: 7, metadata_tail: '0809', trailing: '0506' })
    expect(odd.info).toEqual([{ info_type: 7, len: 17, mnt_id: '2', pad: 4, pad2: 1, tail: '03' }])
  })
})

it.each(goldenStreams)('%s survives JSON', (_name, bytes) => {
  for (const event of decodeEvents(bytes).events) {
    const plain = eventToJson(event)
    expect(JSON.parse(JSON.stringify(plain))).toEqual(plain)
  }
})

describe('hex', () => {
  it('there and back', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i)
    expect(fromHex(toHex(bytes))).toEqual(bytes)
    expect(toHex(Uint8Array.of(0, 10, 255))).toBe('000aff')
    expect(fromHex('0AfF')).toEqual(Uint8Array.of(10, 255))
  })
  it.each(['0', '0g', ' 00', '00 11'])('%j is not hex', (bad) => {
    expect(() => fromHex(bad)).toThrow(SyntaxError)
  })
})
