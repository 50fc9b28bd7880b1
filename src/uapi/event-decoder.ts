import { type Bytes, bytesOf } from './bytes.js'
import type { DecodeError, DecodeStop } from './decode-error.js'
import type { DecodeOptions } from './decode-options.js'
import type { EventGroup, FanotifyEvent } from './event.js'
import { eventAt } from './event-at.js'
import { EventReader } from './event-reader.js'
import { fanotify_event_metadata } from './generated/index.js'

const NOTHING: Uint8Array = new Uint8Array(0)

/**
 * How many bytes a decoder keeps of an event that is not whole yet. More than any kernel's event takes: a record is at most
 * 64 KiB, and an event has a handful of them.
 */
export const MAX_EVENT_LEN: number = 1 << 20

/**
 * Decodes a stream that comes in chunks cut anywhere, without a stream library: `push` each chunk, then `end`. It finds the
 * same events and the same error, at the same offset, as `decodeEvents` does in all the bytes at once. A chunk belongs to
 * the events that come of it: do not write over it. An event that is still not whole after {@link MAX_EVENT_LEN} bytes is a
 * `bad-length`: a damaged event_len does not have everything behind it kept in memory.
 */
export class EventDecoder {
  /** Why it stopped: `end` as long as nothing was wrong. `truncated` is only known after {@link end}. */
  stop: DecodeStop = 'end'
  /** What is wrong, unless `stop` is `end`. Offsets count from the start of the stream. */
  error: DecodeError | undefined = undefined
  /** How many bytes the events so far take. */
  bytesConsumed = 0
  /** How many bytes came in and are not part of them. */
  bytesLeft = 0

  private readonly reader: EventReader
  private readonly group: EventGroup
  /** Chunks of an event that is not whole yet; they are joined once it is, not each time. */
  private pending: Uint8Array[] = []
  private need = 0

  constructor(options?: DecodeOptions) {
    this.reader = new EventReader(NOTHING, options)
    this.group = options?.group ?? 'fs'
  }

  /** Takes the next chunk and gives the events that are whole now. Nothing more once it has stopped. */
  push(chunk: Bytes): FanotifyEvent[] {
    const events: FanotifyEvent[] = []
    this.bytesLeft += chunk.byteLength
    if (this.stop !== 'end' || chunk.byteLength === 0) return events
    const bytes = bytesOf(chunk)
    if (this.pending.length > 0) this.pending.push(bytes)
    if (this.bytesLeft < this.need) {
      if (this.bytesLeft > MAX_EVENT_LEN) this.giveUp()
      return events
    }
    const { reader } = this
    const all = this.pending.length > 0 ? join(this.pending, this.bytesLeft) : bytes
    this.read(all)
    while (reader.next()) events.push(eventAt(reader, this.group))
    this.bytesConsumed += reader.bytesConsumed
    this.bytesLeft -= reader.bytesConsumed
    if (reader.stop === 'truncated') {
      const rest = all.slice(reader.bytesConsumed)
      this.pending = [rest]
      this.need = needed(reader, rest.length)
      if (rest.length > MAX_EVENT_LEN) this.giveUp()
    } else if (reader.stop !== 'end') {
      this.stop = reader.stop
      this.error = reader.error
    }
    return events
  }

  /** Says that no chunk follows: what is left over is then `truncated`. */
  end(): void {
    if (this.stop !== 'end' || this.bytesLeft === 0) return
    this.read(join(this.pending, this.bytesLeft))
    this.reader.next()
    this.stop = this.reader.stop
    this.error = this.reader.error
  }

  private giveUp(): void {
    this.pending = []
    this.stop = 'bad-length'
    this.error = {
      offset: this.bytesConsumed,
      field: 'event_len',
      reason: `${this.need} is more than any event takes, and more than came in`,
    }
  }

  private read(bytes: Uint8Array): void {
    this.pending = []
    this.need = 0
    this.reader.reset(bytes, bytes.length, this.bytesConsumed)
  }
}

/** How many bytes there must be before it is worth to try again. */
function needed(reader: EventReader, left: number): number {
  if (left < fanotify_event_metadata.size) return fanotify_event_metadata.size
  return reader.view.getUint32(reader.bytesConsumed, true)
}

function join(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    all.set(chunk, at)
    at += chunk.length
  }
  return all
}
