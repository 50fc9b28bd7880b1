import { CliError } from './cli-error.js'

const SPACE = 1
const DIGIT = 2
const SEPARATOR = 3

const kinds = new Uint8Array(256)
for (const char of ' \t\r\n\f\v') kinds[char.charCodeAt(0)] = SPACE
for (const char of '0123456789abcdefABCDEF') kinds[char.charCodeAt(0)] = DIGIT
for (const char of ',;{}') kinds[char.charCodeAt(0)] = SEPARATOR

const NEWLINE = 10
const HASH = 35
const ZERO = 48
const X = 120
const MAX_DUMP_LINE = 1 << 16

const DUMP_START = /^([0-9a-fA-F]{6,})(?::| {2,})/
const DUMP_LINE = /^([0-9a-fA-F]+)(:| {2,}|$)(.*)$/

function digit(code: number): number {
  return code <= 57 ? code - 48 : (code | 32) - 87
}

/**
 * Reads bytes from text: hex digits in pairs with white space, commas or `0x` between them, or a dump with offsets as `xxd`,
 * `hexdump -C` and `kabinet decode --format hex` print it. `#` starts a comment. Text may come in pieces cut anywhere.
 */
export class HexText {
  #form: 'unknown' | 'plain' | 'dump' = 'unknown'
  #head = ''
  #line = 1
  #high = -1
  #zero = false
  #comment = false
  #bytes = 0

  readonly #name: string

  /** @param name - what messages call the text */
  constructor(name: string) {
    this.#name = name
  }

  /** Bytes of the text so far. @throws CliError naming the line of what is not hex */
  push(text: Uint8Array): Uint8Array {
    return this.#read(Buffer.from(text.buffer, text.byteOffset, text.byteLength), false)
  }

  /** Bytes of what was left. @throws CliError for half a byte at the end */
  end(): Uint8Array {
    const bytes = this.#read(Buffer.alloc(0), true)
    if (this.#high >= 0) throw this.#error('an odd number of hex digits')
    return bytes
  }

  #error(what: string): CliError {
    return new CliError(`${this.#name}: hex text, line ${this.#line}: ${what}`)
  }

  #read(text: Buffer, last: boolean): Uint8Array {
    if (this.#form === 'plain') return this.#plain(text)
    this.#head += text.toString('latin1')
    if (this.#form === 'unknown') {
      // The first line that is not empty or a comment tells.
      const first = /^(?:\s*(?:#.*)?\n)*[^\n]*\S[^\n]*\n/.exec(this.#head)
      if (!first && !last && this.#head.length < MAX_DUMP_LINE) return new Uint8Array()
      const line = (first?.[0] ?? this.#head).trimEnd().split('\n').at(-1)!
      const offset = DUMP_START.exec(line)
      this.#form = offset !== null && Number.parseInt(offset[1]!, 16) === 0 ? 'dump' : 'plain'
      if (this.#form === 'plain') {
        const head = Buffer.from(this.#head, 'latin1')
        this.#head = ''
        return this.#plain(head)
      }
    }
    return this.#dump(last)
  }

  #plain(text: Buffer): Uint8Array {
    const out = new Uint8Array((text.length >> 1) + 1)
    let n = 0
    for (const code of text) {
      if (this.#comment) {
        if (code === NEWLINE) {
          this.#comment = false
          this.#line++
        }
        continue
      }
      const kind = kinds[code]
      if (kind === DIGIT) {
        if (this.#high < 0) this.#high = digit(code)
        else {
          out[n++] = (this.#high << 4) | digit(code)
          this.#high = -1
        }
        this.#zero = code === ZERO && this.#high === 0
        continue
      }
      if (code === X && this.#zero) this.#high = -1
      else if (!kind && code !== HASH)
        throw this.#error(`${JSON.stringify(String.fromCharCode(code))} is not a hex digit`)
      else if (this.#high >= 0) throw this.#error('an odd number of hex digits')
      else if (code === HASH) this.#comment = true
      this.#zero = false
      if (code === NEWLINE) this.#line++
    }
    this.#bytes += n
    return out.subarray(0, n)
  }

  #dump(last: boolean): Uint8Array {
    const lines = this.#head.split('\n')
    this.#head = last ? '' : lines.pop()!
    if (this.#head.length > MAX_DUMP_LINE) throw this.#error('the line is too long for a dump')
    const out: number[] = []
    for (const line of lines) {
      this.#dumpLine(line.trimEnd(), out)
      this.#line++
    }
    return Uint8Array.from(out)
  }

  #dumpLine(line: string, out: number[]): void {
    if (line === '' || line.startsWith('#')) return
    if (line === '*') throw this.#error('"*" stands for repeated lines: make the dump with hexdump -v')
    const match = DUMP_LINE.exec(line)
    if (!match) throw this.#error('no offset at the start of the line, as the lines before have it')
    if (Number.parseInt(match[1]!, 16) !== this.#bytes)
      throw this.#error(`offset ${match[1]} where ${this.#bytes.toString(16).padStart(match[1]!.length, '0')} is due`)
    const content = match[3]!.trimStart()
    // Behind the bytes stands what they mean: after two spaces (xxd), or after a bar (hexdump -C, kabinet).
    const hex = (match[2] === ':' ? content.split('  ')[0]! : content.split('|')[0]!).replaceAll(' ', '')
    if (hex.length % 2 !== 0 || /[^0-9a-fA-F]/.test(hex)) throw this.#error('not pairs of hex digits')
    for (let i = 0; i < hex.length; i += 2) out.push(Number.parseInt(hex.slice(i, i + 2), 16))
    this.#bytes += hex.length / 2
  }
}

/** Whether the start of an input is text rather than a raw stream, whose event_len always has a zero byte. */
export function looksLikeText(head: Uint8Array): boolean {
  return head.length > 0 && head.every((byte) => (byte >= 0x20 && byte < 0x7f) || kinds[byte] === SPACE)
}
