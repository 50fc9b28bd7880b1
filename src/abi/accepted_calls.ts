import type { CheckList } from '../kernel/check.js'
import type { Cred } from '../kernel/cred.js'
import type { MarkObjectRequest } from './fanotify_mark_checks.js'

const SLOTS = 8

/** The checks that are left for a call whose arguments were accepted: those that look at the object. */
export type ObjectChecks = CheckList<MarkObjectRequest>

/**
 * The fanotify_mark arguments that passed their checks on one group. What those say depends on the flags, the mask and
 * the credentials alone, and programs repeat themselves.
 */
export class AcceptedCalls {
  readonly #flags: Int32Array = new Int32Array(SLOTS)
  readonly #masks: Int32Array = new Int32Array(SLOTS)
  readonly #creds: (Cred | null)[] = new Array<Cred | null>(SLOTS).fill(null)
  readonly #checks: (ObjectChecks | null)[] = new Array<ObjectChecks | null>(SLOTS).fill(null)

  /** What is left to check if this call was accepted before, else null. */
  find(flags: number, mask: number, cred: Cred): ObjectChecks | null {
    const at = slot(flags, mask)
    const same = this.#creds[at] === cred && this.#flags[at] === (flags | 0) && this.#masks[at] === (mask | 0)
    return same ? this.#checks[at]! : null
  }

  add(flags: number, mask: number, cred: Cred, checks: ObjectChecks): void {
    const at = slot(flags, mask)
    this.#creds[at] = cred
    this.#flags[at] = flags
    this.#masks[at] = mask
    this.#checks[at] = checks
  }
}

function slot(flags: number, mask: number): number {
  return (flags ^ (flags >>> 4) ^ mask ^ (mask >>> 5) ^ (mask >>> 16)) & (SLOTS - 1)
}
