import { fromHex } from '../src/transcript/hex.js'
import type { Arg, At, AtTable } from '../src/transcript/index.js'
import { FILL, type RegisterValue, UNMAPPED } from '../src/transcript/prepare.js'

/** What references in arguments mean while a walk goes on. */
export interface Meaning {
  pid(task: number): number
  ret(step: number): number
  out(step: number, buffer: number): Uint8Array | undefined
  address(view: Uint8Array): bigint
}

/** An `out` or `inout` buffer of a call; `filled` ones held {@link FILL} before it. */
export interface OutView {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly filled: boolean
}

/** Buffers that are only read, by their hex or path; walks ask for the same few again and again. */
const READ_ONLY: Map<string, Uint8Array<ArrayBuffer>> = new Map()
const MOST_KEPT = 8192
const UTF8 = new TextEncoder()

function kept(key: string, make: (key: string) => Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  let bytes = READ_ONLY.get(key)
  if (bytes === undefined) {
    if (READ_ONLY.size >= MOST_KEPT) READ_ONLY.clear()
    bytes = make(key)
    READ_ONLY.set(key, bytes)
  }
  return bytes
}

const pathBytes = (text: string): Uint8Array<ArrayBuffer> => UTF8.encode(`${text}\0`)

/** As `PreparedStep` for a call that is made once: the registers of a step's arguments, and its out buffers into `outs`. */
export function registerOf(arg: Arg, meaning: Meaning, outs: OutView[]): RegisterValue {
  if (typeof arg === 'number' || arg === null) return arg
  if (typeof arg === 'string') {
    const value = Number(arg)
    return Number.isSafeInteger(value) ? value : BigInt(arg)
  }
  if ('ret' in arg) return meaning.ret(arg.ret)
  if ('str' in arg) return pathOf(arg.str, meaning)
  if ('pid' in arg) return meaning.pid(arg.pid)
  if ('bad' in arg) return UNMAPPED
  if ('out' in arg) return outBuffer(arg.out, outs)
  if ('in' in arg) {
    if (arg.at === undefined) return kept(arg.in, fromHex)
    const bytes = kept(arg.in, fromHex).slice()
    putAll(bytes, arg.at, meaning, outs)
    return bytes
  }
  const bytes = kept(arg.inout, fromHex).slice()
  outs.push({ bytes, filled: false })
  if (arg.at !== undefined) putAll(bytes, arg.at, meaning, outs)
  return bytes
}

function outBuffer(size: number, outs: OutView[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size).fill(FILL)
  outs.push({ bytes, filled: true })
  return bytes
}

/** A path with the pids of tasks put in. */
function pathOf(text: string, meaning: Meaning): Uint8Array<ArrayBuffer> {
  if (!text.includes('$')) return kept(`/${text}`, (key) => pathBytes(key.slice(1)))
  return pathBytes(text.replace(/\$(\d+)/g, (_, task) => String(meaning.pid(Number(task)))))
}

function putAll(target: Uint8Array<ArrayBuffer>, at: AtTable, meaning: Meaning, outs: OutView[]): void {
  const view = new DataView(target.buffer)
  // In the order of their offsets: integer keys of an object are.
  for (const key of Object.keys(at)) put(target, view, Number(key), at[key] as At, meaning, outs)
}

function put(target: Uint8Array, view: DataView, offset: number, at: At, meaning: Meaning, outs: OutView[]): void {
  if ('ret' in at) view.setInt32(offset, meaning.ret(at.ret) | 0, true)
  else if ('pid' in at) view.setInt32(offset, meaning.pid(at.pid) | 0, true)
  else if ('from' in at) {
    const [step, buffer, from, length] = at.from
    const bytes = meaning.out(step, buffer)
    if (bytes !== undefined) target.set(bytes.subarray(from, from + length), offset)
  } else if ('bad' in at) view.setBigUint64(offset, BigInt(UNMAPPED), true)
  else {
    const nested = registerOf(at, meaning, outs) as Uint8Array
    view.setBigUint64(offset, meaning.address(nested), true)
  }
}
