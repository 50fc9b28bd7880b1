import { Struct } from 'typed-struct'
import type { Stream } from '../lib/stream.js'

const metadata = (name: string) =>
  new Struct(name)
    .UInt32LE('event_len')
    .UInt8('vers')
    .UInt8('reserved')
    .UInt16LE('metadata_len')
    .BigUInt64LE('mask')
    .Int32LE('fd')
    .Int32LE('pid')

const info = (name: string) => metadata(name).UInt8('info_type').UInt8('pad').UInt16LE('len')

const Plain = metadata('Plain').compile()
const Mnt = info('Mnt').UInt32LE('pad2').BigUInt64LE('mnt_id').compile()
const Ns = info('Ns').UInt32LE('pad2').BigUInt64LE('self_nsid').BigUInt64LE('owner_nsid').compile()
// The name is what is left of the record: typed-struct has no field that ends at a NUL.
const DfidName = info('DfidName')
  .Int32LE('fsid0')
  .Int32LE('fsid1')
  .UInt32LE('handle_bytes')
  .Int32LE('handle_type')
  .Buffer('f_handle', 8)
  .Buffer('name')
  .compile()

/** typed-struct as its documentation shows it: a `new` for each event, over the event's bytes. */
export function typedStructNew(stream: Stream): number {
  const bytes = Buffer.from(stream.bytes.buffer, 0, stream.bytes.length)
  let sum = 0
  for (let at = 0; at < bytes.length; ) {
    const len = bytes.readUInt32LE(at)
    const slice = bytes.subarray(at, at + len)
    if (len === 24) {
      const event = new Plain(slice)
      sum += Number(event.mask) + event.fd + event.pid
    } else if (slice[24] === 7) {
      const event = new Mnt(slice)
      sum += Number(event.mask) + event.pid + Number(event.mnt_id & 0xffn)
    } else if (slice[24] === 8) {
      const event = new Ns(slice)
      sum += Number(event.mask) + event.pid + Number(event.self_nsid & 0xffn)
    } else {
      const event = new DfidName(slice)
      sum += Number(event.mask) + event.pid + event.handle_type + event.name.length
    }
    at += len
  }
  return sum
}

/** typed-struct made fast by hand: one object for each struct, each event's bytes copied under it. */
export function typedStructReused(stream: Stream): () => number {
  const bytes = Buffer.from(stream.bytes.buffer, 0, stream.bytes.length)
  const plain = new Plain()
  const mnt = new Mnt()
  const ns = new Ns()
  const named = new DfidName(Buffer.alloc(24 + 28 + 36))
  const rawPlain = Plain.raw(plain)
  const rawMnt = Mnt.raw(mnt)
  const rawNs = Ns.raw(ns)
  const rawNamed = DfidName.raw(named)
  return () => {
    let sum = 0
    for (let at = 0; at < bytes.length; ) {
      const len = bytes.readUInt32LE(at)
      if (len === 24) {
        bytes.copy(rawPlain, 0, at, at + len)
        sum += Number(plain.mask) + plain.fd + plain.pid
      } else if (bytes[at + 24] === 7) {
        bytes.copy(rawMnt, 0, at, at + len)
        sum += Number(mnt.mask) + mnt.pid + Number(mnt.mnt_id & 0xffn)
      } else if (bytes[at + 24] === 8) {
        bytes.copy(rawNs, 0, at, at + len)
        sum += Number(ns.mask) + ns.pid + Number(ns.self_nsid & 0xffn)
      } else {
        bytes.copy(rawNamed, 0, at, at + len)
        sum += Number(named.mask) + named.pid + named.handle_type + named.name.length
      }
      at += len
    }
    return sum
  }
}
