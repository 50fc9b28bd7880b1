import { readdirSync, readFileSync } from 'node:fs'
import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { decodeBuffer, returnsPid } from '../../src/transcript/call_fields.js'
import { type Field, fieldValue, isChance } from '../../src/transcript/field.js'
import { type Arg, outBuffers, parseTranscript, type Step, type Transcript } from '../../src/transcript/format.js'
import { fromHex, toHex } from '../../src/transcript/hex.js'
import { type ReplayOptions, replay } from '../../src/transcript/replay.js'
import { showDivergence } from '../../src/transcript/show.js'

const folder = new URL('../golden/transcripts/', import.meta.url)
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.jsonl'))
  .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))

const texts = new Map(files.map((name) => [name, readFileSync(new URL(name, folder), 'utf8')]))
const load = (name: string): Transcript => parseTranscript(texts.get(name) as string)

describe('a recording of a real kernel replays', () => {
  it.each(files)('%s', (name) => {
    const { firstDivergence } = replay(load(name), { strict: true })
    if (firstDivergence !== null) expect.fail(showDivergence(firstDivergence))
  })
})

/** The argument that each of a step's out buffers is, or is nested in. */
function outArgs(step: Step): { arg: number; nested: boolean }[] {
  return step.args.flatMap((arg, index) =>
    outBuffers([arg]).map((_, i) => ({
      arg: index,
      nested: i > 0 || (arg !== null && typeof arg === 'object' && 'in' in arg),
    })),
  )
}

interface Place {
  step: Step
  /** The out buffer and a byte of it; the return where there is none. */
  buffer?: number
  byte?: number
}

/** True for a byte of a buffer in which the address of another buffer stands. */
function isAddress(arg: Arg | undefined, byte: number): boolean {
  if (arg === null || typeof arg !== 'object' || !('at' in arg) || arg.at === undefined) return false
  return Object.entries(arg.at).some(([offset, value]) => {
    const start = Number(offset)
    const isPointer = !('ret' in value || 'pid' in value || 'from' in value)
    return isPointer && byte >= start && byte < start + 8
  })
}

/** Everything in a transcript that a replay has to notice when it changes: each return, each byte that is not left to chance. */
function fixedPlaces({ header, steps }: Transcript): Place[] {
  const shared = header.profile === 'v6.18'
  const ids = new Set<string>(['ns_id', 'mnt_id_unique'])
  const places: Place[] = []
  for (const step of steps) {
    if (typeof step.ret !== 'number') continue
    if (returnsPid(step.call, step.args) === null || step.ret <= 0) places.push({ step })
    for (const [buffer, { arg, nested }] of outArgs(step).entries()) {
      for (const { field } of fieldsOf(step, buffer, arg, nested)) {
        if (isChance(field.kind) && (shared || !ids.has(field.kind))) continue
        for (let byte = field.offset; byte < field.offset + field.length; byte++) {
          if (nested || !isAddress(step.args[arg], byte)) places.push({ step, buffer, byte })
        }
      }
    }
  }
  return places
}

function fieldsOf(step: Step, buffer: number, arg: number, nested: boolean): { field: Field; bytes: Uint8Array }[] {
  const bytes = fromHex(step.out?.[buffer] ?? '')
  const context = { call: step.call, args: step.args, ret: step.ret ?? null }
  return decodeBuffer(context, arg, bytes, nested).map((field) => ({ field, bytes }))
}

const places = new Map<string, Place[]>()

function placesOf(name: string): Place[] {
  let found = places.get(name)
  if (found === undefined) {
    found = fixedPlaces(load(name))
    places.set(name, found)
  }
  return found
}

/** The transcript with another return, or another bit in a byte, at one place. */
function changed(name: string, { step, buffer, byte }: Place, by: number): Transcript {
  const transcript = load(name)
  const target = transcript.steps.find((other) => other.step === step.step) as Step
  if (buffer === undefined || byte === undefined) {
    target.ret = (target.ret as number) + (by < 4 ? -1 - by : by - 3)
  } else {
    const bytes = fromHex(target.out?.[buffer] as string)
    bytes[byte] = (bytes[byte] as number) ^ (1 << by)
    ;(target.out as string[])[buffer] = toHex(bytes)
  }
  return transcript
}

