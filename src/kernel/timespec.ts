/** A time since the epoch as inodes keep it (`struct timespec64`). */
export interface Timespec {
  readonly sec: bigint
  /** 0 to 999,999,999. */
  readonly nsec: number
}

/** Nanoseconds. */
export const SECOND = 1_000_000_000
const NANOSECONDS = BigInt(SECOND)

/** A time from nanoseconds since the epoch. */
export function timespecOf(nanoseconds: bigint): Timespec {
  let sec = nanoseconds / NANOSECONDS
  let nsec = Number(nanoseconds % NANOSECONDS)
  if (nsec < 0) {
    sec--
    nsec += SECOND
  }
  return { sec, nsec }
}

/** True when `a` is not later than `b`. */
export function notAfter(a: Timespec, b: Timespec): boolean {
  return a.sec === b.sec ? a.nsec <= b.nsec : a.sec < b.sec
}
