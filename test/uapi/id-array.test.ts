import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { decodeIds, encodeIds, MACHINES } from '../../src/uapi/index.js'

describe('decodeIds', () => {
  it('reads the byte order of the machine', () => {
    const bytes = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)
    expect([...decodeIds(bytes)]).toEqual([0x0807060504030201n])
    expect([...decodeIds(bytes, { machine: 'i386' })]).toEqual([0x0807060504030201n])
    expect([...decodeIds(bytes, { machine: 's390x' })]).toEqual([0x0102030405060708n])
  })

  it('takes any alignment, copies, and leaves a cut id alone', () => {
    const bytes = Uint8Array.of(9, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0)
    const ids = decodeIds(bytes.subarray(1))
    bytes.fill(0xff)
    expect([...ids]).toEqual([1n])
  })

  test.prop([fc.array(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })), fc.constantFrom(...MACHINES)])(
    'gives back what encodeIds wrote',
    (ids, machine) => {
      expect([...decodeIds(encodeIds(ids, { machine }), { machine })]).toEqual(ids)
    },
  )
})
