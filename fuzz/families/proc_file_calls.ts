import { AT_FDCWD, O_PATH, O_RDONLY, O_RDWR, O_WRONLY } from '../../src/uapi/index.js'
import { type Choices, pick, rarely } from '../choices.js'
import type { CallMaker, Draft } from '../draft.js'
import type { Walk } from '../walk.js'
import { mapText, writeProcFile } from './user_maps.js'

function readFd(step: number, size: number): Draft {
  return {
    call: 'read',
    args: [{ ret: step }, { out: size }, size],
    follow: () => ({ call: 'close', args: [{ ret: step }] }),
  }
}

/** Opens a file that tells something, and mostly reads it. */
function openAndRead(path: string, choices: Choices, size: number): Draft {
  const flags = rarely(choices, 8) ? pick(choices, [O_RDWR, O_WRONLY, O_PATH]) : O_RDONLY
  const reads = choices.below(5) < 4
  return {
    call: 'openat',
    args: [AT_FDCWD, { str: path }, flags],
    ...(reads && { follow: (_walk: Walk, step: number) => readFd(step, size) }),
  }
}

function writeMap(walk: Walk, choices: Choices): Draft {
  const who = walk.procName(choices)
  const file = pick(choices, ['uid_map', 'gid_map', 'uid_map', 'gid_map', 'projid_map', 'setgroups'])
  const text =
    file === 'setgroups' ? pick(choices, ['deny', 'deny\n', 'allow', 'x', 'denyx', 'deny  ']) : mapText(choices)
  return writeProcFile(who, file, text, pick(choices, [O_WRONLY, O_RDWR, O_WRONLY, O_RDONLY]))
}

function readMap(walk: Walk, choices: Choices): Draft {
  const file = pick(choices, ['uid_map', 'gid_map', 'setgroups', 'projid_map'])
  return openAndRead(`/proc/${walk.procName(choices)}/${file}`, choices, pick(choices, [256, 64, 16]))
}

function fdinfo(walk: Walk, choices: Choices): Draft | null {
  const who = walk.procName(choices)
  const fd = walk.findFd(choices, (file) => file.kind !== 'char')
  if (fd < 0) return null
  return openAndRead(`/proc/${who}/fdinfo/${fd}`, choices, 512)
}

function fdLink(walk: Walk, choices: Choices, who: string): Draft | null {
  const fd = walk.findFd(choices, (file) => file.kind !== 'char')
  if (fd < 0) return null
  const path = `/proc/${who}/fd/${fd}`
  if (choices.below(3) === 0) return { call: 'readlinkat', args: [AT_FDCWD, { str: path }, { out: 64 }, 64] }
  return { call: 'openat', args: [AT_FDCWD, { str: path }, pick(choices, [O_RDONLY, O_RDONLY, O_PATH, O_RDWR])] }
}

function mountinfo(walk: Walk, choices: Choices): Draft {
  return openAndRead(`/proc/${walk.procName(choices)}/mountinfo`, choices, 1024)
}

/** The files under `/proc/<pid>` that tell of namespaces, or change them. */
export const procFileMakers: readonly CallMaker[] = [
  { name: 'write_map', weight: 6, spoil: [1, 2], make: writeMap },
  { name: 'read_map', weight: 4, spoil: [1, 2], make: readMap },
  { name: 'fdinfo', weight: 4, spoil: [1, 2], make: fdinfo },
  { name: 'fd_link', weight: 3, spoil: [1, 2], make: (walk, choices) => fdLink(walk, choices, 'self') },
  {
    name: 'fd_link_of_task',
    weight: 2,
    spoil: [2],
    make: (walk, choices) => fdLink(walk, choices, walk.procName(choices)),
  },
  { name: 'mountinfo', weight: 2, spoil: [1, 2], make: mountinfo },
]
