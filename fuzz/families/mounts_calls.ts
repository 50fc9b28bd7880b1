import type { Arg } from '../../src/transcript/index.js'
import {
  MS_BIND,
  MS_MOVE,
  MS_NOATIME,
  MS_NODEV,
  MS_NOEXEC,
  MS_NOSUID,
  MS_NOSYMFOLLOW,
  MS_PRIVATE,
  MS_RDONLY,
  MS_REC,
  MS_REMOUNT,
  MS_SHARED,
  MS_SILENT,
  MS_SLAVE,
  MS_STRICTATIME,
  MS_UNBINDABLE,
} from '../../src/uapi/index.js'
import { type Choices, pick, rarely } from '../choices.js'
import type { CallMaker, Draft } from '../draft.js'
import type { Walk } from '../walk.js'
import { filePath, place, somePath } from './mounts_place.js'

const FLAGS: readonly number[] = [
  0,
  0,
  0,
  MS_RDONLY,
  MS_NOSUID,
  MS_NODEV,
  MS_NOEXEC,
  MS_NOATIME,
  MS_NOSYMFOLLOW,
  MS_STRICTATIME,
  MS_NODEV | MS_RDONLY,
]
const OPTIONS: readonly (string | null)[] = [
  null,
  null,
  null,
  'size=1M',
  'mode=700',
  'size=64k,nr_inodes=10',
  'uid=1000,gid=1000',
  'ro',
  'nope',
  'size=x',
  'mode=9',
  'source=s',
  '',
]

const text = (value: string | null): Arg => (value === null ? null : { str: value })

function mountNew(walk: Walk, choices: Choices): Draft {
  const type = rarely(choices, 16) ? pick(choices, ['nosuch', '', 'tmpfs.x', 'ramfs', null]) : 'tmpfs'
  const source = pick(choices, ['none', 'x', 'none', null, ''])
  return {
    call: 'mount',
    args: [text(source), place(walk, choices), text(type), pick(choices, FLAGS), text(pick(choices, OPTIONS))],
  }
}

function bind(walk: Walk, choices: Choices): Draft {
  const flags = MS_BIND | pick(choices, [0, 0, MS_REC, MS_REC, MS_RDONLY, MS_SILENT])
  if (rarely(choices, 6)) {
    const source = pick(choices, [filePath(choices), filePath(choices), '/proc/self/ns/uts', '/proc/self/ns/mnt'])
    return { call: 'mount', args: [text(source), text(filePath(choices)), null, flags, null] }
  }
  return { call: 'mount', args: [place(walk, choices), place(walk, choices), null, flags, null] }
}

function move(walk: Walk, choices: Choices): Draft {
  return { call: 'mount', args: [place(walk, choices), place(walk, choices), null, MS_MOVE, null] }
}

const PROPAGATION: readonly number[] = [MS_SHARED, MS_SHARED, MS_PRIVATE, MS_SLAVE, MS_SLAVE, MS_UNBINDABLE]

function propagation(walk: Walk, choices: Choices): Draft {
  let flags = pick(choices, PROPAGATION) | pick(choices, [0, 0, MS_REC])
  if (rarely(choices, 16)) flags |= pick(choices, [...PROPAGATION, MS_SILENT, MS_RDONLY])
  return { call: 'mount', args: [null, place(walk, choices), null, flags, null] }
}

function remount(walk: Walk, choices: Choices): Draft {
  const flags = MS_REMOUNT | pick(choices, [0, MS_BIND, MS_BIND]) | pick(choices, FLAGS)
  return { call: 'mount', args: [null, place(walk, choices), null, flags, text(pick(choices, OPTIONS))] }
}

const FORCE = 1
const DETACH = 2
const EXPIRE = 4
const NOFOLLOW = 8
const UMOUNT: readonly number[] = [0, 0, 0, DETACH, DETACH, NOFOLLOW, EXPIRE, FORCE]

function umount(walk: Walk, choices: Choices): Draft {
  const target = somePath(walk, choices)
  const flags = rarely(choices, 16)
    ? pick(choices, [EXPIRE | DETACH, EXPIRE | NOFOLLOW, 16, -1])
    : pick(choices, UMOUNT)
  const args: Arg[] = [{ str: target }, flags]
  // A mount that nobody used since goes the second time.
  if (flags !== EXPIRE || rarely(choices, 3)) return { call: 'umount2', args }
  return { call: 'umount2', args, follow: () => ({ call: 'umount2', args }) }
}

/** An EXPIRE that succeeds says EAGAIN, so there is nothing to follow it: the second one is made on its own. */
function expire(walk: Walk, choices: Choices): Draft {
  const last = walk.steps.findLast((step) => step.call === 'umount2' && step.args[1] === EXPIRE)
  if (last === undefined || choices.below(2) === 0) return { call: 'umount2', args: [place(walk, choices), EXPIRE] }
  return { call: 'umount2', args: [...last.args] }
}

function pivotRoot(walk: Walk, choices: Choices): Draft {
  if (rarely(choices, 4)) return { call: 'pivot_root', args: [{ str: '.' }, { str: '.' }] }
  return { call: 'pivot_root', args: [place(walk, choices), place(walk, choices)] }
}

/** mount(2), umount2(2) and pivot_root(2). */
export const mountMakers: readonly CallMaker[] = [
  { name: 'mount_new', weight: 20, spoil: [0, 1, 2, 3, 4], make: mountNew },
  { name: 'mount_bind', weight: 28, spoil: [0, 1, 3], make: bind },
  { name: 'mount_move', weight: 8, spoil: [0, 1], make: move },
  { name: 'mount_propagation', weight: 18, spoil: [1, 3], make: propagation },
  { name: 'mount_remount', weight: 6, spoil: [1, 4], make: remount },
  { name: 'umount2', weight: 16, spoil: [0], make: umount },
  { name: 'umount2_expire', weight: 4, spoil: [0], make: expire },
  { name: 'pivot_root', weight: 3, spoil: [0, 1], make: pivotRoot },
]
