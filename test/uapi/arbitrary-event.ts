import { fc } from '@fast-check/vitest'
import type { FanotifyEventInit, FanotifyInfoInit } from '../../src/uapi/index.js'

const s32 = fc.integer({ min: -0x80000000, max: 0x7fffffff })
const u32 = fc.nat({ max: 0xffffffff })
const u64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n })
const bytes = (maxLength: number, minLength = 0) => fc.uint8Array({ minLength, maxLength })
const name = fc.uint8Array({ max: 255, maxLength: 40 }).map((raw) => raw.filter((byte) => byte !== 0))
const handle = fc.record({ handle_type: s32, f_handle: bytes(32) })
const fsid = fc.tuple(s32, s32)
/** Padding that is not zero, now and then. */
const dirt = fc.option(
  fc.record({
    pad: fc.integer({ min: 1, max: 255 }),
    tail: bytes(6, 1).filter((tail) => tail.some((byte) => byte !== 0)),
  }),
  { nil: {}, freq: 4 },
)

const content: fc.Arbitrary<FanotifyInfoInit> = fc.oneof(
  fc.record({ info_type: fc.constantFrom(1 as const, 3 as const), fsid, handle }),
  fc.record({ info_type: fc.constantFrom(2 as const, 10 as const, 12 as const), fsid, handle, name }),
  fc.record({ info_type: fc.constant(4 as const), pidfd: s32 }),
  fc.record({ info_type: fc.constant(5 as const), error: s32, error_count: u32 }),
  fc.record({ info_type: fc.constant(6 as const), offset: u64, count: u64 }),
  fc.record({ info_type: fc.constant(7 as const), mnt_id: u64 }),
  fc.record({ info_type: fc.constant(8 as const), self_nsid: u64, owner_nsid: u64 }),
)

const known = fc.tuple(content, dirt).map(([fields, more]): FanotifyInfoInit => ({ ...fields, ...more }))

/** A sound record of a type that no kernel has; its header is little-endian. */
const unknown = fc
  .tuple(fc.integer({ min: 13, max: 255 }), fc.nat(255), bytes(20))
  .map(([type, pad, body]): FanotifyInfoInit => ({ raw: Uint8Array.of(type, pad, body.length + 4, 0, ...body) }))

/** Any event that can be written: all record types, unknown ones, longer metadata, trailing bytes. Little-endian. */
export const anyEvent: fc.Arbitrary<FanotifyEventInit> = fc
  .record(
    {
      mask: u64,
      fd: s32,
      pid: s32,
      reserved: fc.nat(255),
      info: fc.array(fc.oneof({ arbitrary: known, weight: 4 }, { arbitrary: unknown, weight: 1 }), { maxLength: 5 }),
      metadata_tail: bytes(16, 1),
      trailing: bytes(3, 1),
    },
    { requiredKeys: ['mask', 'info'] },
  )
  .map((event) => event as FanotifyEventInit)

/** Bytes of sound events, some of them then overwritten here and there. */
export const spoil = (stream: Uint8Array, edits: readonly (readonly [at: number, value: number])[]): Uint8Array => {
  const spoilt = stream.slice()
  if (spoilt.length > 0) for (const [at, value] of edits) spoilt[at % spoilt.length] = value
  return spoilt
}

/** Where and what to overwrite, for {@link spoil}. */
export const anyEdits: fc.Arbitrary<[number, number][]> = fc.array(
  fc.tuple(fc.nat(4000), fc.oneof(fc.nat(255), fc.constantFrom(0, 3, 4, 24))),
  {
    maxLength: 6,
  },
)
