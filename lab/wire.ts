/**
 * Programs as the agent (`agent.c`) takes them and results as it gives them: little-endian, one frame each way, every
 * frame a 32-bit length, a type byte and the payload.
 */
import {
  type Arg,
  type At,
  type AtTable,
  atOffsets,
  type Completion,
  outBuffers,
  type Step,
} from '../src/transcript/format.js'
import { LabError } from './lab-error.js'
import { SYSCALL_NUMBERS } from './syscalls.js'

const ARG = { word: 0, int: 1, in: 2, out: 3, inout: 4, str: 5, pid: 6, ret: 7, bad: 8, from: 9 } as const
const CALL = { makesTask: 1, exits: 2, timedWait: 4 } as const
const STATUS = { ret: 0, blocked: 1, dropped: 2, died: 3, refused: 4 } as const

const MAKES_TASK = new Set(['clone3', 'clone', 'fork', 'vfork'])
const EXITS = new Set(['exit_group', 'exit'])
/** Task numbers for children that a program gives no number of its own. */
const FIRST_SPARE_TASK = 60_000

/** Grows a buffer of little-endian fields. */
class Writer {
  private bytes: Buffer = Buffer.allocUnsafe(8192)
  size = 0

  private room(n: number): void {
    if (this.size + n <= this.bytes.length) return
    const larger = Buffer.allocUnsafe((this.size + n) * 2)
    this.bytes.copy(larger, 0, 0, this.size)
    this.bytes = larger
  }
  u8(v: number): void {
    this.room(1)
    this.bytes[this.size++] = v
  }
  u16(v: number): void {
    this.room(2)
    this.size = this.bytes.writeUInt16LE(v & 0xffff, this.size)
  }
  u32(v: number): void {
    this.room(4)
    this.size = this.bytes.writeUInt32LE(v >>> 0, this.size)
  }
  u64(v: bigint): void {
    this.room(8)
    this.size = this.bytes.writeBigUInt64LE(BigInt.asUintN(64, v), this.size)
  }
  hex(text: string): void {
    const length = text.length / 2
    this.u32(length)
    this.room(length)
    this.size += this.bytes.write(text, this.size, 'hex')
  }
  utf8(bytes: Buffer): void {
    this.u16(bytes.length)
    this.room(bytes.length)
    this.size += bytes.copy(this.bytes, this.size)
  }
  take(): Buffer {
    return Buffer.from(this.bytes.subarray(0, this.size))
  }
}

class Compiler {
  readonly out = new Writer()
  private readonly index = new Map<number, number>()
  private spare = FIRST_SPARE_TASK

  steps(steps: readonly Step[]): void {
    steps.forEach((step, i) => {
      this.step(step)
      this.index.set(step.step, i)
    })
  }

  private step(step: Step): void {
    const nr = SYSCALL_NUMBERS.get(step.call)
    if (nr === undefined) throw new LabError(`step ${step.step}: no system call ${step.call}`)
    if (step.args.length > 6) throw new LabError(`step ${step.step}: more than six arguments`)
    let flags = 0
    if (MAKES_TASK.has(step.call)) flags |= CALL.makesTask
    if (EXITS.has(step.call)) flags |= CALL.exits
    if (endsByTime(step)) flags |= CALL.timedWait
    this.out.u16(nr)
    this.out.u8(step.args.length)
    this.out.u8(flags)
    this.out.u16(step.task)
    this.out.u16(step.child ?? (flags & CALL.makesTask ? this.spare++ : 0))
    for (const arg of step.args) this.arg(arg)
  }

  private stepIndex(step: number): number {
    const index = this.index.get(step)
    if (index === undefined) throw new LabError(`there is no step ${step} before the one that refers to it`)
    return index
  }

