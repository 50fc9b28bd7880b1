import { BigEndianView } from './big-endian-view.js'
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
  FAN_NOFD,
  FANOTIFY_METADATA_VERSION,
} from './constants/fanotify.js'
import { EncodeError } from './encode-error.js'
import type { FanotifyEventInit, FanotifyInfoInit } from './event.js'
import {
  fanotify_event_info_error,
  fanotify_event_info_fid,
  fanotify_event_info_header,
  fanotify_event_info_pidfd,
  fanotify_event_info_range,
  fanotify_event_metadata,
  file_handle,
} from './generated/index.js'
import type { Machine } from './machine.js'
import { F_HANDLE, type StreamLayout, streamLayouts } from './stream-layout.js'

// Bound here, once: V8 does not fold an imported binding, and one load of it costs more than writing a field.
const TYPE_FID = FAN_EVENT_INFO_TYPE_FID
const TYPE_DFID = FAN_EVENT_INFO_TYPE_DFID
const TYPE_DFID_NAME = FAN_EVENT_INFO_TYPE_DFID_NAME
const TYPE_OLD_DFID_NAME = FAN_EVENT_INFO_TYPE_OLD_DFID_NAME
const TYPE_NEW_DFID_NAME = FAN_EVENT_INFO_TYPE_NEW_DFID_NAME
const TYPE_PIDFD = FAN_EVENT_INFO_TYPE_PIDFD
const TYPE_ERROR = FAN_EVENT_INFO_TYPE_ERROR
const TYPE_RANGE = FAN_EVENT_INFO_TYPE_RANGE
const TYPE_MNT = FAN_EVENT_INFO_TYPE_MNT
const TYPE_NS = FAN_EVENT_INFO_TYPE_NS
const VERSION = FANOTIFY_METADATA_VERSION
const NOFD = FAN_NOFD
const F_HANDLE_AT = F_HANDLE
const METADATA: number = fanotify_event_metadata.size
const VERS: number = fanotify_event_metadata.offset.vers
const RESERVED: number = fanotify_event_metadata.offset.reserved
const METADATA_LEN: number = fanotify_event_metadata.offset.metadata_len
const MASK: number = fanotify_event_metadata.offset.mask
const FD: number = fanotify_event_metadata.offset.fd
const PID: number = fanotify_event_metadata.offset.pid
const HEADER: number = fanotify_event_info_header.size
const PAD: number = fanotify_event_info_header.offset.pad
const LEN: number = fanotify_event_info_header.offset.len
const FSID: number = fanotify_event_info_fid.offset.fsid
const HANDLE_BYTES: number = fanotify_event_info_fid.offset.handle + file_handle.offset.handle_bytes
const HANDLE_TYPE: number = fanotify_event_info_fid.offset.handle + file_handle.offset.handle_type
const PIDFD: number = fanotify_event_info_pidfd.offset.pidfd
const PIDFD_SIZE: number = fanotify_event_info_pidfd.size
const ERROR: number = fanotify_event_info_error.offset.error
const ERROR_COUNT: number = fanotify_event_info_error.offset.error_count
const ERROR_SIZE: number = fanotify_event_info_error.size
const RANGE_OFFSET: number = fanotify_event_info_range.offset.offset
const RANGE_COUNT: number = fanotify_event_info_range.offset.count
const RANGE_SIZE: number = fanotify_event_info_range.size
const LEN_MAX = 0xffff

/** How to write a stream. */
export interface EncodeOptions {
  /** The machine whose kernel would have written it; `x86_64` when left out. */
  machine?: Machine | undefined
}

/**
 * Encodes events as read(2) of a fanotify group returns them.
 *
 * What {@link decodeEvents} gave comes out as the same bytes. Of an event made by hand only `mask` is needed: lengths are
 * computed as the kernel does (records zero-padded to 4), `vers` is 3, `fd` FAN_NOFD, `pid` 0. A record's `len` is kept
 * when given, with zeros behind the content; `event_len`, `metadata_len` and `handle_bytes` may be given but must be right.
 * Padding is 0 unless the event brings its own (`pad`, `pad2`, `tail`, `reserved`).
 *
 * Source: `linux/fanotify.h`, and real streams, which come out as they were.
 *
 * @throws EncodeError when a given length contradicts the content, a length does not fit its field, or a name holds a NUL.
 */
