import { describe, expect, it } from 'vitest'
import { Binder } from '../../src/transcript/bind.js'
import type { CallContext } from '../../src/transcript/call_fields.js'
import { compareBuffers } from '../../src/transcript/compare.js'
import { fromHex } from '../../src/transcript/hex.js'

describe('a value of chance that the call did not write', () => {
  const context: CallContext = {
    call: 'name_to_handle_at',
    args: [3, { str: '' }, { inout: '00'.repeat(24) }, { out: 4 }, 0x1000],
    ret: -14,
  }
  const side = (hex: string): { context: CallContext; bytes: Uint8Array } => ({ context, bytes: fromHex(hex) })
  const compare = (want: string, got: string): string | undefined =>
    compareBuffers(3, false, side(want), side(got), new Binder(), () => '')?.reason

  it('is not bound to one that it wrote', () => {
    expect(compare('aaaaaaaa', 'aaaaaaaa')).toBeUndefined()
    expect(compare('5aaaaaaa', 'aaaaaaaa')).toBe('not written')
    expect(compare('aaaaaaaa', '21000000')).toBe('written')
    expect(compare('22000000', '21000000')).toBeUndefined()
  })
})
