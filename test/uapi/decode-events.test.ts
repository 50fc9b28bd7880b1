import { describe, expect, it } from 'vitest'
import {
  decodeEvents,
  encodeEvents,
  FAN_CREATE,
  FAN_EPIDFD,
  FAN_EVENT_INFO_TYPE_DFID,
  FAN_EVENT_INFO_TYPE_DFID_NAME,
  FAN_EVENT_INFO_TYPE_ERROR,
  FAN_EVENT_INFO_TYPE_FID,
  FAN_EVENT_INFO_TYPE_MNT,
  FAN_EVENT_INFO_TYPE_NEW_DFID_NAME,
  FAN_EVENT_INFO_TYPE_NS,
  FAN_EVENT_INFO_TYPE_OLD_DFID_NAME,
  FAN_EVENT_INFO_TYPE_PIDFD,
  FAN_EVENT_INFO_TYPE_RANGE,
  FAN_NOPIDFD,
  FAN_Q_OVERFLOW,
  findInfo,
  isUtf8Name,
  MACHINES,
  nameString,
} from '../../src/uapi/index.js'
import { RawWriter, text } from './raw-stream.js'

const w = new RawWriter()
const bytesOf = (...parts: number[][]) => Uint8Array.from(parts.flat())
const fsid: [number, number] = [-2, 7]
const handle = [1, 2, 3, 4, 5, 6, 7, 8]
const f_handle = Uint8Array.from(handle)
const mnt = w.record(FAN_EVENT_INFO_TYPE_MNT, w.ids(0x80000001n))

/** Decodes, requires that it was all consumed and comes back byte for byte, and gives the events. */
function whole(bytes: Uint8Array) {
  const { events, ...rest } = decodeEvents(bytes)
  expect(rest).toEqual({ bytesConsumed: bytes.length, bytesLeft: 0, stop: 'end' })
  expect(encodeEvents(events)).toEqual(bytes)
  return events
}

describe.each(MACHINES)('every record type of %s', (machine) => {
  const m = new RawWriter(machine)
  const cases: [number, number[], object][] = [
    [
      FAN_EVENT_INFO_TYPE_FID,
      m.fid(fsid, -5, handle),
      { fsid, handle: { handle_bytes: 8, handle_type: -5, f_handle } },
    ],
    [
      FAN_EVENT_INFO_TYPE_DFID,
      m.fid(fsid, 0xf1, handle),
      { fsid, handle: { handle_bytes: 8, handle_type: 0xf1, f_handle } },
    ],
    ...[FAN_EVENT_INFO_TYPE_DFID_NAME, FAN_EVENT_INFO_TYPE_OLD_DFID_NAME, FAN_EVENT_INFO_TYPE_NEW_DFID_NAME].map(
      (type): [number, number[], object] => [
        type,
        m.fid(fsid, 1, handle, text('name', 4)),
        { fsid, handle: { handle_bytes: 8, handle_type: 1, f_handle }, name: Uint8Array.from(text('name')) },
      ],
    ),
    [FAN_EVENT_INFO_TYPE_PIDFD, m.u32(9), { pidfd: 9 }],
    [FAN_EVENT_INFO_TYPE_ERROR, [...m.u32(5), ...m.u32(0xfffffffe)], { error: 5, error_count: 0xfffffffe }],
    [
      FAN_EVENT_INFO_TYPE_RANGE,
      [...m.u32(0), ...m.u64(1n << 40n), ...m.u64(4096n)],
      { offset: 1n << 40n, count: 4096n },
    ],
    [FAN_EVENT_INFO_TYPE_MNT, m.ids(0x1_8000_0002n), { mnt_id: 0x1_8000_0002n }],
    [FAN_EVENT_INFO_TYPE_NS, m.ids((1n << 64n) - 1n, 3n), { self_nsid: (1n << 64n) - 1n, owner_nsid: 3n }],
  ]

  it.each(cases)('%i', (type, content, fields) => {
    const bytes = bytesOf(m.event(0x1_0000_0002n, [m.record(type, content)], { fd: -1, pid: 77 }))
    const group = type === FAN_EVENT_INFO_TYPE_MNT || type === FAN_EVENT_INFO_TYPE_NS ? 'ns' : 'fs'
    const { events, stop } = decodeEvents(bytes, { machine })
    expect(stop).toBe('end')
    expect(events).toEqual([
      {
        event_len: bytes.length,
        vers: 3,
        reserved: 0,
        metadata_len: 24,
        mask: 0x1_0000_0002n,
        fd: -1,
        pid: 77,
        group,
        info: [{ info_type: type, len: content.length + 4, ...fields }],
      },
    ])
    expect(encodeEvents(events, { machine })).toEqual(bytes)
  })

  it('all in one event', () => {
    const bytes = bytesOf(
      m.event(
        2n,
        cases.map(([type, content]) => m.record(type, content)),
      ),
    )
    const { events } = decodeEvents(bytes, { machine })
    expect(events[0]!.info).toEqual(
      cases.map(([info_type, content, fields]) => ({ info_type, len: content.length + 4, ...fields })),
    )
    expect(encodeEvents(events, { machine })).toEqual(bytes)
  })
})

