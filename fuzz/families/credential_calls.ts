import type { Arg } from '../../src/transcript/index.js'
import { le32, zeros } from '../bytes.js'
import { type Choices, pick, rarely } from '../choices.js'
import type { CallMaker, Draft } from '../draft.js'
import type { Walk } from '../walk.js'

const IDS: readonly number[] = [0, 0, 1000, -1, 1, 65534, 100_000, 999]

/** Ids are changed seldom by the first task: a program that cannot do anything any more finds little. */
function mayDropIds(walk: Walk, choices: Choices): boolean {
  return walk.current.number !== 1 || rarely(choices, 5)
}

function setIds(call: string, count: number, weight: number): CallMaker {
  return {
    name: call,
    weight,
    spoil: [0],
    make(walk, choices) {
      if (!mayDropIds(walk, choices)) return null
      return { call, args: Array.from({ length: count }, () => pick(choices, IDS)) }
    },
  }
}

function getIds(call: string): CallMaker {
  return {
    name: call,
    weight: 1,
    spoil: [0, 1, 2],
    make: () => ({ call, args: [{ out: 4 }, { out: 4 }, { out: 4 }] }),
  }
}

function getId(call: string): CallMaker {
  return { name: call, weight: 1, spoil: [], make: () => ({ call, args: [] }) }
}

function setgroups(walk: Walk, choices: Choices): Draft | null {
  if (!mayDropIds(walk, choices)) return null
  const count = choices.below(4)
  let hex = ''
  for (let i = 0; i < count; i++) hex += le32(pick(choices, IDS))
  return { call: 'setgroups', args: [rarely(choices, 24) ? 65_537 : count, { in: hex }] }
}

function getgroups(_walk: Walk, choices: Choices): Draft {
  const size = pick(choices, [32, 32, 1, 0, -1])
  return { call: 'getgroups', args: [size, { out: Math.max(0, size) * 4 }] }
}

const VERSION_3 = 0x2008_0522
const VERSIONS: readonly number[] = [VERSION_3, VERSION_3, VERSION_3, VERSION_3, 0x1998_0330, 0x2007_1026, 0]

function capHeader(walk: Walk, choices: Choices): Arg {
  const version = le32(pick(choices, VERSIONS))
  const entry = choices.below(3) === 2 ? walk.pidArg(choices) : null
  // The header comes back, and the number of a vfork's child cannot be told from others before the vfork has returned.
  const untold = walk.tasks.some(({ number, task }) => number === entry?.pid && task.vforkParent !== null)
  return entry === null || untold ? { inout: version + zeros(4) } : { inout: version + zeros(4), at: { 4: entry } }
}

function capget(walk: Walk, choices: Choices): Draft {
  return {
    call: 'capget',
    args: [capHeader(walk, choices), pick<Arg>(choices, [{ out: 24 }, { out: 24 }, { out: 24 }, null])],
  }
}

/** Words of capability sets: none, all, CAP_SYS_ADMIN, the usual small ones. */
const CAPS: readonly [low: number, high: number][] = [
  [-1, 0x1ff],
  [0, 0],
  [1 << 21, 0],
  [0xc0, 0],
  [-1 & ~(1 << 21), 0x1ff],
  [0x100, 0],
]

function capset(walk: Walk, choices: Choices): Draft | null {
  if (!mayDropIds(walk, choices)) return null
  const effective = pick(choices, CAPS)
  const permitted = choices.below(3) < 2 ? effective : pick(choices, CAPS)
  const inheritable = pick(choices, CAPS)
  const words = [0, 1].map(
    (n) => le32(effective[n] as number) + le32(permitted[n] as number) + le32(inheritable[n] as number),
  )
  const header = rarely(choices, 8) ? capHeader(walk, choices) : { inout: le32(VERSION_3) + zeros(4) }
  return { call: 'capset', args: [header, { in: words.join('') }] }
}

const DUMPABLE = 4
/** Options that the model has, with what makes sense as their second argument. */
const PRCTL: readonly (readonly [option: number, args: readonly number[]])[] = [
  [DUMPABLE, [1, 0, 1, 2]],
  [3, [0]],
  [1, [0, 9, 65]],
  [7, [0]],
  [8, [1, 0, 2]],
  [23, [21, 0, 40, 41]],
  [24, [21, 0, 40, 41]],
  [27, [0]],
  [28, [0, 1, 4, 16, 0x10000]],
  [36, [1, 0]],
  [38, [1, 0]],
  [39, [0]],
]

function prctl(walk: Walk, choices: Choices): Draft | null {
  if (!mayDropIds(walk, choices)) return null
  if (rarely(choices, 6)) {
    const action = pick(choices, [1, 2, 3, 4, 5])
    return { call: 'prctl', args: [47, action, action === 4 ? 0 : pick(choices, [21, 7, 0, 41]), 0, 0] }
  }
  if (rarely(choices, 8)) return { call: 'prctl', args: [pick(choices, [2, 37]), { out: 4 }, 0, 0, 0] }
  const [option, args] = pick(choices, PRCTL)
  return { call: 'prctl', args: [option, pick(choices, args), 0, 0, 0] }
}

/** Ids, groups and capabilities. */
export const credentialMakers: readonly CallMaker[] = [
  setIds('setresuid', 3, 4),
  setIds('setresgid', 3, 2),
  setIds('setuid', 1, 2),
  setIds('setgid', 1, 1),
  setIds('setreuid', 2, 1),
  setIds('setregid', 2, 1),
  setIds('setfsuid', 1, 1),
  setIds('setfsgid', 1, 1),
  getIds('getresuid'),
  getIds('getresgid'),
  getId('getuid'),
  getId('geteuid'),
  getId('getgid'),
  getId('getegid'),
  { name: 'setgroups', weight: 3, spoil: [0, 1], make: setgroups },
  { name: 'getgroups', weight: 1, spoil: [0, 1], make: getgroups },
  { name: 'capget', weight: 3, spoil: [0, 1], make: capget },
  { name: 'capset', weight: 3, spoil: [0, 1], make: capset },
  { name: 'prctl', weight: 7, spoil: [1, 2], make: prctl },
]
