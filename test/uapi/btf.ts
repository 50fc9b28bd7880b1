/** A member of a struct in BTF, unnamed structs and unions looked through. */
export interface BtfMember {
  name: string
  /** In bytes. */
  offset: number
}

/** A struct in BTF. */
export interface BtfStruct {
  size: number
  members: BtfMember[]
}

const MAGIC = 0xeb9f
const STRUCT = 4
const UNION = 5
/** Bytes that follow the 12 of a type, by kind: a constant, and so many for each of `vlen` items. */
const TAIL: Readonly<Record<number, readonly [constant: number, each: number]>> = {
  1: [4, 0], // INT
  3: [12, 0], // ARRAY
  4: [0, 12], // STRUCT
  5: [0, 12], // UNION
  6: [0, 8], // ENUM
  13: [0, 8], // FUNC_PROTO
  14: [4, 0], // VAR
  15: [0, 12], // DATASEC
  17: [4, 0], // DECL_TAG
  19: [0, 12], // ENUM64
}

/**
 * The structs of a kernel's type information (`/sys/kernel/btf/vmlinux`), by name.
 * Source: Documentation/bpf/btf.rst.
 */
export function parseBtf(bytes: Uint8Array): Map<string, BtfStruct> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const little = view.getUint16(0, true) === MAGIC
  const u32 = (at: number) => view.getUint32(at, little)
  const headerLength = u32(4)
  const types = headerLength + u32(8)
  const end = types + u32(12)
  const strings = headerLength + u32(16)
  const text = (offset: number) => {
    const start = strings + offset
    return Buffer.from(bytes.subarray(start, bytes.indexOf(0, start))).toString()
  }

  // type ids count from 1; 0 is void
  const at: number[] = [0]
  for (let here = types; here < end; ) {
    at.push(here)
    const info = u32(here + 4)
    const [constant, each] = TAIL[(info >>> 24) & 0x1f] ?? [0, 0]
    here += 12 + constant + each * (info & 0xffff)
  }

  const membersOf = (type: number): BtfMember[] => {
    const info = u32(type + 4)
    return Array.from({ length: info & 0xffff }, (_, i) => type + 12 + 12 * i).flatMap((member) => {
      const name = text(u32(member))
      // with the kind flag the upper byte is a bitfield's size
      const bits = info >>> 31 ? u32(member + 8) & 0xffffff : u32(member + 8)
      if (name !== '') return [{ name, offset: bits / 8 }]
      return membersOf(at[u32(member + 4)]!).map((inner) => ({ name: inner.name, offset: inner.offset + bits / 8 }))
    })
  }

  const structs = new Map<string, BtfStruct>()
  for (const type of at.slice(1)) {
    const kind = (u32(type + 4) >>> 24) & 0x1f
    if (kind !== STRUCT && kind !== UNION) continue
    const name = text(u32(type))
    if (name !== '' && !structs.has(name)) structs.set(name, { size: u32(type + 8), members: membersOf(type) })
  }
  return structs
}
