import type { BootOptions } from '../abi/emulator.js'

/**
 * The transcript format: what a kernel answered, syscall by syscall, as JSON Lines. The first line is the header, every
 * further line one raw syscall by one task. `docs/transcripts.md` describes it for people.
 */

/** The eight namespace types by their kernel names. */
export const NAMESPACE_TYPES = ['ipc', 'uts', 'user', 'pid', 'cgroup', 'time', 'net', 'mnt'] as const

/** The kernel at the start of a transcript: what `Emulator.boot` takes. */
export type Boot = NonNullable<BootOptions['boot']>
export type BootNamespace = Boot['namespaces']['mnt']
export type BootOtherNamespace = NonNullable<Boot['other']>[number]
export type NamespaceTypeName = BootOtherNamespace['type']

export type MachineName = 'x86_64'

/** Line 1 of a program: calls that have not been made yet, so nothing of a kernel need be known. */
export interface ProgramHeader {
  transcript: 1
  name: string
  profile?: string
  kernel?: string
  machine?: MachineName
  /** false: out buffers were not filled before the call, and `out` holds only what the call returned. */
  fill?: boolean
  boot?: Boot
}

/** Line 1 of a recorded transcript. */
export interface Header extends ProgramHeader {
  profile: string
  kernel: string
  machine: MachineName
  boot: Boot
}

/** `{"ret":3}`: the value that step 3 returned. In a buffer it is put down as 4 bytes (a descriptor or a pid). */
export interface RetRef {
  ret: number
}
/** `{"from":[step, buffer, offset, length]}`: bytes that came out of an earlier step. */
export interface FromRef {
  from: [step: number, buffer: number, offset: number, length: number]
}
/** `{"pid":7}`: the pid of task 7, the number that clone3 returned to its parent. In a buffer: 4 bytes. */
export interface PidRef {
  pid: number
}
/** What stands at a byte of a buffer: a reference, or the 8-byte address of a nested buffer. */
export type At = RetRef | FromRef | PidRef | PointerArg
export type AtTable = Record<string, At>

/** A readable buffer: its bytes in hex, then what `at` puts over them. */
export interface InArg {
  in: string
  at?: AtTable
}
/** A writable buffer of that many bytes, each 0xAA before the call. */
export interface OutArg {
  out: number
}
/** A buffer that is read and written. */
export interface InOutArg {
  inout: string
  at?: AtTable
}
/** A NUL-terminated path, in which `$7` stands for the pid of task 7. */
export interface StrArg {
  str: string
}
/** A pointer to unmapped memory. */
export interface BadArg {
  bad: 1
}
/** What stands where a call wants a pointer; `null` is NULL. */
export type PointerArg = InArg | OutArg | InOutArg | StrArg | BadArg
/** One register: a number (negative ones are sign-extended), `"0x…"` (unsigned, 64 bits), null, or what the kinds above say. */
export type Arg = number | string | null | PointerArg | PidRef | RetRef

/** A call that slept and came back in a later step. */
export interface Completion {
  step: number
  ret: number | null
  out?: string[]
}

/** One syscall. Without `ret` and `blocked` it has not been made yet. */
export interface Step {
  step: number
  /** A small number, not a pid: 1, or the `child` of an earlier clone3. */
  task: number
  call: string
  args: Arg[]
  /** clone3, fork, vfork, clone: the new task's number. */
  child?: number
  /** The raw return, a value or -errno; null for exit_group. */
  ret?: number | null
  blocked?: true
  /** The `out` and `inout` buffers after the call, in order; trailing 0xAA of an `out` buffer is cut off. */
  out?: string[]
  completes?: Completion[]
}

/** Calls to make, in order; docs/transcripts.md is the format. */
export interface Program {
  header: ProgramHeader
  steps: Step[]
}

/** Calls that were made, and what a kernel answered. */
export interface Transcript extends Program {
  header: Header
}

/** A transcript that cannot be read: which line (from 1) and what is wrong with it. */
export class TranscriptError extends Error {
  override readonly name = 'TranscriptError'
  readonly line: number
  readonly reason: string

  constructor(line: number, reason: string) {
    super(`line ${line}: ${reason}`)
    this.line = line
    this.reason = reason
  }
}

type Json = Record<string, unknown>

