const VERSION = 3
const METADATA_LEN = 24
const HEADER_LEN = 4
const DFID_NAME = 2
const MNT = 7
const NS = 8

/** What EventReader is used for here, as one loop over a DataView: sums three fields of each event, and its ids. */
export function sumByHand(bytes: Uint8Array, records: boolean): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const end = bytes.length
  let sum = 0
  let at = 0
  while (end - at >= METADATA_LEN) {
    const eventLen = view.getUint32(at, true)
    const metadataLen = view.getUint16(at + 6, true)
    if (view.getUint8(at + 4) !== VERSION) break
    if (metadataLen < METADATA_LEN || eventLen < metadataLen || eventLen > end - at) break
    const eventEnd = at + eventLen
    sum = (sum + view.getUint32(at + 8, true) + view.getInt32(at + 20, true)) | 0
    if (records) {
      let record = at + metadataLen
      while (eventEnd - record >= HEADER_LEN) {
        const len = view.getUint16(record + 2, true)
        if (len < HEADER_LEN || len > eventEnd - record) break
        const type = view.getUint8(record)
        if (type === MNT && len >= 16) {
          sum = (sum + view.getUint32(record + 8, true) + view.getUint32(record + 12, true)) | 0
        } else if (type === NS && len >= 24) {
          sum = (sum + view.getUint32(record + 8, true) + view.getUint32(record + 12, true)) | 0
          sum = (sum + view.getUint32(record + 16, true) + view.getUint32(record + 20, true)) | 0
        } else if (type === DFID_NAME && len >= 20) {
          const handleBytes = view.getUint32(record + 12, true)
          if (handleBytes <= len - 20) sum = (sum + handleBytes + view.getInt32(record + 16, true)) | 0
        }
        record += len
      }
    } else {
      sum = (sum + view.getInt32(at + 16, true)) | 0
    }
    at = eventEnd
  }
  return sum >>> 0
}
