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
} from './constants/fanotify.js'
import type {
  DfidNameInfo,
  ErrorInfo,
  EventGroup,
  FanotifyEvent,
  FanotifyInfo,
  FidInfo,
  FileHandle,
  InfoHeader,
  MntInfo,
  NsInfo,
  PidfdInfo,
  RangeInfo,
  RawInfo,
} from './event.js'
import type { EventReader } from './event-reader.js'
import {
  fanotify_event_info_error,
  fanotify_event_info_header,
  fanotify_event_info_pidfd,
  fanotify_event_info_range,
  fanotify_event_metadata,
} from './generated/index.js'
import { F_HANDLE, FID_TYPES } from './stream-layout.js'

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
const F_HANDLE_AT = F_HANDLE
const HANDLE_TYPES = FID_TYPES
const METADATA: number = fanotify_event_metadata.size
const VERSION = FANOTIFY_METADATA_VERSION
const RESERVED: number = fanotify_event_metadata.offset.reserved
const FD: number = fanotify_event_metadata.offset.fd
const PID: number = fanotify_event_metadata.offset.pid
const HEADER: number = fanotify_event_info_header.size
const INFO_LEN: number = fanotify_event_info_header.offset.len
const PIDFD_SIZE: number = fanotify_event_info_pidfd.size
const ERROR_SIZE: number = fanotify_event_info_error.size
const RANGE_SIZE: number = fanotify_event_info_range.size
const RANGE_OFFSET: number = fanotify_event_info_range.offset.offset
const RANGE_COUNT: number = fanotify_event_info_range.offset.count

/** What an event without records has: most events of a group that reports open files. */
const NO_INFO: readonly FanotifyInfo[] = Object.freeze([])

/**
 * The reader's current event as an object; the reader's records are used up.
 * @param group what to call an event whose records do not tell.
 */
export function eventAt(reader: EventReader, group: EventGroup): FanotifyEvent {
  const { view, offset, bytesConsumed } = reader
  // next() stopped at where the records begin, and at no other version
  const metadata_len = reader.infoEnd - offset
  const info = reader.infoEnd === bytesConsumed ? NO_INFO : infosAt(reader)
  const event: FanotifyEvent = {
    event_len: bytesConsumed - offset,
    vers: VERSION,
    reserved: view.getUint8(offset + RESERVED),
    metadata_len,
    mask: maskOf(reader),
    fd: view.getInt32(offset + FD, true),
    pid: view.getInt32(offset + PID, true),
    info,
    group: info === NO_INFO ? group : groupOf(info, group),
  }
  if (metadata_len !== METADATA) event.metadata_tail = bytesAt(reader, offset + METADATA, offset + metadata_len)
  if (reader.infoEnd !== bytesConsumed) event.trailing = bytesAt(reader, reader.infoEnd, bytesConsumed)
  return event
}

/** The last mask seen at each hash of one; a mask of 0 is at home in slot 0. */
const seenMasks: bigint[] = new Array<bigint>(64).fill(0n)
const seenLow: Uint32Array = new Uint32Array(64)

/** The mask as a bigint. Few different ones occur in a stream, and a bigint that is not made need not be collected. */
function maskOf(reader: EventReader): bigint {
  const low = reader.maskLo
  const slot = Math.imul(low, 0x9e3779b1) >>> 26
  if (reader.maskHi !== 0) return reader.mask
  if (seenLow[slot] === low) return seenMasks[slot]!
  const mask = reader.mask
  seenLow[slot] = low
  seenMasks[slot] = mask
  return mask
}

function infosAt(reader: EventReader): readonly FanotifyInfo[] {
  if (!reader.nextInfo()) return NO_INFO
  // most events have one record, and a push on an empty array would make room for seventeen
  const info = [infoAt(reader, reader.infoType)]
  while (reader.nextInfo()) info.push(infoAt(reader, reader.infoType))
  return info
}

function groupOf(info: readonly FanotifyInfo[], unknown: EventGroup): EventGroup {
  let group = unknown
  for (let i = 0; i < info.length; i++) {
    const record = info[i]!
    if (record.raw) continue
    const type = record.info_type
    if (type === TYPE_MNT || type === TYPE_NS) group = 'ns'
    else if ((HANDLE_TYPES >> type) & 1) group = 'fs'
  }
  return group
}

/** A view of the stream's bytes; a subarray() takes twice as long. */
function bytesAt(reader: EventReader, from: number, to: number): Uint8Array {
  return new Uint8Array(reader.buffer, reader.byteOffset + from, to - from)
}