export function encodeEvents(events: Iterable<FanotifyEventInit>, options?: EncodeOptions): Uint8Array<ArrayBuffer> {
  const layout = streamLayouts[options?.machine ?? 'x86_64']
  const list = Array.isArray(events) ? (events as readonly FanotifyEventInit[]) : [...events]
  let size = 0
  for (let i = 0; i < list.length; i++) size += eventLength(list[i]!, layout, i)
  const out = new Uint8Array(size)
  const view = layout.bigEndian ? new BigEndianView(out.buffer) : new DataView(out.buffer)
  let at = 0
  for (let i = 0; i < list.length; i++) at = writeEvent(view, out, at, list[i]!, layout, i)
  return out
}

/**
 * How many bytes {@link encodeEvents} makes of an event: its event_len.
 * @throws EncodeError as it does.
 */
export function encodedLength(event: FanotifyEventInit, options?: EncodeOptions): number {
  return eventLength(event, streamLayouts[options?.machine ?? 'x86_64'], 0)
}

function eventLength(event: FanotifyEventInit, layout: StreamLayout, index: number): number {
  let length = METADATA
  const { info, metadata_tail, trailing, metadata_len, event_len } = event
  if (metadata_tail) {
    length += metadata_tail.length
    if (length > LEN_MAX) throw new EncodeError(index, 'metadata_len', `${length} does not fit 16 bits`)
  }
  if (metadata_len !== undefined && metadata_len !== length)
    throw contradiction(index, 'metadata_len', metadata_len, length)
  if (info) for (let i = 0; i < info.length; i++) length += infoLength(info[i]!, layout, index, i)
  if (trailing) length += trailing.length
  if (event_len !== undefined && event_len !== length) throw contradiction(index, 'event_len', event_len, length)
  return length
}

function infoLength(info: FanotifyInfoInit, layout: StreamLayout, index: number, i: number): number {
  if (info.raw) return info.raw.length
  const { len, tail } = info
  let need: number
  switch (info.info_type) {
    case TYPE_FID:
    case TYPE_DFID:
      need = F_HANDLE_AT + info.handle.f_handle.length
      break
    case TYPE_DFID_NAME:
    case TYPE_OLD_DFID_NAME:
    case TYPE_NEW_DFID_NAME:
      need = F_HANDLE_AT + info.handle.f_handle.length + info.name.length
      // a name that fills a record of given length has no NUL
      if (len === undefined || tail) need++
      break
    case TYPE_PIDFD:
      need = PIDFD_SIZE
      break
    case TYPE_ERROR:
      need = ERROR_SIZE
      break
    case TYPE_RANGE:
      need = RANGE_SIZE
      break
    case TYPE_MNT:
      need = layout.mnt_id + 8
      break
    case TYPE_NS:
      need = layout.owner_nsid + 8
      break
    default:
      throw new EncodeError(index, `info[${i}].info_type`, 'unknown, and there is no raw')
  }
  if (tail) need += tail.length
  const length = len ?? (need + 3) & ~3
  if (length < need) throw new EncodeError(index, `info[${i}].len`, `${length} is less than the ${need} bytes needed`)
  if (length > LEN_MAX) throw new EncodeError(index, `info[${i}].len`, `${length} does not fit 16 bits`)
  return length
}

/** Writes one event into bytes that are 0 and gives the offset behind it. */
function writeEvent(
  view: DataView,
  out: Uint8Array,
  start: number,
  event: FanotifyEventInit,
  layout: StreamLayout,
  index: number,
): number {
  const { info, metadata_tail, trailing } = event
  let at = start + METADATA
  view.setUint8(start + VERS, event.vers ?? VERSION)
  view.setUint8(start + RESERVED, event.reserved ?? 0)
  view.setBigUint64(start + MASK, event.mask, true)
  view.setInt32(start + FD, event.fd ?? NOFD, true)
  view.setInt32(start + PID, event.pid ?? 0, true)
  if (metadata_tail) {
    out.set(metadata_tail, at)
    at += metadata_tail.length
  }
  view.setUint16(start + METADATA_LEN, at - start, true)
  if (info) for (let i = 0; i < info.length; i++) at = writeInfo(view, out, at, info[i]!, layout, index, i)
  if (trailing) {
    out.set(trailing, at)
    at += trailing.length
  }
  view.setUint32(start, at - start, true)
  return at
}

