import type { CheckList } from '../kernel/check.js'
import type { Cred } from '../kernel/cred.js'
import type { MarkObjectRequest } from './fanotify_mark_checks.js'

const SLOTS = 8

/** The checks that are left for a call whose arguments were accepted: those that look at the object. */
export type ObjectChecks = CheckList<MarkObjectRequest>

/** A call that was accepted, and what it leaves to check. */
interface AcceptedCall {
  readonly flags: number
  readonly mask: number
  readonly cred: Cred
  readonly checks: ObjectChecks
}

/**
 * The fanotify_mark arguments that passed their checks on one group. What those say depends on the flags, the mask and
 * the credentials alone, and programs repeat themselves.
 */
export class AcceptedCalls {
  /** Null before the first. */
  #calls: (AcceptedCall | null)[] | null = null

  /** What is left to check if this call was accepted before, else null. */
  find(flags: number, mask: number, cred: Cred): ObjectChecks | null {
    if (this.#calls === null) return null
    const call = this.#calls[slot(flags, mask)]!
    return call !== null && call.cred === cred && call.flags === flags && call.mask === mask ? call.checks : null
  }

  add(flags: number, mask: number, cred: Cred, checks: ObjectChecks): void {
    this.#calls ??= new Array<AcceptedCall | null>(SLOTS).fill(null)
    this.#calls[slot(flags, mask)] = { flags, mask, cred, checks }
  }
}

function slot(flags: number, mask: number): number {
  return (flags ^ (flags >>> 4) ^ mask ^ (mask >>> 5) ^ (mask >>> 16)) & (SLOTS - 1)
}
