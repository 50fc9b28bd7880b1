import { type DataModel, dataModels } from './data-model.js'
import { type EventWord, eventWords } from './event-words.js'
import type { Field } from './field.js'
import { scalarOf } from './scalar.js'
import { structs } from './tables.js'
import { layoutOf } from './typed-struct.js'

/** The text of event-words.ts: EventReader's getters, and those that other machines than the default one need. */
export function emitEventWords(): string {
  const [usual, ...others] = dataModels
  const out = [
    "import type { Machine } from '../machine.js'",
    '',
    '/**',
    " * The getters of EventReader that read a fixed place. Offsets are numbers here, since V8 inlines a getter's bytecode",
    ' * whatever the size of the loop that calls it only while it is 27 bytes or less, and a named constant makes it longer.',
    ' */',
    'export abstract class EventWords {',
    '  /** @internal */',
    '  abstract readonly view: DataView',
    "  /** The current event's offset. */",
    '  abstract readonly offset: number',
    '  /** Offset of the current record. */',
    '  abstract readonly infoOffset: number',
    ...eventWords.flatMap((word) => [
      '',
      `  /** ${word.doc} */`,
      `  get ${word.name}(): ${type(word)} {`,
      `    return ${read(word, usual!)}`,
      '  }',
    ]),
    '}',
    '',
    `/** The properties that take the place of those getters in a reader of another machine's bytes than ${usual!.machine}. */`,
    'export const eventWordsOn: Readonly<Record<Machine, PropertyDescriptorMap & ThisType<EventWords>>> = {',
    `  ${usual!.machine}: {},`,
    ...others.flatMap((model) => [
      `  ${model.machine}: {`,
      ...eventWords
        .filter((word) => read(word, model) !== read(word, usual!))
        .flatMap((word) => [
          `    ${word.name}: {`,
          `      get(): ${type(word)} {`,
          `        return ${read(word, model)}`,
          '      },',
          '    },',
        ]),
      '  },',
    ]),
    '}',
  ]
  return `${out.join('\n')}\n`
}

/** The field at the end of the word's path, and its offset from the path's start. */
function find(word: EventWord, model: DataModel): { field: Field; offset: number } {
  let offset = 0
  let field: Field | undefined
  for (const [struct, name] of word.path) {
    const table = structs.get(struct)
    field = table?.fields.find((one) => one.name === name)
    if (!table || !field) throw new Error(`${word.name}: no field ${struct}.${name}`)
    offset += layoutOf(table, model).offsets.get(name)!
  }
  return { field: field!, offset }
}

function type(word: EventWord): string {
  return scalarOf(find(word, dataModels[0]!).field)!.size === 8 && word.part === undefined ? 'bigint' : 'number'
}

// The byte order is left to the view: EventReader's is a BigEndianView where the machine is.
function read(word: EventWord, model: DataModel): string {
  const { field, offset } = find(word, model)
  const { size, view } = scalarOf(field)!
  const { part } = word
  if (part === 'low' || part === 'high') {
    const second = (part === 'high') === model.littleEndian
    return `this.view.getUint32(this.${word.base} + ${offset + (second ? 4 : 0)}, true)`
  }
  const at = offset + (part ?? 0) * size
  return `this.view.get${view}(this.${word.base} + ${at}${size === 1 ? '' : ', true'})`
}
