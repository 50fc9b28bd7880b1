import { CLONE_NEWPID } from '../uapi/index.js'
import { Binder, EXACT } from './bind.js'
import { type CallContext, returnsPid } from './call_fields.js'
import { boundTextGrowth, compareBuffers, type ScopeOf } from './compare.js'
import { fieldValue, isChance } from './field.js'
import { type Arg, type Completion, outBuffers, type Step, type Transcript } from './format.js'
import { fromHex } from './hex.js'
import { FILL } from './prepare.js'
import { type FieldRow, fieldRows, type SameChance } from './show.js'

/** A buffer in which two transcripts part. */
export interface BufferDiff {
  arg: number
  /** Its fields on both sides; those that differ by more than chance are marked. */
  rows: FieldRow[]
}

/** A step in which two transcripts part. */
export interface StepDiff {
  step: number
  task: number
  call: string
  args: Arg[]
  /** What parted: the call itself, whether it slept, its return, its bytes, or that one side lacks the step. */
  what: 'call' | 'sleep' | 'ret' | 'out' | 'missing'
  /** Which side lacks it, for `missing`. */
  missing?: 'a' | 'b'
  a: number | null
  b: number | null
  buffers: BufferDiff[]
}

/** What two transcripts of the same calls differ in. */
export interface TranscriptDiff {
  /** Steps that both have. */
  compared: number
  steps: StepDiff[]
}

/** What a call came to: at once, or when it came back from its sleep. */
interface Answer {
  ret: number | null
  out: string[]
  slept: boolean
  returned: boolean
}

function answers(transcript: Transcript): Map<number, Answer> {
  const all = new Map<number, Answer>()
  const put = (number: number, { ret, out }: Step | Completion, slept: boolean): void => {
    all.set(number, { ret: ret ?? null, out: out ?? [], slept, returned: ret !== undefined })
  }
  for (const step of transcript.steps) {
    put(step.step, step, step.blocked === true)
    for (const completion of step.completes ?? []) put(completion.step, completion, true)
  }
  return all
}

/**
 * Holds two transcripts of the same calls against each other, step by step. Values that a kernel draws from chance are bound as
 * in a replay, so that they do not show.
 */
export function diffTranscripts(a: Transcript, b: Transcript): TranscriptDiff {
  const diff = new Diff(a, b)
  const result: TranscriptDiff = { compared: 0, steps: [] }
  const theirs = new Map(b.steps.map((step) => [step.step, step]))
  for (const ours of a.steps) {
    const other = theirs.get(ours.step)
    if (other === undefined) {
      result.steps.push(stepDiff(ours, 'missing', null, null, { missing: 'b' }))
      continue
    }
    theirs.delete(ours.step)
    result.compared++
    const found = diff.step(ours, other)
    if (found !== undefined) result.steps.push(found)
  }
  for (const step of theirs.values()) result.steps.push(stepDiff(step, 'missing', null, null, { missing: 'a' }))
  result.steps.sort((x, y) => x.step - y.step)
  return result
}

function stepDiff(
  { step, task, call, args }: Step,
  what: StepDiff['what'],
  a: number | null,
  b: number | null,
  more: Partial<StepDiff> = {},
): StepDiff {
  return { step, task, call, args, what, a, b, buffers: [], ...more }
}

class Diff {
  readonly #binder: Binder
  readonly #a: Map<number, Answer>
  readonly #b: Map<number, Answer>
  readonly #fill: boolean
  readonly #nested: NestedTasks = new NestedTasks()

  constructor(a: Transcript, b: Transcript) {
    // A kernel that is shared hands out ids as it likes; so may two kernels of different release start from different ones.
    const shared = !sameIds(a, b)
    this.#binder = new Binder({ shared })
    this.#a = answers(a)
    this.#b = answers(b)
    this.#fill = (a.header.fill ?? true) && (b.header.fill ?? true)
    this.#bindBoots(a, b)
  }

