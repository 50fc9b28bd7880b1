import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { EventReader, encodeEvents, type FanotifyEventInit, MACHINES } from '../../src/uapi/index.js'
import { RawWriter } from './raw-stream.js'

const fid = { fsid: [-7, 9] as [number, number], handle: { handle_type: -3, f_handle: Uint8Array.of(1, 2, 3, 4) } }
const events: FanotifyEventInit[] = [
  { mask: 0x8000_0001_f000_0002n, fd: -9, pid: 12, info: [{ info_type: 7, mnt_id: 0x1234_5678_9abc_def0n }] },
  { mask: 0x100n, info: [{ info_type: 8, self_nsid: 0x1_0000_0002n, owner_nsid: 0xffff_ffff_0000_0003n }] },
  {
    mask: 0x100000n,
    info: [
      { info_type: 2, ...fid, name: Uint8Array.of(0x61, 0xff) },
      { info_type: 4, pidfd: -2 },
      { info_type: 5, error: -5, error_count: 0x80000000 },
      { info_type: 6, offset: 0xfedc_ba98_7654_3210n, count: 0x1_0000_0000n },
    ],
  },
]

describe.each(MACHINES)('every member, on %s', (machine) => {
  const bytes = encodeEvents(events, { machine })
  const r = new EventReader(bytes, { machine })

  it('reads what was written', () => {
    expect(r.next()).toBe(true)
    expect([r.offset, r.vers, r.reserved, r.metadataLen, r.fd, r.pid]).toEqual([0, 3, 0, 24, -9, 12])
    expect([r.maskLo, r.maskHi, r.mask]).toEqual([0xf0000002, 0x80000001, 0x8000_0001_f000_0002n])
    expect(r.nextInfo()).toBe(true)
    expect([r.infoType, r.infoPad, r.mntIdLo, r.mntIdHi]).toEqual([7, 0, 0x9abcdef0, 0x12345678])
    expect(r.nextInfo()).toBe(false)

    expect(r.next()).toBe(true)
    expect(r.nextInfo()).toBe(true)
    expect([r.selfNsidLo, r.selfNsidHi, r.ownerNsidLo, r.ownerNsidHi]).toEqual([2, 1, 3, 0xffffffff])

    expect(r.next()).toBe(true)
    expect(r.nextInfo()).toBe(true)
    expect([r.fsid0, r.fsid1, r.handleType, r.handleLength, r.nameLength]).toEqual([-7, 9, -3, 4, 2])
    expect([...r.bytes.subarray(r.handleOffset, r.handleOffset + r.handleLength)]).toEqual([1, 2, 3, 4])
    expect([...r.bytes.subarray(r.nameOffset, r.nameOffset + r.nameLength)]).toEqual([0x61, 0xff])
    expect(r.nextInfo()).toBe(true)
    expect(r.pidfd).toBe(-2)
    expect(r.nextInfo()).toBe(true)
    expect([r.fsError, r.errorCount]).toEqual([-5, 0x80000000])
    expect(r.nextInfo()).toBe(true)
    expect([r.rangeOffsetLo, r.rangeOffsetHi, r.rangeCountLo, r.rangeCountHi]).toEqual([0x76543210, 0xfedcba98, 0, 1])
    expect(r.nextInfo()).toBe(false)
    expect(r.next()).toBe(false)
    expect(r.next()).toBe(false)
    expect([r.stop, r.bytesConsumed, r.error]).toEqual(['end', bytes.length, undefined])
  })
})

it('events may be passed over without looking at their records', () => {
  const r = new EventReader(encodeEvents(events))
  const pids: number[] = []
  while (r.next()) pids.push(r.pid)
  expect(pids).toEqual([12, 0, 0])
})

it('a broken record has type 0 and says why', () => {
  const w = new RawWriter()
  const r = new EventReader(Uint8Array.from(w.event(1n, [w.record(7, [0, 0, 0, 0]), w.record(4, w.u32(5))])))
  r.reset(r.bytes, r.bytes.length, 1000)
  expect(r.next()).toBe(true)
  expect(r.nextInfo()).toBe(true)
  expect([r.infoType, r.infoLen]).toEqual([0, 8])
  expect(r.infoError).toEqual({
    offset: 1026,
    field: 'hdr.len',
    reason: '8 is less than the 16 bytes of a record of type 7',
  })
  expect(r.nextInfo()).toBe(true)
  expect([r.infoType, r.pidfd, r.infoError]).toEqual([4, 5, undefined])
})

it('reset reads what a reused buffer now holds, as far as it is filled', () => {
  const buffer = new Uint8Array(4096).fill(0xff)
  const r = new EventReader(buffer)
  for (const list of [events, events.slice(1), events.slice(0, 1)]) {
    const bytes = encodeEvents(list)
    buffer.set(bytes)
    r.reset(buffer, bytes.length)
    let count = 0
    while (r.next()) count++
    expect([count, r.stop, r.bytesConsumed]).toEqual([list.length, 'end', bytes.length])
  }
  expect(() => r.reset(buffer, 4097)).toThrow(RangeError)
  expect(() => r.reset(buffer, -1)).toThrow(RangeError)
})

it('reset takes other memory, even of the same length', () => {
  const [first, second] = [encodeEvents([{ mask: 1n, pid: 1 }]), encodeEvents([{ mask: 1n, pid: 2 }])]
  const r = new EventReader(first)
  r.reset(second)
  expect(r.next() && r.pid).toBe(2)
  r.reset(first.buffer)
  expect(r.next() && r.pid).toBe(1)
  const both = encodeEvents([
    { mask: 1n, pid: 3 },
    { mask: 1n, pid: 4 },
  ])
  r.reset(both.subarray(24))
  expect(r.next() && r.pid).toBe(4)
})

it('allocates nothing per event', () => {
  // a process of its own: the test runner's own garbage would drown what is looked for
  const script = fileURLToPath(new URL('./heap-growth.ts', import.meta.url))
  // a young generation so large that no collection can hide what was allocated
  const flags = ['--expose-gc', '--min-semi-space-size=256', '--max-semi-space-size=256', '--import', 'tsx']
  const out = execFileSync(process.execPath, [...flags, script], { encoding: 'utf8' })
  const { events: count, bytes, sum } = JSON.parse(out) as { events: number; bytes: number; sum: number }
  expect(count).toBe(1_000_000)
  expect(sum).not.toBe(0)
  // what the engine itself allocates is some ten KB, more on a busy machine; one 16-byte object an event would be 16 MB
  expect(bytes).toBeLessThan(1024 * 1024)
}, 60_000)
