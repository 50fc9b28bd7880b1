import { toHex } from './hex.js'

/**
 * What a kernel draws from chance, time or unrelated activity: two runs of the same kernel differ there and are bound on
 * first sight. `time` and `atime` are times of files; `any` is not even bound: block counts.
 */
export type ChanceKind =
  | 'pid'
  | 'ns_inum'
  | 'f_handle'
  | 'fsid'
  | 'dev'
  | 'mnt_id'
  | 'ino'
  | 'st_ino'
  | 'ns_id'
  | 'mnt_id_unique'
  | 'peer_group'
  | 'time'
  | 'atime'
  | 'any'

/** How a field is shown: as an integer of its length, bit names, text or plain bytes. */
export type PlainKind = 'unsigned' | 'signed' | 'bits' | 'fan_mask' | 'fan_ns_mask' | 'ns_type' | 'chars' | 'bytes'

export type Kind = ChanceKind | PlainKind

/** How a value stands in the bytes: little-endian, as decimal or hex digits, as `major:minor`, or hex of little-endian bytes. */
export type Encoding = 'le' | 'dec' | 'hex' | 'dev' | 'hexle' | 'blob' | 'hexblob'

/** A piece of a buffer with its name. The fields of a buffer lie one after another and leave nothing out. */
export interface Field {
  name: string
  offset: number
  length: number
  kind: Kind
  encoding: Encoding
  /** Values of equal kind are compared only within one scope (inode numbers: within one filesystem). */
  scope: string
}

const CHANCE: ReadonlySet<Kind> = new Set<ChanceKind>([
  'pid',
  'ns_inum',
  'f_handle',
  'fsid',
  'dev',
  'mnt_id',
  'ino',
  'st_ino',
  'ns_id',
  'mnt_id_unique',
  'peer_group',
  'time',
  'atime',
  'any',
])

/** Whether a field of this kind may differ between two runs of one kernel. */
export function isChance(kind: Kind): kind is ChanceKind {
  return CHANCE.has(kind)
}

/** Seconds and nanoseconds, as bytes. */
export function isTime(kind: Kind): kind is 'time' | 'atime' {
  return kind === 'time' || kind === 'atime'
}

/** What {@link Fields.struct} needs of a generated struct. */
export interface StructLayout {
  size: number
  offset: Record<string, number>
}

/** A struct's fields in order: name, offset, length, kind. */
export type StructRows = readonly (readonly [name: string, offset: number, length: number, kind: Kind])[]

/** Rows of a struct; a field without an entry in `kinds` is an unsigned integer, or bytes when it is longer than eight. */
export function structRows(layout: StructLayout, kinds: Record<string, Kind>): StructRows {
  const names = Object.keys(layout.offset).sort((a, b) => (layout.offset[a] as number) - (layout.offset[b] as number))
  return names.map((name, i) => {
    const offset = layout.offset[name] as number
    const next = names[i + 1]
    const length = (next === undefined ? layout.size : (layout.offset[next] as number)) - offset
    return [name, offset, length, kinds[name] ?? (length > 8 ? 'bytes' : 'unsigned')] as const
  })
}

/** Collects the fields of one buffer from its start to its end; bytes that nobody names become fields of their own. */
export class Fields {
  readonly bytes: Uint8Array
  readonly list: Field[] = []
  readonly view: DataView
  #end = 0

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /**
   * Adds a field; one that does not fit whole is cut, and its bytes are shown as they are. Of a value that is drawn from
   * chance too little is seen then to say which it is.
   */
  add(name: string, offset: number, length: number, kind: Kind, encoding: Encoding = 'le', scope = ''): void {
    if (offset < this.#end || offset >= this.bytes.length || length <= 0) return
    this.fill(offset)
    if (offset + length > this.bytes.length) {
      this.#push(name, offset, this.bytes.length - offset, isChance(kind) ? 'any' : 'bytes', 'blob', '')
    } else {
      this.#push(name, offset, length, kind, encoding, scope)
    }
  }

  /** Adds the fields of a struct that starts at `base`. */
  struct(rows: StructRows, base: number, prefix = ''): void {
    for (const [name, offset, length, kind] of rows)
      this.add(prefix + name, base + offset, length, kind, isTime(kind) ? 'blob' : 'le')
  }

  /** Adds text up to `end`, unless it is there already. */
  chars(name: string, end: number): void {
    if (end > this.#end) this.#push(name, this.#end, end - this.#end, 'chars', 'blob', '')
  }

  /** What is left becomes bytes. */
  finish(): Field[] {
    this.fill(this.bytes.length)
    return this.list
  }

  /** Adds what nobody named up to `end`. */
  fill(end: number): void {
    if (end > this.#end) this.#push('(bytes)', this.#end, end - this.#end, 'bytes', 'blob', '')
  }

  #push(name: string, offset: number, length: number, kind: Kind, encoding: Encoding, scope: string): void {
    this.list.push({ name, offset, length, kind, encoding, scope })
    this.#end = offset + length
  }
}

/** A value that can be compared: a number, or text where a number does not do. */
export type FieldValue = number | string

const TEXT = new TextDecoder('latin1')

function unsigned(bytes: Uint8Array, offset: number, length: number): number | string {
  let low = 0
  let high = 0
  for (let i = Math.min(length, 4) - 1; i >= 0; i--) low = low * 256 + (bytes[offset + i] as number)
  for (let i = Math.min(length, 8) - 1; i >= 4; i--) high = high * 256 + (bytes[offset + i] as number)
  const value = high * 0x1_0000_0000 + low
  return Number.isSafeInteger(value) ? value : String(BigInt(high) * 0x1_0000_0000n + BigInt(low))
}

/** The value that stands in a field. Device numbers are major · 2²⁰ + minor, handles and fsids hex. */
export function fieldValue(field: Field, bytes: Uint8Array): FieldValue {
  const { offset, length } = field
  switch (field.encoding) {
    case 'dec':
      return Number.parseInt(TEXT.decode(bytes.subarray(offset, offset + length)), 10)
    case 'hex':
      return Number.parseInt(TEXT.decode(bytes.subarray(offset, offset + length)), 16)
    case 'hexle': {
      const text = TEXT.decode(bytes.subarray(offset, offset + length))
      return Number.parseInt((text.match(/../g) ?? []).reverse().join(''), 16)
    }
    case 'dev': {
      const [major, minor] = TEXT.decode(bytes.subarray(offset, offset + length)).split(':')
      return Number(major) * 0x10_0000 + Number(minor)
    }
    case 'hexblob':
      return TEXT.decode(bytes.subarray(offset, offset + length))
    case 'blob':
      return toHex(bytes.subarray(offset, offset + length))
    case 'le':
      if (field.kind === 'dev' && length === 8) {
        return (unsigned(bytes, offset, 4) as number) * 0x10_0000 + (unsigned(bytes, offset + 4, 4) as number)
      }
      return unsigned(bytes, offset, length)
  }
}
