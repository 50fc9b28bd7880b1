import type { DecodeError, DecodeStop } from './decode-error.js'
import type { FanotifyEvent } from './event.js'

/** What `decodeEvents` found. */
export interface DecodeResult {
  /** The whole events before the stop. */
  events: FanotifyEvent[]
  /** How many bytes those events take. */
  bytesConsumed: number
  /** How many bytes were not consumed. */
  bytesLeft: number
  stop: DecodeStop
  /** What made it stop, unless `stop` is `end`. Offsets count from the start of the bytes given. */
  error?: DecodeError
}
