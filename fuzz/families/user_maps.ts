import { AT_FDCWD, O_RDWR, O_WRONLY } from '../../src/uapi/index.js'
import { ascii } from '../bytes.js'
import { type Choices, pick, rarely } from '../choices.js'
import type { Draft } from '../draft.js'
import type { Walk } from '../walk.js'

/** What is written to maps: mostly what a rootless container writes, and every way in which it may be wrong. */
const MAPS: readonly string[] = [
  '0 0 1\n',
  '0 0 1',
  '0 0 4294967295\n',
  '0 0 1000\n',
  '0 1000 1\n',
  '0 0 1\n1 1 10\n',
  '1000 0 1\n',
  '0 100000 65536\n',
  '5 0 1\n6 1 1\n7 2 1\n8 3 1\n9 4 1\n10 5 1\n',
  '0 0 0\n',
  '0 0\n',
  '0 0 1 1\n',
  '0 0 1\n0 5 1\n',
  '4294967295 0 1\n',
  'x',
  '\n',
  '',
  ' 0 0 1 \n',
  '0\t0\t1\n',
  '-1 0 1\n',
  '0 0 99999999999\n',
]

export function mapText(choices: Choices): string {
  return choices.below(3) < 2 ? (MAPS[choices.below(3)] as string) : pick(choices, MAPS)
}

/** Opens a file of `/proc/<who>` for writing and writes `text`, then goes on with `after`. */
export function writeProcFile(
  who: string,
  file: string,
  text: string,
  flags: number,
  after: Draft | null = null,
): Draft {
  return {
    call: 'openat',
    args: [AT_FDCWD, { str: `/proc/${who}/${file}` }, flags],
    follow: (_walk, step) => ({
      call: 'write',
      args: [{ ret: step }, { in: ascii(text) }, text.length],
      follow: () => ({ call: 'close', args: [{ ret: step }], follow: () => after }),
    }),
  }
}

/** After a user namespace was made: gives it maps, in the usual order. */
export function mapsOfNewUserNs(walk: Walk, who: string, choices: Choices): Draft['follow'] {
  const parts: Draft[] = []
  const uid = mapText(choices)
  const gid = mapText(choices)
  const flags = pick(choices, [O_WRONLY, O_RDWR])
  const isChild = who !== 'self'
  const number = isChild ? Number(who.slice(1)) : 0
  const denies = choices.below(3) === 0
  let chain: Draft | null = null
  if (!rarely(choices, 4)) chain = writeProcFile(who, 'gid_map', gid, flags, null)
  if (denies) chain = writeProcFile(who, 'setgroups', 'deny', flags, chain)
  chain = writeProcFile(who, 'uid_map', uid, flags, chain)
  parts.push(chain)
  const first = parts[0] as Draft
  return (later) => {
    if (!isChild) return first
    const entry = later.tasks.find((one) => one.number === number)
    return entry !== undefined && later.pidIsSafe(entry, walk.emulator.kernel.initPidNs) ? first : null
  }
}
