import { type Arg, type At, type AtTable, atOffsets, type InArg, type InOutArg, type Transcript } from './format.js'
import { fromHex, toHex } from './hex.js'
import { FILL } from './prepare.js'

/** What a step returned and what came out of it, as far as it is known. */
export interface StepValues {
  /** The raw return of a step; undefined where the reference is to stay. */
  ret(step: number): number | undefined
  /** Bytes of an out buffer of a step; undefined where the reference is to stay. */
  out(step: number, buffer: number, offset: number, length: number): Uint8Array | undefined
}

/** An argument with the values that its references to steps have; the same object where it has none. */
export function resolveArg(arg: Arg, values: StepValues): Arg {
  if (arg === null || typeof arg !== 'object') return arg
  if ('ret' in arg) return values.ret(arg.ret) ?? arg
  if (('in' in arg || 'inout' in arg) && arg.at !== undefined) return resolveBuffer(arg, arg.at, values)
  return arg
}

function resolveBuffer(arg: InArg | InOutArg, at: AtTable, values: StepValues): InArg | InOutArg {
  const bytes = fromHex('in' in arg ? arg.in : arg.inout)
  const left: AtTable = {}
  let changed = false
  for (const offset of atOffsets(at)) {
    const item = at[offset] as At
    const value = resolveAt(item, values)
    if (value instanceof Uint8Array) {
      bytes.set(value, Number(offset))
      changed = true
    } else {
      left[offset] = value
      changed ||= value !== item
    }
  }
  if (!changed) return arg
  const rest = Object.keys(left).length > 0 ? { at: left } : {}
  return 'in' in arg ? { in: toHex(bytes), ...rest } : { inout: toHex(bytes), ...rest }
}

function resolveAt(item: At, values: StepValues): At | Uint8Array {
  if ('from' in item) {
    const [step, buffer, offset, length] = item.from
    return values.out(step, buffer, offset, length) ?? item
  }
  if ('ret' in item) {
    const ret = values.ret(item.ret)
    if (ret === undefined) return item
    const bytes = new Uint8Array(4)
    new DataView(bytes.buffer).setInt32(0, ret | 0, true)
    return bytes
  }
  return resolveArg(item, values) as At
}

/** What a recorder takes for the return of a step that has none (yet). */
const NO_RETURN = -1

/** A transcript whose arguments hold the numbers and bytes that were recorded instead of references to other steps. */
export function resolveReferences(transcript: Transcript): Transcript {
  const rets: Map<number, number> = new Map()
  const outs: Map<number, readonly string[]> = new Map()
  const values: StepValues = {
    ret: (step) => rets.get(step) ?? NO_RETURN,
    out(step, buffer, offset, length) {
      const bytes = new Uint8Array(length).fill(FILL)
      const hex = outs.get(step)?.[buffer]
      if (hex !== undefined) bytes.set(fromHex(hex.slice(offset * 2, (offset + length) * 2)))
      return bytes
    },
  }
  const steps = transcript.steps.map((step) => {
    let { args } = step
    if (args.some((arg) => arg !== null && typeof arg === 'object' && ('ret' in arg || 'at' in arg))) {
      args = args.map((arg) => resolveArg(arg, values))
    }
    if (typeof step.ret === 'number') rets.set(step.step, step.ret)
    if (step.out !== undefined) outs.set(step.step, step.out)
    for (const { step: slept, ret, out } of step.completes ?? []) {
      if (ret !== null) rets.set(slept, ret)
      if (out !== undefined) outs.set(slept, out)
    }
    return args === step.args ? step : { ...step, args }
  })
  return { header: transcript.header, steps }
}