describe('what real streams hold', () => {
  it('an overflow has no record and fd -1, or -EBADF in a FAN_REPORT_FD_ERROR group', () => {
    const [plain, fdError] = whole(bytesOf(w.event(0x4000n), w.event(0x4000n, [], { fd: -9 })))
    expect(plain).toMatchObject({ mask: BigInt(FAN_Q_OVERFLOW), fd: -1, pid: 0, info: [] })
    expect(fdError).toMatchObject({ mask: BigInt(FAN_Q_OVERFLOW), fd: -9, info: [] })
  })

  it('an overflow between events with records does not take their records', () => {
    const events = whole(bytesOf(w.event(0x1000000n, [mnt]), w.event(0x4000n), w.event(0x2000000n, [mnt])))
    expect(events.map((event) => event.info.length)).toEqual([1, 0, 1])
  })

  it('pidfd slots hold pidfds and errors', () => {
    const pidfd = (value: number) => w.record(FAN_EVENT_INFO_TYPE_PIDFD, w.u32(value))
    const events = whole(bytesOf(...[5, -1, -2, -24].map((value) => w.event(8n, [pidfd(value)], { fd: 3 }))))
    expect(events.map((event) => findInfo(event, FAN_EVENT_INFO_TYPE_PIDFD)?.pidfd)).toEqual([
      5,
      FAN_NOPIDFD,
      FAN_EPIDFD,
      -24,
    ])
  })

  it('a name keeps its bytes, UTF-8 or not', () => {
    const latin = [0x6e, 0xe4, 0x6d, 0x65]
    const record = (name: number[]) =>
      w.record(FAN_EVENT_INFO_TYPE_DFID_NAME, w.fid(fsid, 1, handle, [...name, 0, 0, 0, 0]))
    const events = whole(bytesOf(w.event(0x100n, [record(latin)]), w.event(0x100n, [record(text('näme'))])))
    const names = events.map((event) => findInfo(event, FAN_EVENT_INFO_TYPE_DFID_NAME)!.name)
    expect([...names[0]!]).toEqual(latin)
    expect(names.map(nameString)).toEqual(['n\ufffdme', 'näme'])
    expect(names.map(isUtf8Name)).toEqual([false, true])
  })

  it('a name with no NUL ends with its record', () => {
    const named = w.record(FAN_EVENT_INFO_TYPE_DFID_NAME, w.fid(fsid, 1, handle, text('abcd')))
    const [event] = whole(bytesOf(w.event(0x100n, [named, mnt]), w.event(8n)))
    expect(nameString(findInfo(event!, FAN_EVENT_INFO_TYPE_DFID_NAME)!.name)).toBe('abcd')
    expect(findInfo(event!, FAN_EVENT_INFO_TYPE_MNT)?.mnt_id).toBe(0x80000001n)
  })

  it.each([0, 1, 3, 12, 128, 1000])('a file handle of %i bytes', (length) => {
    const long = Array.from({ length }, (_, i) => (i * 7) & 0xff)
    const records = [
      w.record(FAN_EVENT_INFO_TYPE_FID, w.fid(fsid, 1, long)),
      w.record(FAN_EVENT_INFO_TYPE_DFID_NAME, w.fid(fsid, 1, long, text('x', 3))),
    ]
    const [event] = whole(bytesOf(w.event(0x100n, records)))
    expect([...findInfo(event!, FAN_EVENT_INFO_TYPE_FID)!.handle.f_handle]).toEqual(long)
    expect(nameString(findInfo(event!, FAN_EVENT_INFO_TYPE_DFID_NAME)!.name)).toBe('x')
  })

  it('a record of unknown type is kept, and those behind it are read', () => {
    const unknown = w.record(99, [0xde, 0xad, 0xbe, 0xef], { pad: 4 })
    const [event] = whole(bytesOf(w.event(2n, [unknown, mnt])))
    expect(event!.info).toEqual([
      { info_type: 99, len: 8, raw: Uint8Array.from(unknown) },
      { info_type: 7, len: 16, mnt_id: 0x80000001n },
    ])
  })

  it('metadata longer than ours is kept, and the records are found behind it', () => {
    const [event] = whole(bytesOf(w.event(2n, [mnt], { tail: [9, 8, 7, 6, 5, 4, 3, 2] })))
    expect(event!.metadata_len).toBe(32)
    expect([...event!.metadata_tail!]).toEqual([9, 8, 7, 6, 5, 4, 3, 2])
    expect(findInfo(event!, FAN_EVENT_INFO_TYPE_MNT)?.mnt_id).toBe(0x80000001n)
  })

  it('padding that is not zero comes back', () => {
    const dirty = [
      w.record(FAN_EVENT_INFO_TYPE_MNT, [1, 2, 3, 4, ...w.u64(5n)], { pad: 0xaa }),
      w.record(FAN_EVENT_INFO_TYPE_NS, [1, 0, 0, 0, ...w.u64(5n), ...w.u64(6n), 9, 9]),
      w.record(FAN_EVENT_INFO_TYPE_RANGE, [0, 0, 0, 1, ...w.u64(5n), ...w.u64(6n)]),
      w.record(FAN_EVENT_INFO_TYPE_DFID_NAME, w.fid(fsid, 1, handle, [...text('x'), 0, 0, 0xff])),
      w.record(FAN_EVENT_INFO_TYPE_FID, w.fid(fsid, 1, handle, [0, 1])),
      w.record(FAN_EVENT_INFO_TYPE_PIDFD, [...w.u32(3), 1, 2, 3, 4]),
      w.record(FAN_EVENT_INFO_TYPE_ERROR, [...w.u32(3), ...w.u32(1), 0, 0, 0, 4]),
    ]
    const [event] = whole(bytesOf(w.event(2n, dirty, { reserved: 0x55 })))
    expect(event!.reserved).toBe(0x55)
    expect(event!.info[0]).toEqual({ info_type: 7, len: 16, mnt_id: 5n, pad: 0xaa, pad2: 0x04030201 })
    expect(event!.info[3]).toMatchObject({ tail: Uint8Array.of(0, 0xff) })
  })

  it('a record longer than its content, zeros behind it, keeps its length', () => {
    const [event] = whole(bytesOf(w.event(2n, [w.record(FAN_EVENT_INFO_TYPE_PIDFD, [...w.u32(3), 0, 0, 0, 0])])))
    expect(event!.info).toEqual([{ info_type: 4, len: 12, pidfd: 3 }])
  })

  it('bytes too few for a record are kept behind the last one', () => {
    const [event, next] = whole(bytesOf(w.event(2n, [mnt, [1, 2, 3]]), w.event(4n)))
    expect([...event!.trailing!]).toEqual([1, 2, 3])
    expect(next!.mask).toBe(4n)
  })
})

