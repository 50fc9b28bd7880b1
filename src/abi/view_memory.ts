import { Memory } from './memory.js'
import { type SyscallArg, VIEW_WINDOW_HIGH, type View } from './registers.js'

/** Each pointer argument gets a window of the address space this wide; window 7 holds the pinned views. */
const WINDOW: number = VIEW_WINDOW_HIGH * 2 ** 32
const PINNED = 7
const PAGE = 4096
const MAX_INT = 0x7fff_ffff
/** Up to so many bytes a loop is faster than `set`. */
const SMALL = 128

function copySmall(to: Uint8Array, toAt: number, from: Uint8Array, fromAt: number, length: number): void {
  let i = 0
  for (; i + 4 <= length; i += 4) {
    to[toAt + i] = from[fromAt + i]!
    to[toAt + i + 1] = from[fromAt + i + 1]!
    to[toAt + i + 2] = from[fromAt + i + 2]!
    to[toAt + i + 3] = from[fromAt + i + 3]!
  }
  for (; i < length; i++) to[toAt + i] = from[fromAt + i]!
}

function bytesOf(view: View): Uint8Array {
  if (view instanceof Uint8Array) return view
  if (ArrayBuffer.isView(view)) return new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
  return new Uint8Array(view)
}

interface PinnedView {
  start: number
  bytes: Uint8Array
}

/** Views that have an address of their own ({@link PinnedViews.address}), shared by all calls of one emulator. */
export class PinnedViews {
  readonly #views: PinnedView[] = []
  readonly #addresses = new WeakMap<object, number>()
  #next = PINNED * WINDOW + PAGE

  /** The address of `view`, always the same for the same view. */
  address(view: View): number {
    let start = this.#addresses.get(view)
    if (start === undefined) {
      start = this.#next
      const bytes = bytesOf(view)
      this.#addresses.set(view, start)
      this.#views.push({ start, bytes })
      this.#next = start + Math.ceil((bytes.length + 1) / PAGE) * PAGE + PAGE
    }
    return start
  }

  /** The pinned view that holds `addr`, or undefined. */
  find(addr: number): PinnedView | undefined {
    let low = 0
    let high = this.#views.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#views[middle]!.start <= addr) low = middle + 1
      else high = middle
    }
    return this.#views[low - 1]
  }
}

/** The address space of a call whose pointers are ArrayBuffers or views: argument n is mapped at `(n + 1) << 44`. */
export class ViewMemory extends Memory {
  readonly #pinned: PinnedViews
  readonly #args: readonly SyscallArg[]

  /** @param args the registers of the call, as long as it runs */
  constructor(pinned: PinnedViews, args: readonly SyscallArg[]) {
    super()
    this.#pinned = pinned
    this.#args = args
  }

  override locate(addr: number, len: number): number {
    const window = Math.floor(addr / WINDOW) - 1
    let bytes: Uint8Array
    let offset: number
    if (window >= 0 && window < 6) {
      const view = this.#args[window]
      if (typeof view !== 'object' || view === null) return 0
      bytes = bytesOf(view)
      offset = addr - (window + 1) * WINDOW
    } else if (window === PINNED - 1) {
      const pinned = this.#pinned.find(addr)
      if (pinned === undefined) return 0
      bytes = pinned.bytes
      offset = addr - pinned.start
    } else {
      return 0
    }
    const left = bytes.length - offset
    if (left <= 0) return 0
    if (offset > MAX_INT) {
      bytes = bytes.subarray(offset)
      offset = 0
    }
    this.found = bytes
    // Integers: what comes of an address is a float, with which a loop over the bytes takes three times as long.
    this.foundAt = offset | 0
    return Math.min(left, len, MAX_INT) | 0
  }

  override copyIn(addr: number, dst: Uint8Array, len: number, at = 0): number {
    const n = this.locate(addr, len)
    if (n === 0) return 0
    const { found: bytes, foundAt: from } = this
    if (n <= SMALL) copySmall(dst, at, bytes, from, n)
    else dst.set(bytes.subarray(from, from + n), at)
    return n
  }

  override copyOut(addr: number, src: Uint8Array, len: number, at = 0): number {
    const n = this.locate(addr, len)
    if (n === 0) return 0
    const { found: bytes, foundAt: to } = this
    if (n <= SMALL) copySmall(bytes, to, src, at, n)
    else bytes.set(n === src.length ? src : src.subarray(at, at + n), to)
    return n
  }

  override writable(addr: number, len: number): number {
    return this.locate(addr, len)
  }
}
