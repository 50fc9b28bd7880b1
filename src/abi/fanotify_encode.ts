import {
  type ErrorEvent,
  EVENT_ERROR,
  EVENT_FID,
  EVENT_MNT,
  EVENT_NAME,
  EVENT_NS,
  EVENT_PERM,
  type FanotifyEvent,
  type FidEvent,
  type MntEvent,
  type NameEvent,
  type NsEvent,
} from '../kernel/fanotify/event.js'
import { FID_BITS } from '../kernel/fanotify/init_flags.js'
import { DIRENT_EVENTS } from '../kernel/fanotify/masks.js'
import type { PermEvent } from '../kernel/fanotify/perm_event.js'
import type { Inode } from '../kernel/inode.js'
import type { Pid } from '../kernel/pid.js'
import type { PidNamespace } from '../kernel/pid_namespace.js'
import type { SuperBlock } from '../kernel/super_block.js'
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
  FAN_ONDIR,
  FAN_PRE_ACCESS,
  FAN_RENAME,
  FAN_REPORT_FID,
  FAN_REPORT_NAME,
  FAN_REPORT_PIDFD,
  FANOTIFY_METADATA_VERSION,
} from '../uapi/constants/fanotify.js'
import {
  fanotify_event_info_error,
  fanotify_event_info_fid,
  fanotify_event_info_header,
  fanotify_event_info_mnt,
  fanotify_event_info_ns,
  fanotify_event_info_pidfd,
  fanotify_event_info_range,
  fanotify_event_metadata,
} from '../uapi/generated/fanotify.js'
import { inodeHandle } from './inode_handle.js'

/** Bytes of an event without records. */
export const METADATA_LEN: number = fanotify_event_metadata.size
const VERS: number = fanotify_event_metadata.offset.vers
const RECORDS_AT: number = fanotify_event_metadata.offset.metadata_len
const MASK: number = fanotify_event_metadata.offset.mask
const FD: number = fanotify_event_metadata.offset.fd
const PID: number = fanotify_event_metadata.offset.pid
const INFO_HEADER: number = fanotify_event_info_header.size
const INFO_LEN: number = fanotify_event_info_header.offset.len
const PIDFD_RECORD: number = fanotify_event_info_pidfd.size
const PIDFD: number = fanotify_event_info_pidfd.offset.pidfd
const MNT_RECORD: number = fanotify_event_info_mnt.size
const MNT_ID: number = fanotify_event_info_mnt.offset.mnt_id
const RANGE_RECORD: number = fanotify_event_info_range.size
const RANGE_OFFSET: number = fanotify_event_info_range.offset.offset
const RANGE_COUNT: number = fanotify_event_info_range.offset.count
const NS_RECORD: number = fanotify_event_info_ns.size
const SELF_NSID: number = fanotify_event_info_ns.offset.self_nsid
const OWNER_NSID: number = fanotify_event_info_ns.offset.owner_nsid

/** Bytes of a record of an object without its handle's bytes and name. */
const FID_RECORD: number = fanotify_event_info_fid.size + 8
const FSID: number = fanotify_event_info_fid.offset.fsid
const HANDLE: number = fanotify_event_info_fid.offset.handle
const ERROR_RECORD: number = fanotify_event_info_error.size
const ERROR: number = fanotify_event_info_error.offset.error
const ERROR_COUNT: number = fanotify_event_info_error.offset.error_count
/** handle_type of a record without a handle. */
const FILEID_INVALID = 0xff
/** Bytes of a record of no object: an error that belongs to none. */
const NO_HANDLE_BYTES = 0

/** Bytes of a record of an object, with its name or without. */
function fidRecordLength(inode: Inode | null, name: string | null): number {
  const handle = inode === null ? NO_HANDLE_BYTES : inodeHandle(inode).bytes.length
  return (FID_RECORD + handle + (name === null ? 0 : name.length + 1) + 3) & ~3
}

/** The name that a handle of the directory itself has where the group reports names. */
const SELF = '.'

/** What one record of an object tells, or two of a rename. */
function fidName(event: FidEvent, fidMode: number): string | null {
  return fidMode !== FAN_REPORT_FID && (fidMode & FAN_REPORT_NAME) !== 0 && (event.mask & FAN_ONDIR) !== 0 ? SELF : null
}

/** True for a question about a range of the file. */
const hasRange = (event: PermEvent): boolean => event.mask === FAN_PRE_ACCESS && event.offset >= 0

