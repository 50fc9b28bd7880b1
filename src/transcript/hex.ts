const DIGITS = '0123456789abcdef'

const PAIRS: readonly string[] = Array.from({ length: 256 }, (_, byte) => `${DIGITS[byte >> 4]}${DIGITS[byte & 15]}`)

const VALUES: Uint8Array = (() => {
  const values = new Uint8Array(128)
  for (let i = 0; i < 16; i++) {
    values[DIGITS.charCodeAt(i)] = i
    values[DIGITS.toUpperCase().charCodeAt(i)] = i
  }
  return values
})()

/** Bytes as lower-case hex. */
export function toHex(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i++) text += PAIRS[bytes[i] as number]
  return text
}

/** The bytes of a hex text that was checked before: two digits a byte. */
export function fromHex(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length >> 1)
  writeHex(text, bytes)
  return bytes
}

/** Puts the bytes of a checked hex text at the start of `target`. */
export function writeHex(text: string, target: Uint8Array): void {
  for (let i = 0, at = 0; at + 1 < text.length; i++, at += 2) {
    target[i] = ((VALUES[text.charCodeAt(at)] as number) << 4) | (VALUES[text.charCodeAt(at + 1)] as number)
  }
}
