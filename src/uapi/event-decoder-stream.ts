import type { Bytes } from './bytes.js'
import type { DecodeOptions } from './decode-options.js'
import type { FanotifyEvent } from './event.js'
import { EventDecoder } from './event-decoder.js'
import { EventStreamError } from './event-stream-error.js'

/**
 * A TransformStream from bytes, cut anywhere, to events: `response.body.pipeThrough(new EventDecoderStream())`.
 *
 * A stream that is cut short or broken ends with an {@link EventStreamError}, after every whole event was read.
 */
export class EventDecoderStream extends TransformStream<Bytes, FanotifyEvent> {
  private readonly events: ReadableStream<FanotifyEvent>

  constructor(options?: DecodeOptions) {
    const decoder = new EventDecoder(options)
    super({
      transform(chunk, controller) {
        for (const event of decoder.push(chunk)) controller.enqueue(event)
        if (decoder.stop !== 'end') controller.terminate()
      },
      flush() {
        decoder.end()
      },
    })
    this.events = endingWithError(super.readable, decoder)
  }

  override get readable(): ReadableStream<FanotifyEvent> {
    return this.events
  }
}

/** The same events, then the decoder's error: an error raised in the transform itself would drop the events still queued. */
function endingWithError(source: ReadableStream<FanotifyEvent>, decoder: EventDecoder): ReadableStream<FanotifyEvent> {
  const reader = source.getReader()
  return new ReadableStream<FanotifyEvent>(
    {
      async pull(controller) {
        const { done, value } = await reader.read()
        if (!done) controller.enqueue(value)
        else if (decoder.error) controller.error(new EventStreamError(decoder.stop, decoder.error))
        else controller.close()
      },
      cancel(reason) {
        return reader.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
}
