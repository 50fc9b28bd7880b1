import { BigEndianView } from './big-endian-view.js'
import { type Bytes, bytesOf } from './bytes.js'
import { FANOTIFY_METADATA_VERSION } from './constants/fanotify.js'
import type { DecodeError, DecodeStop } from './decode-error.js'
import { EventWords, eventWordsOn } from './generated/event-words.js'
import {
  fanotify_event_info_fid,
  fanotify_event_info_header,
  fanotify_event_metadata,
  file_handle,
} from './generated/index.js'
import type { Machine } from './machine.js'
import { F_HANDLE, FID_TYPES, type StreamLayout, streamLayouts } from './stream-layout.js'

const METADATA: number = fanotify_event_metadata.size
const VERS: number = fanotify_event_metadata.offset.vers
const METADATA_LEN: number = fanotify_event_metadata.offset.metadata_len
const HEADER: number = fanotify_event_info_header.size
const LEN: number = fanotify_event_info_header.offset.len
const HANDLE_BYTES: number = fanotify_event_info_fid.offset.handle + file_handle.offset.handle_bytes
const VERSION = FANOTIFY_METADATA_VERSION
const F_HANDLE_AT: number = F_HANDLE
const HANDLE_TYPES: number = FID_TYPES

/**
 * A cursor over an event stream that allocates nothing per event:
 *
 * ```ts
 * const r = new EventReader(bytes)
 * while (r.next()) {
 *   if (r.maskLo & FAN_MNT_ATTACH) while (r.nextInfo()) if (r.infoType === FAN_EVENT_INFO_TYPE_MNT) use(r.mntIdLo, r.mntIdHi)
 * }
 * if (r.stop !== 'end') report(r.error)
 * ```
 *
 * It checks every length before it moves: {@link next} is true only for a whole event, {@link nextInfo} gives a record's type
 * only when its content lies inside the record. The members of an event hold after `next()` gave true, those of a record after
 * `nextInfo()` gave true and for the types they name. Offsets are in bytes from the start of the bytes given.
 *
 * Source: `linux/fanotify.h` and fanotify(7).
 */
export class EventReader extends EventWords {
  /** The bytes being read. */
  bytes: Uint8Array
  /** The current event's offset. */
  offset = 0
  /** Offset of the next event; once stopped, how many bytes were consumed. */
  bytesConsumed = 0
  /** info_type of the current record; 0 when the record is broken ({@link infoError} says how). */
  infoType = 0
  /** Offset of the current record. */
  infoOffset = 0
  /** Where the current record ends and the next begins. */
  infoEnd = 0
  /** Why {@link next} gave false; `end` before that. */
  stop: DecodeStop = 'end'
  /** What made it stop, unless that was the end. */
  error: DecodeError | undefined = undefined

  /** @internal */
  view: DataView
  /** @internal Asking `bytes` for it at each event costs a call. */
  buffer: ArrayBufferLike
  /** @internal */
  byteOffset: number
  /** @internal */
  readonly layout: StreamLayout
  private readonly usualHead: number
  private readonly minLen: Uint8Array
  private end: number
  private origin = 0

  /** @param options `machine` whose kernel wrote the bytes; `x86_64` when left out. */
  constructor(source: Bytes, options?: { readonly machine?: Machine | undefined }) {
    super()
    const machine = options?.machine ?? 'x86_64'
    const layout = streamLayouts[machine]
    const bytes = bytesOf(source)
    this.bytes = bytes
    this.layout = layout
    this.usualHead = layout.usualHead
    this.minLen = layout.minLen
    this.end = bytes.byteLength
    this.buffer = bytes.buffer
    this.byteOffset = bytes.byteOffset
    this.view = this.viewOf(bytes)
    if (machine !== 'x86_64') Object.defineProperties(this, eventWordsOn[machine])
  }

  /**
   * Starts anew on other bytes, or on what a buffer now holds: `r.reset(buffer, readSync(fd, buffer))` allocates nothing
   * while the buffer stays the same.
   * @param length how many of the bytes to read; all of them when left out.
   * @param origin what to add to the offsets in errors: the bytes' place in a longer stream.
   */
  reset(source: Bytes, length: number = source.byteLength, origin = 0): void {
    const { view } = this
    if (
      source.byteLength !== view.byteLength ||
      (ArrayBuffer.isView(source)
        ? source.buffer !== view.buffer || source.byteOffset !== view.byteOffset
        : source !== view.buffer)
    ) {
      const bytes = bytesOf(source)
      this.bytes = bytes
      this.buffer = bytes.buffer
      this.byteOffset = bytes.byteOffset
      this.view = this.viewOf(bytes)
    }
    if (!(length >= 0 && length <= source.byteLength))
      throw new RangeError(`${length} bytes asked for of ${source.byteLength}`)
    this.end = length
    this.origin = origin
    this.offset = 0
    this.bytesConsumed = 0
    this.infoType = 0
    this.infoOffset = 0
    this.infoEnd = 0
    this.stop = 'end'
    this.error = undefined
  }

  /** Moves to the next event. False at the end and at what is not a whole, sound event: see {@link stop}. */
  next(): boolean {
    const at = this.bytesConsumed
    const left = this.end - at
    // The usual end calls nothing: a call that is seen once per stream is inlined into the caller's loop, at its cost.
    if (left < METADATA) return left !== 0 && this.stopAt(at)
    const view = this.view
    const eventLen = view.getUint32(at, true)
    // One compare says that vers, reserved and metadata_len are what they are in every event of every kernel so far.
    if (view.getUint32(at + VERS, true) !== this.usualHead || eventLen < METADATA || eventLen > left)
      return this.nextUnusual(at)
    this.offset = at
    this.infoEnd = at + METADATA
    this.bytesConsumed = at + eventLen
    return true
  }