describe('the group an event is from', () => {
  const named = w.record(FAN_EVENT_INFO_TYPE_DFID_NAME, w.fid(fsid, 1, handle, text('x', 3)))
  const ns = w.record(FAN_EVENT_INFO_TYPE_NS, w.ids(9n, 3n))
  const pidfd = w.record(FAN_EVENT_INFO_TYPE_PIDFD, w.u32(9))
  const bytes = bytesOf(
    w.event(BigInt(FAN_CREATE), [named]),
    w.event(0x100n, [ns]),
    w.event(0x1000000n, [pidfd, mnt]),
    w.event(0x4000n),
    w.event(0x100n, [pidfd]),
  )
  const groups = (options?: Parameters<typeof decodeEvents>[1]) =>
    decodeEvents(bytes, options).events.map((e) => e.group)

  it('shows by the record, else by what the caller says', () => {
    expect(groups()).toEqual(['fs', 'ns', 'ns', 'fs', 'fs'])
    expect(groups({ group: 'fs' })).toEqual(['fs', 'ns', 'ns', 'fs', 'fs'])
    expect(groups({ group: 'ns' })).toEqual(['fs', 'ns', 'ns', 'ns', 'ns'])
  })
})

describe('what stops a stream', () => {
  const good = w.event(2n, [mnt], { pid: 1 })
  const at = good.length

  it.each([
    ['vers', { vers: 2 }, 'bad-version', 4],
    ['vers', { vers: 4, event_len: 0 }, 'bad-version', 4],
    ['event_len', { event_len: 0 }, 'bad-length', 0],
    ['event_len', { event_len: 23 }, 'bad-length', 0],
    ['metadata_len', { metadata_len: 23 }, 'bad-length', 6],
    ['metadata_len', { metadata_len: 25 }, 'bad-length', 6],
    ['event_len', { event_len: 25 }, 'truncated', 0],
    ['event_len', { event_len: 0xffffffff }, 'truncated', 0],
  ] as const)('%s of %o is %s', (field, fields, stop, offset) => {
    const result = decodeEvents(bytesOf(good, w.event(8n, [], fields)))
    expect(result).toMatchObject({ bytesConsumed: at, bytesLeft: 24, stop, error: { offset: at + offset, field } })
    expect(result.events).toHaveLength(1)
    expect(result.error!.reason).toMatch(/\d/)
  })

  it('fewer bytes than metadata takes', () => {
    for (let left = 1; left < 24; left++) {
      const result = decodeEvents(bytesOf(good, w.event(8n).slice(0, left)))
      expect(result).toMatchObject({
        bytesConsumed: at,
        bytesLeft: left,
        stop: 'truncated',
        error: { offset: at, field: 'event_len' },
      })
    }
  })

  it('nothing at all is an end', () => {
    expect(decodeEvents(new Uint8Array(0))).toEqual({ events: [], bytesConsumed: 0, bytesLeft: 0, stop: 'end' })
  })
})

