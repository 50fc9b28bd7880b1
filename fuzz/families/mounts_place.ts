import type { Arg } from '../../src/transcript/index.js'
import {
  AT_FDCWD,
  CLONE_NEWNS,
  MS_PRIVATE,
  MS_REC,
  MS_SHARED,
  O_DIRECTORY,
  O_PATH,
  S_IFREG,
} from '../../src/uapi/index.js'
import { type Choices, pick, rarely } from '../choices.js'
import type { Draft } from '../draft.js'
import type { Walk } from '../walk.js'

type Task = Walk['task']
type Mount = NonNullable<Task['fs']>['root']['mnt']
type SuperBlock = Mount['sb']

/** The directory that everything is mounted below: a tmpfs in a tmpfs of the program's own. */
export const TOP = '/run/w'

/** What is known of a program's place to work in. */
interface Place {
  /** The step that opened `/proc`, which is out of reach by path once the root has changed. */
  readonly proc: number
  /** Filesystems that were there before: other programs', and on user-mode Linux this machine's files. */
  readonly boot: ReadonlySet<SuperBlock>
}

const PLACES: WeakMap<Walk, Place> = new WeakMap()

const NAMES: readonly string[] = ['a', 'b', 'c']
const DIRECTORIES: readonly string[] = ['a', 'b', 'c', 'a/a', 'a/b', 'b/a', 'a/c', 'b/b']
const FILES: readonly string[] = ['f', 'a/f']
const DIRECTORY_MODE = 0o755

/** One draft after another, each only if the one before did what it was to do. */
export function chain(drafts: readonly Draft[], last?: Draft['follow']): Draft {
  let next = last
  for (const draft of drafts.toReversed()) {
    const follow = next
    const own = draft.follow
    const linked: Draft = { call: draft.call, args: draft.args }
    if (own !== undefined) linked.follow = own
    else if (follow !== undefined) linked.follow = follow
    next = () => linked
  }
  return (next as NonNullable<Draft['follow']>)(undefined as never, 0, 0) as Draft
}

const str = (text: string): Arg => ({ str: text })

/** A mount namespace and a tmpfs of the program's own, with a few directories and files in it. */
export function makePlace(walk: Walk, choices: Choices, after: Draft['follow']): Draft {
  const boot = new Set<SuperBlock>()
  for (const mount of walk.task.nsproxy?.mnt.mounts.all ?? []) boot.add(mount.sb)
  const drafts: Draft[] = [
    { call: 'unshare', args: [CLONE_NEWNS] },
    { call: 'mount', args: [null, str('/'), null, MS_REC | MS_PRIVATE, null] },
    { call: 'mount', args: [str('none'), str('/run'), str('tmpfs'), 0, null] },
    { call: 'mkdir', args: [str(TOP), DIRECTORY_MODE] },
    { call: 'mount', args: [str('none'), str(TOP), str('tmpfs'), 0, null] },
    ...DIRECTORIES.map((name): Draft => ({ call: 'mkdir', args: [str(`${TOP}/${name}`), DIRECTORY_MODE] })),
    ...FILES.map((name): Draft => ({ call: 'mknod', args: [str(`${TOP}/${name}`), S_IFREG | 0o644, 0] })),
  ]
  if (!rarely(choices, 4)) drafts.push({ call: 'mount', args: [null, str(TOP), null, MS_SHARED, null] })
  drafts.push({ call: 'openat', args: [AT_FDCWD, str('/proc'), O_PATH | O_DIRECTORY] })
  return chain(drafts, (later, step, ret) => {
    PLACES.set(walk, { proc: step, boot })
    return after?.(later, step, ret) ?? null
  })
}

/** The descriptor of `/proc`. */
export function procFd(walk: Walk): Arg {
  const place = PLACES.get(walk)
  return place === undefined ? 999 : { ret: place.proc }
}

/** Whether this is the descriptor of `/proc`, which is never closed. */
export function isProcFd(walk: Walk, fd: number): boolean {
  const place = PLACES.get(walk)
  return place !== undefined && walk.ret(place.proc) === fd
}

/** Whether the filesystem is one that the program made. */
export function isOwn(walk: Walk, sb: SuperBlock): boolean {
  return PLACES.get(walk)?.boot.has(sb) === false && (sb.type === 'tmpfs' || sb.type === 'ramfs')
}

/** Where a mount is, from the root of the current task; null for one out of reach. */
function pathOf(task: Task, mount: Mount): string | null {
  const root = task.fs?.root
  if (root === undefined) return null
  let text = ''
  let at = mount
  while (at !== root.mnt) {
    if (at.parent === null || at.mountpoint === null) return null
    let part = ''
    for (let d = at.mountpoint; d !== at.parent.root; d = d.parent) part = `/${d.name}${part}`
    text = part + text
    at = at.parent
  }
  return text === '' ? '/' : text
}

/** Where one of the program's own mounts is, or null. */
function mountedPath(walk: Walk, choices: Choices): string | null {
  const all = walk.task.nsproxy?.mnt.mounts.all ?? []
  const start = choices.below(all.length + 1)
  for (let i = 0; i < all.length; i++) {
    const mount = all[(start + i) % all.length] as Mount
    if (!isOwn(walk, mount.sb)) continue
    const path = pathOf(walk.task, mount)
    // The program's first tmpfs holds up all others, and its root is reached by every other name.
    if (path !== null && path !== '/run' && path.length < 200) return path
  }
  return null
}

const DEPTHS: readonly number[] = [1, 1, 0, 1, 2, 2, 3]
const ODD: readonly string[] = ['/.', '/a/..', '/f', '/a/f', '/f/x']

/** A directory below {@link TOP}, by its name there; it need not be. */
export function namedPath(choices: Choices): string {
  if (rarely(choices, 16)) return TOP + pick(choices, ODD)
  const depth = pick(choices, DEPTHS)
  let path = TOP
  for (let i = 0; i < depth; i++) path += `/${pick(choices, NAMES)}`
  return path
}

/** Some place: half of the time a mount's, or a directory right below it. */
export function somePath(walk: Walk, choices: Choices): string {
  if (choices.below(5) < 3) return namedPath(choices)
  const path = mountedPath(walk, choices)
  if (path === null) return namedPath(choices)
  return choices.below(3) === 0 && path !== '/' ? `${path}/${pick(choices, NAMES)}` : path
}

/** Some place as an argument. */
export function place(walk: Walk, choices: Choices): Arg {
  return { str: somePath(walk, choices) }
}

/** A file that a file can be mounted on. */
export function filePath(choices: Choices): string {
  return `${TOP}/${pick(choices, FILES)}`
}

/** A name in a directory. */
export function someName(choices: Choices): string {
  return pick(choices, NAMES)
}

/** A directory's descriptor of the current task in one of the program's filesystems: opened, or a tree; -1 without. */
export function ownDirFd(walk: Walk, choices: Choices): number {
  return walk.findFd(choices, (file) => {
    if (file.kind !== 'path' && file.kind !== 'directory') return false
    return isOwn(walk, file.mnt.sb)
  })
}

/** A descriptor and a path from it: a tree's root, something in it, or a path alone. */
export function fdAndPath(walk: Walk, choices: Choices): [Arg, Arg] {
  const fd = choices.below(2) === 0 ? ownDirFd(walk, choices) : -1
  if (fd < 0) return [AT_FDCWD, place(walk, choices)]
  return [walk.fdArg(fd), { str: pick(choices, ['', '', '', 'a', 'b/a']) }]
}
