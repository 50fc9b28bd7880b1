import { describe, expect, it } from 'vitest'
import { decodeEvents, EncodeError, encodedLength, encodeEvents, type FanotifyEventInit } from '../../src/uapi/index.js'
import { RawWriter, text } from './raw-stream.js'

const w = new RawWriter()
const f_handle = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)
const name = Uint8Array.from(text('name'))
const named = { info_type: 2 as const, fsid: [1, -2] as [number, number], handle: { handle_type: 1, f_handle }, name }

it('an event needs only its mask', () => {
  expect([...encodeEvents([{ mask: 0x4000n }])]).toEqual(w.event(0x4000n))
})

it('nothing is no bytes', () => {
  expect(encodeEvents([])).toEqual(new Uint8Array(0))
})

it('takes any iterable', () => {
  const events = [{ mask: 1n }, { mask: 2n }]
  expect(encodeEvents(new Set(events))).toEqual(encodeEvents(events))
})

describe('lengths that are left out are what a kernel makes them', () => {
  it.each([
    ['a', 32],
    ['abc', 32],
    ['abcd', 36],
    ['', 32],
  ])('a record with the name %j', (value, len) => {
    const bytes = encodeEvents([{ mask: 1n, info: [{ ...named, name: Uint8Array.from(text(value)) }] }])
    const record = w.record(2, w.fid([1, -2], 1, [...f_handle], text(value, len - 28 - value.length)))
    expect([...bytes]).toEqual(w.event(1n, [record]))
  })

  it('the record types of fixed size', () => {
    const info: FanotifyEventInit['info'] = [
      { info_type: 4, pidfd: -1 },
      { info_type: 5, error: 5, error_count: 1 },
      { info_type: 6, offset: 0n, count: 1n },
      { info_type: 7, mnt_id: 1n },
      { info_type: 8, self_nsid: 1n, owner_nsid: 2n },
    ]
    const lens = (machine: 'x86_64' | 'i386') =>
      decodeEvents(encodeEvents([{ mask: 1n, info }], { machine }), { machine }).events[0]!.info.map(
        (record) => record.len,
      )
    expect(lens('x86_64')).toEqual([8, 12, 24, 16, 24])
    expect(lens('i386')).toEqual([8, 12, 24, 12, 20])
  })
})

it('a length that is given is kept', () => {
  const bytes = encodeEvents([{ mask: 1n, info: [{ info_type: 4, pidfd: 3, len: 24 }] }])
  expect([...bytes]).toEqual(w.event(1n, [w.record(4, [...w.u32(3), ...new Array<number>(16).fill(0)])]))
})

it('writes into no memory but its own', () => {
  const bytes = encodeEvents([{ mask: 1n }])
  expect(bytes.byteOffset).toBe(0)
  expect(bytes.buffer.byteLength).toBe(bytes.length)
})

it('encodedLength is the length', () => {
  for (const machine of ['x86_64', 'i386', 's390x'] as const) {
    const event = { mask: 1n, info: [named, { info_type: 7 as const, mnt_id: 1n }] }
    expect(encodedLength(event, { machine })).toBe(encodeEvents([event], { machine }).length)
  }
})

describe('what has no encoding is an EncodeError that says where', () => {
  const long = new Uint8Array(0x10000).fill(0x61)
  it.each([
    ['event_len', { mask: 1n, event_len: 25 }],
    ['metadata_len', { mask: 1n, metadata_len: 32 }],
    ['metadata_len', { mask: 1n, metadata_tail: long }],
    ['info[0].len', { mask: 1n, info: [{ info_type: 7, mnt_id: 1n, len: 12 }] }],
    ['info[0].len', { mask: 1n, info: [{ info_type: 4, pidfd: 1, len: 0x10000 }] }],
    ['info[0].len', { mask: 1n, info: [{ ...named, name: long }] }],
    ['info[0].len', { mask: 1n, info: [{ ...named, len: 31 }] }],
    ['info[0].len', { mask: 1n, info: [{ ...named, len: 36, tail: Uint8Array.of(1, 2, 3, 4) }] }],
    ['info[0].name', { mask: 1n, info: [{ ...named, name: Uint8Array.of(0x61, 0, 0x62) }] }],
    ['info[0].handle.handle_bytes', { mask: 1n, info: [{ ...named, handle: { ...named.handle, handle_bytes: 4 } }] }],
    ['info[0].pad2', { mask: 1n, info: [{ info_type: 4, pidfd: 1, pad2: 1 }] }],
    ['info[0].info_type', { mask: 1n, info: [{ info_type: 99 }] }],
    [
      'info[1].len',
      {
        mask: 1n,
        info: [
          { info_type: 4, pidfd: 1 },
          { info_type: 4, pidfd: 1, len: 7 },
        ],
      },
    ],
  ] as unknown as [string, FanotifyEventInit][])('%s', (field, event) => {
    const encode = () => encodeEvents([{ mask: 2n }, event])
    expect(encode).toThrow(EncodeError)
    expect(encode).toThrow(expect.objectContaining({ event: 1, field }))
  })
})

it('a name may fill its record to the end, without a NUL, when the length says so', () => {
  const bytes = encodeEvents([{ mask: 1n, info: [{ ...named, len: 32 }] }])
  expect([...bytes]).toEqual(w.event(1n, [w.record(2, w.fid([1, -2], 1, [...f_handle], text('name')))]))
})
