/**
 * One reason for which a syscall refuses, as data: the handler runs a list of them in the kernel's order, and
 * `kabinet explain` reads the same list to say which one it was.
 */
export interface Check<C> {
  /** Short and stable, for tools and tests. */
  readonly name: string
  /** The errno (positive) that the caller gets. A function where the step can fail in several ways. */
  readonly errno: number | ((request: C) => number)
  /** What is wrong, in a sentence. */
  readonly why: string
  /** Which bits are wrong, as text, where `why` cannot know. */
  readonly detail?: (request: C) => string
  /**
   * False if the check has nothing to say to this kind of request. It looks only at what repeats from call to call (flags,
   * masks, what the caller's group is), never at the object. A check without it always has a say.
   */
  readonly applies?: (request: C) => boolean
  /** True if this check, which applies, refuses the request. */
  readonly refuses: (request: C) => boolean
}

/** Checks in the kernel's order. */
export class CheckList<C> {
  readonly checks: readonly Check<C>[]
  /** The functions alone: a list of one shape is walked several times faster. */
  readonly #tests: readonly ((request: C) => boolean)[]

  constructor(checks: readonly Check<C>[], narrowed = false) {
    this.checks = checks
    this.#tests = checks.map(({ applies, refuses }) =>
      applies === undefined || narrowed ? refuses : (request) => applies(request) && refuses(request),
    )
  }

  /** The checks that apply to requests like this one: for a caller that keeps it, to walk a shorter list next time. */
  narrow(request: C): CheckList<C> {
    return new CheckList(
      this.checks.filter(({ applies }) => applies === undefined || applies(request)),
      true,
    )
  }

  /** The first check that refuses, or null. */
  firstRefusal(request: C): Check<C> | null {
    const tests = this.#tests
    for (let i = 0; i < tests.length; i++) if (tests[i]!(request)) return this.checks[i]!
    return null
  }
}

/** The errno (positive) with which `check` refuses `request`. */
export function refusalErrno<C>(check: Check<C>, request: C): number {
  return typeof check.errno === 'number' ? check.errno : check.errno(request)
}

/** Bits as text, for {@link Check.detail}. */
export const hexBits = (bits: number): string => `0x${(bits >>> 0).toString(16)}`
