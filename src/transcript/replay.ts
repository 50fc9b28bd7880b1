import { Emulator } from '../abi/emulator.js'
import { isProfileName, PROFILES, type ProfileName } from '../abi/profiles.js'
import { Binder, EXACT, type Identify } from './bind.js'
import { type CallContext, decodeBuffer, isDecoded, returnsPid } from './call_fields.js'
import { type BufferDifference, boundTextGrowth, compareBuffers, type ScopeOf } from './compare.js'
import { type ChanceKind, type FieldValue, fieldValue, isChance } from './field.js'
import { type Arg, type Completion, type Step, type Transcript, TranscriptError } from './format.js'
import { fromHex, writeHex } from './hex.js'
import { leftOutFchdir } from './left_out.js'
import { FILL, type OutBuffer, PreparedStep } from './prepare.js'
import { RecordedChance } from './recorded_chance.js'
import { Session, type Sleeping, type Task } from './session.js'
import { replayClock, Times } from './times.js'

/** A buffer of the call in which a replay and its transcript part. */
export interface DivergedBuffer {
  /** The argument that it is or is nested in, from 0. */
  arg: number
  want: Uint8Array
  got: Uint8Array
  /** Where they part, if this is the buffer in which they do. */
  difference?: BufferDifference
}

/** The first place where the emulator did not answer as the recorded kernel. */
export interface Divergence {
  /** The step that was compared; for a completion, the one that slept. */
  step: number
  task: number
  call: string
  args: Arg[]
  /** What parted: the return, a buffer, whether the call slept, when it came back, its task, or the emulator failed. */
  what: 'ret' | 'out' | 'sleep' | 'completion' | 'task' | 'crash'
  reason: string
  /** Raw returns, null where there is none. */
  want: number | null
  got: number | null
  buffers: DivergedBuffer[]
}

/** What came of replaying one transcript. */
export interface ReplayResult {
  name: string
  profile: string
  /** Steps in the transcript. */
  steps: number
  /** Steps that agreed, up to the first that did not. */
  matched: number
  firstDivergence: Divergence | null
}

/** How to replay. */
export interface ReplayOptions {
  /** Replay on this profile instead of the one that the header names. */
  profile?: ProfileName
  /** The recorded kernel was shared with others, so ids are drawn from chance too. Default: so for profile v6.18. */
  shared?: boolean
  /**
   * Hold also what FORMAT leaves to chance and a kernel that nobody else uses does not: mount ids and device numbers handed out
   * after boot, which are the lowest that are free, and the order of times that the clock gave. Default: no.
   */
  strict?: boolean
  /** So many other ways that the recorded kernel may have gone are tried before the replay goes no further. Default: 400. */
  tries?: number
}

/** The profile of kernels that are shared: a machine's own. */
const SHARED_PROFILE = 'v6.18'

/** The recorder looks for sleepers that came back after every step: one that shows up this much later did not come back. */
const COMPLETION_LAG = 8

/** So many runs are made to find a way that a recorded kernel may have gone, and that leads further than the ones before. */
const MOST_TRIES = 400

/** How far behind a step the ones stand that were under way with it. */
const CONCURRENT_STEPS = 8

/** Calls that may end another task's sleep. */
const WAKERS: ReadonlySet<string> = new Set([
  'write',
  'writev',
  'sendto',
  'sendmsg',
  'close',
  'shutdown',
  'kill',
  'exit_group',
])

/** Inputs that hold values of chance, by call: their recorded values are replaced by ours before the call. */
const TRANSLATED: Readonly<Record<string, number>> = { open_by_handle_at: 1, listns: 0, listmount: 0, statmount: 0 }

/**
 * Boots an emulator as the header says, makes the same calls in the same order, and holds every return, every byte that came
 * out, every sleep and every wake against the transcript. Stops at the first divergence.
 *
 * @throws TranscriptError when the header names a profile that there is not, or describes a kernel that cannot be
 */
