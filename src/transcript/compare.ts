import type { Binder } from './bind.js'
import { type CallContext, decodeBuffer } from './call_fields.js'
import { type ChanceKind, type Field, fieldValue, isChance } from './field.js'
import { FILL } from './prepare.js'

/** One side of a comparison: a buffer after the call, and the call it belongs to. */
export interface Side {
  context: CallContext
  bytes: Uint8Array
}

/** The first place where two buffers differ. */
export interface BufferDifference {
  /** Byte offset on the recorded side. */
  offset: number
  /** The field that holds it. */
  field: string
  reason: string
}

/** The scope of a value, where it is not the one that its own buffer tells (pids: the namespace they are seen from). */
export type ScopeOf = (field: Field) => unknown

/**
 * Holds a buffer of the replayed side against the recorded one, field by field: values of chance through the binder,
 * everything else byte for byte.
 */
export function compareBuffers(
  arg: number,
  nested: boolean,
  recorded: Side,
  model: Side,
  binder: Binder,
  scopeOf: ScopeOf,
): BufferDifference | undefined {
  const want = decodeBuffer(recorded.context, arg, recorded.bytes, nested)
  const got = decodeBuffer(model.context, arg, model.bytes, nested)
  const count = Math.max(want.length, got.length)
  for (let i = 0; i < count; i++) {
    const w = want[i]
    const g = got[i]
    if (w === undefined || g === undefined) {
      const offset = w?.offset ?? recorded.bytes.length
      return { offset, field: (w ?? g)?.name ?? '', reason: w === undefined ? 'ends here' : 'goes on' }
    }
    const reason = differs(w, recorded.bytes, g, model.bytes, binder, scopeOf)
    if (reason !== undefined) {
      return { offset: w.offset + firstDifference(w, recorded.bytes, g, model.bytes), field: w.name, reason }
    }
  }
  return undefined
}

function differs(
  want: Field,
  wantBytes: Uint8Array,
  got: Field,
  gotBytes: Uint8Array,
  binder: Binder,
  scopeOf: ScopeOf,
): string | undefined {
  if (want.name !== got.name || want.kind !== got.kind) return `${got.name} stands here`
  if (isChance(want.kind)) {
    const sameLength = want.encoding !== 'le' && want.encoding !== 'blob' ? true : want.length === got.length
    if (!sameLength) return `${got.length} bytes instead of ${want.length}`
    const written = isWritten(want, wantBytes)
    if (written !== isWritten(got, gotBytes)) return written ? 'not written' : 'written'
    return bindField(want.kind, want, wantBytes, got, gotBytes, binder, scopeOf)
  }
  if (want.length !== got.length) return `${got.length} bytes instead of ${want.length}`
  for (let i = 0; i < want.length; i++) {
    if (wantBytes[want.offset + i] !== gotBytes[got.offset + i]) return 'not equal'
  }
  return undefined
}

/** False for a field of a filled buffer that the call left alone: nothing stands there that could be bound. */
function isWritten({ offset, length, encoding }: Field, bytes: Uint8Array): boolean {
  if (encoding !== 'le') return true
  for (let i = offset; i < offset + length; i++) if (bytes[i] !== FILL) return true
  return false
}

function bindField(
  kind: ChanceKind,
  want: Field,
  wantBytes: Uint8Array,
  got: Field,
  gotBytes: Uint8Array,
  binder: Binder,
  scopeOf: ScopeOf,
): string | undefined {
  if (kind === 'any') return undefined
  return binder.match(kind, fieldValue(got, gotBytes), fieldValue(want, wantBytes), scopeOf(want))
}

function firstDifference(want: Field, wantBytes: Uint8Array, got: Field, gotBytes: Uint8Array): number {
  const length = Math.min(want.length, got.length)
  for (let i = 0; i < length; i++) {
    if (wantBytes[want.offset + i] !== gotBytes[got.offset + i]) return i
  }
  return want.length === got.length ? 0 : length
}

/** How much longer the texts of bound numbers are on the replayed side: a read's return differs by as much. */
export function boundTextGrowth(arg: number, recorded: Side, model: Side): number {
  let growth = 0
  for (const { kind, length, encoding } of decodeBuffer(model.context, arg, model.bytes)) {
    if (isChance(kind) && isDigits(encoding)) growth += length
  }
  for (const { kind, length, encoding } of decodeBuffer(recorded.context, arg, recorded.bytes)) {
    if (isChance(kind) && isDigits(encoding)) growth -= length
  }
  return growth
}

function isDigits(encoding: Field['encoding']): boolean {
  return encoding === 'dec' || encoding === 'hex' || encoding === 'dev'
}
