import type { Step } from '../src/transcript/index.js'
import * as uapi from '../src/uapi/index.js'
import { errnoName } from '../src/uapi/index.js'

/** Calls that are many in one: which argument tells which. */
const COMMANDS: Readonly<Record<string, { index: number; names: Readonly<Record<number, string>> }>> = {
  ioctl: { index: 1, names: namesOf(/^(NS_(GET|MNT_GET)_|PIDFD_GET_|SIOCGSKNS$)/) },
  fcntl: { index: 1, names: namesOf(/^F_(DUPFD|DUPFD_CLOEXEC|GETFD|SETFD|GETFL|SETFL)$/) },
  prctl: {
    index: 0,
    names: {
      1: 'PR_SET_PDEATHSIG',
      2: 'PR_GET_PDEATHSIG',
      3: 'PR_GET_DUMPABLE',
      4: 'PR_SET_DUMPABLE',
      7: 'PR_GET_KEEPCAPS',
      8: 'PR_SET_KEEPCAPS',
      15: 'PR_SET_NAME',
      16: 'PR_GET_NAME',
      23: 'PR_CAPBSET_READ',
      24: 'PR_CAPBSET_DROP',
      27: 'PR_GET_SECUREBITS',
      28: 'PR_SET_SECUREBITS',
      36: 'PR_SET_CHILD_SUBREAPER',
      37: 'PR_GET_CHILD_SUBREAPER',
      38: 'PR_SET_NO_NEW_PRIVS',
      39: 'PR_GET_NO_NEW_PRIVS',
      47: 'PR_CAP_AMBIENT',
    },
  },
}

function namesOf(pattern: RegExp): Record<number, string> {
  const names: Record<number, string> = {}
  for (const [name, value] of Object.entries(uapi)) {
    if (pattern.test(name) && typeof value === 'number') names[command(value)] = name
  }
  return names
}

/** The extensible commands come with any size in the word. */
function command(word: number): number {
  return word > 0xffff ? (word & ~0x3fff_0000) >>> 0 : word
}

/** The row of the tables that a call belongs to: its name, with the command's where there is one. */
export function callKey(step: Pick<Step, 'call' | 'args'>): string {
  const row = COMMANDS[step.call]
  if (row === undefined) return step.call
  const word = step.args[row.index]
  const number = typeof word === 'string' ? Number(BigInt(word) & 0xffff_ffffn) : word
  if (typeof number !== 'number') return `${step.call} other`
  return `${step.call} ${row.names[command(number >>> 0)] ?? 'other'}`
}

/** What a call came to, as the tables count it: an errno's name, `ok`, `sleeps` or `exits`. */
export function outcomeOf(ret: number | null | undefined): string {
  if (ret === undefined) return 'sleeps'
  if (ret === null) return 'exits'
  return ret < 0 && ret > -4096 ? (errnoName(ret) ?? String(ret)) : 'ok'
}
