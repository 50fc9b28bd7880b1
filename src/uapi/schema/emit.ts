import { type DataModel, dataModels } from './data-model.js'
import { emitEventWords } from './emit-event-words.js'
import type { Field, StructTable } from './field.js'
import { scalarOf } from './scalar.js'
import { headers, tables } from './tables.js'
import { layoutOf, tableOf } from './typed-struct.js'

/** The text of every generated file, by its name. The same tables give the same text. */
export function emitAll(): Map<string, string> {
  const names = (Object.keys(tables) as (keyof typeof tables)[]).sort()
  const files = new Map<string, string>(names.map((name) => [`${name}.ts`, emitFile(tables[name], headers[name])]))
  files.set('index.ts', banner + names.map((name) => `export * from './${name}.js'\n`).join(''))
  files.set('event-words.ts', banner + emitEventWords())
  return files
}

const banner = '// Written by `npm run generate` from src/uapi/schema. Edit that.\n\n'

function emitFile(list: readonly StructTable[], header: string): string {
  const used = list.some((table) => dataModels.some((model) => holes(table, model).length > 0)) ? 'clear, ' : ''
  const head = `${banner}import { ${used}type StructType, structType, structView } from '../struct-layout.js'\n\n`
  return head + list.map((table) => emitStruct(table, header)).join('\n')
}

function emitStruct(table: StructTable, header: string): string {
  const init = initName(table)
  const what = `\`struct ${table.name}\` of \`${header}\`: ${table.doc}`
  const out = [`/** ${what} */`, `export interface ${table.name} {`]
  for (const field of readable(table)) out.push(`  /** ${field.doc} */`, `  ${field.name}: ${typeText(field, false)}`)
  out.push('}', '')
  if (init !== table.name) {
    out.push(`/** What \`${table.name}.write\` takes: {@link ${table.name}}, reserved fields optional. */`)
    out.push(`export interface ${init} {`)
    for (const field of readable(table)) {
      const optional = field.presence === 'optional'
      const text = typeText(field, true)
      out.push(
        `  /** ${field.doc} */`,
        `  ${field.name}${optional ? '?' : ''}: ${text}${optional ? ' | undefined' : ''}`,
      )
    }
    out.push('}', '')
  }
  const names = table.fields.map((field) => `'${field.name}'`).join(' | ')
  out.push(`/** Layouts, readers and writers of ${what} */`)
  out.push(`export const ${table.name}: StructType<${table.name}, ${init}, ${names}> = structType({`)
  for (const model of dataModels) out.push(...emitLayout(table, model))
  out.push('})', '')
  return out.join('\n')
}

function emitLayout(table: StructTable, model: DataModel): string[] {
  const { size, align, offsets } = layoutOf(table, model)
  const offsetText = [...offsets].map(([name, offset]) => `${name}: ${offset}`).join(', ')
  const check = `const v = structView(view, at, ${size}, '${table.name}')`
  return [
    `  ${model.machine}: {`,
    `    size: ${size},`,
    `    align: ${align},`,
    `    offset: { ${offsetText} },`,
    '    read(view: ArrayBufferView, at = 0) {',
    `      ${check}`,
    `      return ${readStruct(table, model, 0, '      ')}`,
    '    },',
    `    write(view: ArrayBufferView, at: number, value: ${initName(table)}) {`,
    `      ${check}`,
    ...writeStruct(table, model, 0, 'value').map((line) => `      ${line}`),
    '    },',
    '  },',
  ]
}

function readStruct(table: StructTable, model: DataModel, base: number, indent: string): string {
  const lines = readable(table).map(
    (field) => `${indent}  ${field.name}: ${readField(table, field, model, base, indent)},`,
  )
  return `{\n${lines.join('\n')}\n${indent}}`
}

function readField(table: StructTable, field: Field, model: DataModel, base: number, indent: string): string {
  const at = base + layoutOf(table, model).offsets.get(field.name)!
  const scalar = scalarOf(field)
  if (!scalar) return readStruct(tableOf(field), model, at, `${indent}  `)
  const one = (offset: number) => `v.get${scalar.view}(${place(offset)}${endian(scalar.size, model)})`
  if (field.count === undefined) return one(at)
  return `[${Array.from({ length: field.count }, (_, i) => one(at + i * scalar.size)).join(', ')}]`
}

function writeStruct(table: StructTable, model: DataModel, base: number, value: string): string[] {
  const out = readable(table).flatMap((field) => {
    const at = base + layoutOf(table, model).offsets.get(field.name)!
    const scalar = scalarOf(field)
    if (!scalar) return writeStruct(tableOf(field), model, at, `${value}.${field.name}`)
    const one = (offset: number, from: string) =>
      `v.set${scalar.view}(${place(offset)}, ${from}${endian(scalar.size, model)})`
    if (field.count !== undefined)
      return Array.from({ length: field.count }, (_, i) => one(at + i * scalar.size, `${value}.${field.name}[${i}]`))
    const zero = scalar.size === 8 ? '0n' : '0'
    return [one(at, `${value}.${field.name}${field.presence === 'optional' ? ` ?? ${zero}` : ''}`)]
  })
  for (const [from, to] of holes(table, model)) out.push(`clear(v, ${place(base + from)}, ${place(base + to)})`)
  return out
}

/** What no readable field covers: alignment, and spare fields. */
function holes(table: StructTable, model: DataModel): [from: number, to: number][] {
  const { size, offsets } = layoutOf(table, model)
  const found: [number, number][] = []
  let end = 0
  for (const field of readable(table)) {
    const at = offsets.get(field.name)!
    if (at > end) found.push([end, at])
    const one = scalarOf(field)?.size ?? layoutOf(tableOf(field), model).size
    end = at + one * (field.count ?? 1)
  }
  if (size > end) found.push([end, size])
  return found
}

function readable(table: StructTable): Field[] {
  return table.fields.filter((field) => field.presence !== 'spare' && field.count !== 0)
}

function initName(table: StructTable): string {
  const differs = readable(table).some(
    (field) => field.presence === 'optional' || (!scalarOf(field) && initName(tableOf(field)) !== field.type),
  )
  return differs ? `${table.name}_init` : table.name
}

function typeText(field: Field, init: boolean): string {
  const scalar = scalarOf(field)
  if (!scalar) return init ? initName(tableOf(field)) : field.type
  const one = scalar.size === 8 ? 'bigint' : 'number'
  return field.count === undefined ? one : `[${Array.from({ length: field.count }, () => one).join(', ')}]`
}

function place(offset: number): string {
  return offset === 0 ? 'at' : `at + ${offset}`
}

function endian(size: number, model: DataModel): string {
  return size === 1 ? '' : `, ${model.littleEndian}`
}
