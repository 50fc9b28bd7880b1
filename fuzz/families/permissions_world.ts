import {
  AT_FDCWD,
  CLONE_NEWNS,
  MS_PRIVATE,
  MS_REC,
  O_CREAT,
  O_RDWR,
  S_IFIFO,
  SIGCHLD,
  SIGKILL,
} from '../../src/uapi/index.js'
import { ascii, zeros } from '../bytes.js'
import { type Choices, pick } from '../choices.js'
import type { Draft } from '../draft.js'
import { isAwake, type Walk } from '../walk.js'

/** Where a program has a filesystem of its own: nothing else may be marked, for who opens it must wait. */
export const SCRATCH = '/run/w'

/** Regular files of the scratch. */
const FILES: readonly string[] = ['f', 'g', 'a/f', 'x', 'a/x']
const DIRECTORIES: readonly string[] = ['', 'a', 'a/b']
/** A link to `f`, a fifo, something that is not there. */
const OTHERS: readonly string[] = ['l', 'p', 'none', 'f/f']

/** The path of something in the scratch; mostly a file. */
export function scratchPath(choices: Choices): { str: string } {
  const kind = choices.below(16)
  const names = kind < 10 ? FILES : kind < 14 ? DIRECTORIES : OTHERS
  const name = pick(choices, names)
  return { str: name === '' ? SCRATCH : `${SCRATCH}/${name}` }
}

export function scratchFile(choices: Choices): { str: string } {
  return { str: `${SCRATCH}/${pick(choices, FILES)}` }
}

/** One call after another, for as long as they succeed. */
function inTurn(drafts: readonly Draft[]): Draft | null {
  return drafts.reduceRight<Draft | null>(
    (next, draft) => (next === null ? draft : { ...draft, follow: () => next }),
    null,
  )
}

const at = (name: string): { str: string } => ({ str: `${SCRATCH}/${name}` })

/** A file with a text in it. */
function makeFile(name: string, mode: number): Draft[] {
  // The descriptor is the first that is free: nothing else is open yet.
  return [
    { call: 'openat', args: [AT_FDCWD, at(name), O_RDWR | O_CREAT, mode] },
    { call: 'write', args: [3, { in: ascii('hello') }, 5] },
    { call: 'close', args: [3] },
  ]
}

/** A mount namespace and a tmpfs of the program's own with files in it, and tasks. */
export function makeScratch(_walk: Walk, choices: Choices): Draft | null {
  const children = 2 + choices.below(4)
  return inTurn([
    { call: 'unshare', args: [CLONE_NEWNS] },
    { call: 'mount', args: [null, { str: '/' }, null, MS_REC | MS_PRIVATE, null] },
    { call: 'mkdirat', args: [AT_FDCWD, { str: SCRATCH }, 0o755] },
    { call: 'mount', args: [{ str: 'none' }, { str: SCRATCH }, { str: 'tmpfs' }, 0, null] },
    { call: 'mkdirat', args: [AT_FDCWD, at('a'), 0o755] },
    { call: 'mkdirat', args: [AT_FDCWD, at('a/b'), 0o755] },
    ...makeFile('f', 0o644),
    ...makeFile('g', 0o600),
    ...makeFile('a/f', 0o644),
    ...makeFile('x', 0o755),
    ...makeFile('a/x', 0o755),
    { call: 'symlinkat', args: [{ str: 'f' }, AT_FDCWD, at('l')] },
    { call: 'mknodat', args: [AT_FDCWD, at('p'), S_IFIFO | 0o644, 0] },
    ...Array.from({ length: children }, () => CHILD),
  ])
}

const CLONE_ARGS = zeros(32) + SIGCHLD.toString(16).padStart(2, '0') + zeros(55)
const CHILD: Draft = { call: 'clone3', args: [{ in: CLONE_ARGS }, CLONE_ARGS.length / 2] }

/** Lets everybody go: the groups are closed; who still waits then, for a group that only sleepers hold, is killed. */
export function releaseAll(walk: Walk): Draft | null {
  const { current } = walk
  for (const entry of walk.awake()) {
    const fd = fanotifyFd(walk, entry.task)
    if (fd < 0) continue
    walk.current = entry
    return { call: 'close', args: [fd] }
  }
  const sleeper = walk.tasks.find(
    ({ number, task }) => number !== 1 && task.alive && task.sleep !== null && !isAwake(task) && waits(walk, task),
  )
  const killer = walk.awake()[0]
  if (sleeper === undefined || killer === undefined) {
    walk.current = current
    return null
  }
  walk.current = killer
  if (!walk.pidIsSafe(sleeper, killer.task.pidNamespace)) return null
  return { call: 'kill', args: [{ pid: sleeper.number }, SIGKILL] }
}

type Task = Walk['task']

function waits(walk: Walk, task: Task): boolean {
  return walk.emulator.waitingOnPermission().some((wait) => wait.task === task)
}

/** A descriptor of a group, or of its queue; -1 where there is none. */
function fanotifyFd(_walk: Walk, task: Task): number {
  const { files } = task
  if (files === null) return -1
  for (let fd = 0; fd < files.size; fd++) {
    const kind = files.file(fd)?.kind
    if (kind === 'fanotify' || kind === 'fanotify-control') return fd
  }
  return -1
}
