import type { Cred } from '../kernel/cred.js'

const SLOTS = 8

/**
 * The fanotify_mark arguments that passed their checks on one group: what these say depends on the flags, the mask and
 * the credentials alone, and programs repeat themselves.
 */
export class AcceptedCalls {
  readonly #flags: Int32Array = new Int32Array(SLOTS)
  readonly #masks: Int32Array = new Int32Array(SLOTS)
  readonly #creds: (Cred | null)[] = new Array<Cred | null>(SLOTS).fill(null)

  /** True if this call was accepted before. */
  has(flags: number, mask: number, cred: Cred): boolean {
    const at = slot(flags, mask)
    return this.#creds[at] === cred && this.#flags[at] === (flags | 0) && this.#masks[at] === (mask | 0)
  }

  add(flags: number, mask: number, cred: Cred): void {
    const at = slot(flags, mask)
    this.#creds[at] = cred
    this.#flags[at] = flags
    this.#masks[at] = mask
  }
}

function slot(flags: number, mask: number): number {
  return (flags ^ (flags >>> 4) ^ mask ^ (mask >>> 5) ^ (mask >>> 16)) & (SLOTS - 1)
}
