import { lookupAt } from '../../src/kernel/namei.js'
import { pathDone } from '../../src/kernel/path.js'
import type { Arg, RetRef } from '../../src/transcript/index.js'
import { AT_FDCWD, CLONE_NEWNS, CLONE_NEWUSER, O_WRONLY } from '../../src/uapi/index.js'
import { type Choices, pick, rarely } from '../choices.js'
import type { Draft } from '../draft.js'
import type { Walk } from '../walk.js'
import { writeProcFile } from './user_maps.js'

/** The tmpfs that a program mounts for itself. */
export const SCRATCH = '/run/w'

/** Names below it, of files, directories, a pipe, a link; some are there from the start. */
const NAMES: readonly string[] = ['f', 'd', 'd/g', '', 'f', 'e', 'l', 'p', 'd/g', 'n', 'd/m', 'e/h']

const S_IFIFO = 0o010000

function chain(drafts: readonly Draft[]): Draft {
  const [first, ...rest] = drafts as [Draft, ...Draft[]]
  return rest.length === 0 ? first : { ...first, follow: () => chain(rest) }
}

/** The program's own mount namespace with a tmpfs in it, some files there, and now and then its own user namespace around it. */
export function beginScratch(walk: Walk, choices: Choices, then: (walk: Walk) => Draft | null): Draft {
  const rest = chain([
    { call: 'mkdir', args: [{ str: SCRATCH }, 0o755] },
    { call: 'mount', args: [{ str: 'none' }, { str: SCRATCH }, { str: 'tmpfs' }, 0, null] },
    { call: 'mkdir', args: [{ str: `${SCRATCH}/d` }, 0o755] },
    { call: 'mkdir', args: [{ str: `${SCRATCH}/e` }, 0o755] },
    { call: 'mknodat', args: [AT_FDCWD, { str: `${SCRATCH}/f` }, 0o100644, 0] },
    { call: 'mknodat', args: [AT_FDCWD, { str: `${SCRATCH}/d/g` }, 0o100600, 0] },
    { call: 'mknodat', args: [AT_FDCWD, { str: `${SCRATCH}/p` }, S_IFIFO | 0o644, 0] },
    { call: 'symlinkat', args: [{ str: 'f' }, AT_FDCWD, { str: `${SCRATCH}/l` }] },
    { call: 'openat', args: [AT_FDCWD, { str: pick(choices, [SCRATCH, `${SCRATCH}/d`]) }, 0] },
    { call: 'openat', args: [AT_FDCWD, { str: '/proc/self/ns/mnt' }, 0], follow: () => then(walk) },
  ])
  if (!rarely(choices, 4)) return { call: 'unshare', args: [CLONE_NEWNS], follow: () => rest }
  const gid = writeProcFile('self', 'gid_map', '0 0 1', O_WRONLY, rest)
  const denied = writeProcFile('self', 'setgroups', 'deny', O_WRONLY, gid)
  const uid = writeProcFile('self', 'uid_map', '0 0 1', O_WRONLY, denied)
  return { call: 'unshare', args: [CLONE_NEWUSER | CLONE_NEWNS], follow: () => uid }
}

/** What a name is wanted for: something that is there, mostly, or a place where nothing is yet. */
export type Wanted = 'there' | 'free'

const TRIES = 3

function isThere(walk: Walk, path: string): boolean {
  const found = lookupAt(walk.task, AT_FDCWD, path, 0)
  if (typeof found === 'number') return false
  pathDone(found)
  return true
}

/** A path in the scratch tmpfs, from the root. */
export function scratchPath(walk: Walk, choices: Choices, wanted: Wanted = 'there'): string {
  let path = ''
  for (let tries = 0; tries < TRIES; tries++) {
    const name = pick(choices, NAMES)
    path = name === '' ? SCRATCH : `${SCRATCH}/${name}`
    if (isThere(walk, path) === (wanted === 'there')) break
  }
  return path
}

const RELATIVE: readonly string[] = ['f', 'g', '.', 'd', 'e', 'n', 'm', 'l', 'd/g']

/** A path in the scratch tmpfs as dirfd and path: from the root, or from an open directory of it. */
export function scratchPlace(walk: Walk, choices: Choices, wanted: Wanted = 'there'): [Arg, Arg] {
  if (choices.below(4) === 3) {
    const dir = walk.findFd(choices, (file) => file.kind === 'directory')
    if (dir >= 0) return [walk.fdArg(dir), { str: pick(choices, RELATIVE) }]
  }
  return [AT_FDCWD, { str: scratchPath(walk, choices, wanted) }]
}

/** A descriptor of the current task that came from the scratch tmpfs, or null. */
export function scratchFd(walk: Walk, choices: Choices): RetRef | number | null {
  const fd = walk.findFd(choices, (file) => file.kind === 'regular' || file.kind === 'directory')
  return fd < 0 ? null : walk.fdArg(fd)
}