describe('a broken record inside a sound event is kept raw and decoding goes on', () => {
  it.each([
    ['hdr.len 0', w.record(7, w.ids(1n), { len: 0 }), 'hdr.len', 2],
    ['hdr.len 3', w.record(7, w.ids(1n), { len: 3 }), 'hdr.len', 2],
    ['hdr.len past the event', w.record(7, w.ids(1n), { len: 17 }), 'hdr.len', 2],
    ['an MNT record without room for mnt_id', w.record(7, [0, 0, 0, 0]), 'hdr.len', 2],
    ['an NS record without room for owner_nsid', w.record(8, w.ids(1n)), 'hdr.len', 2],
    ['a PIDFD record that is only a header', w.record(4, []), 'hdr.len', 2],
    ['a FID record without a handle', w.record(1, [...w.u32(1), ...w.u32(2)]), 'hdr.len', 2],
    [
      'handle_bytes past the record',
      w.record(1, [...w.u32(1), ...w.u32(2), ...w.u32(5), ...w.u32(1), 1, 2, 3, 4]),
      'handle.handle_bytes',
      12,
    ],
    [
      'handle_bytes of 4 GB',
      w.record(2, [...w.u32(1), ...w.u32(2), ...w.u32(-1), ...w.u32(1), 1, 2, 3, 4]),
      'handle.handle_bytes',
      12,
    ],
  ])('%s', (_name, record, field, fieldOffset) => {
    const pidfd = w.record(FAN_EVENT_INFO_TYPE_PIDFD, w.u32(3))
    const before = w.event(4n)
    const events = whole(bytesOf(before, w.event(2n, [pidfd, record]), w.event(8n, [mnt])))
    expect(events.map((event) => event.info.length)).toEqual([0, 2, 1])
    const offset = before.length + 24 + pidfd.length + fieldOffset
    expect(events[1]!.info[1]).toMatchObject({
      info_type: record[0],
      raw: Uint8Array.from(record),
      error: { offset, field },
    })
  })

  it('with a length to step by, the records behind it are read', () => {
    const short = w.record(8, w.ids(1n))
    const [event] = whole(bytesOf(w.event(2n, [short, mnt])))
    expect(event!.info[0]!.raw).toEqual(Uint8Array.from(short))
    expect(findInfo(event!, FAN_EVENT_INFO_TYPE_MNT)?.mnt_id).toBe(0x80000001n)
  })

  it('an i386 record is short on x86-64, and says so', () => {
    const m = new RawWriter('i386')
    const bytes = bytesOf(m.event(0x1000000n, [m.record(7, m.ids(5n))]))
    expect(decodeEvents(bytes, { machine: 'i386' }).events[0]!.info).toEqual([{ info_type: 7, len: 12, mnt_id: 5n }])
    expect(decodeEvents(bytes).events[0]!.info[0]).toMatchObject({ info_type: 7, len: 12, error: { field: 'hdr.len' } })
  })
})

