import type { ForeignCandidate } from './case.js'
import { cpuTime } from './measure.js'

/** Long enough for the optimising compiler to be done with both halves. */
const WARM_UP_MS = 500

/**
 * A candidate of two halves: `prepare`, which is not counted, and `work`, which is, in loops of about `ms` milliseconds of CPU.
 * `work` should take a millisecond or more: the clock itself takes some 20 µs.
 */
export function timed(name: string, operations: number, prepare: () => void, work: () => void): ForeignCandidate {
  const round = (ms: number): number => {
    let now = cpuTime()
    const until = now + ms * 1e6
    let spent = 0
    let count = 0
    for (; now < until; count++) {
      prepare()
      const start = cpuTime()
      work()
      now = cpuTime()
      spent += now - start
    }
    return spent / (count * operations)
  }
  round(WARM_UP_MS)
  return { name, round }
}
