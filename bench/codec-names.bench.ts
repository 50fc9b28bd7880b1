import { strictEqual } from 'node:assert'
import { EventReader, FAN_EVENT_INFO_TYPE_DFID_NAME, nameString } from '../src/uapi/index.js'
import { cWalk } from './lib/c-walk.js'
import type { Case, Group } from './lib/case.js'
import { namesStream, type Stream } from './lib/stream.js'

const reader = new EventReader(new Uint8Array(0))

function sumNameLengths(bytes: Uint8Array): number {
  reader.reset(bytes)
  let sum = 0
  while (reader.next()) {
    sum = (sum + reader.maskLo + reader.pid) | 0
    while (reader.nextInfo()) {
      if (reader.infoType !== FAN_EVENT_INFO_TYPE_DFID_NAME) continue
      sum = (sum + reader.handleLength + reader.handleType + reader.nameLength) | 0
    }
  }
  return sum
}

/** Where each name of the stream lies, so that the cases below time nothing but the name. */
function namesOf(stream: Stream): Uint8Array[] {
  const names: Uint8Array[] = []
  reader.reset(stream.bytes)
  while (reader.next()) {
    while (reader.nextInfo()) {
      names.push(stream.bytes.subarray(reader.nameOffset, reader.nameOffset + reader.nameLength))
    }
  }
  return names
}

function lengthsCase(stream: Stream): Case {
  const run = (): number => {
    let sum = 0
    for (const read of stream.reads) sum = (sum + sumNameLengths(read)) | 0
    return sum >>> 0
  }
  const reference = cWalk('names', stream.bytes)
  if (reference) strictEqual(run(), reference.sum)
  return {
    name: 'codec-names/find the end',
    unit: 'event',
    candidates: [{ name: 'cursor', operations: stream.events, run }, ...(reference ? [reference.candidate] : [])],
    note: 'The C walk looks for the NUL with memchr.',
  }
}

function stringsCase(stream: Stream): Case {
  const names = namesOf(stream)
  const buffers = names.map((name) => Buffer.from(name.buffer, name.byteOffset, name.length))
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  const lengths = (text: (index: number) => string) => (): number => {
    let sum = 0
    for (let i = 0; i < names.length; i++) sum += text(i).length
    return sum
  }
  const operations = names.length
  return {
    name: 'codec-names/to a string',
    unit: 'name',
    candidates: [
      { name: 'nameString', operations, run: lengths((i) => nameString(names[i]!)) },
      { name: 'TextDecoder', operations, run: lengths((i) => decoder.decode(names[i]!)) },
      { name: 'Buffer.toString (Node only)', operations, run: lengths((i) => buffers[i]!.toString()) },
    ],
  }
}

/** Names in DFID_NAME records. */
export const group: Group = {
  name: 'codec-names',
  title: 'Names',
  about:
    'The names of 65,536 DFID_NAME records, 3 to 34 ASCII letters: found with the cursor, and turned into strings.',
  cases: () => {
    const stream = namesStream()
    return [lengthsCase(stream), stringsCase(stream)]
  },
}
