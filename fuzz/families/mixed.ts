import { AT_FDCWD, S_IFIFO, S_IFREG } from '../../src/uapi/index.js'
import { type Choices, rarely } from '../choices.js'
import type { CallMaker, Draft, Family } from '../draft.js'
import type { Walk } from '../walk.js'
import { filesFamily } from './files.js'
import { FILES_SCRATCH } from './files_scratch.js'
import { marksFamily } from './marks.js'
import { mountsFamily } from './mounts.js'
import { makePlace, TOP } from './mounts_place.js'
import { namespacesFamily } from './namespaces.js'
import { permissionsFamily } from './permissions.js'
import { releaseAll } from './permissions_world.js'

/** Of each family so much. */
const SHARE = 400
/** What would put the program's files out of its reach. */
const LEFT_OUT: ReadonlySet<string> = new Set(['pivot_root', 'chroot', 'umask'])

type Allows = (walk: Walk, choices: Choices) => boolean

const STATS: ReadonlySet<string> = new Set(['fstat', 'statx', 'newfstatat'])

/** The root of `/proc` has as many links as there are processes on the machine. */
function countsProcesses(walk: Walk, { call, args: [fd] }: Draft): boolean {
  if (!STATS.has(call) || fd === null || fd === undefined) return false
  const number = typeof fd === 'object' && 'ret' in fd ? walk.ret(fd.ret) : Number(fd)
  const dentry = walk.task.files?.file(number)?.dentry
  return dentry?.isRoot === true && dentry.sb.type === 'proc'
}

/** The makers of a family with weights that come to as much as any other's, for when it is allowed. */
function shareOf({ makers }: Family, allows: Allows = () => true): CallMaker[] {
  const used = makers.filter(({ name }) => !LEFT_OUT.has(name))
  let total = 0
  for (const { weight } of used) total += weight
  return used.map((maker) => ({
    name: maker.name,
    weight: Math.max(1, Math.round((maker.weight * SHARE) / total)),
    spoil: maker.spoil,
    make: (walk, choices) => {
      const draft = allows(walk, choices) ? maker.make(walk, choices) : null
      return draft !== null && countsProcesses(walk, draft) ? null : draft
    },
  }))
}

/** Its root is one that the program made: absolute paths are its own. */
const hasOwnRoot: Allows = (walk) => walk.task.fs?.root.dentry.sb.type === 'tmpfs'

/** Where nobody can be asked, the refusals are all there is to see. */
const mayAsk: Allows = (walk, choices) => walk.emulator.kernel.config.fanotifyPermissions || rarely(choices, 8)

const at = (name: string): { str: string } => ({ str: `${TOP}/${name}` })

/** What the families find: the root is at the mounts' place, where `/run` leads to itself and `/proc` is. */
function furnish(): Draft[] {
  return [
    ...['d', 'e', 't'].map((name): Draft => ({ call: 'mkdirat', args: [AT_FDCWD, at(name), 0o777] })),
    ...['g', 'd/g', 'w', 'b/x'].map(
      (name): Draft => ({ call: 'mknodat', args: [AT_FDCWD, at(name), S_IFREG | 0o666, 0] }),
    ),
    ...['x', 'a/x'].map((name): Draft => ({ call: 'mknodat', args: [AT_FDCWD, at(name), S_IFREG | 0o755, 0] })),
    { call: 'mknodat', args: [AT_FDCWD, at('p'), S_IFIFO | 0o666, 0] },
    { call: 'symlinkat', args: [{ str: 'f' }, AT_FDCWD, at('l')] },
    { call: 'mkdirat', args: [AT_FDCWD, { str: '/run/proc' }, 0o755] },
    { call: 'mount', args: [{ str: 'proc' }, { str: '/run/proc' }, { str: 'proc' }, 0, null] },
    { call: 'symlinkat', args: [{ str: '.' }, AT_FDCWD, { str: '/run/run' }] },
    { call: 'chroot', args: [{ str: '/run' }] },
    { call: 'chdir', args: [{ str: FILES_SCRATCH }] },
    { call: 'fork', args: [] },
    { call: 'fork', args: [] },
  ]
}

/** One after another, for as long as they succeed. */
function inTurn([first, ...rest]: readonly Draft[]): Draft | null {
  return first === undefined ? null : { ...first, follow: () => inTurn(rest) }
}

/** Everything in one program. */
export const mixedFamily: Family = {
  name: 'mixed',
  about: 'namespaces, mounts, files, marks and permission in one program',
  makers: [
    ...shareOf(namespacesFamily),
    ...shareOf(mountsFamily),
    ...shareOf(filesFamily, hasOwnRoot),
    ...shareOf(marksFamily),
    ...shareOf(permissionsFamily, mayAsk),
  ],
  begin: (walk, choices) => makePlace(walk, choices, () => inTurn(furnish())),
  end: (walk) => mountsFamily.end?.(walk) ?? releaseAll(walk),
}
