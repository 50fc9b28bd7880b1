import type { Bytes } from './bytes.js'
import type { DecodeOptions } from './decode-options.js'
import type { DecodeResult } from './decode-result.js'
import type { FanotifyEvent } from './event.js'
import { eventAt } from './event-at.js'
import { EventReader } from './event-reader.js'

/**
 * Decodes what one or more read(2) of a fanotify group returned.
 *
 * Any bytes give a result: it holds the whole events before the first thing that is not one, and says what that was. A
 * broken record inside a sound event is kept as {@link RawInfo} and stops nothing. No byte is lost:
 * `encodeEvents(result.events)` equals the bytes consumed. The events' byte arrays are views of `bytes`, not copies.
 *
 * Source: `linux/fanotify.h`, fanotify(7), and real streams.
 */
export function decodeEvents(bytes: Bytes, options?: DecodeOptions): DecodeResult {
  const reader = new EventReader(bytes, options)
  const group = options?.group ?? 'fs'
  const events: FanotifyEvent[] = []
  while (reader.next()) events.push(eventAt(reader, group))
  const { bytesConsumed, stop, error } = reader
  const result: DecodeResult = { events, bytesConsumed, bytesLeft: bytes.byteLength - bytesConsumed, stop }
  if (error) result.error = error
  return result
}
