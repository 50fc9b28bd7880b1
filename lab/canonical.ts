/**
 * Answers of two runs of the same calls are compared in a canonical form: what a kernel draws from chance, time or
 * unrelated activity stands as a token, numbered by first appearance. So equal values stay equal and different ones
 * different, and everything else is compared to the byte.
 */
import type { Arg, Boot, Program, Step, Transcript } from '../src/transcript/format.js'

const SIZEOF_METADATA = 24
const FAN_EVENT_INFO_TYPE_FID = 1
const FAN_EVENT_INFO_TYPE_PIDFD = 4
const FAN_EVENT_INFO_TYPE_MNT = 7
const HANDLE_NSFS = 0xf1
const AT_HANDLE_MNT_ID_UNIQUE = 1
/** In statx: attributes_mask, the four timestamps, the device number, block count and size. */
const STATX_CHANCE: readonly (readonly [from: number, to: number])[] = [
  [48, 56],
  [56, 64],
  [64, 128],
  [136, 144],
]
const PID_CALLS = new Set([
  'clone3',
  'clone',
  'fork',
  'vfork',
  'wait4',
  'getpid',
  'getppid',
  'gettid',
  'getpgid',
  'setsid',
])
const PID_IOCTLS = new Set(['0x8004b706', '0x8004b707', '0x8004b708', '0x8004b709'])
/** ioctls of nsfs whose buffer holds namespace ids: NS_GET_ID, NS_GET_MNTNS_ID, NS_MNT_GET_INFO, _NEXT, _PREV. */
const NS_ID_IOCTLS = new Set(['0x8008b70d', '0x8008b705', '0x8010b70a', '0x8010b70b', '0x8010b70c'])
const FDINFO_NUMBERS = /((?:mnt_id|ino|Pid|NSpid):\t|\b(?:ino|sdev|mnt_id|f_handle|\w+_ns):)([0-9a-f]+)|\[(\d{10})\]/g

class Tokens {
  private readonly known = new Map<string, string>()

  of(kind: string, value: string | number): string {
    const key = `${kind} ${value}`
    let token = this.known.get(key)
    if (token === undefined) {
      token = `<${kind}${this.known.size}>`
      this.known.set(key, token)
    }
    return token
  }
}

/** Ids count from what the header says comes next, so that runs with another history can be compared. */
function idsOf(boot: Boot, tokens: Tokens): { mount(id: bigint): string; namespace(id: bigint): string } {
  const named = new Map<bigint, string>()
  for (const [type, { id }] of Object.entries(boot.namespaces)) named.set(BigInt(id), `<${type}>`)
  for (const { type, id } of boot.other ?? []) named.set(BigInt(id), `<other ${type} ${id}>`)
  const nextMount = BigInt(boot.next.mntIdUnique)
  const nextNamespace = BigInt(boot.next.nsId)
  return {
    mount: (id) => {
      if (id >= nextMount) return `<mount+${id - nextMount}>`
      return id >= 0x8000_0000n ? tokens.of('mount', id.toString()) : id.toString()
    },
    namespace: (id) => {
      const name = named.get(id)
      if (name !== undefined) return name
      return id >= nextNamespace && id < nextNamespace + 0x10_0000n
        ? `<namespace+${id - nextNamespace}>`
        : id.toString()
    },
  }
}

function words(bytes: Buffer, name: (id: bigint) => string): string {
  let text = ''
  let at = 0
  for (; at + 8 <= bytes.length; at += 8) text += `${name(bytes.readBigUInt64LE(at))} `
  return text + bytes.toString('hex', at)
}

/** What one step answered, in canonical form. */
export interface CanonicalAnswer {
  step: number
  text: string
}

