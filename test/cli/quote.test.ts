import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { quoteName } from '../../src/cli/quote.js'

describe('a quoted name', () => {
  it.each([
    ['report.txt', '"report.txt"'],
    ['café 🗄', '"café 🗄"'],
    ['line\nbreak\ttab\r', '"line\\nbreak\\ttab\\r"'],
    ['say "hi" \\', '"say \\"hi\\" \\\\"'],
    ['\x1b[31m', '"\\x1b[31m"'],
    ['\u202etxt.exe', '"\\xe2\\x80\\xaetxt.exe"'],
    ['\u0085', '"\\xc2\\x85"'],
    ['', '""'],
  ])('of %j', (name, quoted) => {
    expect(quoteName(new TextEncoder().encode(name))).toBe(quoted)
  })

  it('shows bytes that are not UTF-8 as escapes', () => {
    expect(quoteName(Uint8Array.of(0x63, 0x61, 0x66, 0xe9))).toBe('"caf\\xe9"')
    expect(quoteName(Uint8Array.of(0xff, 0x22, 0x0a))).toBe('"\\xff\\"\\n"')
  })

  test.prop([fc.uint8Array({ maxLength: 64 })])('can be read back and never holds a control character', (name) => {
    const quoted = quoteName(name)
    expect(quoted).not.toMatch(/\p{C}/u)
    const bytes: number[] = []
    for (const part of quoted.slice(1, -1).match(/\\x..|\\.|[^\\]/gu) ?? []) {
      if (part.startsWith('\\x')) bytes.push(Number.parseInt(part.slice(2), 16))
      else if (part.startsWith('\\')) bytes.push(...Buffer.from({ n: '\n', r: '\r', t: '\t' }[part[1]!] ?? part[1]!))
      else bytes.push(...Buffer.from(part))
    }
    expect(bytes).toEqual([...name])
  })
})