const STEP_KEYS = new Set(['step', 'task', 'call', 'args', 'child', 'ret', 'blocked', 'out', 'completes'])
const HEX = /^(?:[0-9a-f]{2})*$/
const REGISTER = /^0x[0-9a-f]{1,16}$/
const MAX_BUFFER = 1 << 26
/** Of buffers within buffers; no syscall goes beyond three. */
const MAX_DEPTH = 16

class Line {
  readonly number: number

  constructor(number: number) {
    this.number = number
  }

  fail(reason: string): never {
    throw new TranscriptError(this.number, reason)
  }

  object(value: unknown, what: string): Json {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) this.fail(`${what} is not an object`)
    return value as Json
  }

  integer(value: unknown, what: string, min: number): number {
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) this.fail(`${what} is not an integer`)
    if (value < min) this.fail(`${what} is ${value}, less than ${min}`)
    return value
  }

  string(value: unknown, what: string): string {
    if (typeof value !== 'string') this.fail(`${what} is not a string`)
    return value
  }

  array(value: unknown, what: string): unknown[] {
    if (!Array.isArray(value)) this.fail(`${what} is not a list`)
    return value
  }

  hex(value: unknown, what: string): string {
    const text = this.string(value, what)
    if (!HEX.test(text)) {
      const bad = text.search(/[^0-9a-f]/)
      this.fail(bad < 0 ? `${what}: an odd number of hex digits` : `${what}: no hex digit at character ${bad}`)
    }
    return text
  }
}

function parseLine(text: string, line: Line): Json {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    line.fail(`not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
  return line.object(value, 'the line')
}

function checkNamespace(value: unknown, what: string, line: Line): void {
  const namespace = line.object(value, what)
  line.integer(namespace.id, `${what}.id`, 1)
  line.integer(namespace.ino, `${what}.ino`, 1)
}

function checkBoot(value: unknown, line: Line): void {
  const boot = line.object(value, 'boot')
  const task = line.object(boot.task, 'boot.task')
  line.integer(task.pid, 'boot.task.pid', 1)
  line.integer(task.ppid, 'boot.task.ppid', 0)
  line.integer(task.uid, 'boot.task.uid', 0)
  line.integer(task.gid, 'boot.task.gid', 0)
  const namespaces = line.object(boot.namespaces, 'boot.namespaces')
  for (const type of NAMESPACE_TYPES) checkNamespace(namespaces[type], `boot.namespaces.${type}`, line)
  if (boot.other !== undefined) {
    for (const other of line.array(boot.other, 'boot.other')) {
      checkNamespace(other, 'boot.other', line)
      const { type, owner } = line.object(other, 'boot.other')
      if (!NAMESPACE_TYPES.some((name) => name === type))
        line.fail(`boot.other.type: no namespace type ${String(type)}`)
      line.integer(owner, 'boot.other.owner', 1)
    }
  }
  if (boot.config !== undefined) {
    for (const [key, on] of Object.entries(line.object(boot.config, 'boot.config'))) {
      if (typeof on !== 'boolean') line.fail(`boot.config.${key} is neither true nor false`)
    }
  }
  const next = line.object(boot.next, 'boot.next')
  line.integer(next.nsId, 'boot.next.nsId', 1)
  line.integer(next.mntIdUnique, 'boot.next.mntIdUnique', 1)
  line.integer(boot.nr_mounts, 'boot.nr_mounts', 0)
  for (const mount of line.array(boot.mountinfo, 'boot.mountinfo')) line.string(mount, 'boot.mountinfo')
}

function checkHeader(header: Json, line: Line, recorded: boolean): void {
  if (header.transcript !== 1) {
    line.fail(
      header.transcript === undefined ? 'no header: the key "transcript" is missing' : 'not version 1 of the format',
    )
  }
  line.string(header.name, 'name')
  for (const key of ['profile', 'kernel']) {
    if (recorded || header[key] !== undefined) line.string(header[key], key)
  }
  if (recorded || header.machine !== undefined) {
    if (header.machine !== 'x86_64') line.fail(`machine ${JSON.stringify(header.machine)} is not "x86_64"`)
  }
  if (header.fill !== undefined && typeof header.fill !== 'boolean') line.fail('fill is neither true nor false')
  if (recorded || header.boot !== undefined) checkBoot(header.boot, line)
}

/** What the lines before this one made available. */
interface Seen {
  steps: Map<number, Step>
  sleeping: Set<number>
}

function checkReference(step: unknown, what: string, line: Line, seen: Seen): void {
  const number = line.integer(step, what, 0)
  if (!seen.steps.has(number)) line.fail(`${what}: there is no step ${number} before this one`)
}

function checkAt(value: unknown, size: number, what: string, line: Line, seen: Seen, depth: number): void {
  for (const [key, raw] of Object.entries(line.object(value, `${what}.at`))) {
    const where = `${what}.at.${key}`
    if (!/^\d+$/.test(key)) line.fail(`${where} is not a byte offset`)
    const item = line.object(raw, where)
    let length = 8
    if ('ret' in item || 'pid' in item) {
      checkArg(item, where, line, seen, depth)
      length = 4
    } else if ('from' in item) {
      const from = line.array(item.from, `${where}.from`)
      if (from.length !== 4) line.fail(`${where}.from is not [step, buffer, offset, length]`)
      checkReference(from[0], `${where}.from`, line, seen)
      for (const part of from) line.integer(part, `${where}.from`, 0)
      length = from[3] as number
    } else {
      checkArg(item, where, line, seen, depth + 1)
    }
    if (Number(key) + length > size) line.fail(`${where}: ${length} bytes end past the buffer's ${size}`)
  }
}

