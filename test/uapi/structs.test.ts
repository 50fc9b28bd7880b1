import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import * as uapi from '../../src/uapi/index.js'
import { dataModels } from '../../src/uapi/schema/data-model.js'
import type { Field, StructTable } from '../../src/uapi/schema/field.js'
import { scalarOf } from '../../src/uapi/schema/scalar.js'
import { structs } from '../../src/uapi/schema/tables.js'
import { layoutOf, tableOf } from '../../src/uapi/schema/typed-struct.js'
import { structNamed } from './struct-named.js'

type Value = Record<string, unknown>

const readable = (table: StructTable): Field[] =>
  table.fields.filter((field) => field.presence !== 'spare' && field.count !== 0)

/** What typed-struct reads, in the shape our readers give. */
function shape(table: StructTable, typed: Value): Value {
  return Object.fromEntries(
    readable(table).map((field) => {
      if (!scalarOf(field)) return [field.name, shape(tableOf(field), typed[field.name] as Value)]
      if (field.count === undefined) return [field.name, typed[field.name]]
      return [field.name, Array.from({ length: field.count }, (_, i) => typed[`${field.name}.${i}`])]
    }),
  )
}

/** Assigns what our reader gave to a typed-struct object, field by field. */
function assign(table: StructTable, typed: Value, value: Value): void {
  for (const field of readable(table)) {
    const given = value[field.name]
    if (!scalarOf(field)) assign(tableOf(field), typed[field.name] as Value, given as Value)
    else if (Array.isArray(given)) for (const [i, item] of given.entries()) typed[`${field.name}.${i}`] = item
    else typed[field.name] = given
  }
}

describe.each(dataModels)('$machine', (model) => {
  describe.each([...structs.values()])('$name', (table) => {
    const layout = structNamed(table.name).on[model.machine] as uapi.StructLayout<Value, Value, string>
    const { typed: Typed, size } = layoutOf(table, model)
    const bytes = fc.uint8Array({ minLength: size, maxLength: size })

    test.prop([bytes, fc.nat(9)])('reads what typed-struct reads, wherever it lies', (struct, at) => {
      const padded = new Uint8Array(at + size + 3).fill(0xa5)
      padded.set(struct, at)
      expect(layout.read(padded, at)).toEqual(shape(table, new Typed(Buffer.from(struct))))
    })

    test.prop([bytes, fc.nat(9)])('writes what typed-struct writes, and every byte of the struct', (struct, at) => {
      const value = layout.read(struct)
      const oracle = new Typed()
      assign(table, oracle, value)
      const out = new Uint8Array(at + size + 3).fill(0xa5)
      layout.write(out, at, value)
      const expected = new Uint8Array(at + size + 3).fill(0xa5)
      expected.set(Typed.raw(oracle), at)
      expect(out).toEqual(expected)
    })

    test('refuses a view it does not fit, and writes nothing to it', () => {
      const small = new Uint8Array(size).fill(0xa5)
      expect(() => layout.read(small, 1)).toThrow(RangeError)
      expect(() => layout.read(small, -1)).toThrow(RangeError)
      expect(() => layout.read(new Uint8Array(size - 1))).toThrow(RangeError)
      const value = layout.read(new Uint8Array(size))
      expect(() => layout.write(small, 1, value)).toThrow(RangeError)
      expect(small.every((byte) => byte === 0xa5)).toBe(true)
    })
  })
})

test('a view is read through its own window', () => {
  const buffer = new ArrayBuffer(64)
  new Uint8Array(buffer).fill(0xff)
  const window = new DataView(buffer, 24, 32)
  uapi.ns_id_req.write(window, 0, { size: 32, ns_id: 5n, ns_type: uapi.USER_NS, user_ns_id: 1n << 63n })
  expect(uapi.ns_id_req.read(new Uint8Array(buffer, 24, 32))).toEqual({
    size: 32,
    spare: 0,
    ns_id: 5n,
    ns_type: 0x10000000,
    spare2: 0,
    user_ns_id: 1n << 63n,
  })
  expect(new Uint8Array(buffer, 56).every((byte) => byte === 0xff)).toBe(true)
  expect(new Uint8Array(buffer, 0, 24).every((byte) => byte === 0xff)).toBe(true)
})

test('a record with a hole is written with the hole cleared', () => {
  const record = new Uint8Array(16).fill(0xa5)
  uapi.fanotify_event_info_mnt.write(record, 0, { hdr: { info_type: 7, len: 16 }, mnt_id: 0x80000001n })
  expect([...record]).toEqual([7, 0, 16, 0, 0, 0, 0, 0, 1, 0, 0, 0x80, 0, 0, 0, 0])
  uapi.fanotify_event_info_mnt.on.i386.write(record, 2, { hdr: { info_type: 7, len: 12 }, mnt_id: 0x80000001n })
  expect([...record]).toEqual([7, 0, 7, 0, 12, 0, 1, 0, 0, 0x80, 0, 0, 0, 0, 0, 0])
})
