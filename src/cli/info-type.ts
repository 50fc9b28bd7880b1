import * as uapi from '../uapi/index.js'

const PREFIX = 'FAN_EVENT_INFO_TYPE_'

const names = new Map<number, string>()
for (const [key, value] of Object.entries(uapi))
  if (key.startsWith(PREFIX) && typeof value === 'number') names.set(value, key.slice(PREFIX.length))

/** The kernel's name of an info record type without its prefix, such as `DFID_NAME`; the number of one that has none. */
export function infoTypeName(infoType: number): string {
  return names.get(infoType) ?? String(infoType)
}

/** The number of a record type given by name (with or without prefix) or number; undefined when there is no such. */
export function parseInfoType(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text)
  const wanted = text.toUpperCase().replace(PREFIX, '')
  for (const [value, name] of names) if (name === wanted) return value
  return undefined
}

/** The names there are, in the order of their numbers. */
export function infoTypeNames(): string[] {
  return [...names].sort(([a], [b]) => a - b).map(([, name]) => name)
}