/** event_len of an event in a group that reports as `groupFlags` say. */
export function eventLength(event: FanotifyEvent, groupFlags: number): number {
  const length = METADATA_LEN + ((groupFlags & FAN_REPORT_PIDFD) !== 0 ? PIDFD_RECORD : 0)
  switch (event.kind) {
    case EVENT_MNT:
      return length + MNT_RECORD
    case EVENT_NS:
      return length + NS_RECORD
    case EVENT_FID:
      return length + fidRecordLength((event as FidEvent).object, fidName(event as FidEvent, groupFlags & FID_BITS))
    case EVENT_NAME: {
      const { dir, name, newDir, newName, child } = event as NameEvent
      return (
        length +
        (dir === null ? 0 : fidRecordLength(dir, name)) +
        (newDir === null ? 0 : fidRecordLength(newDir, newName)) +
        (child === null ? 0 : fidRecordLength(child, null))
      )
    }
    case EVENT_ERROR:
      return length + fidRecordLength((event as ErrorEvent).object, null) + ERROR_RECORD
    case EVENT_PERM:
      return hasRange(event as PermEvent) ? length + RANGE_RECORD : length
    default:
      return length
  }
}

/** The number of `pid` in `ns`, 0 where it has none. Unlike a lookup, it outlives the process. */
export function eventPid(pid: Pid | null, ns: PidNamespace): number {
  if (pid === null || ns.level > pid.ns.level) return 0
  if (ns.level === 0) return pid.nr
  let at: PidNamespace = pid.ns
  while (at.level > ns.level) at = at.parent!
  return at === ns ? pid.numbers![ns.level]! : 0
}

function writeU64(view: DataView, at: number, value: number): void {
  view.setUint32(at, value, true)
  view.setUint32(at + 4, value < 0x1_0000_0000 ? 0 : Math.floor(value / 0x1_0000_0000), true)
}

/** Header of an information record; the bytes up to its first field are cleared. */
function writeHeader(view: DataView, at: number, type: number, length: number): void {
  view.setUint32(at, type, true)
  view.setUint16(at + INFO_LEN, length, true)
}

/** Writes the metadata of an event of `length` bytes; gives where the records begin. */
export function writeMetadata(
  view: DataView,
  at: number,
  length: number,
  mask: number,
  fd: number,
  pid: number,
): number {
  view.setUint32(at, length, true)
  view.setUint16(at + VERS, FANOTIFY_METADATA_VERSION, true)
  view.setUint16(at + RECORDS_AT, METADATA_LEN, true)
  view.setUint32(at + MASK, mask, true)
  view.setUint32(at + MASK + 4, 0, true)
  view.setInt32(at + FD, fd, true)
  view.setInt32(at + PID, pid, true)
  return at + METADATA_LEN
}

/** Writes a PIDFD record and gives where it ends. */
export function writePidfdRecord(view: DataView, at: number, pidfd: number): number {
  writeHeader(view, at, FAN_EVENT_INFO_TYPE_PIDFD, PIDFD_RECORD)
  view.setInt32(at + PIDFD, pidfd, true)
  return at + PIDFD_RECORD
}

/** Writes the record of a mount event and gives where it ends. */
function writeMntRecord(view: DataView, at: number, event: MntEvent): number {
  writeHeader(view, at, FAN_EVENT_INFO_TYPE_MNT, MNT_RECORD)
  view.setUint32(at + INFO_HEADER, 0, true)
  writeU64(view, at + MNT_ID, event.mntId)
  return at + MNT_RECORD
}

/** Writes the record of a namespace event and gives where it ends. */
function writeNsRecord(view: DataView, at: number, event: NsEvent): number {
  writeHeader(view, at, FAN_EVENT_INFO_TYPE_NS, NS_RECORD)
  view.setUint32(at + INFO_HEADER, 0, true)
  writeU64(view, at + SELF_NSID, event.selfNsid)
  writeU64(view, at + OWNER_NSID, event.ownerNsid)
  return at + NS_RECORD
}