  /** What both kernels had at the start stands for each other. */
  #bindBoots(a: Transcript, b: Transcript): void {
    const [x, y] = [a.header.boot, b.header.boot]
    for (const [type, ns] of Object.entries(x.namespaces)) {
      const other = y.namespaces[type as keyof typeof y.namespaces]
      this.#binder.match('ns_inum', other.ino, ns.ino)
      this.#binder.match('ns_id', other.id, ns.id)
    }
    this.#binder.match('pid', 1, 1)
    this.#binder.match('pid', y.task.ppid, x.task.ppid)
    this.#binder.match('pid', y.task.pid, x.task.pid)
  }

  step(a: Step, b: Step): StepDiff | undefined {
    if (a.task !== b.task || a.call !== b.call || a.args.length !== b.args.length)
      return stepDiff(a, 'call', null, null)
    const x = this.#a.get(a.step) as Answer
    const y = this.#b.get(b.step) as Answer
    this.#nested.see(a)
    if (x.slept !== y.slept || x.returned !== y.returned) return stepDiff(a, 'sleep', x.ret, y.ret)
    if (x.ret === null || y.ret === null) return undefined
    const contexts = [
      { call: a.call, args: a.args, ret: x.ret },
      { call: b.call, args: b.args, ret: y.ret },
    ] as const
    const outs = this.#buffers(a, x, y)
    const buffers: BufferDiff[] = []
    const retDiffers = !this.#sameRet(a, x.ret, y.ret, contexts, outs)
    for (const out of outs) {
      const [wantBytes, gotBytes] = cutTexts(out, contexts, retDiffers)
      const scope: ScopeOf = (field) => (field.kind === 'pid' ? this.#nested.scope(a.task) : field.scope)
      const want = { context: contexts[0], bytes: wantBytes }
      const got = { context: contexts[1], bytes: gotBytes }
      const difference = compareBuffers(out.arg, out.nested, want, got, this.#binder, scope)
      if (difference !== undefined)
        buffers.push({ arg: out.arg, rows: fieldRows(out.arg, want, got, this.#sameChance(scope)) })
    }
    if (retDiffers) return stepDiff(a, 'ret', x.ret, y.ret, { buffers })
    return buffers.length > 0 ? stepDiff(a, 'out', x.ret, y.ret, { buffers }) : undefined
  }

  // To be asked after the buffers were compared: what could be bound is.
  #sameChance(scope: ScopeOf): SameChance {
    return (want, wantBytes, got, gotBytes) => {
      if (!isChance(want.kind)) return false
      const [a, b] = [fieldValue(want, wantBytes), fieldValue(got, gotBytes)]
      return this.#binder.match(want.kind, b, a, scope(want)) === undefined
    }
  }

  #sameRet(
    step: Step,
    a: number,
    b: number,
    contexts: readonly [CallContext, CallContext],
    outs: readonly OutPair[],
  ): boolean {
    if (a === b && returnsPid(step.call, step.args) === null) return true
    if (a <= 0 || b <= 0) return a === b
    if (returnsPid(step.call, step.args) !== null) {
      return this.#binder.match('pid', b, a, this.#nested.scope(step.task)) === undefined
    }
    return outs.some((out) => {
      const growth = boundTextGrowth(
        out.arg,
        { context: contexts[0], bytes: out.a },
        { context: contexts[1], bytes: out.b },
      )
      return growth !== 0 && b - a === growth
    })
  }

  #buffers(step: Step, a: Answer, b: Answer): OutPair[] {
    const places = outPlaces(step.args)
    return places.map(({ arg, nested, size }, i) => {
      if (!this.#fill) return { arg, nested, a: fromHex(a.out[i] ?? ''), b: fromHex(b.out[i] ?? '') }
      return { arg, nested, a: filled(a.out[i], size), b: filled(b.out[i], size) }
    })
  }
}

/**
 * Which tasks live in a nested pid namespace, as far as the calls tell: no chance is in the numbers that they see. A task that
 * was moved there by setns is not known.
 */
class NestedTasks {
  readonly #nested: Set<number> = new Set()
  readonly #parents: Set<number> = new Set()

  see({ task, call, args, child, ret }: Step): void {
    if (call === 'unshare' && ret === 0 && (Number(args[0]) & CLONE_NEWPID) !== 0) this.#parents.add(task)
    if (child === undefined) return
    this.#nested.delete(child)
    this.#parents.delete(child)
    if (this.#nested.has(task) || this.#parents.has(task) || (cloneFlags(args) & CLONE_NEWPID) !== 0)
      this.#nested.add(child)
  }

  scope(task: number): unknown {
    return this.#nested.has(task) ? EXACT : ''
  }
}

/** The low word of clone3's flags. */
function cloneFlags([arg]: readonly Arg[]): number {
  if (arg === null || typeof arg !== 'object' || !('in' in arg) || arg.in.length < 8) return 0
  const bytes = fromHex(arg.in)
  return new DataView(bytes.buffer).getUint32(0, true)
}

interface OutPair {
  arg: number
  nested: boolean
  a: Uint8Array
  b: Uint8Array
}

function cutTexts(
  out: OutPair,
  contexts: readonly [CallContext, CallContext],
  retDiffers: boolean,
): [Uint8Array, Uint8Array] {
  const [a, b] = [contexts[0].ret ?? 0, contexts[1].ret ?? 0]
  if (retDiffers || a === b || a <= 0 || b <= 0) return [out.a, out.b]
  return [out.a.subarray(0, a), out.b.subarray(0, b)]
}

function filled(hex: string | undefined, size: number): Uint8Array {
  const bytes = new Uint8Array(size).fill(FILL)
  bytes.set(fromHex(hex ?? ''))
  return bytes
}

function sameIds(a: Transcript, b: Transcript): boolean {
  const [x, y] = [a.header.boot.next, b.header.boot.next]
  if (x.nsId !== y.nsId || x.mntIdUnique !== y.mntIdUnique) return false
  return Object.entries(a.header.boot.namespaces).every(
    ([type, ns]) => b.header.boot.namespaces[type as keyof typeof b.header.boot.namespaces].id === ns.id,
  )
}

/** The out buffers of a call: which argument each is, or is nested in, and its size. */
function outPlaces(args: readonly Arg[]): { arg: number; nested: boolean; size: number }[] {
  return args.flatMap((arg, index) =>
    outBuffers([arg]).map((size, i) => ({
      arg: index,
      nested: i > 0 || (typeof arg === 'object' && arg !== null && 'in' in arg),
      size,
    })),
  )
}
