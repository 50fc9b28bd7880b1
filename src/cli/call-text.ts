import * as uapi from '../uapi/index.js'
import { CliError } from './cli-error.js'

/** A flag that has no number of its own: profiles give it one, or do not have it. */
export const RESTARTABLE = 'FAN_RESTARTABLE_EVENTS'

/** Flags as people write them: the number that they make together. */
export interface FlagsText {
  readonly value: bigint
  /** One of them is {@link RESTARTABLE}, which `value` does not have. */
  readonly restartable: boolean
}

/** A syscall as people write it: a name, and the text of each argument. A string stands as `""`. */
export interface CallText {
  readonly name: string
  readonly args: readonly string[]
}

const U64 = (1n << 64n) - 1n

const CONSTANTS: ReadonlyMap<string, bigint> = new Map(
  Object.entries(uapi).flatMap(([name, value]) =>
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
export function parseFlags(text: string): FlagsText {
  let value = 0n
  let restartable = false
  const plain = text.replace(/\(([^()]*)\)/g, '$1')
  for (const part of plain.split('|').map((piece) => piece.trim())) {
    if (part === '') throw new CliError(`${JSON.stringify(text)}: a flag is missing`)
    if (part === RESTARTABLE) restartable = true
    else value |= partValue(part)
  }
  return { value, restartable }
}

/**
 * Reads a call such as `fanotify_init(FAN_CLASS_CONTENT|FAN_NONBLOCK, O_RDONLY)`, as it stands in C or in a line of strace, with
 * what it returned there.
 * @throws CliError when it is not one
 */
export function parseCall(text: string): CallText {
  const plain = text
    .replace(/"(?:[^"\\]|\\.)*"(?:\.\.\.)?/g, '""')
    .replace(/\/\*.*?\*\//g, '')
    .replace(/\)\s*=\s*(?:-?\d+|\?)[^"]*$/, ')')
  const match = /^\s*([a-z_]\w*)\s*\(([\s\S]*)\)\s*;?\s*$/.exec(plain)
  if (match === null) throw new CliError(`${JSON.stringify(text)} is not a call: write it as name(argument, …)`)
  const inside = match[2]!.trim()
  return { name: match[1]!, args: inside === '' ? [] : inside.split(',').map((piece) => piece.trim()) }
}
