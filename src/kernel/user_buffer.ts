/**
 * The user memory that a read fills or a write takes its bytes from. It may fault at any byte.
 * Both calls move on by what they copied; a return below `length` means that the next byte is not mapped.
 */
export interface UserBuffer {
  /** Bytes that the caller asked for and that have not been moved yet. */
  readonly remaining: number
  /** Bytes moved so far by this call, over all its attempts. */
  readonly moved: number
  /** Copies `length` bytes of `source` from `start` to user memory; returns how many were copied. */
  copyOut(source: Uint8Array, start: number, length: number): number
  /** Copies `length` bytes of user memory into `target` at `start`; returns how many were copied. */
  copyIn(target: Uint8Array, start: number, length: number): number
}