  /** Length of the event in bytes (event_len). */
  get eventLen(): number {
    return this.bytesConsumed - this.offset
  }

  /**
   * Moves to the event's next record. False when there is none. A broken record is one whose {@link infoType} is 0; it
   * reaches to {@link infoEnd}, which is the event's end when hdr.len cannot be stepped by.
   */
  nextInfo(): boolean {
    const at = this.infoEnd
    const left = this.bytesConsumed - at
    if (left < HEADER) return false
    const view = this.view
    const type = view.getUint8(at)
    const len = view.getUint16(at + LEN, true)
    this.infoOffset = at
    this.infoEnd = at + len
    this.infoType = type
    // minLen is never less than HEADER.
    if (
      len > left ||
      len < this.minLen[type]! ||
      (type < 16 && ((HANDLE_TYPES >> type) & 1) !== 0 && view.getUint32(at + HANDLE_BYTES, true) > len - F_HANDLE_AT)
    )
      this.infoBroken(len, left)
    return true
  }

  /** How many bytes the record takes: hdr.len, or for a broken hdr.len what is left of the event. */
  get infoLen(): number {
    return this.infoEnd - this.infoOffset
  }
  /** What is wrong with the record; undefined when it is sound. Allocates. */
  get infoError(): DecodeError | undefined {
    const { view, infoOffset: at, origin } = this
    const type = view.getUint8(at)
    const len = view.getUint16(at + LEN, true)
    const left = this.bytesConsumed - at
    const need = this.minLen[type]!
    const lenError = (reason: string) => ({ offset: origin + at + LEN, field: 'hdr.len', reason })
    if (len < HEADER) return lenError(`${len} is less than a header's ${HEADER} bytes`)
    if (len > left) return lenError(`${len} is more than the ${left} bytes left of the event`)
    if (len < need) return lenError(`${len} is less than the ${need} bytes of a record of type ${type}`)
    if (this.infoType !== 0 || type >= 16 || ((HANDLE_TYPES >> type) & 1) === 0) return undefined
    const handleBytes = view.getUint32(at + HANDLE_BYTES, true)
    const reason = `${handleBytes} is more than the ${len - F_HANDLE_AT} bytes left of the record`
    return { offset: origin + at + HANDLE_BYTES, field: 'handle.handle_bytes', reason }
  }

  /** Offset of a FID record's f_handle. */
  get handleOffset(): number {
    return this.infoOffset + F_HANDLE_AT
  }
  /** Offset of a DFID_NAME record's name. */
  get nameOffset(): number {
    return this.infoOffset + F_HANDLE_AT + this.handleLength
  }
  /** Length of a DFID_NAME record's name in bytes, without its NUL; a name with no NUL ends with the record. */
  get nameLength(): number {
    const { bytes, infoEnd, view } = this
    const start = this.nameOffset
    let at = start
    // Four bytes at a time: a byte that is 0 leaves a top bit, and the lowest such bit is the first such byte's.
    for (; at + 4 <= infoEnd; at += 4) {
      const word = view.getUint32(at, true)
      const zeros = (word - 0x01010101) & ~word & 0x80808080
      if (zeros === 0) continue
      if (this.layout.bigEndian) break
      return at - start + ((31 - Math.clz32(zeros & -zeros)) >> 3)
    }
    while (at < infoEnd && bytes[at] !== 0) at++
    return at - start
  }

  private viewOf(bytes: Uint8Array): DataView {
    const View = this.layout.bigEndian ? BigEndianView : DataView
    return new View(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** {@link next} for a metadata that is not plain, or not sound. */
  private nextUnusual(at: number): boolean {
    const { view } = this
    const left = this.end - at
    const eventLen = view.getUint32(at, true)
    const metadataLen = view.getUint16(at + METADATA_LEN, true)
    if (view.getUint8(at + VERS) !== VERSION || metadataLen < METADATA || metadataLen > eventLen || eventLen > left)
      return this.stopAt(at)
    this.offset = at
    this.infoEnd = at + metadataLen
    this.bytesConsumed = at + eventLen
    return true
  }

  private infoBroken(len: number, left: number): void {
    this.infoType = 0
    if (len > left || len < HEADER) this.infoEnd = this.bytesConsumed
  }

  private stopAt(at: number): false {
    const left = this.end - at
    const { view } = this
    if (left < METADATA) {
      const reason = `${left} bytes left, an event's metadata takes ${METADATA}`
      return this.fail('truncated', at, 0, 'event_len', reason)
    }
    const vers = view.getUint8(at + VERS)
    if (vers !== VERSION) return this.fail('bad-version', at, VERS, 'vers', `${vers}, only ${VERSION} is known`)
    const eventLen = view.getUint32(at, true)
    if (eventLen < METADATA) {
      const reason = `${eventLen} is less than the ${METADATA} bytes of an event's metadata`
      return this.fail('bad-length', at, 0, 'event_len', reason)
    }
    const metadataLen = view.getUint16(at + METADATA_LEN, true)
    if (metadataLen < METADATA || metadataLen > eventLen) {
      const reason = `${metadataLen} is not between ${METADATA} and event_len, ${eventLen}`
      return this.fail('bad-length', at, METADATA_LEN, 'metadata_len', reason)
    }
    return this.fail('truncated', at, 0, 'event_len', `${eventLen} is more than the ${left} bytes left`)
  }

  private fail(stop: DecodeStop, at: number, fieldOffset: number, field: string, reason: string): false {
    this.stop = stop
    this.error = { offset: this.origin + at + fieldOffset, field, reason }
    return false
  }
}