function checkArg(value: unknown, what: string, line: Line, seen: Seen, depth = 0): void {
  if (depth > MAX_DEPTH) line.fail(`buffers are nested more than ${MAX_DEPTH} deep`)
  if (value === null) return
  if (typeof value === 'number') {
    line.integer(value, what, Number.MIN_SAFE_INTEGER)
    return
  }
  if (typeof value === 'string') {
    if (!REGISTER.test(value)) line.fail(`${what}: ${JSON.stringify(value)} is not "0x" and up to 16 hex digits`)
    return
  }
  const arg = line.object(value, what)
  const kinds = Object.keys(arg).filter((key) => key !== 'at')
  if (kinds.length !== 1) line.fail(`${what} has ${kinds.length} kinds: ${kinds.join(', ') || 'none'}`)
  const kind = kinds[0] as string
  const at = `${what}.${kind}`
  switch (kind) {
    case 'in':
    case 'inout': {
      const bytes = line.hex(arg[kind], at)
      if (arg.at !== undefined) checkAt(arg.at, bytes.length / 2, what, line, seen, depth)
      return
    }
    case 'out':
      if (line.integer(arg.out, at, 0) > MAX_BUFFER) line.fail(`${at}: more than ${MAX_BUFFER} bytes`)
      break
    case 'str':
      line.string(arg.str, at)
      break
    case 'pid':
      line.integer(arg.pid, at, 1)
      break
    case 'ret':
      checkReference(arg.ret, at, line, seen)
      break
    case 'bad':
      if (arg.bad !== 1) line.fail(`${at} is not 1`)
      break
    default:
      line.fail(`${what}: unknown kind ${JSON.stringify(kind)}`)
  }
  if (arg.at !== undefined) line.fail(`${what}: only "in" and "inout" have "at"`)
}

/**
 * The sizes of the buffers that `out` holds, in its order: arguments from left to right, a buffer before those nested in
 * it, nested ones by their offset. -1 for a buffer that is always whole (`inout`).
 */
export function outBuffers(args: readonly Arg[]): number[] {
  const sizes: number[] = []
  for (const arg of args) collectOut(arg, sizes)
  return sizes
}

function collectOut(arg: Arg | At, sizes: number[]): void {
  if (arg === null || typeof arg !== 'object') return
  if ('out' in arg) sizes.push(arg.out)
  if ('inout' in arg) sizes.push(arg.inout.length / 2)
  if (('in' in arg || 'inout' in arg) && arg.at !== undefined) {
    for (const offset of atOffsets(arg.at)) collectOut(arg.at[offset] as At, sizes)
  }
}

/** The keys of an `at` table by their byte offset. */
export function atOffsets(at: AtTable): string[] {
  return Object.keys(at).sort((a, b) => Number(a) - Number(b))
}

