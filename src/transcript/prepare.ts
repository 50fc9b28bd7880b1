import { type Arg, type At, atOffsets, type Step } from './format.js'
import { fromHex, toHex, writeHex } from './hex.js'

/** What an out buffer holds before the call, so that a byte too many shows. */
export const FILL = 0xaa

/** An address that no buffer has: what `{"bad":1}` stands for. */
export const UNMAPPED = 0x7ff0_0000_0000

/** What stands in a register: what the emulator's `syscall` takes as an argument. */
export type RegisterValue = number | bigint | null | Uint8Array<ArrayBuffer>

/** What a step's references mean while a program runs. */
export interface Surroundings {
  /** The pid of a task as its parent saw it, 0 for a task that was never made. */
  pid(task: number): number
  /** What a step returned; 0 if it has not. */
  ret(step: number): number
  /** An out buffer of an earlier step, or undefined. */
  out(step: number, buffer: number): Uint8Array | undefined
  /** The address of a nested buffer. */
  address(view: Uint8Array<ArrayBuffer>): bigint
}

/** One of the buffers that `out` shows after the call. */
export interface OutBuffer {
  bytes: Uint8Array<ArrayBuffer>
  /** The argument it is, or is nested in. */
  arg: number
  nested: boolean
  /** An `out` buffer: filled before the call, its trailing fill cut off in the transcript. */
  filled: boolean
  /** Where in it the addresses of nested buffers stand, which mean nothing to another run. */
  pointers: number[]
}

type Patch = (around: Surroundings) => void

const UTF8 = new TextEncoder()

/** Text with the pids of tasks put in, NUL-terminated. */
function pathBytes(text: string): Uint8Array<ArrayBuffer> {
  return UTF8.encode(`${text}\0`)
}

function putPointer(target: Uint8Array, at: number, address: bigint): void {
  new DataView(target.buffer, target.byteOffset).setBigUint64(at, address, true)
}

function put32(target: Uint8Array, at: number, value: number): void {
  new DataView(target.buffer, target.byteOffset).setInt32(at, value | 0, true)
}

/**
 * A step made ready to run any number of times: its buffers exist, and only what depends on the run is put in before each
 * call.
 */
export class PreparedStep {
  readonly step: Step
  readonly call: string
  /** The registers, ready after {@link ready}. */
  readonly args: RegisterValue[] = []
  /** The buffers in the order of `out`. */
  readonly outs: OutBuffer[] = []
  /** Whether an argument refers to another step or task: then {@link recordedArgs} tells what it came to. */
  refers = false
  readonly #patches: Patch[] = []
  readonly #fill: boolean
  /** The bytes of nested buffers. */
  readonly #nested: Map<At, Uint8Array> = new Map()