/** The answers of a transcript in canonical form. Calls of both runs must be the same for the result to be comparable. */
export function canonicalAnswers(transcript: Transcript): CanonicalAnswer[] {
  const tokens = new Tokens()
  const firstPid = Math.min(transcript.header.boot.task.ppid, transcript.header.boot.task.pid)
  const pid = (value: number): string => (value >= firstPid ? tokens.of('pid', value) : String(value))
  const ino = (value: number): string => (value >= 0xf000_0000 ? tokens.of('ns', value) : String(value))
  const id = idsOf(transcript.header.boot, tokens)
  pid(transcript.header.boot.task.ppid)
  pid(transcript.header.boot.task.pid)

  const events = (bytes: Buffer): string => {
    let text = ''
    for (let at = 0; at + SIZEOF_METADATA <= bytes.length; ) {
      const length = bytes.readUInt32LE(at)
      if (length < SIZEOF_METADATA || at + length > bytes.length) return `${text}${bytes.toString('hex', at)}`
      text += `${bytes.toString('hex', at, at + 20)}${pid(bytes.readInt32LE(at + 20))} `
      for (let info = at + SIZEOF_METADATA; info + 4 <= at + length; ) {
        const type = bytes[info] as number
        const size = Math.max(bytes.readUInt16LE(info + 2), 4)
        const end = Math.min(info + size, at + length)
        text += bytes.toString('hex', info, info + 4)
        const isFid = type >= FAN_EVENT_INFO_TYPE_FID && type <= 3 ? true : type === 10 || type === 12
        if (isFid && end - info >= 20) {
          const handleEnd = Math.min(info + 20 + bytes.readUInt32LE(info + 12), end)
          text += tokens.of('fsid', bytes.toString('hex', info + 4, info + 12))
          text += bytes.toString('hex', info + 12, info + 20)
          text +=
            tokens.of('handle', bytes.toString('hex', info + 20, handleEnd)) + bytes.toString('hex', handleEnd, end)
        } else if (type === FAN_EVENT_INFO_TYPE_MNT && end - info >= 16) {
          text += id.mount(bytes.readBigUInt64LE(info + 8))
        } else if (type !== FAN_EVENT_INFO_TYPE_PIDFD) {
          text += bytes.toString('hex', info + 4, end)
        }
        info = end
      }
      at += length
    }
    return text
  }
  const printed = (bytes: Buffer): string =>
    bytes
      .toString('latin1')
      .replace(
        FDINFO_NUMBERS,
        (_all, label: string | undefined, value: string | undefined, inode: string | undefined) =>
          label === undefined ? `[${ino(Number(inode))}]` : label + tokens.of(label.trim(), value ?? ''),
      )
  const handle = (bytes: Buffer): string => {
    if (bytes.length < 8) return bytes.toString('hex')
    const end = 8 + bytes.readUInt32LE(0)
    const head = bytes.toString('hex', 0, 8)
    if (end > bytes.length) return bytes.toString('hex')
    if (bytes.readUInt32LE(4) === HANDLE_NSFS && end >= 24) {
      return `${head}${id.namespace(bytes.readBigUInt64LE(8))}${bytes.toString('hex', 16, 20)}${ino(bytes.readUInt32LE(20))}${bytes.toString('hex', 24)}`
    }
    return head + tokens.of('handle', bytes.toString('hex', 8, end)) + bytes.toString('hex', end)
  }
  const statx = (bytes: Buffer): string => {
    const copy = Buffer.from(bytes)
    for (const [from, to] of STATX_CHANCE) copy.fill(0, Math.min(from, copy.length), Math.min(to, copy.length))
    if (copy.length < 40) return copy.toString('hex')
    const inode = copy.readBigUInt64LE(32)
    const rest =
      copy.length < 152
        ? copy.toString('hex', 40)
        : `${copy.toString('hex', 40, 144)}${id.mount(copy.readBigUInt64LE(144))}`
    return copy.toString('hex', 0, 32) + tokens.of('ino', inode.toString()) + rest + copy.toString('hex', 152)
  }

  const outOf = (step: Step, hex: string, i: number, ret: number): string => {
    const bytes = Buffer.from(hex, 'hex')
    if (ret < 0 && step.call !== 'name_to_handle_at') return hex
    switch (step.call) {
      case 'read':
        if (bytes.length >= SIZEOF_METADATA && bytes[4] === 3 && bytes.readUInt16LE(6) === SIZEOF_METADATA)
          return events(bytes)
        return printed(bytes)
      case 'readlinkat':
      case 'readlink':
        return printed(bytes)
      case 'name_to_handle_at':
        if (i === 0) return ret < 0 ? hex : handle(bytes)
        return hex === '' || Number(step.args[4]) & AT_HANDLE_MNT_ID_UNIQUE ? hex : tokens.of('mnt_id:', hex)
      case 'statx':
        return statx(bytes)
      case 'listmount':
        return words(bytes, id.mount)
      case 'listns':
        return words(bytes, id.namespace)
      case 'ioctl':
        return NS_ID_IOCTLS.has(String(step.args[1])) ? words(bytes, id.namespace) : hex
      default:
        return hex
    }
  }
  const answer = (step: Step, ret: number | null | undefined, out: string[] | undefined): string => {
    if (ret === null || ret === undefined) return String(ret)
    const bufs = (out ?? []).map((hex, i) => outOf(step, hex, i, ret))
    let value = String(ret)
    if (PID_CALLS.has(step.call) || (step.call === 'ioctl' && PID_IOCTLS.has(String(step.args[1])))) value = pid(ret)
    if (step.call === 'read' && /ino:|mnt_id:/.test(bufs[0] ?? '')) value = 'length'
    return [value, ...bufs].join(' | ')
  }

  const steps = new Map(transcript.steps.map((step) => [step.step, step]))
  return transcript.steps.map((step) => {
    const parts = [step.blocked ? 'blocked' : answer(step, step.ret, step.out)]
    for (const done of step.completes ?? [])
      parts.push(`completes ${done.step}: ${answer(steps.get(done.step) ?? step, done.ret, done.out)}`)
    return { step: step.step, text: parts.join('; ') }
  })
}