  arg(arg: Arg | At): void {
    const out = this.out
    if (arg === null) {
      this.integer(0)
    } else if (typeof arg === 'number') {
      this.integer(arg)
    } else if (typeof arg === 'string') {
      out.u8(ARG.word)
      out.u64(BigInt(arg))
    } else if ('in' in arg || 'inout' in arg) {
      out.u8('in' in arg ? ARG.in : ARG.inout)
      out.hex('in' in arg ? arg.in : arg.inout)
      this.patches(arg.at)
    } else if ('out' in arg) {
      out.u8(ARG.out)
      out.u32(arg.out)
    } else if ('str' in arg) {
      this.text(arg.str)
    } else if ('pid' in arg) {
      out.u8(ARG.pid)
      out.u16(arg.pid)
    } else if ('ret' in arg) {
      out.u8(ARG.ret)
      out.u32(this.stepIndex(arg.ret))
    } else if ('from' in arg) {
      const [step, buffer, offset, length] = arg.from
      out.u8(ARG.from)
      out.u32(this.stepIndex(step))
      out.u16(buffer)
      out.u32(offset)
      out.u32(length)
    } else {
      out.u8(ARG.bad)
    }
  }

  private integer(value: number): void {
    if (value === (value | 0)) {
      this.out.u8(ARG.int)
      this.out.u32(value)
    } else {
      this.out.u8(ARG.word)
      this.out.u64(BigInt(value))
    }
  }

  private patches(at: AtTable | undefined): void {
    const offsets = at === undefined ? [] : atOffsets(at)
    this.out.u8(offsets.length)
    for (const offset of offsets) {
      this.out.u32(Number(offset))
      this.arg(at?.[offset] as At)
    }
  }

  private text(text: string): void {
    const pieces = text.split(/(\$\d+)/).filter((piece) => piece !== '')
    this.out.u8(ARG.str)
    this.out.u8(pieces.length)
    for (const piece of pieces) {
      if (/^\$\d+$/.test(piece)) {
        this.out.u8(1)
        this.out.u16(Number(piece.slice(1)))
      } else {
        this.out.u8(0)
        this.out.utf8(Buffer.from(piece))
      }
    }
  }
}

/** A sleep that the clock ends, so it is waited for instead of being called blocked. */
function endsByTime(step: Step): boolean {
  switch (step.call) {
    case 'poll':
      return typeof step.args[2] === 'number' && step.args[2] > 0
    case 'nanosleep':
    case 'clock_nanosleep':
      return true
    default:
      return false
  }
}

/** An agent behind a terminal says so each time that it has read this many bytes. */
export const ACK_EVERY = 1900

/** A frame: its length, its type, its payload. */
export function frame(type: string, payload: Buffer): Buffer {
  const head = Buffer.allocUnsafe(5)
  head.writeUInt32LE(payload.length, 0)
  head[4] = type.charCodeAt(0)
  return Buffer.concat([head, payload])
}

/**
 * A program's payload.
 *
 * @param probe whether the agent shall say which ids the next namespace and mount get.
 * @throws LabError for a call without a number or a reference to a step that is not before it.
 */
export function compileProgram(id: number, steps: readonly Step[], probe: boolean): Buffer {
  const compiler = new Compiler()
  compiler.out.u32(id)
  compiler.out.u32(steps.length)
  compiler.out.u8(probe ? 1 : 0)
  compiler.steps(steps)
  return compiler.out.take()
}

/** One call of a timed sequence; an argument `{"ret":i}` is what the i-th call of the sequence returned last. */
export interface TimedCall {
  /** A system call's name, or `fork_unshare_exit_wait` whose only argument is the flags of unshare. */
  call: string
  args: readonly Arg[]
}

/** Task 1 makes `setup`, then the whole sequence `iterations` times in each of `batches` batches. */
export interface TimeRequest {
  setup?: readonly Step[]
  sequence: readonly TimedCall[]
  iterations: number
  /** At most 64; 16 unless given. */
  batches?: number
}

/** A timing's payload. */
export function compileTiming(id: number, request: TimeRequest): Buffer {
  const compiler = new Compiler()
  const out = compiler.out
  const setup = request.setup ?? []
  out.u32(id)
  out.u32(setup.length)
  compiler.steps(setup)
  out.u32(request.iterations)
  out.u8(request.batches ?? 16)
  out.u8(request.sequence.length)
  for (const { call, args } of request.sequence) {
    const nr = call === 'fork_unshare_exit_wait' ? -1 : SYSCALL_NUMBERS.get(call)
    if (nr === undefined) throw new LabError(`no system call ${call}`)
    out.u16(nr)
    out.u8(args.length)
    for (const arg of args) {
      if (arg !== null && typeof arg === 'object' && 'ret' in arg) {
        out.u8(1)
        out.u8(arg.ret)
      } else {
        out.u8(0)
        compiler.arg(arg)
      }
    }
  }
  return out.take()
}

