/** An event that has no encoding: a given length that its content contradicts, or that does not fit its field. */
export class EncodeError extends RangeError {
  override name = 'EncodeError'
  /** Index of the event among those given. */
  readonly event: number
  /** Where in it, such as `info[1].len`. */
  readonly field: string

  constructor(event: number, field: string, reason: string) {
    super(`event ${event}, ${field}: ${reason}`)
    this.event = event
    this.field = field
  }
}
