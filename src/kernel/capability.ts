/** Capability numbers of `linux/capability.h`. */
export const CAP_CHOWN = 0
export const CAP_DAC_OVERRIDE = 1
export const CAP_DAC_READ_SEARCH = 2
export const CAP_FOWNER = 3
export const CAP_FSETID = 4
export const CAP_KILL = 5
export const CAP_SETGID = 6
export const CAP_SETUID = 7
export const CAP_SETPCAP = 8
export const CAP_LINUX_IMMUTABLE = 9
export const CAP_NET_ADMIN = 12
export const CAP_NET_RAW = 13
export const CAP_SYS_CHROOT = 18
export const CAP_SYS_PTRACE = 19
export const CAP_SYS_ADMIN = 21
export const CAP_SYS_RESOURCE = 24
export const CAP_MKNOD = 27
export const CAP_AUDIT_WRITE = 29
export const CAP_SETFCAP = 31
export const CAP_MAC_OVERRIDE = 32
export const CAP_CHECKPOINT_RESTORE = 40
export const CAP_LAST_CAP = 40

/** The bits of the second word that are capabilities. */
const HIGH_MASK = (1 << (CAP_LAST_CAP - 31)) - 1

/** A set of capabilities: two 32-bit words, never changed. */
export class CapSet {
  readonly low: number
  readonly high: number

  constructor(low: number, high: number) {
    this.low = low | 0
    this.high = high & HIGH_MASK
  }

  has(cap: number): boolean {
    return cap < 32 ? (this.low & (1 << cap)) !== 0 : (this.high & (1 << (cap - 32))) !== 0
  }

  get empty(): boolean {
    return this.low === 0 && this.high === 0
  }

  equals(other: CapSet): boolean {
    return this.low === other.low && this.high === other.high
  }

  isSubsetOf(other: CapSet): boolean {
    return (this.low & ~other.low) === 0 && (this.high & ~other.high) === 0
  }

  union(other: CapSet): CapSet {
    return new CapSet(this.low | other.low, this.high | other.high)
  }

  intersect(other: CapSet): CapSet {
    return new CapSet(this.low & other.low, this.high & other.high)
  }

  without(other: CapSet): CapSet {
    return new CapSet(this.low & ~other.low, this.high & ~other.high)
  }

  with(cap: number): CapSet {
    return this.union(CapSet.of(cap))
  }

  /** As `/proc/<pid>/status` prints it: hex digits, the highest first. */
  static parse(hex: string): CapSet {
    const digits = hex.padStart(16, '0')
    return new CapSet(Number.parseInt(digits.slice(8), 16), Number.parseInt(digits.slice(0, 8), 16))
  }

  static of(...caps: number[]): CapSet {
    let low = 0
    let high = 0
    for (const cap of caps) {
      if (cap < 32) low |= 1 << cap
      else high |= 1 << (cap - 32)
    }
    return new CapSet(low, high)
  }
}

export const CAP_EMPTY_SET: CapSet = new CapSet(0, 0)
export const CAP_FULL_SET: CapSet = new CapSet(-1, -1)
/** What leaves the effective set when fsuid leaves 0. */
export const CAP_FS_SET: CapSet = CapSet.of(
  CAP_CHOWN,
  CAP_DAC_OVERRIDE,
  CAP_DAC_READ_SEARCH,
  CAP_FOWNER,
  CAP_FSETID,
  CAP_LINUX_IMMUTABLE,
  CAP_MKNOD,
  CAP_MAC_OVERRIDE,
)