class Reader {
  private at = 0
  private readonly bytes: Buffer

  constructor(bytes: Buffer) {
    this.bytes = bytes
  }
  u8(): number {
    return this.bytes.readUInt8(this.at++)
  }
  u32(): number {
    this.at += 4
    return this.bytes.readUInt32LE(this.at - 4)
  }
  /** A value that is at most 2^53 in size: a return, an id, nanoseconds. */
  s64(): number {
    const lo = this.bytes.readUInt32LE(this.at)
    const hi = this.bytes.readInt32LE(this.at + 4)
    this.at += 8
    return hi * 0x1_0000_0000 + lo
  }
  hex(): string {
    const length = this.u32()
    this.at += length
    return this.bytes.toString('hex', this.at - length, this.at)
  }
  outs(): string[] {
    const outs: string[] = []
    for (let n = this.u8(); n > 0; n--) outs.push(this.hex())
    return outs
  }
}

/** What the agent says of a program. */
export interface ProgramResult {
  id: number
  task: { pid: number; ppid: number }
  next: { nsId: number; mntIdUnique: number }
  /** The steps that were made; those for a task that was no more are left out. */
  steps: Step[]
  /** Mounts or files stayed behind that could not be taken away: the next program needs a fresh boot. */
  dirty: boolean
}

/** The id of the program that a result is for. */
export function resultId(payload: Buffer): number {
  return payload.readUInt32LE(0)
}

/**
 * Reads what the agent says of a program.
 *
 * @throws LabError when it refused a call that would reach beyond the sandbox.
 */
export function decodeResult(payload: Buffer, steps: readonly Step[]): ProgramResult {
  const reader = new Reader(payload)
  const id = reader.u32()
  const task = { pid: reader.u32(), ppid: reader.u32() }
  const next = { nsId: reader.s64(), mntIdUnique: reader.s64() }
  const made: Step[] = []
  let refused: Step | undefined
  for (const step of steps) {
    const status = reader.u8()
    const ret = reader.s64()
    const outs = reader.outs()
    const completions = decodeCompletions(reader, steps)
    if (status === STATUS.refused) refused ??= step
    if (status === STATUS.dropped || status === STATUS.refused) continue
    const answer: Step = { step: step.step, task: step.task, call: step.call, args: step.args }
    if (step.child !== undefined) answer.child = step.child
    if (status === STATUS.blocked) {
      answer.blocked = true
    } else if (status === STATUS.died) {
      answer.ret = null
    } else {
      answer.ret = ret
      if (outs.length > 0) answer.out = outs
    }
    if (completions.length > 0) answer.completes = completions
    made.push(answer)
  }
  const dirty = reader.u8() !== 0
  if (refused) throw new LabError(`step ${refused.step}: ${refused.call} is refused on this machine's own kernel`)
  return { id, task, next, steps: made, dirty }
}

function decodeCompletions(reader: Reader, steps: readonly Step[]): Completion[] {
  const completions: Completion[] = []
  for (let n = reader.u8(); n > 0; n--) {
    const step = steps[reader.u32()] as Step
    const completion: Completion = { step: step.step, ret: reader.s64() }
    const outs = reader.outs()
    if (outBuffers(step.args).length > 0) completion.out = outs
    completions.push(completion)
  }
  return completions
}

/** What a timing measured. */
export interface Timing {
  /** Nanoseconds for one run of the sequence: the best batch and the middle one. */
  min: number
  median: number
  /** What each call of the sequence returned the last time. */
  rets: number[]
}

/** Reads what the agent measured. */
export function decodeTiming(payload: Buffer, request: TimeRequest): { timing: Timing; dirty: boolean } {
  const reader = new Reader(payload)
  reader.u32()
  const batches: number[] = []
  for (let n = reader.u8(); n > 0; n--) batches.push(reader.s64() / request.iterations)
  const rets: number[] = []
  for (let n = reader.u8(); n > 0; n--) rets.push(reader.s64())
  batches.sort((a, b) => a - b)
  const min = batches[0] ?? Number.NaN
  const median = batches[batches.length >> 1] ?? Number.NaN
  return { timing: { min, median, rets }, dirty: reader.u8() !== 0 }
}
