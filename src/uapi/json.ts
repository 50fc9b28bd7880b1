import {
  FAN_EVENT_INFO_TYPE_ERROR,
  FAN_EVENT_INFO_TYPE_MNT,
  FAN_EVENT_INFO_TYPE_NS,
  FAN_EVENT_INFO_TYPE_PIDFD,
  FAN_EVENT_INFO_TYPE_RANGE,
} from './constants/fanotify.js'
import type { EventGroup, FanotifyEvent, FanotifyInfo, FileHandle } from './event.js'
import { eventNames } from './event-names.js'
import { toHex } from './hex.js'
import { isUtf8Name, nameString } from './name-string.js'

/** A file handle in JSON. */
export interface FileHandleJson {
  handle_bytes: number
  handle_type: number
  /** Hex. */
  f_handle: string
}

/** A record in JSON: its kernel fields by name; u64 as decimal strings, bytes as hex. */
export interface InfoJson {
  info_type: number
  len: number
  fsid?: [number, number]
  handle?: FileHandleJson
  /** The name as text, U+FFFD for what is not UTF-8. */
  name?: string
  /** The name's bytes as hex, when it is not UTF-8. */
  name_raw?: string
  pidfd?: number
  error?: number
  error_count?: number
  offset?: string
  count?: string
  mnt_id?: string
  self_nsid?: string
  owner_nsid?: string
  /** Only where they are not 0, as in {@link InfoHeader}. */
  pad?: number
  pad2?: number
  tail?: string
  /** The whole record as hex, header included: an unknown or broken one. */
  raw?: string
  /** What is wrong with a broken one. */
  broken?: { offset: number; field: string; reason: string }
}

/** An event in JSON. */
export interface EventJson {
  event_len: number
  vers: number
  metadata_len: number
  /** `"0x…"`. */
  mask: string
  /** FAN_* names of the mask's bits; a bit without a name as hex. */
  events: string[]
  fd: number
  pid: number
  info: InfoJson[]
  /** Only when it is not 0. */
  reserved?: number
  /** Hex; only when there is any. */
  metadata_tail?: string
  trailing?: string
}

/**
 * An event as plain JSON: what `kabinet decode` prints. The form is a contract; fields may be added, none changes.
 * @param group overrides `event.group` for the names of the mask's bits.
 */
export function eventToJson(event: FanotifyEvent, group: EventGroup = event.group): EventJson {
  const json: EventJson = {
    event_len: event.event_len,
    vers: event.vers,
    metadata_len: event.metadata_len,
    mask: `0x${event.mask.toString(16)}`,
    events: eventNames(event.mask, group),
    fd: event.fd,
    pid: event.pid,
    info: event.info.map(infoToJson),
  }
  if (event.reserved !== 0) json.reserved = event.reserved
  if (event.metadata_tail) json.metadata_tail = toHex(event.metadata_tail)
  if (event.trailing) json.trailing = toHex(event.trailing)
  return json
}

function infoToJson(info: FanotifyInfo): InfoJson {
  const { info_type, len } = info
  if (info.raw) {
    const json: InfoJson = { info_type, len, raw: toHex(info.raw) }
    if (info.error) json.broken = { ...info.error }
    return json
  }
  const json: InfoJson = { info_type, len }
  switch (info.info_type) {
    case FAN_EVENT_INFO_TYPE_PIDFD:
      json.pidfd = info.pidfd
      break
    case FAN_EVENT_INFO_TYPE_ERROR:
      json.error = info.error
      json.error_count = info.error_count
      break
    case FAN_EVENT_INFO_TYPE_RANGE:
      json.offset = info.offset.toString()
      json.count = info.count.toString()
      break
    case FAN_EVENT_INFO_TYPE_MNT:
      json.mnt_id = info.mnt_id.toString()
      break
    case FAN_EVENT_INFO_TYPE_NS:
      json.self_nsid = info.self_nsid.toString()
      json.owner_nsid = info.owner_nsid.toString()
      break
    default:
      json.fsid = [info.fsid[0], info.fsid[1]]
      json.handle = handleToJson(info.handle)
      if ('name' in info) {
        json.name = nameString(info.name)
        if (!isUtf8Name(info.name)) json.name_raw = toHex(info.name)
      }
  }
  if (info.pad !== undefined) json.pad = info.pad
  if (info.pad2 !== undefined) json.pad2 = info.pad2
  if (info.tail) json.tail = toHex(info.tail)
  return json
}

function handleToJson(handle: FileHandle): FileHandleJson {
  return { handle_bytes: handle.handle_bytes, handle_type: handle.handle_type, f_handle: toHex(handle.f_handle) }
}
