/**
 * `kabinet/uapi`: what the kernel's headers define, and the codec for fanotify's event streams. It runs wherever
 * JavaScript does: nothing of Node, no dependency.
 *
 * - Streams: {@link decodeEvents}, {@link encodeEvents}, {@link EventReader} (allocates nothing per event),
 *   {@link EventDecoderStream} and {@link readEvents} for chunks, {@link eventToJson}, {@link eventNames}.
 * - Permission answers: {@link decodeResponse}, {@link encodeResponse}.
 * - Constants under their kernel names: `FAN_*`, `NS_*`, `CLONE_*`, `MOUNT_*`, `STATX_*`, `PIDFD_*`, errnos, `O_*`, `AT_*`.
 * - Structs: each kernel struct is one type and one constant of the struct's own name. `ns_id_req` is the type of a
 *   value; the constant has `ns_id_req.size`, `ns_id_req.align`, `ns_id_req.offset.ns_type`,
 *   `ns_id_req.read(view, at?)`, which gives an object, and `ns_id_req.write(view, at, value)`, which writes every byte of
 *   the struct: holes as 0, and 0 for `pad`, `spare` and `reserved` fields that are left out. These are for x86-64;
 *   `ns_id_req.on.i386`, `.on.s390x` and `.on.x86_64` have the same members for each {@link Machine}. u64 is bigint,
 *   arrays are arrays, nested structs are objects; a flexible array has an offset and is not read. `view` is a DataView
 *   or any ArrayBuffer view; a struct that does not fit it is a RangeError.
 */

export type { Bytes } from './bytes.js'
export * from './constants/eventpoll.js'
export * from './constants/fanotify.js'
export * from './constants/magic.js'
export * from './constants/mount.js'
export * from './constants/nsfs.js'
export * from './constants/pidfd.js'
export * from './constants/sched.js'
export * from './constants/sockios.js'
export * from './constants/stat.js'
export type { DecodeError, DecodeStop } from './decode-error.js'
export { decodeEvents } from './decode-events.js'
export type { DecodeOptions } from './decode-options.js'
export type { DecodeResult } from './decode-result.js'
export { EncodeError } from './encode-error.js'
export { type EncodeOptions, encodedLength, encodeEvents } from './encode-events.js'
export * from './errno.js'
export type {
  DfidNameInfo,
  ErrorInfo,
  EventGroup,
  FanotifyEvent,
  FanotifyEventInit,
  FanotifyInfo,
  FanotifyInfoInit,
  FidInfo,
  FileHandle,
  InfoHeader,
  KnownInfo,
  MntInfo,
  NsInfo,
  PidfdInfo,
  RangeInfo,
  RawInfo,
} from './event.js'
export { EventDecoder, MAX_EVENT_LEN } from './event-decoder.js'
export { EventDecoderStream } from './event-decoder-stream.js'
export { eventBits, eventNames } from './event-names.js'
export { EventReader } from './event-reader.js'
export { EventStreamError } from './event-stream-error.js'
export * from './fcntl.js'
export * from './generated/index.js'
export { fromHex, toHex } from './hex.js'
export { decodeIds, encodeIds, type IdArrayOptions } from './id-array.js'
export { findInfo, type InfoOfType, isInfo } from './info-guards.js'
export { type EventJson, eventToJson, type FileHandleJson, type InfoJson } from './json.js'
export { MACHINES, type Machine } from './machine.js'
export { isUtf8Name, nameString } from './name-string.js'
export { readEvents } from './read-events.js'
export {
  type AuditRuleResponseInfo,
  decodeResponse,
  denyWith,
  encodeResponse,
  type FanotifyResponse,
  type RawResponseInfo,
  type ResponseResult,
} from './response.js'
export type { StructLayout, StructType } from './struct-layout.js'
