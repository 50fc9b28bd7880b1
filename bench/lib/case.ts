/** One way to do the work of a case. */
export interface Candidate {
  name: string
  /** How many operations one `run` does. */
  operations: number
  /** Does them in a loop of its own; what it returns is kept alive, so that nothing is optimised away. */
  run: () => unknown
}

/** A candidate outside this process: it times a round of its own, in loops of about `ms` milliseconds. */
export interface ForeignCandidate {
  name: string
  /** Runs one round and returns nanoseconds per operation. */
  round: (ms: number) => number
}

export type AnyCandidate = Candidate | ForeignCandidate

/** A value that is measured once, not in rounds: bytes, say. */
export interface Gauge {
  name: string
  unit: string
  measure: () => number
}

/** What the project holds itself to: `of`'s median is `atMost` (or `atLeast`) so many times `than`'s. */
export interface RatioTarget {
  of: string
  than: string
  atMost?: number
  atLeast?: number
}

/** A limit in the case's own unit. */
export interface AbsoluteTarget {
  of: string
  atMost: number
}

/** Candidates that do the same work, measured together in interleaved rounds. */
export interface Case {
  /** `group/what`, as the command's filter takes it. */
  name: string
  /** What one operation is: an event, a name, a call. */
  unit: string
  /** As a function where they are dear to set up: it is called only when the case runs. */
  candidates: AnyCandidate[] | (() => AnyCandidate[])
  /** How long each candidate runs before the first round, where the usual time leaves code that is not optimised. */
  warmUpMs?: number
  gauges?: Gauge[]
  targets?: (RatioTarget | AbsoluteTarget)[]
  /** One line under the table. */
  note?: string
}

/** What a `*.bench.ts` file exports as `group`. */
export interface Group {
  name: string
  title: string
  /** Says in a few lines what is measured and what the candidates have in common. */
  about: string
  /** Builds the cases; called once, in a process of the group's own. */
  cases: () => Case[]
}