  /** @param fill - whether out buffers are filled before the call (the header's `fill`) */
  constructor(step: Step, fill = true) {
    this.step = step
    this.call = step.call
    this.#fill = fill
    for (let i = 0; i < step.args.length; i++) this.args.push(this.#register(step.args[i] as Arg, i))
  }

  /**
   * The arguments as a recorded transcript has them, with numbers and bytes in place of references. To be asked between
   * {@link ready} and the call.
   */
  recordedArgs(): Arg[] {
    if (!this.refers) return this.step.args
    return this.step.args.map((arg, index) => {
      const value = this.args[index]
      if (arg === null || typeof arg !== 'object' || 'pid' in arg) return arg
      if ('ret' in arg) return value as number
      return 'at' in arg && value instanceof Uint8Array ? recordedBuffer(arg, value, this.#nested) : arg
    })
  }

  /** Puts everything in place for one call. */
  ready(around: Surroundings): void {
    for (const patch of this.#patches) patch(around)
  }

  #register(arg: Arg, index: number): RegisterValue {
    if (arg === null || typeof arg === 'number') return arg
    if (typeof arg === 'string') {
      const value = Number(arg)
      return Number.isSafeInteger(value) ? value : BigInt(arg)
    }
    if ('pid' in arg) {
      this.#patches.push((around) => {
        this.args[index] = around.pid(arg.pid)
      })
      return 0
    }
    if ('ret' in arg) {
      this.refers = true
      this.#patches.push((around) => {
        this.args[index] = around.ret(arg.ret)
      })
      return 0
    }
    if ('bad' in arg) return UNMAPPED
    if ('str' in arg) {
      if (/\$\d/.test(arg.str)) {
        this.#patches.push((around) => {
          this.args[index] = pathBytes(withPids(arg.str, around))
        })
      }
      return pathBytes(arg.str)
    }
    return this.#buffer(arg, index, false)
  }

  #buffer(
    arg: { in: string; at?: Record<string, At> } | { out: number } | { inout: string; at?: Record<string, At> },
    index: number,
    nested: boolean,
  ): Uint8Array<ArrayBuffer> {
    if ('out' in arg) {
      const bytes = new Uint8Array(arg.out)
      this.outs.push({ bytes, arg: index, nested, filled: true, pointers: [] })
      if (this.#fill) this.#patches.push(() => void bytes.fill(FILL))
      return bytes
    }
    const hex = 'in' in arg ? arg.in : arg.inout
    const bytes = fromHex(hex)
    if ('inout' in arg) {
      this.outs.push({ bytes, arg: index, nested, filled: false, pointers: pointerOffsets(arg.at) })
      this.#patches.push(() => writeHex(hex, bytes))
    }
    if (arg.at !== undefined) {
      for (const offset of atOffsets(arg.at)) this.#put(bytes, Number(offset), arg.at[offset] as At, index)
    }
    return bytes
  }

  #put(target: Uint8Array<ArrayBuffer>, offset: number, at: At, index: number): void {
    if ('ret' in at || 'pid' in at || 'from' in at) this.refers = true
    if ('ret' in at) this.#patches.push((around) => put32(target, offset, around.ret(at.ret)))
    else if ('pid' in at) this.#patches.push((around) => put32(target, offset, around.pid(at.pid)))
    else if ('bad' in at) this.#patches.push(() => putPointer(target, offset, BigInt(UNMAPPED)))
    else if ('from' in at) {
      const [step, buffer, from, length] = at.from
      this.#patches.push((around) => {
        const bytes = around.out(step, buffer)
        if (bytes !== undefined) target.set(bytes.subarray(from, from + length), offset)
      })
    } else if ('str' in at) {
      this.#patches.push((around) => putPointer(target, offset, around.address(pathBytes(withPids(at.str, around)))))
    } else {
      const nested = this.#buffer(at, index, true)
      this.#nested.set(at, nested)
      this.#patches.push((around) => putPointer(target, offset, around.address(nested)))
    }
  }
}

function pointerOffsets(at: Record<string, At> | undefined): number[] {
  if (at === undefined) return []
  const offsets = Object.keys(at).filter((offset) => {
    const item = at[offset] as At
    return !('ret' in item || 'pid' in item || 'from' in item)
  })
  return offsets.map(Number)
}

type ByteArg = { in: string; at?: Record<string, At> } | { inout: string; at?: Record<string, At> }

// Nested buffers keep their place in `at`, since an address means nothing to the next run; all else is bytes by now.
function recordedBuffer(arg: ByteArg, bytes: Uint8Array, nested: ReadonlyMap<At, Uint8Array>): ByteArg {
  const shown = bytes.slice()
  const kept: Record<string, At> = {}
  for (const [offset, at] of Object.entries(arg.at ?? {})) {
    if ('ret' in at || 'pid' in at || 'from' in at) continue
    shown.fill(0, Number(offset), Number(offset) + 8)
    const inner = nested.get(at)
    kept[offset] = inner !== undefined && ('in' in at || 'inout' in at) ? recordedBuffer(at, inner, nested) : at
  }
  const more = Object.keys(kept).length > 0 ? { at: kept } : {}
  return 'in' in arg ? { in: toHex(shown), ...more } : { inout: toHex(shown), ...more }
}

function withPids(text: string, around: Surroundings): string {
  return text.replace(/\$(\d+)/g, (_, task) => String(around.pid(Number(task))))
}

/** What the transcript shows of an out buffer: a filled one without the fill at its end. */
export function shownBytes(out: OutBuffer): Uint8Array {
  const { bytes, filled } = out
  if (!filled) return bytes
  let end = bytes.length
  while (end > 0 && bytes[end - 1] === FILL) end--
  return bytes.subarray(0, end)
}