function infoAt(reader: EventReader, type: number): FanotifyInfo {
  const { view, layout, infoOffset: at, infoLen: len } = reader
  switch (type) {
    case TYPE_FID:
      return fidAt(reader, TYPE_FID)
    case TYPE_DFID:
      return fidAt(reader, TYPE_DFID)
    case TYPE_DFID_NAME:
      return dfidNameAt(reader, TYPE_DFID_NAME)
    case TYPE_OLD_DFID_NAME:
      return dfidNameAt(reader, TYPE_OLD_DFID_NAME)
    case TYPE_NEW_DFID_NAME:
      return dfidNameAt(reader, TYPE_NEW_DFID_NAME)
    case TYPE_PIDFD:
      return rest<PidfdInfo>(reader, PIDFD_SIZE, { info_type: TYPE_PIDFD, len, pidfd: reader.pidfd })
    case TYPE_ERROR:
      return rest<ErrorInfo>(reader, ERROR_SIZE, {
        info_type: TYPE_ERROR,
        len,
        error: reader.fsError,
        error_count: reader.errorCount,
      })
    case TYPE_RANGE:
      return rest(
        reader,
        RANGE_SIZE,
        unnamed<RangeInfo>(reader, RANGE_OFFSET, {
          info_type: TYPE_RANGE,
          len,
          offset: view.getBigUint64(at + RANGE_OFFSET, true),
          count: view.getBigUint64(at + RANGE_COUNT, true),
        }),
      )
    case TYPE_MNT:
      return rest(
        reader,
        layout.mnt_id + 8,
        unnamed<MntInfo>(reader, layout.mnt_id, {
          info_type: TYPE_MNT,
          len,
          mnt_id: view.getBigUint64(at + layout.mnt_id, true),
        }),
      )
    case TYPE_NS:
      return rest(
        reader,
        layout.owner_nsid + 8,
        unnamed<NsInfo>(reader, layout.self_nsid, {
          info_type: TYPE_NS,
          len,
          self_nsid: view.getBigUint64(at + layout.self_nsid, true),
          owner_nsid: view.getBigUint64(at + layout.owner_nsid, true),
        }),
      )
    default:
      return rawAt(reader)
  }
}

function fidAt(reader: EventReader, info_type: FidInfo['info_type']): FidInfo {
  const handle = handleAt(reader)
  return rest(reader, F_HANDLE_AT + handle.handle_bytes, {
    info_type,
    len: reader.infoLen,
    fsid: [reader.fsid0, reader.fsid1],
    handle,
  })
}

function dfidNameAt(reader: EventReader, info_type: DfidNameInfo['info_type']): DfidNameInfo {
  const handle = handleAt(reader)
  const start = reader.infoOffset + F_HANDLE_AT + handle.handle_bytes
  const end = start + reader.nameLength
  return rest(reader, end + 1 - reader.infoOffset, {
    info_type,
    len: reader.infoLen,
    fsid: [reader.fsid0, reader.fsid1],
    handle,
    name: bytesAt(reader, start, end),
  })
}

function handleAt(reader: EventReader): FileHandle {
  const handle_bytes = reader.handleLength
  const start = reader.handleOffset
  return { handle_bytes, handle_type: reader.handleType, f_handle: bytesAt(reader, start, start + handle_bytes) }
}

function rawAt(reader: EventReader): RawInfo {
  const { view, infoOffset: at } = reader
  const raw: RawInfo = {
    info_type: view.getUint8(at),
    len: view.getUint16(at + INFO_LEN, true),
    raw: bytesAt(reader, at, reader.infoEnd),
  }
  const error = reader.infoError
  if (error) raw.error = error
  return raw
}

/** Keeps the bytes between the header and the first field at `to`, when there are any and one is not 0. */
function unnamed<T extends InfoHeader>(reader: EventReader, to: number, record: T): T {
  if (to > HEADER) {
    const pad2 = reader.view.getUint32(reader.infoOffset + HEADER, true)
    if (pad2 !== 0) record.pad2 = pad2
  }
  return record
}

/** Keeps what a record has besides its content and is not 0: hdr.pad, and bytes from `content` to its end. */
function rest<T extends InfoHeader>(reader: EventReader, content: number, record: T): T {
  const pad = reader.infoPad
  if (pad !== 0) record.pad = pad
  const { bytes, infoEnd } = reader
  const from = reader.infoOffset + content
  for (let at = from; at < infoEnd; at++) {
    if (bytes[at] !== 0) {
      record.tail = bytesAt(reader, from, infoEnd)
      break
    }
  }
  return record
}
