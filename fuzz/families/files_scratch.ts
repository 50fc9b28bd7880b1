import type { Arg } from '../../src/transcript/index.js'
import { AT_FDCWD, CLONE_NEWNS, MS_PRIVATE, MS_REC, SIGCHLD } from '../../src/uapi/index.js'
import { ascii, le32, le64, zeros } from '../bytes.js'
import { type Choices, pick, rarely } from '../choices.js'
import type { Draft } from '../draft.js'
import type { Walk } from '../walk.js'

/** Where the program's own tmpfs is, under a root that is its own too: no path leads to the machine's files. */
export const FILES_SCRATCH = '/w'

const DIRECTORIES: readonly string[] = ['', '', 'a', 'b', 'a/d', 'b/d', 't']
const NAMES: readonly string[] = ['w', 'x', 'y', 'z', 'w', 'x', 'd', 'l', 'p']
const ODD_NAMES: readonly string[] = [
  '.',
  '..',
  'w/',
  'd/',
  'l/',
  'nope',
  'x/y',
  'n'.repeat(255),
  'n'.repeat(256),
  'é',
  'd//w',
]

/** Who is not root. */
export const SOMEBODY = 1000

const CLONE_ARGS = { in: zeros(32) + le64(SIGCHLD) + zeros(48) }
const S_IFIFO = 0o010000

const str = (name: string): { str: string } => ({ str: name === '' ? FILES_SCRATCH : `${FILES_SCRATCH}/${name}` })

/** One call after another, for as long as they succeed: without its own root a program must not begin. */
export function inTurn(drafts: readonly Draft[]): Draft | null {
  return drafts.reduceRight<Draft | null>(
    (next, draft) => (next === null ? draft : { ...draft, follow: () => next }),
    null,
  )
}

/** A mount namespace, a tmpfs in it with files of every kind, and children, one of them not root. */
export function beginFiles(_walk: Walk, choices: Choices): Draft | null {
  const drafts: Draft[] = [
    { call: 'unshare', args: [CLONE_NEWNS] },
    { call: 'mount', args: [null, { str: '/' }, null, MS_REC | MS_PRIVATE, null] },
    { call: 'mount', args: [{ str: 'none' }, { str: '/run' }, { str: 'tmpfs' }, 0, { str: 'mode=755' }] },
    { call: 'mkdirat', args: [AT_FDCWD, { str: '/run/proc' }, 0o755] },
    { call: 'mount', args: [{ str: 'proc' }, { str: '/run/proc' }, { str: 'proc' }, 0, null] },
    { call: 'mkdirat', args: [AT_FDCWD, { str: '/run/w' }, 0o755] },
    { call: 'mount', args: [{ str: 'none' }, { str: '/run/w' }, { str: 'tmpfs' }, mountFlags(choices), null] },
    { call: 'chroot', args: [{ str: '/run' }] },
    { call: 'chdir', args: [{ str: FILES_SCRATCH }] },
    { call: 'umask', args: [pick(choices, [0o022, 0o022, 0, 0o077, 0o777])] },
    { call: 'mkdirat', args: [AT_FDCWD, str('a'), 0o755] },
    { call: 'mkdirat', args: [AT_FDCWD, str('b'), 0o777] },
    { call: 'fchmodat', args: [AT_FDCWD, str('b'), pick(choices, [0o777, 0o1777, 0o2777, 0o2775])] },
    { call: 'mkdirat', args: [AT_FDCWD, str('t'), 0o777] },
    { call: 'fchmodat', args: [AT_FDCWD, str('t'), 0o1777] },
    { call: 'mkdirat', args: [AT_FDCWD, str('a/d'), 0o755] },
    { call: 'openat', args: [AT_FDCWD, str('w'), 0x42, 0o666] },
    { call: 'write', args: [3, { in: ascii('hello, world') }, 12] },
    { call: 'mknodat', args: [AT_FDCWD, str('b/x'), 0o100666, 0] },
    { call: 'mknodat', args: [AT_FDCWD, str('a/y'), 0o100755, 0] },
    { call: 'mknodat', args: [AT_FDCWD, str('p'), S_IFIFO | 0o666, 0] },
    { call: 'symlinkat', args: [{ str: 'w' }, AT_FDCWD, str('l')] },
    { call: 'symlinkat', args: [{ str: '../b' }, AT_FDCWD, str('a/l')] },
  ]
  if (rarely(choices, 3)) drafts.push({ call: 'fchownat', args: [AT_FDCWD, str('b/x'), SOMEBODY, SOMEBODY, 0] })
  if (rarely(choices, 3)) drafts.push({ call: 'chdir', args: [str(pick(choices, ['', 'a', 'b']))] })
  const children = choices.below(3)
  for (let i = 0; i < children; i++) drafts.push({ call: 'clone3', args: [CLONE_ARGS, 88] })
  return inTurn(drafts)
}

/** Mount flags of the scratch: mostly none, so that times are kept as they usually are. */
function mountFlags(choices: Choices): number {
  return rarely(choices, 3) ? pick(choices, [0x400, 0x800, 0x1000000, 0x8, 0x4, 0x2, 0x400 | 0x800, 0x10, 0x100]) : 0
}

/** Becomes somebody else, for a child mostly. */
export function changeUser(walk: Walk, choices: Choices): Draft | null {
  if (walk.current.number === 1 && !rarely(choices, 8)) return null
  const ids = pick(choices, [
    [SOMEBODY, SOMEBODY, SOMEBODY],
    [-1, SOMEBODY, -1],
    [SOMEBODY, -1, 0],
    [0, SOMEBODY, 0],
    [-1, 0, -1],
  ])
  const group = choices.below(3)
  if (group === 0) return { call: 'setresgid', args: ids }
  if (group === 1) return { call: 'setgroups', args: [1, { in: le32(pick(choices, [SOMEBODY, 0, 5])) }] }
  return { call: 'setresuid', args: ids }
}

/** A directory of the scratch, relative to its root; '' is the root. */
export function directoryName(choices: Choices): string {
  return pick(choices, DIRECTORIES)
}

/** A name in the scratch that may be there or not, relative to its root. */
export function scratchName(choices: Choices): string {
  if (rarely(choices, 7)) return directoryName(choices)
  const dir = directoryName(choices)
  const name = rarely(choices, 30) ? pick(choices, ODD_NAMES) : pick(choices, NAMES)
  return dir === '' ? name : `${dir}/${name}`
}

/** A path as dirfd and path: mostly from the root, else from an open directory or the working directory. */
export function placeArgs(walk: Walk, choices: Choices, name: string = scratchName(choices)): [Arg, Arg] {
  if (rarely(choices, 8)) {
    const dir = walk.findFd(choices, (file) => file.inode.isDir && file.inode.sb.type === 'tmpfs')
    if (dir >= 0) return [walk.fdArg(dir), { str: pick(choices, ['w', 'x', 'd', 'l', 'd/w', '..', '.', 'p']) }]
  }
  if (rarely(choices, 24)) return [AT_FDCWD, { str: pick(choices, ['w', 'x', 'd', 'l', '../w/w', '../w', 'nope']) }]
  return [AT_FDCWD, str(name)]
}

/** A path alone, from the root. */
export function pathArg(choices: Choices, name: string = scratchName(choices)): { str: string } {
  return str(name)
}

/** The current task's descriptor of something in a tmpfs, for which `wanted` holds; -1 for none. */
export function scratchFd(walk: Walk, choices: Choices, kinds: readonly string[]): number {
  return walk.findFd(choices, (file) => kinds.includes(file.kind) && file.inode.sb.type === 'tmpfs')
}
