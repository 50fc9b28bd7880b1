/** A C scalar, or the name of another struct's table. */
export type FieldType = 'u8' | 'u16' | 's16' | 'u32' | 's32' | 'u64' | 'aligned_u64' | 's64' | (string & {})

/** One field of a kernel struct. */
export interface Field {
  readonly name: string
  readonly type: FieldType
  /** One line for the reader of the generated type. */
  readonly doc: string
  /** An array of so many; 0 is a flexible array at the end. */
  readonly count?: number
  /** `optional`: reads like any other, and may be left out when writing. `spare`: not read, written as 0. */
  readonly presence?: 'optional' | 'spare'
}

/** One kernel struct. */
export interface StructTable {
  readonly name: string
  readonly doc: string
  readonly fields: readonly Field[]
}

/** Declares a field of the given type. */
export function field(type: FieldType, name: string, doc: string, more: Partial<Field> = {}): Field {
  return { name, type, doc, ...more }
}

/** A field that must be zero or is not looked at, but that a reader may want to check. */
export function pad(type: FieldType, name: string, doc = 'Reserved; 0 when left out.'): Field {
  return { name, type, doc, presence: 'optional' }
}

/** A field that is 0 unless there is something to say. */
export function optional(type: FieldType, name: string, doc: string): Field {
  return { name, type, doc: `${doc} 0 when left out.`, presence: 'optional' }
}

/** Room for later fields: nobody reads it. */
export function spare(type: FieldType, name: string, count: number): Field {
  return { name, type, doc: 'Spare.', count, presence: 'spare' }
}

/** A flexible array at the end: only its offset is known. */
export function flexible(type: FieldType, name: string, doc: string): Field {
  return { name, type, doc, count: 0 }
}

/** Declares a struct. */
export function struct(name: string, doc: string, fields: readonly Field[]): StructTable {
  return { name, doc, fields }
}
