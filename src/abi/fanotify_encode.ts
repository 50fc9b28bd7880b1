import {
  EVENT_MNT,
  EVENT_NS,
  EVENT_OVERFLOW,
  type EventKind,
  type FanotifyEvent,
  type MntEvent,
  type NsEvent,
} from '../kernel/fanotify/event.js'
import type { Pid } from '../kernel/pid.js'
import type { PidNamespace } from '../kernel/pid_namespace.js'
import {
  FAN_EVENT_INFO_TYPE_MNT,
  FAN_EVENT_INFO_TYPE_NS,
  FAN_EVENT_INFO_TYPE_PIDFD,
  FANOTIFY_METADATA_VERSION,
} from '../uapi/constants/fanotify.js'
import {
  fanotify_event_info_header,
  fanotify_event_info_mnt,
  fanotify_event_info_ns,
  fanotify_event_info_pidfd,
  fanotify_event_metadata,
} from '../uapi/generated/fanotify.js'

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
const NS_RECORD: number = fanotify_event_info_ns.size
const SELF_NSID: number = fanotify_event_info_ns.offset.self_nsid
const OWNER_NSID: number = fanotify_event_info_ns.offset.owner_nsid

/** Bytes of the records that come with an event of each kind. */
const RECORD_LENGTHS: Readonly<Record<EventKind, number>> = {
  [EVENT_OVERFLOW]: 0,
  [EVENT_MNT]: MNT_RECORD,
  [EVENT_NS]: NS_RECORD,
}

/** event_len of an event in a group that does, or does not, report pidfds. */
export function eventLength(event: FanotifyEvent, withPidfd: boolean): number {
  return METADATA_LEN + (withPidfd ? PIDFD_RECORD : 0) + RECORD_LENGTHS[event.kind]
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
export function writeMntRecord(view: DataView, at: number, event: MntEvent): number {
  writeHeader(view, at, FAN_EVENT_INFO_TYPE_MNT, MNT_RECORD)
  view.setUint32(at + INFO_HEADER, 0, true)
  writeU64(view, at + MNT_ID, event.mntId)
  return at + MNT_RECORD
}

/** Writes the record of a namespace event and gives where it ends. */
export function writeNsRecord(view: DataView, at: number, event: NsEvent): number {
  writeHeader(view, at, FAN_EVENT_INFO_TYPE_NS, NS_RECORD)
  view.setUint32(at + INFO_HEADER, 0, true)
  writeU64(view, at + SELF_NSID, event.selfNsid)
  writeU64(view, at + OWNER_NSID, event.ownerNsid)
  return at + NS_RECORD
}

/** Writes the records that come after the PIDFD record; gives where they end. */
export function writeTailRecords(view: DataView, at: number, event: FanotifyEvent): number {
  switch (event.kind) {
    case EVENT_MNT:
      return writeMntRecord(view, at, event as MntEvent)
    case EVENT_NS:
      return writeNsRecord(view, at, event as NsEvent)
    case EVENT_OVERFLOW:
      return at
  }
}
