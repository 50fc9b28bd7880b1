import type { FanotifyEvent, FanotifyInfo } from '../../src/uapi/index.js'

const VERSION = 3
const METADATA_LEN = 24
const HEADER_LEN = 4
const DFID_NAME = 2
const MNT = 7
const NS = 8

function isZero(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] !== 0) return false
  return true
}

/**
 * The loop one would write for one's own stream: the objects that decodeEvents gives for MNT, NS and DFID_NAME records,
 * made with the same checks. What these streams do not hold (other record types, a longer metadata) it refuses.
 */
export function objectsByHand(bytes: Uint8Array): FanotifyEvent[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const events: FanotifyEvent[] = []
  const end = bytes.length
  let at = 0
  while (end - at >= METADATA_LEN) {
    const event_len = view.getUint32(at, true)
    const vers = view.getUint8(at + 4)
    const metadata_len = view.getUint16(at + 6, true)
    if (vers !== VERSION) break
    if (metadata_len !== METADATA_LEN || event_len < metadata_len || event_len > end - at) break
    const eventEnd = at + event_len
    const info: FanotifyInfo[] = []
    let group: 'fs' | 'ns' = 'fs'
    let record = at + metadata_len
    while (eventEnd - record >= HEADER_LEN) {
      const info_type = view.getUint8(record)
      const pad = view.getUint8(record + 1)
      const len = view.getUint16(record + 2, true)
      if (len < HEADER_LEN || len > eventEnd - record || pad !== 0) return events
      const recordEnd = record + len
      if (info_type === MNT && len >= 16) {
        if (view.getUint32(record + 4, true) !== 0 || !isZero(bytes, record + 16, recordEnd)) return events
        info.push({ info_type, len, mnt_id: view.getBigUint64(record + 8, true) })
        group = 'ns'
      } else if (info_type === NS && len >= 24) {
        if (view.getUint32(record + 4, true) !== 0 || !isZero(bytes, record + 24, recordEnd)) return events
        info.push({
          info_type,
          len,
          self_nsid: view.getBigUint64(record + 8, true),
          owner_nsid: view.getBigUint64(record + 16, true),
        })
        group = 'ns'
      } else if (info_type === DFID_NAME && len >= 20) {
        const handle_bytes = view.getUint32(record + 12, true)
        if (handle_bytes > len - 20) return events
        const nameAt = record + 20 + handle_bytes
        let nul = nameAt
        while (nul < recordEnd && bytes[nul] !== 0) nul++
        if (!isZero(bytes, nul, recordEnd)) return events
        info.push({
          info_type,
          len,
          fsid: [view.getInt32(record + 4, true), view.getInt32(record + 8, true)],
          handle: {
            handle_bytes,
            handle_type: view.getInt32(record + 16, true),
            f_handle: bytes.subarray(record + 20, nameAt),
          },
          name: bytes.subarray(nameAt, nul),
        })
      } else {
        return events
      }
      record = recordEnd
    }
    if (record !== eventEnd) return events
    events.push({
      event_len,
      vers,
      reserved: view.getUint8(at + 5),
      metadata_len,
      mask: view.getBigUint64(at + 8, true),
      fd: view.getInt32(at + 16, true),
      pid: view.getInt32(at + 20, true),
      info,
      group,
    })
    at = eventEnd
  }
  return events
}
