import {
  FAN_EVENT_INFO_TYPE_DFID,
  FAN_EVENT_INFO_TYPE_DFID_NAME,
  FAN_EVENT_INFO_TYPE_ERROR,
  FAN_EVENT_INFO_TYPE_FID,
  FAN_EVENT_INFO_TYPE_MNT,
  FAN_EVENT_INFO_TYPE_NEW_DFID_NAME,
  FAN_EVENT_INFO_TYPE_NS,
  FAN_EVENT_INFO_TYPE_OLD_DFID_NAME,
  FAN_EVENT_INFO_TYPE_PIDFD,
  FAN_EVENT_INFO_TYPE_RANGE,
  FANOTIFY_METADATA_VERSION,
  fanotify_event_info_error,
  fanotify_event_info_fid,
  fanotify_event_info_header,
  fanotify_event_info_mnt,
  fanotify_event_info_ns,
  fanotify_event_info_pidfd,
  fanotify_event_info_range,
  fanotify_event_metadata,
} from '../uapi/index.js'
import { type Fields, type Kind, type StructLayout, type StructRows, structRows } from './field.js'
import { handleFields } from './handle_fields.js'

const METADATA = structRows(fanotify_event_metadata, { mask: 'fan_mask', fd: 'signed', pid: 'pid' })
// The same bits mean something else in an event of a namespace.
const NS_METADATA = structRows(fanotify_event_metadata, { mask: 'fan_ns_mask', fd: 'signed', pid: 'pid' })
const HEADER = structRows(fanotify_event_info_header, {})

// The header's fields come from HEADER: these rows are what follows it.
function content(layout: StructLayout, kinds: Record<string, Kind>): StructRows {
  return structRows(layout, kinds).filter(([name]) => name !== 'hdr')
}

const CONTENT: Readonly<Record<number, StructRows>> = {
  [FAN_EVENT_INFO_TYPE_PIDFD]: content(fanotify_event_info_pidfd, { pidfd: 'signed' }),
  [FAN_EVENT_INFO_TYPE_ERROR]: content(fanotify_event_info_error, { error: 'signed' }),
  [FAN_EVENT_INFO_TYPE_RANGE]: content(fanotify_event_info_range, {}),
  [FAN_EVENT_INFO_TYPE_MNT]: content(fanotify_event_info_mnt, { mnt_id: 'mnt_id_unique' }),
  [FAN_EVENT_INFO_TYPE_NS]: content(fanotify_event_info_ns, { self_nsid: 'ns_id', owner_nsid: 'ns_id' }),
}

const FID_TYPES: ReadonlySet<number> = new Set([
  FAN_EVENT_INFO_TYPE_FID,
  FAN_EVENT_INFO_TYPE_DFID,
  FAN_EVENT_INFO_TYPE_DFID_NAME,
  FAN_EVENT_INFO_TYPE_OLD_DFID_NAME,
  FAN_EVENT_INFO_TYPE_NEW_DFID_NAME,
])

/**
 * Whether bytes that a read returned are fanotify events: the first metadata says so with its lengths and version. With `cut` the last event
 * may go beyond their end, as it does where a read faulted.
 */
export function isEventStream(bytes: Uint8Array, cut = false): boolean {
  const { size, offset } = fanotify_event_metadata
  if (bytes.length < size) return false
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const length = view.getUint32(0, true)
  return (
    length >= size &&
    (length <= bytes.length || cut) &&
    view.getUint8(offset.vers) === FANOTIFY_METADATA_VERSION &&
    view.getUint16(offset.metadata_len, true) === size
  )
}

function infoFields(fields: Fields, base: number, end: number): void {
  fields.struct(HEADER, base, 'info.')
  const type = fields.view.getUint8(base)
  if (FID_TYPES.has(type)) {
    const { offset } = fanotify_event_info_fid
    fields.add('fsid', base + offset.fsid, 8, 'fsid', 'blob')
    if (base + offset.handle + 8 > end) return
    const name = handleFields(fields, base + offset.handle, end)
    if (name < end) fields.chars('name', end)
    return
  }
  const rows = CONTENT[type]
  if (rows !== undefined) fields.struct(rows, base)
}

/** Adds the fields of an event at `at`; the bytes may end before it does. */
function oneEvent(fields: Fields, at: number, length: number): void {
  const { offset } = fanotify_event_metadata
  const header = fanotify_event_info_header
  const end = Math.min(at + length, fields.bytes.length)
  let info = at + fields.view.getUint16(at + offset.metadata_len, true)
  const first = info < end ? fields.view.getUint8(info) : 0
  const ofNamespace = first === FAN_EVENT_INFO_TYPE_NS || first === FAN_EVENT_INFO_TYPE_MNT
  fields.struct(ofNamespace ? NS_METADATA : METADATA, at)
  while (info + header.size <= end) {
    const infoLength = fields.view.getUint16(info + header.offset.len, true)
    if (infoLength < header.size || info + infoLength > at + length) break
    infoFields(fields, info, Math.min(info + infoLength, end))
    info += infoLength
  }
  fields.fill(end)
}

/** Adds the fields of whole fanotify events from the start of the buffer up to `end`; with `cut`, of one more that ends beyond it. */
export function eventFields(fields: Fields, end: number, cut = false): void {
  const { size } = fanotify_event_metadata
  let at = 0
  while (at + size <= end) {
    const length = fields.view.getUint32(at, true)
    if (length < size || (at + length > end && !cut)) return
    oneEvent(fields, at, length)
    at += length
  }
}
