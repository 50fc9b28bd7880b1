import type {
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
} from './constants/fanotify.js'
import type { DecodeError } from './decode-error.js'

/**
 * The kind of fanotify group a stream came from: `fs` watches files, `ns` is a namespace watcher (FAN_REPORT_MNT or
 * FAN_REPORT_NSID). It decides what mask bits 0x100 and 0x200 mean: FAN_CREATE/FAN_DELETE or FAN_NS_CREATE/FAN_NS_DELETE.
 */
export type EventGroup = 'fs' | 'ns'

/** What every information record has (`struct fanotify_event_info_header`). */
export interface InfoHeader {
  /** hdr.len: the record's length in bytes, header, content and padding. */
  len: number
  /** hdr.pad, when it is not 0. */
  pad?: number
  /** The unnamed bytes 4–7 of an MNT or NS record, or RANGE's `pad`, as a u32, when they are not 0. */
  pad2?: number
  /** Bytes behind the content (for a name: behind its NUL) up to `len`, when one of them is not 0. */
  tail?: Uint8Array
  /** Only a {@link RawInfo} has it: `if (info.raw)` tells it from the others. */
  raw?: undefined
}

/** `struct file_handle`, as name_to_handle_at(2) gives it and open_by_handle_at(2) takes it. */
export interface FileHandle {
  /** Length of `f_handle` in bytes. */
  handle_bytes: number
  /** FILEID_*: the filesystem's own kind of handle (s32). */
  handle_type: number
  f_handle: Uint8Array
}

/** FAN_EVENT_INFO_TYPE_FID or _DFID: the object, or the directory, that the event is about. */
export interface FidInfo extends InfoHeader {
  info_type: typeof FAN_EVENT_INFO_TYPE_FID | typeof FAN_EVENT_INFO_TYPE_DFID
  /** `__kernel_fsid_t`: two s32. */
  fsid: [number, number]
  handle: FileHandle
}

/** FAN_EVENT_INFO_TYPE_DFID_NAME, _OLD_DFID_NAME or _NEW_DFID_NAME: a directory and the name of an entry in it. */
export interface DfidNameInfo extends InfoHeader {
  info_type:
    | typeof FAN_EVENT_INFO_TYPE_DFID_NAME
    | typeof FAN_EVENT_INFO_TYPE_OLD_DFID_NAME
    | typeof FAN_EVENT_INFO_TYPE_NEW_DFID_NAME
  /** `__kernel_fsid_t`: two s32. */
  fsid: [number, number]
  handle: FileHandle
  /** The name's bytes without its NUL, in no particular encoding; `nameString(name)` reads it as UTF-8. */
  name: Uint8Array
}

/** FAN_EVENT_INFO_TYPE_PIDFD. */
export interface PidfdInfo extends InfoHeader {
  info_type: typeof FAN_EVENT_INFO_TYPE_PIDFD
  /** A pidfd; FAN_NOPIDFD (-1) when the process is gone, FAN_EPIDFD (-2) or -errno when none could be made. */
  pidfd: number
}

/** FAN_EVENT_INFO_TYPE_ERROR: what a filesystem reported (FAN_FS_ERROR). */
export interface ErrorInfo extends InfoHeader {
  info_type: typeof FAN_EVENT_INFO_TYPE_ERROR
  /** The errno (s32). */
  error: number
  /** How many errors there were since the last event that was read. */
  error_count: number
}

/** FAN_EVENT_INFO_TYPE_RANGE: the range of the file that a FAN_PRE_ACCESS event is about. */
export interface RangeInfo extends InfoHeader {
  info_type: typeof FAN_EVENT_INFO_TYPE_RANGE
  offset: bigint
  count: bigint
}

/** FAN_EVENT_INFO_TYPE_MNT: the mount that was attached or detached. */
export interface MntInfo extends InfoHeader {
  info_type: typeof FAN_EVENT_INFO_TYPE_MNT
  /** The mount's unique 64-bit id (STATX_MNT_ID_UNIQUE). */
  mnt_id: bigint
}

/** FAN_EVENT_INFO_TYPE_NS: the namespace that became active or ceased to be. */
export interface NsInfo extends InfoHeader {
  info_type: typeof FAN_EVENT_INFO_TYPE_NS
  self_nsid: bigint
  /** Id of the user namespace that owns it. */
  owner_nsid: bigint
}

/** A record that is kept as it is: of a type that is not known here, or broken. */
export interface RawInfo {
  /** hdr.info_type, whatever it says (0 when not even that byte is there). */
  info_type: number
  /** hdr.len as it stands in the bytes; differs from `raw.length` only when it is itself what is broken. */
  len: number
  /** The record's bytes, header included. When hdr.len cannot be stepped by, all that is left of the event. */
  raw: Uint8Array
  /** Why a record of a known type was kept raw. Absent for a sound record of an unknown type. */
  error?: DecodeError
}

/** A record whose content was decoded. */
export type KnownInfo = FidInfo | DfidNameInfo | PidfdInfo | ErrorInfo | RangeInfo | MntInfo | NsInfo

/** One information record: `info.raw` tells a record kept raw, then `info.info_type` tells the others apart. */
export type FanotifyInfo = KnownInfo | RawInfo

/** One event as read(2) delivered it, every byte of it. Byte arrays are views of the decoded buffer, not copies. */
export interface FanotifyEvent {
  /** Length of the whole event in bytes. */
  event_len: number
  /** FANOTIFY_METADATA_VERSION. */
  vers: number
  reserved: number
  /** Where the records start, in bytes from the start of the event. */
  metadata_len: number
  /** FAN_* bits; what 0x100 and 0x200 mean depends on `group`. */
  mask: bigint
  /** An open file; FAN_NOFD (-1) when there is none; -errno in a FAN_REPORT_FD_ERROR group. */
  fd: number
  /** Who caused it, in the reader's pid namespace; 0 when it is not visible there or the group is unprivileged. */
  pid: number
  /** The records, in their order. Not to be changed: events without records share one empty array. */
  info: readonly FanotifyInfo[]
  /** Told by the records (MNT and NS: `ns`; file handles: `fs`), else by the caller's `group` option, else `fs`. */
  group: EventGroup
  /** Bytes of a longer metadata than ours: from 24 to `metadata_len`. */
  metadata_tail?: Uint8Array
  /** Bytes behind the last record that are too few (1–3) to be a record. */
  trailing?: Uint8Array
}

type Init<T, Optional extends PropertyKey> = T extends unknown
  ? Omit<T, Optional> & Partial<Pick<T, Optional & keyof T>>
  : never

/** What {@link encodeEvents} takes as a record: a decoded one, or one whose lengths are left out and computed. */
export type FanotifyInfoInit =
  | Init<Exclude<KnownInfo, FidInfo | DfidNameInfo>, 'len'>
  | (Init<Omit<FidInfo, 'handle'>, 'len'> & { handle: Init<FileHandle, 'handle_bytes'> })
  | (Init<Omit<DfidNameInfo, 'handle'>, 'len'> & { handle: Init<FileHandle, 'handle_bytes'> })
  | Init<RawInfo, 'info_type' | 'len'>

/** What {@link encodeEvents} takes: a decoded event, or one of which only `mask` needs to be given. */
export interface FanotifyEventInit extends Partial<Omit<FanotifyEvent, 'info' | 'mask'>> {
  mask: bigint
  info?: readonly FanotifyInfoInit[]
}