function checkOut(value: unknown, args: readonly Arg[], what: string, line: Line): void {
  const sizes = outBuffers(args)
  const out = line.array(value, what)
  if (out.length !== sizes.length) line.fail(`${what}: ${out.length} buffers where the call has ${sizes.length}`)
  out.forEach((bytes, i) => {
    const length = line.hex(bytes, `${what}[${i}]`).length / 2
    if (length > (sizes[i] as number)) line.fail(`${what}[${i}]: ${length} bytes in a buffer of ${sizes[i]}`)
  })
}

function checkRet(value: unknown, what: string, line: Line): void {
  if (value !== null) line.integer(value, what, Number.MIN_SAFE_INTEGER)
}

function checkStep(json: Json, line: Line, seen: Seen, last: number): Step {
  for (const key of Object.keys(json)) if (!STEP_KEYS.has(key)) line.fail(`unknown key ${JSON.stringify(key)}`)
  const number = line.integer(json.step, 'step', 0)
  if (number <= last) line.fail(`step ${number} after step ${last}`)
  line.integer(json.task, 'task', 1)
  line.string(json.call, 'call')
  const args = line.array(json.args, 'args')
  if (args.length > 6) line.fail(`${args.length} arguments, more than six registers`)
  for (let i = 0; i < args.length; i++) checkArg(args[i], `args[${i}]`, line, seen)
  const step = json as unknown as Step
  if (json.child !== undefined) line.integer(json.child, 'child', 2)
  if (json.blocked !== undefined) {
    if (json.blocked !== true) line.fail('blocked is not true')
    if (json.ret !== undefined || json.out !== undefined) line.fail('a call that slept has neither ret nor out')
    seen.sleeping.add(number)
  }
  if (json.ret !== undefined) checkRet(json.ret, 'ret', line)
  if (json.out !== undefined) checkOut(json.out, step.args, 'out', line)
  if (json.completes !== undefined) {
    line.array(json.completes, 'completes').forEach((raw, i) => {
      const what = `completes[${i}]`
      const completion = line.object(raw, what)
      const slept = line.integer(completion.step, `${what}.step`, 0)
      if (!seen.sleeping.delete(slept)) line.fail(`${what}: step ${slept} is not one that sleeps`)
      if (completion.ret === undefined) line.fail(`${what} has no ret`)
      checkRet(completion.ret, `${what}.ret`, line)
      const sleeper = seen.steps.get(slept) ?? step
      if (completion.out !== undefined) checkOut(completion.out, sleeper.args, `${what}.out`, line)
    })
  }
  return step
}

function parse(text: string, recorded: boolean): Program {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  const first = new Line(1)
  if (lines.length === 0) first.fail('empty: there is no header')
  const header = parseLine(lines[0] as string, first)
  checkHeader(header, first, recorded)
  const seen: Seen = { steps: new Map(), sleeping: new Set() }
  const steps: Step[] = []
  let last = -1
  for (let i = 1; i < lines.length; i++) {
    const line = new Line(i + 1)
    const step = checkStep(parseLine(lines[i] as string, line), line, seen, last)
    if (recorded && step.ret === undefined && step.blocked === undefined) line.fail('no ret: the call was never made')
    seen.steps.set(step.step, step)
    steps.push(step)
    last = step.step
  }
  return { header: header as unknown as ProgramHeader, steps }
}

/**
 * Reads a recorded transcript.
 *
 * @throws TranscriptError when the text is damaged, with the line and what is wrong with it.
 */
export function parseTranscript(text: string): Transcript {
  return parse(text, true) as Transcript
}

/**
 * Reads a program: a transcript whose calls need not have been made, with a header that need only name it.
 *
 * @throws TranscriptError when the text is damaged, with the line and what is wrong with it.
 */
export function parseProgram(text: string): Program {
  return parse(text, false)
}

const STEP_ORDER = ['step', 'task', 'call', 'args', 'child', 'ret', 'blocked', 'out', 'completes'] as const

/** One step as one line, its keys in a fixed order. */
export function serialiseStep(step: Step): string {
  const ordered: Json = {}
  for (const key of STEP_ORDER) if (step[key] !== undefined) ordered[key] = step[key]
  return JSON.stringify(ordered)
}

/** The text of a transcript or program: equal ones give equal text, and {@link parseTranscript} gives it back. */
export function serialiseTranscript(program: Program): string {
  let text = `${JSON.stringify(program.header)}\n`
  for (const step of program.steps) text += `${serialiseStep(step)}\n`
  return text
}
