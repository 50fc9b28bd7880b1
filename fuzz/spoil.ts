import type { Arg } from '../src/transcript/index.js'
import { type Choices, pick } from './choices.js'
import type { Draft } from './draft.js'

/** Puts one of a draft's arguments wrong on purpose. */
export function spoilDraft(draft: Draft, allowed: readonly number[], choices: Choices): void {
  const index = pick(choices, allowed)
  if (index >= draft.args.length) return
  const spoiled = spoilArg(draft.args[index] as Arg, choices)
  // 0 to 2 are the console: its state is not the program's own.
  draft.args[index] = index === 0 && typeof spoiled === 'number' && spoiled >= 0 && spoiled < 3 ? 999 : spoiled
}

function spoilArg(arg: Arg, choices: Choices): Arg {
  if (typeof arg === 'number') return spoilNumber(arg, choices)
  if (arg === null) return pick<Arg>(choices, [{ bad: 1 }, 1, { out: 8 }])
  if (typeof arg === 'string') return arg
  if ('ret' in arg) return pick<Arg>(choices, [-1, 999, -100, 3])
  if ('pid' in arg) return pick<Arg>(choices, [4_000_000, 0x3fff_ffff])
  const way = choices.below(4)
  if (way === 0) return { bad: 1 }
  if (way === 1) return null
  if ('out' in arg) return { out: way === 2 ? arg.out >> 1 : Math.max(0, arg.out - 1) }
  if ('at' in arg) return { bad: 1 }
  const cut = (hex: string): string => hex.slice(0, way === 2 ? (hex.length >> 2) << 1 : Math.max(0, hex.length - 2))
  if ('in' in arg) return { in: cut(arg.in) }
  if ('inout' in arg) return { inout: cut(arg.inout) }
  if ('str' in arg) {
    // The root's own numbers are the machine's.
    const longer = arg.str === '' ? ['/proc/self/nope'] : [`${arg.str}/`, `${arg.str}/x`]
    return { str: pick(choices, ['', '/proc/nope', ...longer]) }
  }
  return arg
}

function spoilNumber(value: number, choices: Choices): Arg {
  switch (choices.below(5)) {
    case 0:
      return value ^ (1 << choices.below(31))
    case 1:
      // An upper half that a 32-bit argument must not look at.
      return `0x5a5a5a5a${(value >>> 0).toString(16).padStart(8, '0')}`
    case 2:
      return -1
    case 3:
      return 0
    default:
      return value + 1
  }
}
