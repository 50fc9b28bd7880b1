import { Struct } from 'typed-struct'
import type { DataModel } from './data-model.js'
import type { Field, StructTable } from './field.js'
import { scalarOf } from './scalar.js'
import { structs } from './tables.js'

/** A compiled typed-struct class, as far as it is used here. */
export interface TypedStruct {
  readonly baseSize: number
  getOffsetOf(name: string): number
  new (raw: Buffer): Record<string, unknown>
  new (): Record<string, unknown>
  raw(instance: Record<string, unknown>): Buffer
}

/** A struct on one data model. */
export interface Layout {
  readonly size: number
  readonly align: number
  readonly offsets: ReadonlyMap<string, number>
  readonly typed: TypedStruct
}

type Builder = Record<string, (...args: unknown[]) => Builder> & { getSize(): number; compile(): TypedStruct }

const layouts = new Map<string, Layout>()

/** The layout of a struct on a data model, as typed-struct lays it out once told where the C compiler aligns. */
export function layoutOf(table: StructTable, model: DataModel): Layout {
  const key = `${table.name} ${model.machine}`
  const known = layouts.get(key)
  if (known) return known
  const builder = new Struct(table.name) as unknown as Builder
  const flexibleOffsets = new Map<string, number>()
  let align = 1
  for (const field of table.fields) {
    const fieldAlign = alignOf(field, model)
    align = Math.max(align, fieldAlign)
    alignTo(builder, fieldAlign)
    if (field.count === 0) flexibleOffsets.set(field.name, builder.getSize())
    else add(builder, field, model)
  }
  alignTo(builder, align)
  const size = builder.getSize()
  const typed = builder.compile()
  const offsets = new Map(
    table.fields.map((field) => {
      const first = field.count !== undefined && field.presence !== 'spare' ? `${field.name}.0` : field.name
      return [field.name, flexibleOffsets.get(field.name) ?? typed.getOffsetOf(first)]
    }),
  )
  const layout = { size, align, offsets, typed }
  layouts.set(key, layout)
  return layout
}

/** The struct that a field's type names. */
export function tableOf(field: Field): StructTable {
  const table = structs.get(field.type)
  if (!table) throw new Error(`${field.name}: no struct ${field.type}`)
  return table
}

function alignOf(field: Field, model: DataModel): number {
  const scalar = scalarOf(field)
  if (!scalar) return layoutOf(tableOf(field), model).align
  return scalar.size === 8 && !scalar.aligned ? model.align64 : scalar.size
}

function alignTo(builder: Builder, align: number): void {
  if (align > 1) builder[`align${align}`]!()
}

function add(builder: Builder, field: Field, model: DataModel): void {
  const scalar = scalarOf(field)
  if (!scalar) {
    builder.Struct!(field.name, layoutOf(tableOf(field), model).typed)
    return
  }
  if (field.presence === 'spare') {
    builder.Buffer!(field.name, scalar.size * (field.count ?? 1))
    return
  }
  // typed-struct's own arrays are in the byte order of the machine it runs on
  const names =
    field.count === undefined ? [field.name] : Array.from({ length: field.count }, (_, i) => `${field.name}.${i}`)
  const method = scalar.size === 1 ? scalar.typed : `${scalar.typed}${model.littleEndian ? 'LE' : 'BE'}`
  for (const name of names) builder[method]!(name)
}
