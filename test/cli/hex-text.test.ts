import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { HexText, looksLikeText } from '../../src/cli/hex-text.js'

function parse(text: string, cuts: readonly number[] = []): Uint8Array {
  const hex = new HexText('a')
  const bytes = Buffer.from(text, 'latin1')
  const parts: Uint8Array[] = []
  let start = 0
  for (const cut of [...cuts, bytes.length]) {
    parts.push(hex.push(bytes.subarray(start, cut)))
    start = cut
  }
  return Buffer.concat([...parts, hex.end()])
}

const bytes = Buffer.from('18000000031800002000000000000000ffffffff01000000', 'hex')

describe('hex text', () => {
  it.each([
    ['plain', '18000000031800002000000000000000ffffffff01000000'],
    ['plain without a first offset', '18000000  03180000 2000000000000000 ffffffff 01000000\n'],
    ['upper case and lines', '18 00 00 00 03 18 00 00\n20 00 00 00 00 00 00 00\nFF FF FF FF 01 00 00 00\n'],
    [
      'C',
      '{ 0x18, 0x00, 0x00, 0x00, 0x03, 0x18, 0x00, 0x00, 0x20, 0x00, ' +
        '0x00,0x00,0x00,0x00,0x00,0x00, 0xff,0xff,0xff,0xff, 0x01, 0x00, 0x00, 0x00 };',
    ],
    ['comments', '# an event\n18000000 03 18 0000 # head\n2000000000000000ffffffff01000000'],
    [
      'xxd',
      '00000000: 1800 0000 0318 0000 2000 0000 0000 0000  ........ .......\n00000010: ffff ffff 0100 0000                      ........\n',
    ],
    [
      'hexdump -C',
      '00000000  18 00 00 00 03 18 00 00  20 00 00 00 00 00 00 00  |........ .......|\n00000010  ff ff ff ff 01 00 00 00                           |........|\n00000018\n',
    ],
    [
      'an annotated dump',
      '# event 0\n00000000  18 00 00 00 03 18 00 00  | fd  abc\n00000008  20 00 00 00 00 00 00 00 ff ff ff ff 01 00 00 00 | pid 1\n',
    ],
  ])('reads %s', (_, text) => {
    expect(parse(text)).toEqual(bytes)
  })

  it.each([
    ['hello', 'a: hex text, line 1: "h" is not a hex digit'],
    ['00 11\n2', 'a: hex text, line 2: an odd number of hex digits'],
    ['00 1 22', 'a: hex text, line 1: an odd number of hex digits'],
    ['00\n11\nzz', 'a: hex text, line 3: "z" is not a hex digit'],
    ['00000000: 0102\n00000003: 04\n', 'a: hex text, line 2: offset 00000003 where 00000002 is due'],
    [
      '00000000  00 00\n*\n00000010\n',
      'a: hex text, line 2: "*" stands for repeated lines: make the dump with hexdump -v',
    ],
    ['00000000  00 0\n', 'a: hex text, line 1: not pairs of hex digits'],
    [
      '00000000  00 00\nnonsense\n',
      'a: hex text, line 2: no offset at the start of the line, as the lines before have it',
    ],
  ])('refuses %j', (text, message) => {
    expect(() => parse(text)).toThrow(message)
  })

  test.prop([
    fc.uint8Array({ maxLength: 200 }),
    fc.integer({ min: 1, max: 40 }),
    fc.array(fc.nat(500), { maxLength: 5 }),
  ])('reads what it was made from, cut anywhere, as a line or as a dump', (content, width, cuts) => {
    const hex = Buffer.from(content).toString('hex')
    const plain = hex.replace(new RegExp(`.{${width}}`, 'g'), (part) => (width % 2 === 0 ? `${part}\n` : part))
    const at = (text: string): number[] => cuts.map((cut) => Math.min(cut, text.length)).sort((a, b) => a - b)
    if (!/^0{6,}\s\s/.test(plain)) expect([...parse(plain, at(plain))]).toEqual([...content])
    let dump = ''
    for (let i = 0; i < content.length; i += width) {
      const row = Buffer.from(content.subarray(i, i + width))
        .toString('hex')
        .replace(/..(?!$)/g, '$& ')
      dump += `${i.toString(16).padStart(8, '0')}  ${row} | ff ff\n`
    }
    expect([...parse(dump, at(dump))]).toEqual([...content])
  })

  it('is not taken for a raw stream, nor a raw stream for it', () => {
    expect(looksLikeText(Buffer.from('18 00\n'))).toBe(true)
    expect(looksLikeText(bytes)).toBe(false)
    expect(looksLikeText(new Uint8Array())).toBe(false)
  })
})