export function replay(transcript: Transcript, options: ReplayOptions = {}): ReplayResult {
  const { header } = transcript
  const profile = options.profile ?? header.profile
  if (!isProfileName(profile)) {
    throw new TranscriptError(1, `no profile ${JSON.stringify(profile)}: there are ${Object.keys(PROFILES).join(', ')}`)
  }
  const held: Held = {
    profile,
    shared: options.shared ?? header.profile === SHARED_PROFILE,
    strict: options.strict ?? false,
  }
  const most = options.tries ?? MOST_TRIES
  const usual = new RecordedChance()
  let best = replayOnce(transcript, held, usual)
  // Where the recorded kernel may have gone another way that is as good, the way that leads furthest is taken.
  const tried = new Set([usual.name])
  let reached = [usual]
  let tries = 0
  while (best.firstDivergence !== null && reached.length > 0) {
    const next: RecordedChance[] = []
    for (const chance of others(reached)) {
      if (tried.has(chance.name)) continue
      if (tries++ === most) return best
      tried.add(chance.name)
      const result = replayOnce(transcript, held, chance)
      if (result.firstDivergence !== null && result.matched < best.matched) continue
      next.push(chance)
      if (result.firstDivergence !== null && result.matched === best.matched) continue
      best = result
      next.splice(0, next.length - 1)
      tries = 0
      break
    }
    reached = next
  }
  return best
}

function* others(chances: readonly RecordedChance[]): IterableIterator<RecordedChance> {
  for (const chance of chances) yield* chance.others()
}

/** What a recording is held against. */
type Held = Required<Pick<ReplayOptions, 'profile' | 'shared' | 'strict'>>

function replayOnce(transcript: Transcript, held: Held, chance: RecordedChance): ReplayResult {
  const { header, steps } = transcript
  const run = new Replay(transcript, held, chance)
  let matched = 0
  let firstDivergence: Divergence | null = null
  while (firstDivergence === null && matched < steps.length) {
    firstDivergence = run.step(matched)
    if (firstDivergence === null) matched++
  }
  firstDivergence ??= run.end()
  return { name: header.name, profile: held.profile, steps: steps.length, matched, firstDivergence }
}

class Diverged extends Error {
  readonly divergence: Divergence

  constructor(divergence: Divergence) {
    super(divergence.reason)
    this.divergence = divergence
  }
}

class Replay {
  readonly #emulator: Emulator
  readonly #session: Session
  readonly #binder: Binder
  readonly #fill: boolean
  readonly #steps: readonly Step[]
  /** Whether the transcript is of programs that ran freely, so that calls of several tasks were under way at once. */
  readonly #concurrent: boolean
  /** Steps that were made before their turn. */
  readonly #early: Set<Step> = new Set()
  /** Calls that sleep in the transcript, by step. */
  readonly #asleep: Map<number, { step: Step; sleeping: Sleeping }> = new Map()
  /** Of those, the ones that came back here, by step, with the step that woke them. */
  readonly #awake: Map<number, number> = new Map()

