import type { DecodeError, DecodeStop } from './decode-error.js'

/** What ends a stream of events that is cut short or broken, after all whole events were handed out. */
export class EventStreamError extends Error implements DecodeError {
  override name = 'EventStreamError'
  readonly stop: DecodeStop
  readonly offset: number
  readonly field: string
  readonly reason: string

  constructor(stop: DecodeStop, error: DecodeError) {
    super(`${stop} at offset ${error.offset}, ${error.field}: ${error.reason}`)
    this.stop = stop
    this.offset = error.offset
    this.field = error.field
    this.reason = error.reason
  }
}
