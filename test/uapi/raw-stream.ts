import type { Machine } from '../../src/uapi/index.js'

/** Bytes written with explicit offsets and nothing of the codec, to hold the codec against. */
export class RawWriter {
  readonly machine: Machine
  private readonly little: boolean

  constructor(machine: Machine = 'x86_64') {
    this.machine = machine
    this.little = machine !== 's390x'
  }

  u16(value: number): number[] {
    return this.order([value & 0xff, (value >> 8) & 0xff])
  }

  u32(value: number): number[] {
    return this.order([value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, (value >>> 24) & 0xff])
  }

  u64(value: bigint): number[] {
    return this.order(Array.from({ length: 8 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn)))
  }

  /** A record: header and content; `len` when it shall lie. */
  record(type: number, content: number[], { len = content.length + 4, pad = 0 } = {}): number[] {
    return [type, pad, ...this.u16(len), ...content]
  }

  /** The 64-bit fields of an MNT or NS record, with the hole that the machine has before them. */
  ids(...values: bigint[]): number[] {
    return [...(this.machine === 'i386' ? [] : [0, 0, 0, 0]), ...values.flatMap((value) => this.u64(value))]
  }

  /** fsid, file_handle and what follows it. */
  fid(fsid: [number, number], handleType: number, handle: number[], after: number[] = []): number[] {
    return [
      ...this.u32(fsid[0]),
      ...this.u32(fsid[1]),
      ...this.u32(handle.length),
      ...this.u32(handleType),
      ...handle,
      ...after,
    ]
  }

  /** An event with its records; the other fields when they shall lie or differ. */
  event(
    mask: bigint,
    records: number[][] = [],
    fields: Partial<Record<'event_len' | 'vers' | 'reserved' | 'metadata_len' | 'fd' | 'pid', number>> & {
      tail?: number[]
    } = {},
  ): number[] {
    const tail = fields.tail ?? []
    const body = [...tail, ...records.flat()]
    return [
      ...this.u32(fields.event_len ?? 24 + body.length),
      fields.vers ?? 3,
      fields.reserved ?? 0,
      ...this.u16(fields.metadata_len ?? 24 + tail.length),
      ...this.u64(mask),
      ...this.u32(fields.fd ?? -1),
      ...this.u32(fields.pid ?? 0),
      ...body,
    ]
  }

  private order(bytes: number[]): number[] {
    return this.little ? bytes : bytes.reverse()
  }
}

/** The bytes of a text, with as many zero bytes behind it as asked for. */
export function text(value: string, zeros = 0): number[] {
  return [...new TextEncoder().encode(value), ...new Array<number>(zeros).fill(0)]
}
