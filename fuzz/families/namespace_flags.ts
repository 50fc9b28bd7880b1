import {
  CLONE_NEWCGROUP,
  CLONE_NEWIPC,
  CLONE_NEWNET,
  CLONE_NEWNS,
  CLONE_NEWPID,
  CLONE_NEWTIME,
  CLONE_NEWUSER,
  CLONE_NEWUTS,
} from '../../src/uapi/index.js'
import { type Choices, pick } from '../choices.js'

/** Every type, the cheap ones for a kernel more often than the dear ones. */
const TYPES: readonly number[] = [
  CLONE_NEWUTS,
  CLONE_NEWUSER,
  CLONE_NEWPID,
  CLONE_NEWIPC,
  CLONE_NEWUSER,
  CLONE_NEWUTS,
  CLONE_NEWCGROUP,
  CLONE_NEWPID,
  CLONE_NEWNS,
  CLONE_NEWTIME,
  CLONE_NEWUSER,
  CLONE_NEWNET,
]

/** The CLONE_NEW* bits of one or a few types; `without` is left out. */
export function namespaceFlags(choices: Choices, allowTime: number): number {
  const count = 1 + (choices.below(2) === 0 ? 0 : choices.below(4))
  let flags = 0
  for (let i = 0; i < count; i++) {
    const type = pick(choices, TYPES)
    if (type !== CLONE_NEWTIME || allowTime !== 0) flags |= type
  }
  return flags
}

/** One type's bit. */
export function namespaceType(choices: Choices): number {
  return pick(choices, TYPES)
}

/** The links under `/proc/<pid>/ns`. */
export const NS_LINKS: readonly string[] = [
  'user',
  'pid',
  'net',
  'uts',
  'ipc',
  'mnt',
  'cgroup',
  'time',
  'pid_for_children',
  'time_for_children',
]
