import type { Field } from './field.js'

/** How a C scalar is read: DataView's name for it, typed-struct's, and its size. */
export interface Scalar {
  readonly size: number
  readonly view: 'Uint8' | 'Uint16' | 'Int16' | 'Uint32' | 'Int32' | 'BigUint64' | 'BigInt64'
  readonly typed: string
  /** Aligned to its size even where 64-bit fields are not (`__aligned_u64`). */
  readonly aligned?: true
}

/** The scalars that field tables use. */
export const scalars: ReadonlyMap<string, Scalar> = new Map([
  ['u8', { size: 1, view: 'Uint8', typed: 'UInt8' }],
  ['u16', { size: 2, view: 'Uint16', typed: 'UInt16' }],
  ['s16', { size: 2, view: 'Int16', typed: 'Int16' }],
  ['u32', { size: 4, view: 'Uint32', typed: 'UInt32' }],
  ['s32', { size: 4, view: 'Int32', typed: 'Int32' }],
  ['u64', { size: 8, view: 'BigUint64', typed: 'BigUInt64' }],
  ['aligned_u64', { size: 8, view: 'BigUint64', typed: 'BigUInt64', aligned: true }],
  ['s64', { size: 8, view: 'BigInt64', typed: 'BigInt64' }],
])

/** The scalar of a field, undefined when the field is a struct. */
export function scalarOf(field: Field): Scalar | undefined {
  return scalars.get(field.type)
}
