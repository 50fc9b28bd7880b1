/** What is wrong in a byte stream, and where. Data, not an exception: decoding never throws. */
export interface DecodeError {
  /** Offset of the field in the stream, in bytes. */
  offset: number
  /** The kernel's name of the field, such as `event_len` or `hdr.len`. */
  field: string
  /** What is wrong with it, for people. */
  reason: string
}

/**
 * Why a decoder stopped:
 * - `end`: all bytes were consumed;
 * - `truncated`: the bytes end inside an event (a later chunk may bring the rest);
 * - `bad-length`: an event_len or metadata_len that no event can have; there is no way to the next event;
 * - `bad-version`: `vers` is not FANOTIFY_METADATA_VERSION, so the layout of what follows is unknown.
 */
export type DecodeStop = 'end' | 'truncated' | 'bad-length' | 'bad-version'
