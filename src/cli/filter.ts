import { eventBits, eventNames, type FanotifyEvent } from '../uapi/index.js'
import { CliError } from './cli-error.js'
import { infoTypeNames, parseInfoType } from './info-type.js'

/** Whether an event is to be shown. */
export type EventFilter = (event: FanotifyEvent) => boolean

/** The options of `kabinet decode` that choose events; each a list with commas. */
export interface FilterOptions {
  mask?: string
  pid?: string
  type?: string
}

// 0x100 and 0x200 have two names each, so names are compared, not bits.
const KNOWN_NAMES: ReadonlySet<string> = new Set([...eventBits('fs').keys(), ...eventBits('ns').keys()])

const COMBINED_NAMES: Record<string, readonly string[]> = {
  FAN_CLOSE: ['FAN_CLOSE_WRITE', 'FAN_CLOSE_NOWRITE'],
  FAN_MOVE: ['FAN_MOVED_FROM', 'FAN_MOVED_TO'],
}

function list(option: string, text: string): string[] {
  const words = text
    .split(/[,|]/)
    .map((word) => word.trim())
    .filter((word) => word !== '')
  if (words.length === 0) throw new CliError(`${option}: nothing is named`)
  return words
}

function maskNames(word: string): readonly string[] {
  const name = word.toUpperCase().replace(/^(FAN_)?/, 'FAN_')
  if (KNOWN_NAMES.has(name)) return [name]
  const names = COMBINED_NAMES[name]
  if (names === undefined) throw new CliError(`--mask: no event is named ${word}`)
  return names
}

function maskFilter(text: string): EventFilter {
  const names = new Set<string>()
  let bits = 0n
  for (const word of list('--mask', text)) {
    if (/^(0x[0-9a-f]+|\d+)$/i.test(word)) bits |= BigInt(word)
    else for (const name of maskNames(word)) names.add(name)
  }
  return (event) => (event.mask & bits) !== 0n || eventNames(event.mask, event.group).some((name) => names.has(name))
}

function pidFilter(text: string): EventFilter {
  const pids = new Set(
    list('--pid', text).map((word) => {
      if (!/^\d+$/.test(word)) throw new CliError(`--pid: ${word} is not a pid`)
      return Number(word)
    }),
  )
  return (event) => pids.has(event.pid)
}

function typeFilter(text: string): EventFilter {
  const types = new Set(
    list('--type', text).map((word) => {
      const type = parseInfoType(word)
      if (type === undefined)
        throw new CliError(`--type: no record is named ${word}; there are ${infoTypeNames().join(', ')}`)
      return type
    }),
  )
  return (event) => event.info.some((info) => types.has(info.info_type))
}

/** The filter for the given options, or undefined when they let everything through. @throws CliError for an unknown name */
export function makeFilter(options: FilterOptions): EventFilter | undefined {
  const filters: EventFilter[] = []
  if (options.mask !== undefined) filters.push(maskFilter(options.mask))
  if (options.pid !== undefined) filters.push(pidFilter(options.pid))
  if (options.type !== undefined) filters.push(typeFilter(options.type))
  return filters.length === 0 ? undefined : (event) => filters.every((filter) => filter(event))
}
