import { FAN_MARK_INODE } from '../uapi/constants/fanotify.js'
import * as uapi from '../uapi/index.js'
import { CliError } from './cli-error.js'

/** A flag that has no number of its own: profiles give it one, or do not have it. */
export const RESTARTABLE = 'FAN_RESTARTABLE_EVENTS'

/** An argument of a call: the number that its parts make, or a string or NULL where a pointer stands. */
export interface CallArgument {
  readonly text: string
  /** The number, where all parts have one; a {@link RESTARTABLE} part is not in it. */
  readonly value: bigint | null
  /** One of the parts is {@link RESTARTABLE}. */
  readonly restartable: boolean
}

/** A syscall as people write it: a name and arguments in parentheses. */
export interface CallText {
  readonly name: string
  readonly args: readonly CallArgument[]
}

const U64 = (1n << 64n) - 1n

const CONSTANTS: ReadonlyMap<string, bigint> = new Map(
  Object.entries({ ...uapi, FAN_MARK_INODE }).flatMap(([name, value]) =>
    typeof value === 'number' && /^(FAN|O|AT)_/.test(name) ? [[name, BigInt(value) & U64] as const] : [],
  ),
)

/** How many single letters have to change to make `b` of `a`. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let k = 1; k <= b.length; k++)
      next.push(Math.min(row[k]! + 1, next[k - 1]! + 1, row[k - 1]! + (a[i - 1] === b[k - 1] ? 0 : 1)))
    row = next
  }
  return row[b.length]!
}

function nearest(name: string): string {
  let best = ''
  let least = 4
  for (const known of [...CONSTANTS.keys(), RESTARTABLE]) {
    const d = distance(name, known)
    if (d < least) {
      least = d
      best = known
    }
  }
  return best === '' ? '' : `; did you mean ${best}?`
}

function partValue(part: string): bigint {
  if (/^(0x[0-9a-f]+|\d+)$/i.test(part)) {
    const value = BigInt(/^0[0-7]+$/.test(part) ? `0o${part.slice(1)}` : part)
    if (value > U64) throw new CliError(`${part} does not fit 64 bits`)
    return value
  }
  const negative = /^-(\d+)$/.exec(part)
  if (negative !== null) return -BigInt(negative[1]!) & U64
  const value = CONSTANTS.get(part)
  if (value !== undefined) return value
  if (/^\w+$/.test(part)) throw new CliError(`no flag ${part}${nearest(part)}`)
  throw new CliError(`${JSON.stringify(part)} is neither a flag nor a number`)
}

/** Reads flags joined by `|`, by name or number (decimal, 0x hexadecimal, 0 octal). @throws CliError for anything else */
export function parseFlags(text: string): CallArgument {
  let value = 0n
  let restartable = false
  for (const part of text.split('|').map((piece) => piece.trim())) {
    if (part === '') throw new CliError(`${JSON.stringify(text)}: a flag is missing`)
    if (part === RESTARTABLE) restartable = true
    else value |= partValue(part)
  }
  return { text, value, restartable }
}

function parseArgument(text: string): CallArgument {
  if (text === 'NULL') return { text, value: 0n, restartable: false }
  if (/^"[^"]*"$/.test(text)) return { text, value: null, restartable: false }
  return parseFlags(text)
}

/**
 * Reads a call such as `fanotify_init(FAN_CLASS_CONTENT|FAN_NONBLOCK, O_RDONLY)`.
 * @throws CliError when it is not one
 */
export function parseCall(text: string): CallText {
  const match = /^\s*([a-z_]\w*)\s*\(([\s\S]*)\)\s*;?\s*$/.exec(text)
  if (match === null) throw new CliError(`${JSON.stringify(text)} is not a call: write it as name(argument, …)`)
  const inside = match[2]!.trim()
  const pieces = inside === '' ? [] : inside.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/)
  return { name: match[1]!, args: pieces.map((piece) => parseArgument(piece.trim())) }
}
