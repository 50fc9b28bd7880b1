import type { FanotifyEvent, FanotifyInfo } from '../../src/uapi/index.js'

const METADATA_LEN = 24

function writeRecord(view: DataView, bytes: Uint8Array, at: number, info: FanotifyInfo): number {
  const { len } = info
  if (info.raw) throw new TypeError('a raw record')
  view.setUint8(at, info.info_type)
  view.setUint8(at + 1, 0)
  view.setUint16(at + 2, len, true)
  switch (info.info_type) {
    case 7:
      view.setUint32(at + 4, 0, true)
      view.setBigUint64(at + 8, info.mnt_id, true)
      break
    case 8:
      view.setUint32(at + 4, 0, true)
      view.setBigUint64(at + 8, info.self_nsid, true)
      view.setBigUint64(at + 16, info.owner_nsid, true)
      break
    case 2: {
      const { handle, name } = info
      view.setInt32(at + 4, info.fsid[0], true)
      view.setInt32(at + 8, info.fsid[1], true)
      view.setUint32(at + 12, handle.f_handle.length, true)
      view.setInt32(at + 16, handle.handle_type, true)
      bytes.set(handle.f_handle, at + 20)
      const nameAt = at + 20 + handle.f_handle.length
      bytes.set(name, nameAt)
      bytes.fill(0, nameAt + name.length, at + len)
      break
    }
    default:
      throw new TypeError(`record type ${info.info_type}`)
  }
  return at + len
}

/** The encoder one would write for one's own stream: events with all lengths given, two passes, no checks of ranges. */
export function encodeByHand(events: readonly FanotifyEvent[]): Uint8Array {
  let size = 0
  for (const event of events) {
    size += METADATA_LEN
    for (const info of event.info) size += info.len
  }
  const bytes = new Uint8Array(size)
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const event of events) {
    view.setUint32(at, event.event_len, true)
    view.setUint8(at + 4, event.vers)
    view.setUint8(at + 5, event.reserved)
    view.setUint16(at + 6, event.metadata_len, true)
    view.setBigUint64(at + 8, event.mask, true)
    view.setInt32(at + 16, event.fd, true)
    view.setInt32(at + 20, event.pid, true)
    at += METADATA_LEN
    for (const info of event.info) at = writeRecord(view, bytes, at, info)
  }
  return bytes
}
