/** Hex of little-endian integers, for the buffers of programs. */

const ZERO8 = '0000000000000000'

function byte(value: number): string {
  return BYTES[value & 0xff] as string
}

const BYTES: readonly string[] = Array.from({ length: 256 }, (_, value) => value.toString(16).padStart(2, '0'))

/** 4 bytes. */
export function le32(value: number): string {
  if (value === 0) return '00000000'
  return byte(value) + byte(value >>> 8) + byte(value >>> 16) + byte(value >>> 24)
}

/** 8 bytes; negative numbers are sign-extended. */
export function le64(value: number): string {
  if (value === 0) return ZERO8
  return le32(value | 0) + le32(Math.floor(value / 0x1_0000_0000))
}

/** `count` zero bytes. */
export function zeros(count: number): string {
  return '00'.repeat(count)
}

/** ASCII text. */
export function ascii(text: string): string {
  let hex = ''
  for (let i = 0; i < text.length; i++) hex += byte(text.charCodeAt(i))
  return hex
}
