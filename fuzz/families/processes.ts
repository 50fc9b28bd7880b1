import {
  CLONE_FILES,
  CLONE_FS,
  CLONE_NEWTIME,
  CLONE_NEWUSER,
  CLONE_PARENT,
  CLONE_PIDFD,
  CLONE_SIGHAND,
  CLONE_THREAD,
  CLONE_VM,
  P_ALL,
  P_PID,
  P_PIDFD,
  PIDFD_NONBLOCK,
  PIDFD_THREAD,
  SIGCHLD,
  SIGKILL,
  SIGTERM,
  WEXITED,
  WNOHANG,
  WNOWAIT,
} from '../../src/uapi/index.js'
import { le32, le64, zeros } from '../bytes.js'
import { type Choices, pick, rarely } from '../choices.js'
import type { CallMaker, Draft } from '../draft.js'
import type { Walk } from '../walk.js'
import { namespaceFlags } from './namespace_flags.js'
import { mapsOfNewUserNs } from './user_maps.js'

/** Sharing between parent and child, beside the namespaces; the first are the plainest. */
const SHARING: readonly number[] = [
  0,
  0,
  0,
  0,
  0,
  CLONE_FILES,
  CLONE_FS,
  CLONE_FILES | CLONE_FS,
  CLONE_PARENT,
  CLONE_VM,
  CLONE_VM | CLONE_SIGHAND,
  CLONE_VM | CLONE_SIGHAND | CLONE_THREAD,
  CLONE_THREAD,
  CLONE_SIGHAND,
]

const CLONE_ARGS_SIZE = 88

function cloneFlags(choices: Choices): number {
  const flags = pick(choices, SHARING)
  return choices.below(2) === 0 ? flags : flags + namespaceFlags(choices, CLONE_NEWTIME)
}

/** A child in a new user namespace may get maps from its parent. */
function mapsForChild(walk: Walk, flags: number, choices: Choices): Draft['follow'] {
  if ((flags & CLONE_NEWUSER) === 0 || rarely(choices, 3)) return undefined
  return mapsOfNewUserNs(walk, `$${walk.nextTask}`, choices)
}

function clone3(walk: Walk, choices: Choices): Draft | null {
  if (!walk.roomForTasks) return null
  let flags = cloneFlags(choices)
  const wantsPidfd = choices.below(4) === 3
  if (wantsPidfd) flags += CLONE_PIDFD
  const quiet = (flags & (CLONE_THREAD | CLONE_PARENT)) !== 0
  const signal = quiet ? (rarely(choices, 8) ? SIGCHLD : 0) : pick(choices, [SIGCHLD, SIGCHLD, SIGCHLD, 0, 65])
  const setTid = rarely(choices, 24)
  const size = rarely(choices, 24) ? pick(choices, [64, 80, 63, 96, 4097]) : CLONE_ARGS_SIZE
  const body =
    le64(flags) +
    zeros(24) +
    le64(signal) +
    zeros(24) +
    zeros(8) +
    le64(setTid ? 1 : 0) +
    zeros(8) +
    (size === 96 ? le64(choices.below(2)) : '')
  const at: Record<string, { out: number } | { in: string }> = {}
  if (wantsPidfd) at[8] = { out: 4 }
  if (setTid) at[64] = { in: le32(pick(choices, [1, 2, 3, 0])) }
  const refers = wantsPidfd || setTid
  const follow = mapsForChild(walk, flags, choices)
  return {
    call: 'clone3',
    args: [refers ? { in: body, at } : { in: body }, size],
    ...(follow && { follow }),
  }
}

function clone(walk: Walk, choices: Choices): Draft | null {
  if (!walk.roomForTasks) return null
  // The low byte is the exit signal here, so there is no CLONE_NEWTIME.
  const flags = pick(choices, SHARING) + (choices.below(2) === 0 ? 0 : namespaceFlags(choices, 0))
  return { call: 'clone', args: [flags + pick(choices, [SIGCHLD, SIGCHLD, 0]), 0, null, null, 0] }
}

function exitGroup(walk: Walk, choices: Choices): Draft | null {
  // The last one goes only now and follow: what can be asked of a program without tasks is little.
  if (walk.awake().length < 2 && !rarely(choices, 16)) return null
  if (walk.current.number === 1 && !rarely(choices, 6)) return null
  return { call: 'exit_group', args: [choices.below(3)] }
}

function wait4(walk: Walk, choices: Choices): Draft {
  const which = pick<number | null>(choices, [-1, -1, null, 0])
  const pid = which ?? walk.pidArg(choices) ?? -1
  const options = mayWait(walk, choices) ? 0 : WNOHANG
  return { call: 'wait4', args: [pid, pick(choices, [{ out: 4 }, { out: 4 }, null]), options, null] }
}

function waitid(walk: Walk, choices: Choices): Draft {
  const [which, id] = waitTarget(walk, choices)
  let options = WEXITED | (mayWait(walk, choices) ? 0 : WNOHANG)
  if (rarely(choices, 4)) options |= WNOWAIT
  if (rarely(choices, 16)) options = pick(choices, [0, WNOHANG, 0x4000_0000 | WEXITED | WNOHANG])
  return { call: 'waitid', args: [which, id, pick(choices, [{ out: 128 }, { out: 128 }, null]), options, null] }
}

