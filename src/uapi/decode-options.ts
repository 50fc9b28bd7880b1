import type { EventGroup } from './event.js'
import type { Machine } from './machine.js'

/** How to read a stream. */
export interface DecodeOptions {
  /** The machine of the kernel that wrote it; `x86_64` when left out. */
  machine?: Machine | undefined
  /** The kind of group it came from, for events whose records do not tell (an overflow, a PIDFD record alone). */
  group?: EventGroup | undefined
}
