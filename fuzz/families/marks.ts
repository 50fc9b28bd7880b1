import type { At } from '../../src/transcript/index.js'
import {
  CLONE_FILES,
  CLONE_NEWIPC,
  CLONE_NEWNS,
  CLONE_NEWUSER,
  CLONE_NEWUTS,
  MSG_DONTWAIT,
  O_WRONLY,
  SIGCHLD,
  SOCK_DGRAM,
} from '../../src/uapi/index.js'
import { le32, le64, zeros } from '../bytes.js'
import { type Choices, pick, rarely } from '../choices.js'
import type { CallMaker, Draft, Family } from '../draft.js'
import type { Walk } from '../walk.js'
import { eventMakers } from './marks_events.js'
import { findGroup, groupMakers, newWatcher } from './marks_groups.js'
import { readingMakers } from './marks_reading.js'
import { beginScratch } from './marks_scratch.js'
import { processMakers } from './processes.js'
import { isUnix, socketMakers } from './socket_calls.js'
import { writeProcFile } from './user_maps.js'

const FLAGS: readonly number[] = [
  0,
  0,
  CLONE_FILES,
  CLONE_FILES,
  CLONE_NEWNS,
  CLONE_NEWUSER,
  CLONE_NEWUSER | CLONE_NEWNS,
]

function clone3(walk: Walk, choices: Choices): Draft | null {
  if (walk.living > 4) return null
  const flags = pick(choices, FLAGS)
  return { call: 'clone3', args: [{ in: le64(flags) + zeros(24) + le64(SIGCHLD) + zeros(48) }, 88] }
}

/** Root of a user namespace of its own, with maps that let it use its parent's files. */
function ownUserNamespace(walk: Walk, choices: Choices): Draft | null {
  if (walk.current.number === 1 && !rarely(choices, 6)) return null
  const gid = writeProcFile('self', 'gid_map', '0 0 1', O_WRONLY)
  const uid = writeProcFile(
    'self',
    'uid_map',
    '0 0 1',
    O_WRONLY,
    writeProcFile('self', 'setgroups', 'deny', O_WRONLY, gid),
  )
  return { call: 'unshare', args: [pick(choices, [CLONE_NEWUSER, CLONE_NEWUSER | CLONE_NEWNS])], follow: () => uid }
}

function dropUser(walk: Walk, choices: Choices): Draft | null {
  if (walk.current.number === 1 && !rarely(choices, 6)) return null
  const id = pick(choices, [1000, 1000, 0])
  return { call: pick(choices, ['setresuid', 'setresuid', 'setresgid']), args: [id, id, id] }
}

/** How many groups and marks the program's own user namespace allows: those of the machine are not its to change. */
function limit(walk: Walk, choices: Choices): Draft | null {
  if (walk.task.cred.userNs === walk.emulator.kernel.initUserNs) return null
  const file = `sys/user/max_fanotify_${pick(choices, ['groups', 'marks'])}`
  const text = pick(choices, ['0', '1', '2', '3', '5\n', '100'])
  return {
    call: 'openat',
    args: [-100, { str: `/proc/${file}` }, 2],
    follow: (_later, step) => ({
      call: 'write',
      args: [{ ret: step }, { in: Buffer.from(text).toString('hex') }, text.length],
      follow: () => ({ call: 'close', args: [{ ret: step }] }),
    }),
  }
}

/** Sends a group over a socket to oneself, who then has another descriptor of it; whoever shares the sockets may be quicker. */
function passGroup(walk: Walk, choices: Choices): Draft | null {
  const sockets: number[] = []
  const files = walk.task.files
  for (let fd = 0; files !== null && fd < files.size; fd++) {
    const file = files.file(fd)
    if (file !== null && isUnix(file)) sockets.push(fd)
  }
  const group = findGroup(walk, choices)
  if (group < 0) return null
  if (sockets.length < 2) return { call: 'socketpair', args: [1, SOCK_DGRAM, 0, { out: 8 }] }
  const [from, to] = sockets as [number, number]
  const fds = { in: le64(20) + le32(1) + le32(1) + le32(group) + zeros(4) }
  const header = (room: number): string => zeros(24) + le64(1) + zeros(8) + le64(room) + zeros(8)
  const iov = (buffer: At): At => ({ in: zeros(8) + le64(1), at: { 0: buffer } })
  return {
    call: 'sendmsg',
    args: [from, { in: header(24), at: { 16: iov({ in: '62' }), 32: fds } }, MSG_DONTWAIT],
    follow: () => ({
      call: 'recvmsg',
      args: [to, { inout: header(24), at: { 16: iov({ out: 1 }), 32: { out: 24 } } }, MSG_DONTWAIT],
    }),
  }
}

/** Of other families, what brings tasks together over one group. */
function borrowed(makers: readonly CallMaker[], weights: Readonly<Record<string, number>>): CallMaker[] {
  return makers
    .filter(({ name }) => Object.hasOwn(weights, name))
    .map((maker) => ({ ...maker, weight: weights[maker.name] as number }))
}

/** fanotify: groups, marks, the queue and its readers. */
export const marksFamily: Family = {
  name: 'marks',
  about: 'fanotify groups and marks of all kinds, events of files and mounts, the queue and its readers',
  makers: [
    ...groupMakers,
    ...eventMakers,
    ...readingMakers,
    { name: 'clone3', weight: 7, spoil: [], make: clone3 },
    { name: 'own_user_namespace', weight: 3, spoil: [], make: ownUserNamespace },
    { name: 'drop_user', weight: 2, spoil: [], make: dropUser },
    { name: 'fanotify_limits', weight: 2, spoil: [], make: limit },
    {
      name: 'unshare_mounts',
      weight: 2,
      spoil: [],
      make: () => ({ call: 'unshare', args: [CLONE_NEWNS] }),
    },
    {
      name: 'unshare_uts',
      weight: 2,
      spoil: [],
      make: (_walk, choices) => ({
        call: 'unshare',
        args: [pick(choices, [CLONE_NEWUTS, CLONE_NEWUTS | CLONE_NEWIPC])],
      }),
    },
    { name: 'pass_group', weight: 4, spoil: [], make: passGroup },
    ...borrowed(processMakers, { exit_group: 3, wait4: 3, kill: 1, pidfd_open: 1 }),
    ...borrowed(socketMakers, { sendmsg: 1, recvmsg: 2 }),
  ],
  begin: (walk, choices) => beginScratch(walk, choices, () => (rarely(choices, 6) ? null : newWatcher(walk, choices))),
}