function writeInfo(
  view: DataView,
  out: Uint8Array,
  at: number,
  info: FanotifyInfoInit,
  layout: StreamLayout,
  index: number,
  i: number,
): number {
  if (info.raw) {
    out.set(info.raw, at)
    return at + info.raw.length
  }
  const length = info.len ?? infoLength(info, layout, index, i)
  view.setUint8(at, info.info_type)
  view.setUint16(at + LEN, length, true)
  // where `tail` goes
  let end = at
  switch (info.info_type) {
    case TYPE_FID:
    case TYPE_DFID:
      end = writeFid(view, out, at, info, index, i)
      break
    case TYPE_DFID_NAME:
    case TYPE_OLD_DFID_NAME:
    case TYPE_NEW_DFID_NAME: {
      end = writeFid(view, out, at, info, index, i)
      const { name } = info
      for (let k = 0; k < name.length; k++) {
        const byte = name[k]!
        if (byte === 0) throw new EncodeError(index, `info[${i}].name`, 'holds a NUL')
        out[end + k] = byte
      }
      end += name.length + 1
      break
    }
    case TYPE_PIDFD:
      view.setInt32(at + PIDFD, info.pidfd, true)
      end = at + PIDFD_SIZE
      break
    case TYPE_ERROR:
      view.setInt32(at + ERROR, info.error, true)
      view.setUint32(at + ERROR_COUNT, info.error_count, true)
      end = at + ERROR_SIZE
      break
    case TYPE_RANGE:
      view.setBigUint64(at + RANGE_OFFSET, info.offset, true)
      view.setBigUint64(at + RANGE_COUNT, info.count, true)
      end = at + RANGE_SIZE
      break
    case TYPE_MNT:
      view.setBigUint64(at + layout.mnt_id, info.mnt_id, true)
      end = at + layout.mnt_id + 8
      break
    case TYPE_NS:
      view.setBigUint64(at + layout.self_nsid, info.self_nsid, true)
      view.setBigUint64(at + layout.owner_nsid, info.owner_nsid, true)
      end = at + layout.owner_nsid + 8
      break
  }
  if (info.pad) view.setUint8(at + PAD, info.pad)
  if (info.pad2) {
    if (unnamedBytes(info.info_type, layout) < 4)
      throw new EncodeError(index, `info[${i}].pad2`, 'this record has no such bytes')
    view.setUint32(at + HEADER, info.pad2, true)
  }
  if (info.tail) out.set(info.tail, end)
  return at + length
}

function writeFid(
  view: DataView,
  out: Uint8Array,
  at: number,
  info: Extract<FanotifyInfoInit, { fsid: [number, number] }>,
  index: number,
  i: number,
): number {
  const { fsid, handle } = info
  const { handle_bytes, f_handle } = handle
  const length = f_handle.length
  if (handle_bytes !== undefined && handle_bytes !== length)
    throw contradiction(index, `info[${i}].handle.handle_bytes`, handle_bytes, length)
  view.setInt32(at + FSID, fsid[0], true)
  view.setInt32(at + FSID + 4, fsid[1], true)
  view.setUint32(at + HANDLE_BYTES, length, true)
  view.setInt32(at + HANDLE_TYPE, handle.handle_type, true)
  // handles are short: a loop is cheaper than a call of set()
  for (let k = 0; k < length; k++) out[at + F_HANDLE_AT + k] = f_handle[k]!
  return at + F_HANDLE_AT + length
}

/** Bytes between a record's header and its first field. */
function unnamedBytes(type: number, layout: StreamLayout): number {
  if (type === TYPE_RANGE) return RANGE_OFFSET - HEADER
  if (type === TYPE_MNT) return layout.mnt_id - HEADER
  if (type === TYPE_NS) return layout.self_nsid - HEADER
  return 0
}

function contradiction(index: number, field: string, given: number, computed: number): EncodeError {
  return new EncodeError(index, field, `${given} was given, the content makes it ${computed}; leave it out`)
}
