import type { Arg, At } from '../../src/transcript/index.js'
import { NS_GET_ID } from '../../src/uapi/index.js'
import { le32, le64, zeros } from '../bytes.js'
import { type Choices, pick, rarely } from '../choices.js'
import type { CallMaker, Draft } from '../draft.js'
import type { Walk } from '../walk.js'
import { namespaceFlags, namespaceType } from './namespace_flags.js'

const REQUEST = 32
const CURRENT_USER = 'ffffffffffffffff'

/** A step that read a namespace's id, or -1. */
function idStep(walk: Walk, choices: Choices): number {
  const { steps } = walk
  const start = choices.below(steps.length + 1)
  for (let i = 0; i < steps.length; i++) {
    const step = steps[(start + i) % steps.length]
    if (step?.call === 'ioctl' && step.args[1] === NS_GET_ID && walk.ret(step.step) === 0) return step.step
  }
  return -1
}

interface Request {
  hex: string
  at: Record<string, At>
}

/** Puts an id at `offset`: one that a step read, a small one (initial namespaces), or one that there is not. */
function putId(walk: Walk, choices: Choices, request: Request, offset: number): string {
  const from = idStep(walk, choices)
  if (from >= 0 && choices.below(4) < 3) {
    request.at[offset] = { from: [from, 0, 0, 8] }
    return zeros(8)
  }
  return pick(choices, [le64(1 + choices.below(12)), le64(choices.below(40)), le64(1_000_000), CURRENT_USER])
}

function listns(walk: Walk, choices: Choices): Draft {
  const request: Request = { hex: '', at: {} }
  const size = rarely(choices, 24) ? pick(choices, [0, 24, 31, 40, 4096, 4097]) : REQUEST
  const spare = rarely(choices, 48) ? 1 : 0
  const cursor = choices.below(3) === 0 ? putId(walk, choices, request, 8) : zeros(8)
  const types = pick(choices, [0, 0, 1, 1, 2, 3])
  const mask = types === 0 ? 0 : types === 1 ? namespaceType(choices) : types === 2 ? namespaceFlags(choices, 1) : 0
  const odd = rarely(choices, 24) ? pick(choices, [1, 0x100, 0x7e02_0080]) : mask
  const owner = pick(choices, [0, 0, 1, 2])
  const user = owner === 0 ? zeros(8) : owner === 1 ? CURRENT_USER : putId(walk, choices, request, 24)
  const tail = size === 40 ? le64(choices.below(2)) : size > REQUEST ? zeros(size - REQUEST) : ''
  const hex = le32(size) + le32(spare) + cursor + le32(odd) + le32(rarely(choices, 24) ? 1 : 0) + user + tail
  const arg: Arg = Object.keys(request.at).length > 0 ? { in: hex, at: request.at } : { in: hex }
  const nr = pick(choices, [64, 64, 16, 4, 2, 1, 0, 256])
  const asked = rarely(choices, 32) ? pick(choices, [1_000_000, 1_000_001]) : nr
  const room = rarely(choices, 12) ? Math.max(0, nr * 8 - pick(choices, [4, 8, 12])) : nr * 8
  return { call: 'listns', args: [arg, { out: room }, asked, rarely(choices, 48) ? 1 : 0] }
}

/** Listing namespaces by type, owner and cursor, into all sorts of buffers. */
export const listnsMakers: readonly CallMaker[] = [{ name: 'listns', weight: 22, spoil: [0, 1, 3], make: listns }]