  constructor({ header, steps }: Transcript, { profile, shared, strict }: Held, chance: RecordedChance) {
    this.#fill = header.fill ?? true
    this.#concurrent = !this.#fill
    this.#steps = steps
    this.#emulator = boot(header, profile)
    this.#session = new Session(this.#emulator)
    const { kernel } = this.#emulator
    kernel.chance = chance
    const lastAtBoot = lastNumbers(header.boot.mountinfo)
    this.#binder = new Binder({
      identify: identifier(this.#emulator),
      isCounted: (ino) => kernel.vfs.isCountedIno(Number(ino)),
      isExact: (kind, value) => {
        const last = strict && !shared && !kernel.vfs.freesLater ? lastAtBoot[kind] : undefined
        // Of a device number, the ones without a device: stat's own form of them is left out.
        return last !== undefined && Number(value) > last && Number(value) < 0x10_0000
      },
      shared,
      times: new Times(strict),
    })
    for (const pid of [1, header.boot.task.ppid, header.boot.task.pid]) {
      this.#binder.match('pid', pid, pid, kernel.initPidNs)
    }
    // On a shared kernel the others may go at any time, and their numbers be used again.
    for (const { id, ino } of [
      ...Object.values(header.boot.namespaces),
      ...(shared ? [] : (header.boot.other ?? [])),
    ]) {
      this.#binder.match('ns_inum', ino, ino)
      this.#binder.match('ns_id', id, id)
    }
    for (const line of header.boot.mountinfo) {
      const [id, , dev] = line.split(' ')
      const [major, minor] = (dev ?? '').split(':')
      this.#binder.match('mnt_id', Number(id), Number(id))
      const number = Number(major) * 0x10_0000 + Number(minor)
      this.#binder.match('dev', number, number)
      this.#binder.usedBefore(number)
    }
  }

  /** Makes the call of the transcript's nth step. */
  step(index: number): Divergence | null {
    const step = this.#steps[index] as Step
    try {
      if (!this.#early.delete(step)) this.#call(step, step.completes?.[0]?.step)
      for (const completion of step.completes ?? []) {
        if (this.#concurrent) this.#wakeEarly(index, completion.step)
        this.#complete(step, completion)
      }
      return null
    } catch (error) {
      if (error instanceof Diverged) return error.divergence
      const reason = error instanceof Error ? (error.stack ?? error.message) : String(error)
      return divergence(step, 'crash', `the emulator failed: ${reason}`)
    }
  }

  /** What is only known at the end: calls that came back here and never in the transcript. */
  end(): Divergence | null {
    for (const [number, woken] of this.#awake) {
      const slept = this.#asleep.get(number)
      const last = this.#steps.at(-1)?.step ?? 0
      if (slept === undefined || last - woken < COMPLETION_LAG) continue
      const ret = slept.sleeping.pending.result ?? null
      return divergence(slept.step, 'completion', `woken by step ${woken}, in the transcript it sleeps on`, null, ret)
    }
    return null
  }

  /** @param wakes - the sleeping step that it wakes first in the transcript */
  #call(step: Step, wakes: number | undefined): void {
    const task = this.#session.task(step.task)
    if (task === undefined) throw new Diverged(divergence(step, 'task', `task ${step.task} was never made`))
    if (!task.alive) {
      // The recorder may still ask a task to exit that was killed unseen: nothing happens then.
      if (step.call === 'exit_group' || step.call === 'exit') return
      throw new Diverged(divergence(step, 'task', `task ${step.task} has ended here`))
    }
    this.#checkAwake(step)
    const prepared = new PreparedStep(step, this.#fill)
    prepared.ready(this.#session)
    this.#adopt(step, task, prepared)
    const { kernel } = this.#emulator
    if (!this.#fill) {
      const fd = leftOutFchdir(task, step)
      if (fd >= 0) this.#emulator.syscall(task, 'fchdir', fd)
    }
    // Which of several tasks that wait for the same thing gets it is the scheduler's choice.
    if (this.#concurrent && wakes !== undefined)
      kernel.runsFirst = this.#asleep.get(wakes)?.sleeping.pending.task ?? null
    const result = this.#session.call(task, prepared)
    kernel.runsFirst = null
    const completed = this.#session.takeCompleted()
    for (const { prepared } of completed) this.#awake.set(prepared.step.step, step.step)
    if (typeof result === 'number') {
      if (step.blocked) throw new Diverged(divergence(step, 'sleep', 'want a call that sleeps', null, result))
      this.#compare(step, prepared, task, step.ret ?? null, step.out ?? [], result)
    } else if (step.blocked) {
      this.#asleep.set(step.step, { step, sleeping: result })
    } else if (step.ret !== null) {
      throw new Diverged(divergence(step, 'sleep', 'got a call that sleeps', step.ret ?? null, null))
    }
  }

  // Free-running programs are written down as their calls return, so the call that wakes another may stand behind the step that
  // shows it awake: then it was under way already, and is the next of its task.
  #wakeEarly(index: number, slept: number): void {
    const sleeper = this.#asleep.get(slept)?.step.task
    const seen = new Set<number>([sleeper ?? 0])
    for (let next = index + 1; next <= index + CONCURRENT_STEPS && !this.#awake.has(slept); next++) {
      const step = this.#steps[next]
      if (step === undefined || seen.has(step.task) || this.#early.has(step)) continue
      seen.add(step.task)
      if (!WAKERS.has(step.call) || this.#isAsleep(step.task)) continue
      this.#call(step, slept)
      this.#early.add(step)
    }
  }

  #isAsleep(task: number): boolean {
    for (const { step } of this.#asleep.values()) if (step.task === task) return true
    return false
  }

  /** A task that makes a call has come back from the one before, in the transcript as here. */
  #checkAwake(step: Step): void {
    for (const { step: slept } of this.#asleep.values()) {
      if (slept.task !== step.task) continue
      const woken = this.#awake.get(slept.step)
      const reason =
        woken === undefined
          ? `its call of step ${slept.step} still sleeps here`
          : `its call of step ${slept.step} never came back in the transcript`
      throw new Diverged(divergence(step, 'task', reason))
    }
  }

  #complete(waker: Step, completion: Completion): void {
    const slept = this.#asleep.get(completion.step)
    if (slept === undefined)
      throw new Diverged(divergence(waker, 'completion', `step ${completion.step} does not sleep here`))
    const { step, sleeping } = slept
    if (!this.#awake.has(step.step)) {
      const reason = `still sleeps where step ${waker.step} (${waker.call}) shows that it came back`
      throw new Diverged(divergence(step, 'completion', reason, completion.ret, null))
    }
    this.#asleep.delete(step.step)
    this.#awake.delete(step.step)
    const { prepared, pending } = sleeping
    this.#compare(step, prepared, pending.task, completion.ret, completion.out ?? [], pending.result as number)
  }

  /** Makes values of chance that the coming call draws, or that its inputs hold, those of the transcript. */
  #adopt(step: Step, task: Task, prepared: PreparedStep): void {
    const { kernel } = this.#emulator
    if (step.child !== undefined && typeof step.ret === 'number' && step.ret > 0) {
      // Only the initial pid namespace has members that the transcript does not show.
      if (task.pidNamespace === kernel.initPidNs) kernel.initPidNs.nextPid = step.ret
    }
    const index = TRANSLATED[step.call]
    if (index === undefined) return
    const bytes = prepared.args[index]
    if (!(bytes instanceof Uint8Array)) return
    const context: CallContext = { call: step.call, args: step.args, ret: null }
    for (const field of decodeBuffer(context, index, bytes)) {
      if (!isChance(field.kind)) continue
      const recorded = fieldValue(field, bytes)
      const ours = this.#binder.toModel(field.kind, recorded)
      if (ours !== recorded) putValue(bytes, field.offset, field.length, ours)
    }
  }

  #compare(step: Step, prepared: PreparedStep, task: Task, want: number | null, out: string[], got: number): void {
    if (want === null) return
    const sides = this.#sides(step, prepared, want, out, got)
    const mismatch = this.#compareRet(step, task, want, got, sides)
    const fail = (what: 'ret' | 'out', reason: string, buffers: DivergedBuffer[]): never => {
      throw new Diverged(divergence(step, what, reason, want, got, buffers))
    }
    if (mismatch !== undefined) fail('ret', mismatch, this.#diverged(sides, step, task, want, got))
    for (const side of sides) {
      const difference = this.#compareOut(side, step, task, want, got)
      if (difference !== undefined) {
        fail('out', `byte ${difference.offset} (${difference.field}): ${difference.reason}`, [
          { arg: side.out.arg, want: side.want, got: side.got, difference },
        ])
      }
    }
  }

  /** The buffers of a call, as far as they are compared. */
  #sides(step: Step, prepared: PreparedStep, want: number, out: string[], got: number): ComparedBuffer[] {
    return prepared.outs.map((buffer, i) => {
      const shown = fromHex(out[i] ?? '')
      if (!this.#fill) {
        const length = isText(step, buffer) && got > 0 && want > 0 ? got : shown.length
        return { out: buffer, want: shown, got: buffer.bytes.subarray(0, length) }
      }
      const whole = new Uint8Array(buffer.bytes.length).fill(FILL)
      whole.set(shown)
      for (const at of buffer.pointers) whole.set(buffer.bytes.subarray(at, at + 8), at)
      return { out: buffer, want: whole, got: buffer.bytes }
    })
  }

  #compareRet(step: Step, task: Task, want: number, got: number, sides: ComparedBuffer[]): string | undefined {
    const seenFrom = want > 0 && got > 0 ? returnsPid(step.call, step.args) : null
    if (seenFrom !== null) {
      const ns = seenFrom === 'caller' ? task.pidNamespace : askedNamespace(task, step)
      const reason = this.#binder.match('pid', got, want, this.#pidScope(ns))
      return reason === undefined ? undefined : `want ${want}, got ${got}: ${reason}`
    }
    if (want === got) return undefined
    const text = sides.find(({ out }) => isText(step, out))
    if (text !== undefined && want > 0 && got > 0) {
      const contexts = [context(step, want), context(step, got)] as const
      const growth = boundTextGrowth(
        text.out.arg,
        { context: contexts[0], bytes: text.want },
        { context: contexts[1], bytes: text.got },
      )
      if (growth !== 0 && got - want === growth) return undefined
    }
    return `want ${want}, got ${got}`
  }

  #compareOut(side: ComparedBuffer, step: Step, task: Task, want: number, got: number): BufferDifference | undefined {
    const { out } = side
    const same = equal(side.want, side.got)
    if (same && (out.nested || !isDecoded(step.call, out.arg))) return undefined
    let { want: wantBytes, got: gotBytes } = side
    if (want !== got && want > 0 && got > 0 && isText(step, out)) {
      // Texts of different length: what lies behind them must be untouched on both sides.
      if (!untouched(wantBytes, want) || !untouched(gotBytes, got)) {
        return { offset: want, field: '(bytes)', reason: 'written behind the text' }
      }
      wantBytes = wantBytes.subarray(0, want)
      gotBytes = gotBytes.subarray(0, got)
    }
    return compareBuffers(
      out.arg,
      out.nested,
      { context: context(step, want), bytes: wantBytes },
      { context: context(step, got), bytes: gotBytes },
      this.#binder,
      this.#scopeOf(task),
    )
  }

  #diverged(sides: ComparedBuffer[], step: Step, task: Task, want: number, got: number): DivergedBuffer[] {
    return sides
      .filter((side) => !equal(side.want, side.got))
      .map((side) => {
        const difference = this.#compareOut(side, step, task, want, got)
        return { arg: side.out.arg, want: side.want, got: side.got, ...(difference && { difference }) }
      })
  }

  #scopeOf(task: Task): ScopeOf {
    const { initPidNs } = this.#emulator.kernel
    return (field) => {
      if (field.kind !== 'pid') return field.scope
      // A text numbers processes as the procfs does that it was read from, whoever reads it.
      return field.encoding === 'dec' ? initPidNs : this.#pidScope(task.pidNamespace)
    }
  }

  // A nested pid namespace has no members but the transcript's: its numbers are not left to chance.
  #pidScope(ns: unknown): unknown {
    const { initPidNs } = this.#emulator.kernel
    return ns === initPidNs ? initPidNs : EXACT
  }
}

