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
import {
  fanotify_event_info_error,
  fanotify_event_info_fid,
  fanotify_event_info_header,
  fanotify_event_info_mnt,
  fanotify_event_info_ns,
  fanotify_event_info_pidfd,
  fanotify_event_info_range,
  fanotify_event_metadata,
  file_handle,
} from './generated/index.js'
import type { Machine } from './machine.js'

/** What differs between machines in an event stream, apart from the byte order of a field. */
export interface StreamLayout {
  readonly bigEndian: boolean
  /** Offsets in their records. */
  readonly mnt_id: number
  readonly self_nsid: number
  readonly owner_nsid: number
  /** The u32 that vers, reserved and metadata_len make when they are 3, 0 and 24, read in the machine's byte order. */
  readonly usualHead: number
  /** By info_type: the least hdr.len that holds the record's content. */
  readonly minLen: Uint8Array
}

/** Offset of `f_handle` in a FID record, and the least length of one. */
export const F_HANDLE: number = fanotify_event_info_fid.offset.handle + file_handle.offset.f_handle

/** A bit for each info_type that holds a file handle: `FID_TYPES >> info_type & 1`. */
export const FID_TYPES: number =
  (1 << FAN_EVENT_INFO_TYPE_FID) |
  (1 << FAN_EVENT_INFO_TYPE_DFID) |
  (1 << FAN_EVENT_INFO_TYPE_DFID_NAME) |
  (1 << FAN_EVENT_INFO_TYPE_OLD_DFID_NAME) |
  (1 << FAN_EVENT_INFO_TYPE_NEW_DFID_NAME)

function streamLayout(machine: Machine): StreamLayout {
  const bigEndian = machine === 's390x'
  const minLen = new Uint8Array(256).fill(fanotify_event_info_header.size)
  for (let type = 0; type < 32; type++) if ((FID_TYPES >> type) & 1) minLen[type] = F_HANDLE
  minLen[FAN_EVENT_INFO_TYPE_PIDFD] = fanotify_event_info_pidfd.on[machine].size
  minLen[FAN_EVENT_INFO_TYPE_ERROR] = fanotify_event_info_error.on[machine].size
  minLen[FAN_EVENT_INFO_TYPE_RANGE] = fanotify_event_info_range.on[machine].size
  minLen[FAN_EVENT_INFO_TYPE_MNT] = fanotify_event_info_mnt.on[machine].size
  minLen[FAN_EVENT_INFO_TYPE_NS] = fanotify_event_info_ns.on[machine].size
  const head = new Uint8Array(fanotify_event_metadata.size)
  const metadata = { event_len: 0, vers: FANOTIFY_METADATA_VERSION, metadata_len: head.length, mask: 0n, fd: 0, pid: 0 }
  fanotify_event_metadata.on[machine].write(head, 0, metadata)
  return {
    bigEndian,
    mnt_id: fanotify_event_info_mnt.on[machine].offset.mnt_id,
    self_nsid: fanotify_event_info_ns.on[machine].offset.self_nsid,
    owner_nsid: fanotify_event_info_ns.on[machine].offset.owner_nsid,
    usualHead: new DataView(head.buffer).getUint32(fanotify_event_metadata.offset.vers, !bigEndian),
    minLen,
  }
}

/** The layout of each machine's streams. */
export const streamLayouts: Readonly<Record<Machine, StreamLayout>> = {
  x86_64: streamLayout('x86_64'),
  i386: streamLayout('i386'),
  s390x: streamLayout('s390x'),
}
