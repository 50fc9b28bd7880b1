import { readFileSync } from 'node:fs'
import { recorded } from './kabinet.js'

/** A line of a recording's manifest. */
export interface Recording {
  name: string
  init: string
  bytes: number
  events: number
  reads: number[]
}

/** What `manifest.ndjson` of a folder says. */
export function manifest(folder: string = recorded): Recording[] {
  return readFileSync(`${folder}/manifest.ndjson`, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}

interface JsonRecord {
  info_type: number
  len: number
  [field: string]: unknown
}

interface JsonEvent {
  [field: string]: unknown
  info: JsonRecord[]
}

/** What `decode --format ndjson` printed, in the words of a `.walk` file, which the recorder's C structures wrote. */
export function walkOf(ndjson: string): string {
  let text = ''
  for (const line of ndjson.trimEnd().split('\n')) {
    if (line === '') continue
    const event: JsonEvent = JSON.parse(line)
    const { event_len, vers, metadata_len, mask, fd, pid } = event
    text += `event_len=${event_len} vers=${vers} metadata_len=${metadata_len} mask=${mask} fd=${fd} pid=${pid}\n`
    for (const { info_type, len, ...fields } of event.info) {
      text += `  info_type=${info_type} len=${len}`
      const name =
        'name_raw' in fields
          ? fields.name_raw
          : typeof fields.name === 'string'
            ? Buffer.from(fields.name).toString('hex')
            : undefined
      for (const [field, value] of Object.entries(fields)) {
        if (field === 'fsid') text += ` fsid=${(value as number[]).join(',')}`
        else if (field === 'handle')
          for (const [part, content] of Object.entries(value as object)) text += ` ${part}=${content}`
        else if (field !== 'name' && field !== 'name_raw') text += ` ${field}=${value}`
      }
      text += name === undefined ? '\n' : ` name=${name}\n`
    }
  }
  return text
}
