import * as P from 'micro-packed'
import type { Stream } from '../lib/stream.js'

const metadata = {
  event_len: P.U32LE,
  vers: P.U8,
  reserved: P.U8,
  metadata_len: P.U16LE,
  mask: P.U64LE,
  fd: P.I32LE,
  pid: P.I32LE,
}

const Plain = P.struct(metadata)

// A record has to be of a type and a shape known here: micro-packed has no way to keep or to skip another one.
const Mnt = P.struct({ pad: P.U8, len: P.U16LE, pad2: P.U32LE, mnt_id: P.U64LE })
const Ns = P.struct({ pad: P.U8, len: P.U16LE, pad2: P.U32LE, self_nsid: P.U64LE, owner_nsid: P.U64LE })
const Ids = P.struct({ ...metadata, info: P.tag(P.U8, { 7: Mnt, 8: Ns }) })

const DfidName = P.struct({
  ...metadata,
  info_type: P.U8,
  pad: P.U8,
  len: P.U16LE,
  fsid: P.tuple([P.I32LE, P.I32LE]),
  handle_bytes: P.U32LE,
  handle_type: P.I32LE,
  f_handle: P.bytes('handle_bytes'),
  name: P.padRight(4, P.cstring, P.ZeroPad),
})

const events: Record<string, P.CoderType<unknown[]>> = {
  '24-byte events': P.array(null, Plain) as unknown as P.CoderType<unknown[]>,
  'mnt/ns events': P.array(null, Ids) as unknown as P.CoderType<unknown[]>,
  'DFID_NAME events': P.array(null, DfidName) as unknown as P.CoderType<unknown[]>,
}

/** Decodes every read of the stream to objects, and returns how many there were. */
export function microPacked(stream: Stream): number {
  const coder = events[stream.name]!
  let count = 0
  for (const read of stream.reads) count += coder.decode(read).length
  return count
}
