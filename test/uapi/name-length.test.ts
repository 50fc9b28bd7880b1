import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { EventReader, MACHINES } from '../../src/uapi/index.js'

/** An event with one DFID_NAME record whose bytes behind an empty handle are `content`. */
function eventNaming(content: Uint8Array, littleEndian: boolean): Uint8Array {
  const bytes = new Uint8Array(24 + 20 + content.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, bytes.length, littleEndian)
  view.setUint8(4, 3)
  view.setUint16(6, 24, littleEndian)
  view.setUint8(24, 2)
  view.setUint16(26, 20 + content.length, littleEndian)
  bytes.set(content, 44)
  return bytes
}

describe('nameLength', () => {
  // few values, so that a word often holds a NUL, and those that a borrow or a top bit could mistake for one
  test.prop([
    fc.uint8Array({ maxLength: 13 }),
    fc.array(fc.constantFrom(0, 1, 0x7f, 0x80, 0x81, 0xff), { maxLength: 13 }),
    fc.constantFrom(...MACHINES),
  ])('is where the first NUL is, or the end of the record', (any, few, machine) => {
    for (const content of [any, Uint8Array.from(few)]) {
      const reader = new EventReader(eventNaming(content, machine !== 's390x'), { machine })
      expect(reader.next() && reader.nextInfo()).toBe(true)
      const nul = content.indexOf(0)
      expect(reader.nameLength).toBe(nul < 0 ? content.length : nul)
    }
  })
})
