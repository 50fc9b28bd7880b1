import * as uapi from '../uapi/index.js'
import { errnoName, eventNames } from '../uapi/index.js'
import type { Field } from './field.js'
import { fieldValue } from './field.js'
import type { Arg } from './format.js'
import { toHex } from './hex.js'
import { FILL } from './prepare.js'

const LONGEST = 32

const TEXT = new TextDecoder('latin1')

const NS_TYPES: readonly (readonly [name: string, bit: number])[] = Object.entries(uapi).flatMap(([name, value]) =>
  name.startsWith('CLONE_NEW') && typeof value === 'number' ? [[name, value] as const] : [],
)

function nsTypeText(value: number): string {
  let left = value
  const names: string[] = []
  for (const [name, bit] of NS_TYPES) {
    if ((value & bit) === 0) continue
    names.push(name)
    left &= ~bit
  }
  if (left !== 0 || names.length === 0) names.push(`0x${(left >>> 0).toString(16)}`)
  return names.join('|')
}

function signed(field: Field, bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset + field.offset, field.length)
  if (field.length === 8) return String(view.getBigInt64(0, true))
  const value = field.length === 4 ? view.getInt32(0, true) : view.getInt16(0, true)
  return String(value)
}

function hexText(bytes: Uint8Array): string {
  if (bytes.length > 8 && bytes.every((byte) => byte === FILL)) return `untouched (${bytes.length} bytes)`
  if (bytes.length <= LONGEST) return toHex(bytes)
  return `${toHex(bytes.subarray(0, LONGEST))}… (${bytes.length} bytes)`
}

/** What stands in a field, in words: numbers in decimal, bits in hex or by name, text quoted, anything else as hex. */
export function fieldText(field: Field, bytes: Uint8Array): string {
  const piece = bytes.subarray(field.offset, field.offset + field.length)
  switch (field.kind) {
    case 'bytes':
    case 'any':
    case 'time':
    case 'atime':
    case 'fsid':
    case 'f_handle':
      return field.encoding === 'hexblob' ? TEXT.decode(piece) : hexText(piece)
    case 'chars':
      return JSON.stringify(TEXT.decode(piece))
    case 'signed':
      return signed(field, bytes)
    case 'bits':
      return `0x${BigInt(fieldValue(field, bytes)).toString(16)}`
    case 'fan_mask':
    case 'fan_ns_mask': {
      const mask = BigInt(fieldValue(field, bytes))
      const names = eventNames(mask, field.kind === 'fan_mask' ? 'fs' : 'ns').join('|')
      return names === '' ? `0x${mask.toString(16)}` : names
    }
    case 'ns_type':
      return nsTypeText(Number(fieldValue(field, bytes)))
    case 'dev': {
      const dev = Number(fieldValue(field, bytes))
      return `${Math.floor(dev / 0x10_0000)}:${dev % 0x10_0000}`
    }
    default:
      return String(fieldValue(field, bytes))
  }
}

/** A raw return: a value, or the errno by number and name. */
export function retText(ret: number | null): string {
  if (ret === null) return 'nothing'
  const name = ret < 0 ? errnoName(ret) : undefined
  return name === undefined ? String(ret) : `${ret} (${name})`
}

/** An argument as a person would write it. */
function argText(arg: Arg): string {
  if (arg === null) return 'NULL'
  if (typeof arg !== 'object') return String(arg)
  if ('str' in arg) return JSON.stringify(arg.str)
  if ('pid' in arg) return `pid of task ${arg.pid}`
  if ('ret' in arg) return `what step ${arg.ret} returned`
  if ('bad' in arg) return 'an unmapped pointer'
  if ('out' in arg) return `[${arg.out} bytes out]`
  const hex = 'in' in arg ? arg.in : arg.inout
  const shown = hex.length <= 2 * LONGEST ? hex : `${hex.slice(0, 2 * LONGEST)}…`
  return `[${hex.length / 2} bytes ${'in' in arg ? 'in' : 'in and out'}: ${shown}]`
}

/** A call as a person would write it. */
export function callText(call: string, args: readonly Arg[]): string {
  return `${call}(${args.map(argText).join(', ')})`
}