describe('bugs that other decoders were caught with', () => {
  const named = (name: string, zeros: number) =>
    w.record(FAN_EVENT_INFO_TYPE_DFID_NAME, w.fid(fsid, 1, handle, text(name, zeros)))

  it('stepping by the length of the name instead of hdr.len', () => {
    // the padding behind each NUL differs from what the name's length would tell
    const events = whole(bytesOf(w.event(0x100n, [named('a', 11), named('abc', 1), named('abcdefg', 5)])))
    const names = events[0]!.info.map((info) => ('name' in info ? nameString(info.name) : undefined))
    expect(names).toEqual(['a', 'abc', 'abcdefg'])
  })

  it('stepping by the name across events', () => {
    const events = whole(bytesOf(w.event(0x100n, [named('a', 11)]), w.event(0x200n, [named('b', 3)])))
    expect(events.map((event) => event.mask)).toEqual([0x100n, 0x200n])
  })

  it('reading only the first record', () => {
    const [event] = whole(
      bytesOf(
        w.event(0x10000000n, [
          w.record(10, w.fid(fsid, 1, handle, text('old', 1))),
          w.record(12, w.fid(fsid, 1, handle, text('new', 1))),
          w.record(1, w.fid(fsid, 1, handle)),
        ]),
      ),
    )
    expect(event!.info.map((info) => info.info_type)).toEqual([10, 12, 1])
  })

  it('reading only the first event of a read', () => {
    expect(
      whole(bytesOf(...Array.from({ length: 100 }, (_, i) => w.event(8n, [], { pid: i })))).map((e) => e.pid),
    ).toEqual(Array.from({ length: 100 }, (_, i) => i))
  })

  it('reading an overflow as if it had a record', () => {
    // what follows the overflow looks like a record to one who does not look at event_len
    const events = whole(bytesOf(w.event(0x4000n), w.event(0x1000000n, [mnt])))
    expect(events[0]!.info).toEqual([])
    expect(events[0]!.event_len).toBe(24)
  })

  it('looking for the NUL of a name past the record', () => {
    const full = w.record(FAN_EVENT_INFO_TYPE_DFID_NAME, w.fid(fsid, 1, [], text('abcd')))
    const next = w.record(
      FAN_EVENT_INFO_TYPE_OLD_DFID_NAME,
      w.fid([0x41414141, 0x41414141], 0x41414141, [0x41, 0x41], text('x', 3)),
    )
    const [event] = whole(bytesOf(w.event(0x100n, [full, next])))
    expect(event!.info.map((info) => ('name' in info ? nameString(info.name) : undefined))).toEqual(['abcd', 'x'])
  })

  it('looping on hdr.len 0', () => {
    const [event] = whole(
      bytesOf(
        w.event(2n, [
          [7, 0, 0, 0],
          [0, 0, 0, 0],
        ]),
      ),
    )
    expect(event!.info).toHaveLength(1)
    expect(event!.info[0]!.raw).toHaveLength(8)
  })

  it('dropping records behind the last one that is understood', () => {
    const [event] = whole(bytesOf(w.event(2n, [mnt, w.record(200, [1, 2, 3, 4]), w.record(201, [])])))
    expect(event!.info.map((info) => info.info_type)).toEqual([7, 200, 201])
  })

  it('taking metadata_len for 24', () => {
    const [event] = whole(bytesOf(w.event(2n, [mnt], { tail: [7, 0, 4, 0] })))
    expect(event!.info).toHaveLength(1)
  })
})

it('reads any view through its own window', () => {
  const stream = bytesOf(w.event(2n, [mnt]), w.event(4n))
  const buffer = new ArrayBuffer(stream.length + 20)
  const shifted = new Uint8Array(buffer, 7, stream.length)
  shifted.set(stream)
  for (const source of [
    shifted,
    new DataView(buffer, 7, stream.length),
    Buffer.from(stream),
    stream.buffer as ArrayBuffer,
  ]) {
    const { events, stop } = decodeEvents(source)
    expect(stop).toBe('end')
    expect(encodeEvents(events)).toEqual(stream)
  }
})
