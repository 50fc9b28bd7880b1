import type { Bytes } from './bytes.js'
import type { DecodeOptions } from './decode-options.js'
import type { FanotifyEvent } from './event.js'
import { EventDecoder } from './event-decoder.js'
import { EventStreamError } from './event-stream-error.js'

/**
 * The events of a stream that comes in chunks cut anywhere: a ReadableStream, a Node stream, or any (async) iterable.
 *
 * ```ts
 * for await (const event of readEvents(createReadStream('events.bin'))) …
 * ```
 *
 * @throws EventStreamError after the last whole event, when the stream is cut short or broken; the source is closed then.
 */
export async function* readEvents(
  source: AsyncIterable<Bytes> | Iterable<Bytes>,
  options?: DecodeOptions,
): AsyncGenerator<FanotifyEvent, void, undefined> {
  const decoder = new EventDecoder(options)
  for await (const chunk of source) {
    yield* decoder.push(chunk)
    if (decoder.stop !== 'end') break
  }
  decoder.end()
  if (decoder.error) throw new EventStreamError(decoder.stop, decoder.error)
}