/** A step that two runs of the same calls answered differently. */
export interface Difference {
  step: number
  a: string | undefined
  b: string | undefined
}

/** Where two transcripts of the same calls differ in more than chance. */
export function differences(a: Transcript, b: Transcript): Difference[] {
  const other = new Map(canonicalAnswers(b).map(({ step, text }) => [step, text]))
  const found: Difference[] = []
  for (const { step, text } of canonicalAnswers(a)) {
    const there = other.get(step)
    other.delete(step)
    if (there !== text) found.push({ step, a: text, b: there })
  }
  for (const [step, text] of other) found.push({ step, a: undefined, b: text })
  return found
}

/**
 * A recorded transcript as a program that can run on another kernel: file handles that it passes in come from the step
 * that gave them instead of standing there as bytes.
 */
export function asProgram(transcript: Program): Program {
  const handles = new Map<string, [step: number, length: number]>()
  const steps = transcript.steps.map((step): Step => {
    const args = step.args.map((arg): Arg => relink(step, arg, handles))
    if (step.call === 'name_to_handle_at' && step.ret === 0) {
      const hex = step.out?.[0] ?? ''
      const length = 8 + (hex.length >= 8 ? Buffer.from(hex.slice(0, 8), 'hex').readUInt32LE(0) : 0)
      if (hex.length >= 2 * length) handles.set(hex.slice(0, 2 * length), [step.step, length])
    }
    const call: Step = { step: step.step, task: step.task, call: step.call, args }
    if (step.child !== undefined) call.child = step.child
    return call
  })
  return { header: transcript.header, steps }
}

function relink(step: Step, arg: Arg, handles: ReadonlyMap<string, [step: number, length: number]>): Arg {
  if (step.call !== 'open_by_handle_at' || arg === null || typeof arg !== 'object' || !('in' in arg)) return arg
  for (const [hex, [from, length]] of handles) {
    if (arg.in.startsWith(hex)) return { in: arg.in, at: { ...arg.at, 0: { from: [from, 0, 0, length] } } }
  }
  return arg
}
