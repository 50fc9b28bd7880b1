import type { FanotifyEvent, FanotifyInfo } from '../../src/uapi/index.js'

const METADATA_LEN = 24

function wrong(field: string): RangeError {
  return new RangeError(`${field} contradicts the content`)
}

function recordLength(info: FanotifyInfo): number {
  if (info.raw || info.pad || info.pad2 || info.tail) throw new TypeError('not a record of these streams')
  let content: number
  switch (info.info_type) {
    case 7:
      content = 16
      break
    case 8:
      content = 24
      break
    case 2:
      content = 20 + info.handle.f_handle.length + info.name.length
      break
    default:
      throw new TypeError(`record type ${info.info_type}`)
  }
  if (info.len < content || info.len > 0xffff) throw wrong('len')
  return info.len
}

function writeRecord(view: DataView, bytes: Uint8Array, at: number, info: FanotifyInfo): number {
  if (info.raw) throw new TypeError('a raw record')
  view.setUint8(at, info.info_type)
  view.setUint16(at + 2, info.len, true)
  switch (info.info_type) {
    case 7:
      view.setBigUint64(at + 8, info.mnt_id, true)
      break
    case 8:
      view.setBigUint64(at + 8, info.self_nsid, true)
      view.setBigUint64(at + 16, info.owner_nsid, true)
      break
    case 2: {
      const { handle, name } = info
      const { handle_bytes, f_handle } = handle
      if (handle_bytes !== f_handle.length) throw wrong('handle_bytes')
      view.setInt32(at + 4, info.fsid[0], true)
      view.setInt32(at + 8, info.fsid[1], true)
      view.setUint32(at + 12, handle_bytes, true)
      view.setInt32(at + 16, handle.handle_type, true)
      for (let i = 0; i < handle_bytes; i++) bytes[at + 20 + i] = f_handle[i]!
      const nameAt = at + 20 + handle_bytes
      for (let i = 0; i < name.length; i++) {
        const byte = name[i]!
        if (byte === 0) throw wrong('name')
        bytes[nameAt + i] = byte
      }
      break
    }
  }
  return at + info.len
}

/**
 * The encoder one would write for one's own stream: it knows MNT, NS and DFID_NAME records whose lengths are given, and
 * checks them. Two passes; padding is 0 because new bytes are.
 */
export function encodeByHand(events: readonly FanotifyEvent[]): Uint8Array {
  let size = 0
  for (let i = 0; i < events.length; i++) {
    const event = events[i]!
    const { info } = event
    let length = METADATA_LEN
    for (let k = 0; k < info.length; k++) length += recordLength(info[k]!)
    if (event.metadata_len !== METADATA_LEN) throw wrong('metadata_len')
    if (event.event_len !== length) throw wrong('event_len')
    size += length
  }
  const bytes = new Uint8Array(size)
  const view = new DataView(bytes.buffer)
  let at = 0
  for (let i = 0; i < events.length; i++) {
    const event = events[i]!
    const { info } = event
    view.setUint32(at, event.event_len, true)
    view.setUint8(at + 4, event.vers)
    view.setUint8(at + 5, event.reserved)
    view.setUint16(at + 6, event.metadata_len, true)
    view.setBigUint64(at + 8, event.mask, true)
    view.setInt32(at + 16, event.fd, true)
    view.setInt32(at + 20, event.pid, true)
    at += METADATA_LEN
    for (let k = 0; k < info.length; k++) at = writeRecord(view, bytes, at, info[k]!)
  }
  return bytes
}
