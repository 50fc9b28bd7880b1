import { Memory } from './memory.js'

/** What may stand for a pointer: the user's memory is exactly these bytes, everything past them is unmapped. */
export type View = ArrayBufferLike | ArrayBufferView

/** Each pointer argument gets a window of the address space this wide; window 7 holds the pinned views. */
const WINDOW = 2 ** 44
const PINNED = 7
const PAGE = 4096
const MAX_INT = 0x7fff_ffff
const NOTHING = new Uint8Array(0)

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
  readonly #views: (View | null)[] = [null, null, null, null, null, null]
  /** Some argument is mapped. */
  #mapped = false

  constructor(pinned: PinnedViews) {
    super()
    this.#pinned = pinned
  }

  /** Maps `view` for argument `n` (0 to 5) and gives the high word of its address (the low word is 0). */
  map(n: number, view: View): number {
    this.#views[n] = view
    this.#mapped = true
    return (n + 1) << 12
  }

  /** The view that was mapped for argument `n`. */
  view(n: number): View | null {
    return this.#views[n] ?? null
  }

  /** Unmaps all arguments: the call is done. */
  unmap(): void {
    if (!this.#mapped) return
    const views = this.#views
    for (let n = 0; n < 6; n++) views[n] = null
    this.#mapped = false
    this.found = NOTHING
  }

  override locate(addr: number, len: number): number {
    const window = Math.floor(addr / WINDOW) - 1
    let bytes: Uint8Array
    let offset: number
    if (window >= 0 && window < 6) {
      const view = this.#views[window]
      if (view === null || view === undefined) return 0
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

  override copyIn(addr: number, dst: Uint8Array, len: number): number {
    const n = this.locate(addr, len)
    if (n === 0) return 0
    const { found: bytes, foundAt: from } = this
    if (n <= SMALL) copySmall(dst, 0, bytes, from, n)
    else dst.set(bytes.subarray(from, from + n))
    return n
  }

  override copyOut(addr: number, src: Uint8Array, len: number): number {
    const n = this.locate(addr, len)
    if (n === 0) return 0
    const { found: bytes, foundAt: to } = this
    if (n <= SMALL) copySmall(bytes, to, src, 0, n)
    else bytes.set(n === src.length ? src : src.subarray(0, n), to)
    return n
  }

  override writable(addr: number, len: number): number {
    return this.locate(addr, len)
  }
}