/** @throws TranscriptError for a header that no kernel can start with. */
function boot(header: Transcript['header'], profile: ProfileName): Emulator {
  try {
    return Emulator.boot({ profile, boot: header.boot, clock: replayClock() })
  } catch (error) {
    if (error instanceof RangeError) throw new TranscriptError(1, `boot: ${error.message}`)
    throw error
  }
}

interface ComparedBuffer {
  out: OutBuffer
  want: Uint8Array
  got: Uint8Array
}

function context(step: Step, ret: number): CallContext {
  return { call: step.call, args: step.args, ret }
}

function divergence(
  step: Step,
  what: Divergence['what'],
  reason: string,
  want: number | null = null,
  got: number | null = null,
  buffers: DivergedBuffer[] = [],
): Divergence {
  return { step: step.step, task: step.task, call: step.call, args: step.args, what, reason, want, got, buffers }
}

/** Calls whose buffer holds a text as long as their return. */
const TEXTS: Readonly<Record<string, number>> = { read: 1, pread64: 1, readlink: 1, readlinkat: 2 }

function isText(step: Step, out: OutBuffer): boolean {
  return TEXTS[step.call] === out.arg
}

function untouched(bytes: Uint8Array, from: number): boolean {
  for (let i = from; i < bytes.length; i++) if (bytes[i] !== FILL) return false
  return true
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

function putValue(bytes: Uint8Array, offset: number, length: number, value: FieldValue): void {
  if (typeof value === 'string') {
    writeHex(value, bytes.subarray(offset, offset + length))
    return
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, length)
  if (length === 4) view.setUint32(0, value, true)
  else view.setBigUint64(0, BigInt(value), true)
}

/** The namespace that an ioctl's descriptor is of. */
function askedNamespace(task: Task, step: Step): unknown {
  const file = task.files?.file(Number(step.args[0]))
  return file !== undefined && file !== null && 'ns' in file ? file.ns : undefined
}

/** The highest mount id and device number at the start: those handed out after it are the lowest that are free. */
function lastNumbers(mountinfo: readonly string[]): Readonly<Partial<Record<ChanceKind, number>>> {
  let id = 0
  let dev = 0
  for (const line of mountinfo) {
    const [mountId, , device] = line.split(' ')
    const [major, minor] = (device ?? '').split(':')
    id = Math.max(id, Number(mountId))
    if (major === '0') dev = Math.max(dev, Number(minor))
  }
  return { mnt_id: id, dev }
}

function identifier(emulator: Emulator): Identify {
  const { namespaces, vfs } = emulator.kernel
  return (kind, value) => {
    if (typeof value !== 'number') return undefined
    if (kind === 'mnt_id') return vfs.mountById(value)
    if (kind === 'dev') return vfs.superBlockByDev(value)
    if (kind === 'peer_group') return vfs.peerGroup(value)
    if (kind !== 'ns_inum') return undefined
    const list = namespaces.all
    for (let ns = list.after(0); ns !== null; ns = list.after(ns.id)) if (ns.ino === value) return ns
    return undefined
  }
}
