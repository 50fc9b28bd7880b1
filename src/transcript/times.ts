import type { FieldValue } from './field.js'

/** The seconds at which a replayed kernel starts; its present stays within the second after. About when recordings are made. */
export const REPLAY_SECOND = 1_795_000_000

/** A clock for a replayed kernel: each look at it is a nanosecond later. */
export function replayClock(): () => bigint {
  let now = BigInt(REPLAY_SECOND) * 1_000_000_000n - 1n
  return () => ++now
}

/** Present times of a recorded kernel lie between these seconds: 2020 and 2100. An emulator without a clock begins at 0. */
const FIRST_PRESENT = 1_577_836_800
const LAST_PRESENT = 4_102_444_000

interface Time {
  sec: number
  nsec: number
}

function timeOf(hex: string): Time {
  const word = (at: number): number =>
    Number.parseInt(
      `${hex
        .slice(at, at + 8)
        .match(/../g)
        ?.reverse()
        .join('')}`,
      16,
    )
  return { sec: word(8) * 0x1_0000_0000 + word(0), nsec: word(16) }
}

const isBefore = (a: Time, b: Time): boolean => (a.sec === b.sec ? a.nsec < b.nsec : a.sec < b.sec)

/** What one moment of the replayed kernel stood for: the kernel recorded may have looked at its clock more than once. */
interface Moment {
  tick: number
  low: Time
  high: Time
}

/**
 * Holds times of files against recorded ones. What a call set must be equal. What the clock gave differs from run to run: it must
 * be a present time there too, one file's must be equal where they are equal here, and, where the order is held, none may be
 * earlier than one that is earlier here. Times of access are only known to be present: whether they are brought up to date hangs on how fine the clock is.
 */
export class Times {
  readonly #ordered: boolean
  readonly #moments: Moment[] = []
  readonly #known: Map<string, string> = new Map()

  /** @param ordered - whether times must come in the order in which they do here */
  constructor(ordered: boolean) {
    this.#ordered = ordered
  }

  /**
   * @param model - hex of a `struct statx_timestamp`, or of the two words that a `struct stat` has
   * @param scope - whose time it is
   * @returns undefined when they stand for each other, else why they do not
   */
  match(kind: 'time' | 'atime', model: FieldValue, recorded: FieldValue, scope: unknown): string | undefined {
    const ours = timeOf(String(model))
    if (ours.sec !== REPLAY_SECOND) return model === recorded ? undefined : 'not equal'
    // From before the recording.
    if (ours.nsec === 0) return undefined
    const theirs = timeOf(String(recorded))
    if (theirs.sec !== 0 && (theirs.sec < FIRST_PRESENT || theirs.sec > LAST_PRESENT)) return 'not a present time'
    if (kind === 'atime') return undefined
    const name = `${String(scope)} ${ours.nsec}`
    const known = this.#known.get(name)
    if (known !== undefined) return known === recorded ? undefined : `stood for ${known} before`
    this.#known.set(name, String(recorded))
    return this.#ordered ? this.#inOrder(ours.nsec, theirs) : undefined
  }

  #inOrder(tick: number, time: Time): string | undefined {
    const moments = this.#moments
    let low = 0
    let high = moments.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((moments[middle] as Moment).tick < tick) low = middle + 1
      else high = middle
    }
    const before = moments[low - 1]
    if (before !== undefined && isBefore(time, before.high)) return 'earlier than a time before it'
    const same = moments[low]?.tick === tick ? (moments[low] as Moment) : undefined
    const after = moments[same === undefined ? low : low + 1]
    if (after !== undefined && isBefore(after.low, time)) return 'later than a time after it'
    if (same === undefined) moments.splice(low, 0, { tick, low: time, high: time })
    else if (isBefore(time, same.low)) same.low = time
    else if (isBefore(same.high, time)) same.high = time
    return undefined
  }
}
