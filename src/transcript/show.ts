import { type CallContext, decodeBuffer } from './call_fields.js'
import type { Field } from './field.js'
import { callText, fieldText, retText } from './field_text.js'
import type { DivergedBuffer, Divergence } from './replay.js'

const COLUMN = 44

/** One line of a buffer held against another, field by field. */
export interface FieldRow {
  /** Byte offset on the wanted side, or on the other where it ends before. */
  offset: number
  name: string
  want: string
  got: string
  differs: boolean
}

/** Whether two values of chance stand for each other. */
export type SameChance = (want: Field, wantBytes: Uint8Array, got: Field, gotBytes: Uint8Array) => boolean

/** Decodes both sides of a buffer and puts their fields side by side, in order. */
export function fieldRows(
  arg: number,
  want: { context: CallContext; bytes: Uint8Array },
  got: { context: CallContext; bytes: Uint8Array },
  sameChance: SameChance = () => false,
): FieldRow[] {
  const wanted = decodeBuffer(want.context, arg, want.bytes)
  const gotten = decodeBuffer(got.context, arg, got.bytes)
  const rows: FieldRow[] = []
  for (let i = 0; i < Math.max(wanted.length, gotten.length); i++) {
    const w = wanted[i]
    const g = gotten[i]
    const wantText = w === undefined ? '' : fieldText(w, want.bytes)
    const gotText = g === undefined ? '' : fieldText(g, got.bytes)
    const name = w === undefined || g === undefined || w.name === g.name ? (w ?? g)?.name : `${w.name} / ${g.name}`
    const differs =
      w === undefined ||
      g === undefined ||
      w.name !== g.name ||
      !(sameBytes(w, want.bytes, g, got.bytes) || sameChance(w, want.bytes, g, got.bytes))
    rows.push({ offset: (w ?? g)?.offset ?? 0, name: name ?? '', want: wantText, got: gotText, differs })
  }
  return rows
}

function sameBytes(want: Field, wantBytes: Uint8Array, got: Field, gotBytes: Uint8Array): boolean {
  if (want.length !== got.length) return false
  for (let i = 0; i < want.length; i++) {
    if (wantBytes[want.offset + i] !== gotBytes[got.offset + i]) return false
  }
  return true
}

/** Up to sixteen bytes of a line of a hex dump, the one at `mark` in brackets. */
function markedHex(bytes: Uint8Array, mark: number): string {
  const start = mark & ~15
  let text = start.toString(16).padStart(4, '0')
  for (let at = start; at < start + 16; at++) {
    const byte = bytes[at]
    const hex = byte === undefined ? '  ' : byte.toString(16).padStart(2, '0')
    text += at === mark ? ` [${byte === undefined ? '--' : hex}]` : ` ${hex}`
  }
  return text.trimEnd()
}

function showBuffer(divergence: Divergence, buffer: DivergedBuffer): string[] {
  const { call, args, want, got } = divergence
  const rows = fieldRows(
    buffer.arg,
    { context: { call, args, ret: want }, bytes: buffer.want },
    { context: { call, args, ret: got }, bytes: buffer.got },
  )
  const nameWidth = Math.max(5, ...rows.map(({ name }) => name.length))
  const line = (mark: string, offset: string, name: string, a: string, b: string): string =>
    `  ${mark} ${offset.padEnd(6)} ${name.padEnd(nameWidth)}  ${a.padEnd(COLUMN)}  ${b}`.trimEnd()
  const lines = [`  argument ${buffer.arg}:`, line(' ', 'offset', 'field', 'want', 'got')]
  for (const row of rows) {
    lines.push(line(row.differs ? '!' : ' ', `0x${row.offset.toString(16)}`, row.name, row.want, row.got))
  }
  const at = buffer.difference?.offset ?? firstDifference(buffer.want, buffer.got)
  lines.push(`  first difference: byte ${at} (0x${at.toString(16)})`)
  lines.push(`    want ${markedHex(buffer.want, at)}`, `    got  ${markedHex(buffer.got, at)}`)
  return lines
}

function firstDifference(want: Uint8Array, got: Uint8Array): number {
  let at = 0
  while (at < want.length && at < got.length && want[at] === got[at]) at++
  return at
}

/** A divergence for a person: the call, both returns, and both buffers field by field with the first differing byte marked. */
export function showDivergence(divergence: Divergence): string {
  const { step, task, call, args, what, reason, want, got, buffers } = divergence
  const answers = what === 'ret' ? `want ${retText(want)}, got ${retText(got)}` : reason
  const lines = [`step ${step} ${call}: ${answers}`, `  task ${task}: ${callText(call, args)}`]
  if (what === 'ret' && reason !== `want ${want}, got ${got}`) lines.push(`  ${reason}`)
  if (what === 'out') lines.push(`  both returned ${retText(want)}`)
  for (const buffer of buffers) lines.push(...showBuffer(divergence, buffer))
  return lines.join('\n')
}