/** Writes the record of an object, padded to four bytes; gives where it ends. */
function writeFidRecord(
  view: DataView,
  at: number,
  type: number,
  sb: SuperBlock,
  inode: Inode | null,
  name: string | null,
): number {
  const length = fidRecordLength(inode, name)
  writeHeader(view, at, type, length)
  view.setUint32(at + FSID, sb.fsid[0], true)
  view.setUint32(at + FSID + 4, sb.fsid[1], true)
  let end = at + HANDLE
  const handle = inode === null ? null : inodeHandle(inode)
  view.setUint32(end, handle === null ? NO_HANDLE_BYTES : handle.bytes.length, true)
  view.setUint32(end + 4, handle === null ? FILEID_INVALID : handle.type, true)
  end += 8
  if (handle !== null) for (const byte of handle.bytes) view.setUint8(end++, byte)
  if (name !== null) for (let i = 0; i < name.length; i++) view.setUint8(end++, name.charCodeAt(i))
  while (end < at + length) view.setUint8(end++, 0)
  return end
}

/** The type of the only record of an event that tells one object. */
function singleType(event: FidEvent, fidMode: number): number {
  if (fidMode === FAN_REPORT_FID) return FAN_EVENT_INFO_TYPE_FID
  const onDir = (event.mask & FAN_ONDIR) !== 0
  if ((fidMode & FAN_REPORT_NAME) !== 0 && onDir) return FAN_EVENT_INFO_TYPE_DFID_NAME
  return onDir || (event.mask & DIRENT_EVENTS) !== 0 ? FAN_EVENT_INFO_TYPE_DFID : FAN_EVENT_INFO_TYPE_FID
}

/** Writes the records that come before the PIDFD record: objects and names; gives where they end. */
export function writeObjectRecords(view: DataView, start: number, event: FanotifyEvent, groupFlags: number): number {
  const fidMode = groupFlags & FID_BITS
  let at = start
  switch (event.kind) {
    case EVENT_FID: {
      const { object } = event as FidEvent
      const name = fidName(event as FidEvent, fidMode)
      return writeFidRecord(view, at, singleType(event as FidEvent, fidMode), object.sb, object, name)
    }
    case EVENT_NAME: {
      const { dir, name, newDir, newName, child } = event as NameEvent
      const plain = name === null ? FAN_EVENT_INFO_TYPE_DFID : FAN_EVENT_INFO_TYPE_DFID_NAME
      const type = (event.mask & FAN_RENAME) !== 0 ? FAN_EVENT_INFO_TYPE_OLD_DFID_NAME : plain
      if (dir !== null) at = writeFidRecord(view, at, type, dir.sb, dir, name)
      if (newDir !== null) at = writeFidRecord(view, at, FAN_EVENT_INFO_TYPE_NEW_DFID_NAME, newDir.sb, newDir, newName)
      return child === null ? at : writeFidRecord(view, at, FAN_EVENT_INFO_TYPE_FID, child.sb, child, null)
    }
    case EVENT_ERROR: {
      const { sb, object } = event as ErrorEvent
      return writeFidRecord(view, at, FAN_EVENT_INFO_TYPE_FID, sb, object, null)
    }
    default:
      return at
  }
}

function writeErrorRecord(view: DataView, at: number, event: ErrorEvent): number {
  writeHeader(view, at, FAN_EVENT_INFO_TYPE_ERROR, ERROR_RECORD)
  view.setInt32(at + ERROR, event.error, true)
  view.setUint32(at + ERROR_COUNT, event.count, true)
  return at + ERROR_RECORD
}

/** Writes the record of the range that is about to be accessed and gives where it ends. */
function writeRangeRecord(view: DataView, at: number, event: PermEvent): number {
  writeHeader(view, at, FAN_EVENT_INFO_TYPE_RANGE, RANGE_RECORD)
  view.setUint32(at + INFO_HEADER, 0, true)
  writeU64(view, at + RANGE_OFFSET, event.offset)
  writeU64(view, at + RANGE_COUNT, event.count)
  return at + RANGE_RECORD
}

/** Writes the records that come after the PIDFD record; gives where they end. */
export function writeTailRecords(view: DataView, at: number, event: FanotifyEvent): number {
  switch (event.kind) {
    case EVENT_ERROR:
      return writeErrorRecord(view, at, event as ErrorEvent)
    case EVENT_MNT:
      return writeMntRecord(view, at, event as MntEvent)
    case EVENT_PERM:
      return hasRange(event as PermEvent) ? writeRangeRecord(view, at, event as PermEvent) : at
    case EVENT_NS:
      return writeNsRecord(view, at, event as NsEvent)
    default:
      return at
  }
}
