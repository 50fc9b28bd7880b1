import { existsSync, openSync, readSync } from 'node:fs'
import type { AnyCandidate, Candidate } from './case.js'

/** What the rounds of one candidate gave, in nanoseconds per operation. */
export interface Measurement {
  candidate: string
  median: number
  min: number
  max: number
  rounds: number[]
}

/** How long a candidate runs, in milliseconds. */
export interface Pace {
  rounds: number
  /** Before the first round, so that the optimising compiler is done. */
  warmUpMs: number
  /** In each round. */
  roundMs: number
}

/** Median of nine rounds, as the targets want it. */
export const DEFAULT_PACE: Pace = { rounds: 9, warmUpMs: 300, roundMs: 30 }

/** Where results go, so that the work that made them cannot be dropped. */
export const sink: { value: unknown } = { value: undefined }

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** The kernel's account of this thread: the nanoseconds that it ran, the first of three numbers. */
const SCHEDSTAT = `/proc/self/task/${process.pid}/schedstat`
const schedstat: number | undefined = existsSync(SCHEDSTAT) ? openSync(SCHEDSTAT, 'r') : undefined
const schedstatText: Uint8Array = new Uint8Array(64)
const nap: Int32Array = new Int32Array(new SharedArrayBuffer(4))
/** Milliseconds: long enough to be a real sleep. */
const NAP_MS = 0.05

/**
 * Nanoseconds that this thread has run: what others run does not count, nor what the compiler does meanwhile on another
 * thread. The wall clock where the system keeps no such account.
 */
export function cpuTime(): number {
  if (schedstat === undefined) return performance.now() * 1e6
  // The account is brought up to date when the thread leaves the CPU, and otherwise at each tick of some milliseconds.
  Atomics.wait(nap, 0, 0, NAP_MS)
  const length = readSync(schedstat, schedstatText, 0, schedstatText.length, 0)
  let time = 0
  for (let at = 0; at < length && schedstatText[at] !== 0x20; at++) time = time * 10 + (schedstatText[at]! - 0x30)
  return time
}

/** Runs until it has taken `ms` of CPU and returns nanoseconds per operation: the mean, so that garbage collection counts. */
function timeFor(candidate: Candidate, ms: number): number {
  const start = cpuTime()
  let passes = 0
  let left = ms
  do {
    // The wall clock is cheap to ask, and CPU time does not pass faster.
    const until = performance.now() + left
    do {
      sink.value = candidate.run()
      passes++
    } while (performance.now() < until)
    left = ms - (cpuTime() - start) / 1e6
  } while (left > 0)
  return (cpuTime() - start) / (passes * candidate.operations)
}

/** Empties the nursery, so that a candidate does not pay for what the one before it dropped (needs --expose-gc). */
function collectYoung(): void {
  globalThis.gc?.({ type: 'minor' } as never)
}

function round(candidate: AnyCandidate, ms: number): number {
  if ('round' in candidate) return candidate.round(ms)
  collectYoung()
  // An untimed pass brings the candidate's bytes and code back into the caches.
  sink.value = candidate.run()
  return timeFor(candidate, ms)
}

/**
 * Measures candidates in interleaved rounds: every round runs each once, starting with another one each
 * time, so that a machine that slows down or speeds up does so for all of them.
 */
export function measure(candidates: readonly AnyCandidate[], pace: Pace): Measurement[] {
  for (const candidate of candidates) {
    if (!('round' in candidate)) timeFor(candidate, pace.warmUpMs)
  }
  const rounds = candidates.map((): number[] => [])
  for (let r = 0; r < pace.rounds; r++) {
    for (let i = 0; i < candidates.length; i++) {
      const turn = (i + r) % candidates.length
      rounds[turn]!.push(round(candidates[turn]!, pace.roundMs))
    }
  }
  return candidates.map((candidate, i) => ({
    candidate: candidate.name,
    median: median(rounds[i]!),
    min: Math.min(...rounds[i]!),
    max: Math.max(...rounds[i]!),
    rounds: rounds[i]!,
  }))
}
