import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import {
  decodeResponse,
  denyWith,
  EIO,
  encodeResponse,
  FAN_ALLOW,
  FAN_AUDIT,
  FAN_DENY,
  FAN_INFO,
  FAN_RESPONSE_INFO_AUDIT_RULE,
  MACHINES,
} from '../../src/uapi/index.js'
import { RawWriter } from './raw-stream.js'

const rule = { type: FAN_RESPONSE_INFO_AUDIT_RULE, rule_number: 7, subj_trust: 2, obj_trust: 1 } as const

describe.each(MACHINES)('%s', (machine) => {
  const w = new RawWriter(machine)

  it('a plain answer', () => {
    const bytes = Uint8Array.from([...w.u32(5), ...w.u32(FAN_ALLOW)])
    expect(encodeResponse({ fd: 5, response: FAN_ALLOW }, { machine })).toEqual(bytes)
    expect(decodeResponse(bytes, { machine })).toEqual({
      response: { fd: 5, response: FAN_ALLOW },
      bytesConsumed: 8,
      bytesLeft: 0,
    })
  })

  it('an answer with an audit rule', () => {
    const response = FAN_DENY | FAN_AUDIT | FAN_INFO
    const record = w.record(1, [...w.u32(7), ...w.u32(2), ...w.u32(1)])
    const bytes = Uint8Array.from([...w.u32(-1), ...w.u32(response), ...record])
    expect(encodeResponse({ fd: -1, response, info: [rule] }, { machine })).toEqual(bytes)
    expect(decodeResponse(bytes, { machine })).toEqual({
      response: { fd: -1, response, info: [rule] },
      bytesConsumed: 24,
      bytesLeft: 0,
    })
  })
})

it('denyWith puts the errno into the upper byte', () => {
  expect(denyWith(EIO)).toBe(0x05000002)
  expect(denyWith(255)).toBe(0xff000002)
})

it('without FAN_INFO what follows is left over', () => {
  expect(decodeResponse(Uint8Array.of(5, 0, 0, 0, 1, 0, 0, 0, 9, 9))).toEqual({
    response: { fd: 5, response: 1 },
    bytesConsumed: 8,
    bytesLeft: 2,
  })
})

it('too few bytes are an error', () => {
  expect(decodeResponse(new Uint8Array(7))).toMatchObject({ bytesConsumed: 0, bytesLeft: 7, error: { offset: 0 } })
})

it.each([
  [0, 10],
  [3, 10],
  [17, 10],
])('a record of length %i says where it is broken', (len, offset) => {
  const bytes = encodeResponse({ fd: 5, response: FAN_INFO, info: [rule] })
  bytes[10] = len
  const result = decodeResponse(bytes)
  expect(result).toMatchObject({ bytesConsumed: 24, error: { offset, field: 'hdr.len' } })
  expect(result.response?.info).toEqual([{ type: 1, raw: bytes.subarray(8) }])
})

test.prop([fc.uint8Array({ maxLength: 60 }), fc.boolean()], { numRuns: 300 })('any bytes come back', (bytes, info) => {
  if (info && bytes.length > 4) bytes[4]! |= FAN_INFO
  const { response, bytesConsumed, bytesLeft, error } = decodeResponse(bytes)
  expect(bytesConsumed + bytesLeft).toBe(bytes.length)
  expect(response === undefined).toBe(bytes.length < 8)
  if (!response) expect(error).toBeDefined()
  else expect(encodeResponse(response)).toEqual(bytes.subarray(0, bytesConsumed))
})