function waitTarget(walk: Walk, choices: Choices): [number, Draft['args'][number]] {
  switch (choices.below(3)) {
    case 1:
      return [P_PID, walk.pidArg(choices) ?? 0]
    case 2:
      return [P_PIDFD, walk.fd(choices, 'pidfd') ?? walk.anyFd(choices)]
    default:
      return [P_ALL, 0]
  }
}

/** Whether a wait for children may sleep: beside one of another thread only where it does not matter who gets the child. */
function mayWait(walk: Walk, choices: Choices): boolean {
  if (!mayBlock(walk, choices)) return false
  return walk.task.group.childExit.empty || !walk.leavesOut('waits_of_threads')
}

/** Whether a call may sleep now: somebody must be left to go on. */
export function mayBlock(walk: Walk, choices: Choices): boolean {
  return rarely(choices, 8) && walk.awake().length > 1
}

const SIGNALS: readonly number[] = [SIGKILL, SIGKILL, 0, SIGTERM, SIGCHLD, 65]

function kill(walk: Walk, choices: Choices): Draft | null {
  const ns = walk.task.pidNamespace
  const target = walk.someTask(choices, (entry) => entry.number !== 1 && walk.pidIsSafe(entry, ns))
  if (target === null) return null
  return { call: 'kill', args: [{ pid: target.number }, pick(choices, SIGNALS)] }
}

function tgkill(walk: Walk, choices: Choices): Draft | null {
  const ns = walk.task.pidNamespace
  const target = walk.someTask(choices, (entry) => entry.number !== 1 && walk.pidIsSafe(entry, ns))
  if (target === null) return null
  const leader = rarely(choices, 4) ? (walk.pidArg(choices) ?? 1) : { pid: target.number }
  return { call: 'tgkill', args: [leader, { pid: target.number }, pick(choices, SIGNALS)] }
}

function pidfdOpen(walk: Walk, choices: Choices): Draft | null {
  const pid = walk.pidArg(choices)
  if (pid === null) return null
  const flags = pick(choices, [0, 0, 0, PIDFD_NONBLOCK, PIDFD_THREAD, 1])
  return { call: 'pidfd_open', args: [rarely(choices, 24) ? pick(choices, [0, -1, 4_000_000]) : pid, flags] }
}

function pidfdGetfd(walk: Walk, choices: Choices): Draft | null {
  const pidfd = walk.fd(choices, 'pidfd')
  if (pidfd === null) return null
  const theirs = pick(choices, [0, 3, 4, 5, 6, 7, 8, 9, 999])
  return { call: 'pidfd_getfd', args: [pidfd, theirs, rarely(choices, 24) ? 1 : 0] }
}

function pidfdSendSignal(walk: Walk, choices: Choices): Draft | null {
  const fd = walk.findFd(choices, (file) => file.kind === 'pidfd')
  if (fd < 0) return null
  const flags = pick(choices, [0, 0, 0, 1, 2, 8])
  return { call: 'pidfd_send_signal', args: [walk.fdArg(fd), pick(choices, [0, SIGKILL, SIGTERM, 65]), null, flags] }
}

function simple(call: string, weight: number): CallMaker {
  return { name: call, weight, spoil: [], make: () => ({ call, args: [] }) }
}

function ofPid(call: string, weight: number): CallMaker {
  return {
    name: call,
    weight,
    spoil: [],
    make: (walk, choices) => ({ call, args: [choices.below(3) === 0 ? 0 : (walk.pidArg(choices) ?? 0)] }),
  }
}

/** Making, ending, signalling and waiting for tasks, and files that stand for them. */
export const processMakers: readonly CallMaker[] = [
  { name: 'clone3', weight: 26, spoil: [], make: clone3 },
  {
    name: 'fork',
    weight: 8,
    spoil: [],
    make: (walk) => (walk.roomForTasks ? { call: 'fork', args: [] } : null),
  },
  {
    name: 'vfork',
    weight: 1,
    spoil: [],
    make: (walk) => (walk.roomForTasks ? { call: 'vfork', args: [] } : null),
  },
  { name: 'clone', weight: 5, spoil: [], make: clone },
  { name: 'exit_group', weight: 9, spoil: [], make: exitGroup },
  { name: 'wait4', weight: 12, spoil: [1, 2], make: wait4 },
  { name: 'waitid', weight: 6, spoil: [0, 2, 3], make: waitid },
  { name: 'kill', weight: 4, spoil: [], make: kill },
  { name: 'tgkill', weight: 1, spoil: [], make: tgkill },
  { name: 'pidfd_open', weight: 10, spoil: [1], make: pidfdOpen },
  { name: 'pidfd_getfd', weight: 6, spoil: [0, 1, 2], make: pidfdGetfd },
  { name: 'pidfd_send_signal', weight: 3, spoil: [2], make: pidfdSendSignal },
  simple('getpid', 2),
  simple('gettid', 1),
  simple('getppid', 2),
  simple('getpgrp', 1),
  simple('setsid', 1),
  ofPid('getpgid', 1),
  ofPid('getsid', 1),
  {
    name: 'setpgid',
    weight: 1,
    spoil: [],
    make: (walk, choices) => ({
      call: 'setpgid',
      args: [
        choices.below(2) === 0 ? 0 : (walk.pidArg(choices) ?? 0),
        choices.below(2) === 0 ? 0 : (walk.pidArg(choices) ?? 0),
      ],
    }),
  },
]
