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
  detail?(request: C): string
  /** True if this check refuses the request. */
  refuses(request: C): boolean
}

/** The first check of the list that refuses, or null. */
export function firstRefusal<C>(checks: readonly Check<C>[], request: C): Check<C> | null {
  for (let i = 0; i < checks.length; i++) {
    const check = checks[i]!
    if (check.refuses(request)) return check
  }
  return null
}

/** The errno (positive) with which `check` refuses `request`. */
export function refusalErrno<C>(check: Check<C>, request: C): number {
  return typeof check.errno === 'number' ? check.errno : check.errno(request)
}

/** Bits as text, for {@link Check.detail}. */
export const hexBits = (bits: number): string => `0x${(bits >>> 0).toString(16)}`