/** Runs of each property here: `KABINET_RUNS=20000 npx vitest run test/transcript` is the long mode. */
const wanted = process.env.KABINET_RUNS
const runs = (quick: number): { numRuns: number } => ({ numRuns: wanted === undefined ? quick : Number(wanted) })
const PATIENCE = wanted === undefined ? 60_000 : 3_600_000

const found = new Map<string, ReplayOptions>()

/** No more tries than the recording needs as it is: one that was tampered with uses them all up. */
function triesFor(name: string): ReplayOptions {
  let options = found.get(name)
  if (options === undefined) {
    options = [{ tries: 0 }, { tries: 20 }, { tries: 60 }].find(
      (few) => replay(load(name), few).firstDivergence === null,
    )
    options ??= {}
    found.set(name, options)
  }
  return options
}

const anyFile = fc.constantFrom(...files)
const anyNumber = fc.nat({ max: 0x7fff_ffff })

describe('a recording that was tampered with does not replay', () => {
  test.prop([anyFile, anyNumber, fc.nat({ max: 7 })], runs(300))(
    'a return, or a byte that is not left to chance',
    (name, at, bit) => {
      const all = placesOf(name)
      const place = all[at % all.length] as Place
      expect(replay(changed(name, place, bit), triesFor(name)).firstDivergence?.step).toBe(place.step.step)
    },
    PATIENCE,
  )

  test.prop([anyFile, anyNumber, fc.nat({ max: 0xfe })], runs(100))(
    'a byte more than the kernel wrote',
    (name, at, byte) => {
      fc.pre(byte !== 0xaa)
      const transcript = load(name)
      const room = transcript.steps.filter((step) => roomBehind(step) !== undefined)
      fc.pre(room.length > 0 && transcript.header.fill !== false)
      const step = room[at % room.length] as Step
      const buffer = roomBehind(step) as number
      ;(step.out as string[])[buffer] += byte.toString(16).padStart(2, '0')
      expect(replay(transcript, triesFor(name)).firstDivergence?.step).toBe(step.step)
    },
    PATIENCE,
  )

  it.each(files)('%s: one of several values that were bound to each other', (name) => {
    const seen = new Map<string, { step: Step; buffer: number; field: Field }[]>()
    for (const step of load(name).steps) {
      for (const [buffer, { arg, nested }] of outArgs(step).entries()) {
        for (const { field, bytes } of fieldsOf(step, buffer, arg, nested)) {
          if (!['fsid', 'f_handle', 'pid'].includes(field.kind)) continue
          const key = `${field.kind} ${fieldValue(field, bytes)}`
          seen.set(key, [...(seen.get(key) ?? []), { step, buffer, field }])
        }
      }
    }
    for (const occurrences of seen.values()) {
      const last = occurrences.at(-1)
      if (occurrences.length < 2 || last === undefined) continue
      const { step, buffer, field } = last
      const tampered = changed(name, { step, buffer, byte: field.offset }, 0)
      expect(replay(tampered, triesFor(name)).firstDivergence?.step, `${field.kind} of step ${step.step}`).toBe(
        step.step,
      )
    }
  })
})

/** The first out buffer that the kernel left some of untouched. */
function roomBehind(step: Step): number | undefined {
  const index = step.args.findIndex((arg) => arg !== null && typeof arg === 'object' && 'out' in arg)
  const arg = step.args[index]
  if (typeof step.ret !== 'number' || arg === null || typeof arg !== 'object' || !('out' in arg)) return undefined
  const buffer = outArgs(step).findIndex((place) => place.arg === index)
  return (step.out?.[buffer]?.length ?? 0) / 2 < arg.out ? buffer : undefined
}
