import { Parser } from 'binary-parser/dist/binary_parser.js'
import type { Stream } from '../lib/stream.js'

const metadata = () =>
  new Parser()
    .endianness('little')
    .uint32('event_len')
    .uint8('vers', { assert: 3 })
    .uint8('reserved')
    .uint16('metadata_len')
    .uint64('mask')
    .int32('fd')
    .int32('pid')

const mnt = new Parser().endianness('little').uint8('pad').uint16('len').uint32('pad2').uint64('mnt_id')
const ns = new Parser()
  .endianness('little')
  .uint8('pad')
  .uint16('len')
  .uint32('pad2')
  .uint64('self_nsid')
  .uint64('owner_nsid')
// One record an event, of a type known here: an array of records takes up to five times as long.
const ids = metadata()
  .uint8('info_type')
  .choice({ tag: 'info_type', choices: { 7: mnt, 8: ns } })

const named = metadata()
  .uint8('info_type')
  .uint8('pad')
  .uint16('len')
  .int32('fsid0')
  .int32('fsid1')
  .uint32('handle_bytes')
  .int32('handle_type')
  .buffer('f_handle', { length: 'handle_bytes' })
  .buffer('name', {
    length(this: { len: number; handle_bytes: number }) {
      return this.len - 20 - this.handle_bytes
    },
  } as never)

const all = (event: Parser) => new Parser().array('events', { type: event, readUntil: 'eof' })

const parsers: Record<string, { parse(bytes: Uint8Array): { events: unknown[] } }> = {
  '24-byte events': all(metadata()),
  'mnt/ns events': all(ids),
  'DFID_NAME events': all(named),
}

/** Decodes every read of the stream to objects, and returns how many there were. */
export function binaryParser(stream: Stream): number {
  const parser = parsers[stream.name]!
  let count = 0
  for (const read of stream.reads) count += parser.parse(read).events.length
  return count
}
