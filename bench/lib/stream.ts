import { Random } from './random.js'

/** The bytes of a made-up fanotify stream, written here by hand so that no codec under test has a say in them. */
export interface Stream {
  name: string
  /** How many events it holds. */
  events: number
  bytes: Uint8Array
  /** The same bytes as read(2) would hand them out with a buffer of {@link READ_SIZE}: whole events only. */
  reads: Uint8Array[]
}

/** Size of the buffer that a program gives read(2): what is alive at once stays small beside V8's nursery. */
export const READ_SIZE = 16384

const EVENTS = 65536
const METADATA_LEN = 24
const MASKS = [0x1, 0x2, 0x8, 0x10, 0x20, 0x108, 0x40000020]

/** Writes the record at `at` (event-relative offsets are the caller's) and returns its length. */
type WriteRecord = (view: DataView, at: number, index: number, random: Random) => number

function build(
  name: string,
  mask: (index: number, random: Random) => number,
  fd: number,
  record?: WriteRecord,
): Stream {
  const random = new Random()
  const view = new DataView(new ArrayBuffer(EVENTS * 128))
  const reads: Uint8Array[] = []
  let at = 0
  let readStart = 0
  for (let i = 0; i < EVENTS; i++) {
    const end = at + METADATA_LEN + (record ? record(view, at + METADATA_LEN, i, random) : 0)
    view.setUint32(at, end - at, true)
    view.setUint8(at + 4, 3)
    view.setUint16(at + 6, METADATA_LEN, true)
    view.setUint32(at + 8, mask(i, random), true)
    view.setInt32(at + 16, fd < 0 ? fd : fd + random.below(1000), true)
    view.setInt32(at + 20, 1 + random.below(32768), true)
    if (end - readStart > READ_SIZE) {
      reads.push(new Uint8Array(view.buffer, readStart, at - readStart))
      readStart = at
    }
    at = end
  }
  reads.push(new Uint8Array(view.buffer, readStart, at - readStart))
  return { name, events: EVENTS, bytes: new Uint8Array(view.buffer, 0, at), reads }
}

/** Events of a group that reports open files: 24 bytes, no record. */
export function plainStream(): Stream {
  return build('24-byte events', (_, random) => MASKS[random.below(MASKS.length)]!, 3)
}

/** Events of a namespace watcher, an MNT record (40 bytes an event) and an NS record (48) in turn. */
export function idsStream(): Stream {
  return build(
    'mnt/ns events',
    (index, random) => (index & 1 ? 0x100 : 0x1000000) << random.below(2),
    -1,
    (view, at, index, random) => {
      const ns = (index & 1) === 1
      const len = ns ? 24 : 16
      view.setUint8(at, ns ? 8 : 7)
      view.setUint16(at + 2, len, true)
      view.setUint32(at + 8, random.below(0x7fffffff), true)
      view.setUint32(at + 12, ns ? 1 : 0x80000, true)
      if (ns) {
        view.setUint32(at + 16, random.below(0x7fffffff), true)
        view.setUint32(at + 20, 1, true)
      }
      return len
    },
  )
}

/** Events of a FAN_REPORT_DFID_NAME group on ext4: an 8-byte file handle, and a name of 3 to 34 ASCII letters. */
export function namesStream(): Stream {
  return build(
    'DFID_NAME events',
    (_, random) => MASKS[random.below(MASKS.length)]!,
    -1,
    (view, at, _, random) => {
      const nameLen = 3 + random.below(32)
      const len = (28 + nameLen + 1 + 3) & ~3
      view.setUint8(at, 2)
      view.setUint16(at + 2, len, true)
      view.setInt32(at + 4, -0x12345678, true)
      view.setInt32(at + 8, 0x1abcdef0, true)
      view.setUint32(at + 12, 8, true)
      view.setInt32(at + 16, 1, true)
      view.setUint32(at + 20, 2 + random.below(1000000), true)
      view.setUint32(at + 24, random.below(0x7fffffff), true)
      for (let i = 0; i < nameLen; i++) view.setUint8(at + 28 + i, 97 + random.below(26))
      return len
    },
  )
}

/** The first `events` events of a stream, for candidates that would take seconds over all of it. */
export function headOf(stream: Stream, events: number): Stream {
  const view = new DataView(stream.bytes.buffer)
  let at = 0
  for (let i = 0; i < events; i++) at += view.getUint32(at, true)
  const bytes = new Uint8Array(stream.bytes.buffer, 0, at)
  return { name: stream.name, events, bytes, reads: [bytes] }
}
