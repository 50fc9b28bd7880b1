import type { Arg, At } from '../../src/transcript/index.js'
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  AT_SYMLINK_NOFOLLOW,
  LISTMOUNT_REVERSE,
  NS_GET_MNTNS_ID,
  NS_MNT_GET_INFO,
  NS_MNT_GET_NEXT,
  NS_MNT_GET_PREV,
  O_RDONLY,
  STATMOUNT_BY_FD,
  STATX_MNT_ID,
  STATX_MNT_ID_UNIQUE,
} from '../../src/uapi/index.js'
import { le32, le64, zeros } from '../bytes.js'
import { type Choices, pick, rarely } from '../choices.js'
import type { CallMaker, Draft } from '../draft.js'
import type { Walk } from '../walk.js'
import { fdAndPath, isProcFd, ownDirFd, place, procFd } from './mounts_place.js'

const STATX_SIZE = 256
/** Where `stx_mnt_id` lies. */
const STATX_MNT_ID_AT = 0x90
const REQUEST = 32
const LSMT_ROOT = 'ffffffffffffffff'
const STATX_BASIC = 0x7ff

function statx(walk: Walk, choices: Choices): Draft {
  const from = fdAndPath(walk, choices)
  const mask = pick(choices, [
    STATX_MNT_ID_UNIQUE,
    STATX_MNT_ID_UNIQUE,
    STATX_MNT_ID,
    STATX_MNT_ID_UNIQUE | STATX_BASIC,
  ])
  const flags = pick(choices, [0, AT_SYMLINK_NOFOLLOW]) | AT_EMPTY_PATH
  return {
    call: 'statx',
    args: [...from, flags, mask, { out: STATX_SIZE }],
    ...(choices.below(2) === 0 &&
      (mask & STATX_MNT_ID_UNIQUE) !== 0 && {
        follow: (later: Walk, step: number) => {
          const id: Request = { hex: '', at: {} }
          id.at[8] = { from: [step, 0, STATX_MNT_ID_AT, 8] }
          return choices.below(3) === 0
            ? listmountOf(later, choices, id, zeros(8))
            : statmountOf(later, choices, id, zeros(8))
        },
      }),
  }
}

interface Request {
  hex: string
  at: Record<string, At>
}

/** A step whose answer holds a 64-bit mount id, and where; null without one. */
function idSource(walk: Walk, choices: Choices): At | null {
  const { steps } = walk
  const start = choices.below(steps.length + 1)
  for (let i = 0; i < steps.length; i++) {
    const step = steps[(start + i) % steps.length]
    if (step === undefined) continue
    const ret = walk.ret(step.step)
    if (step.call === 'statx' && ret === 0 && (Number(step.args[3]) & STATX_MNT_ID_UNIQUE) !== 0)
      return { from: [step.step, 0, STATX_MNT_ID_AT, 8] }
    if (step.call === 'listmount' && ret > 0) return { from: [step.step, 0, 8 * choices.below(ret), 8] }
  }
  return null
}

/** Puts a mount id at `offset`: one that was told, or one that means something else or nothing. */
function mountId(walk: Walk, choices: Choices, request: Request, offset: number): string {
  const from = idSource(walk, choices)
  if (from !== null && !rarely(choices, 5)) {
    request.at[offset] = from
    return zeros(8)
  }
  return pick(choices, [LSMT_ROOT, LSMT_ROOT, le64(1), zeros(8), le64(0x4000_0000_0000)])
}

/** The id of a mount namespace that was told, or zeros. */
function namespaceId(walk: Walk, choices: Choices, request: Request): string {
  if (!rarely(choices, 5)) return zeros(8)
  const step = walk.steps.findLast(
    (one) => one.call === 'ioctl' && walk.ret(one.step) === 0 && one.args[1] === NS_GET_MNTNS_ID,
  )
  if (step === undefined) return rarely(choices, 4) ? le64(0x4000_0000_0000) : zeros(8)
  request.at[24] = { from: [step.step, 0, 0, 8] }
  return zeros(8)
}

/** A descriptor of a mount namespace in the request, where one is open. */
function namespaceFd(walk: Walk, choices: Choices, request: Request): void {
  const fd = walk.findFd(choices, (file) => file.kind === 'ns')
  const arg = fd < 0 ? 0 : walk.fdArg(fd)
  if (typeof arg === 'object') request.at[4] = arg
}

/** The struct mnt_id_req: `request` holds the mount's id already, or refers to it at 8. */
function requestOf(walk: Walk, choices: Choices, request: Request, id: string, param: string): Arg {
  const size = rarely(choices, 24) ? pick(choices, [0, 23, 24, 40, 4097]) : REQUEST
  if (rarely(choices, 6)) namespaceFd(walk, choices, request)
  const ns = namespaceId(walk, choices, request)
  let hex = le32(size) + zeros(4) + id + param + ns
  if (size === 40) hex += le64(choices.below(2))
  return Object.keys(request.at).length > 0 ? { in: hex, at: request.at } : { in: hex }
}

const STATMOUNT_MASKS: readonly number[] = [0x7fff, 0x7fff, 0x7fff, 0x7, 0x38, 0x2, 0x40, 0x1000, 0, 0xfff]
const STATMOUNT_SIZES: readonly number[] = [1024, 1024, 1024, 512, 520, 560, 640, 256, 64, 8, 0]

function statmountOf(walk: Walk, choices: Choices, request: Request, id: string): Draft {
  const mask = rarely(choices, 3) ? (1 << choices.below(15)) | (1 << choices.below(15)) : pick(choices, STATMOUNT_MASKS)
  const param = rarely(choices, 48) ? 'ffffffffffffffff' : le64(mask)
  const arg = requestOf(walk, choices, request, id, param)
  const size = pick(choices, STATMOUNT_SIZES)
  return { call: 'statmount', args: [arg, { out: size }, size, rarely(choices, 48) ? 2 : 0] }
}

function statmount(walk: Walk, choices: Choices): Draft {
  const request: Request = { hex: '', at: {} }
  if (rarely(choices, 6)) {
    const fd = ownDirFd(walk, choices)
    const arg = fd < 0 ? 999 : walk.fdArg(fd)
    if (typeof arg === 'object') request.at[4] = arg
    const hex = le32(REQUEST) + zeros(12) + le64(pick(choices, STATMOUNT_MASKS)) + zeros(8)
    const given: Arg = typeof arg === 'object' ? { in: hex, at: request.at } : { in: hex }
    return { call: 'statmount', args: [given, { out: 1024 }, 1024, STATMOUNT_BY_FD] }
  }
  return statmountOf(walk, choices, request, mountId(walk, choices, request, 8))
}

function listmountOf(walk: Walk, choices: Choices, request: Request, id: string): Draft {
  const last = rarely(choices, 4) ? mountId(walk, choices, request, 16) : zeros(8)
  const arg = requestOf(walk, choices, request, id, last)
  const count = pick(choices, [64, 64, 64, 1, 2, 3, 0])
  const asked = rarely(choices, 48) ? pick(choices, [1_000_000, 1_000_001]) : count
  const room = rarely(choices, 16) ? Math.max(0, count - 1) * 8 : count * 8
  const flags = rarely(choices, 32) ? 2 : pick(choices, [0, 0, LISTMOUNT_REVERSE])
  return { call: 'listmount', args: [arg, { out: room }, asked, flags] }
}

function listmount(walk: Walk, choices: Choices): Draft {
  const request: Request = { hex: '', at: {} }
  const id = choices.below(2) === 0 ? LSMT_ROOT : mountId(walk, choices, request, 8)
  return listmountOf(walk, choices, request, id)
}

/** Whole lines come with a page, so that no number is cut. */
const PAGE = 4096

/** Reads a table of mounts, of oneself or of another. */
export function readTable(walk: Walk, choices: Choices, name: string, after: Draft | null = null): Draft {
  return {
    call: 'openat',
    args: [procFd(walk), { str: `${walk.procName(choices)}/${name}` }, O_RDONLY],
    follow: (_walk, step) => ({
      call: 'read',
      args: [{ ret: step }, { out: PAGE }, PAGE],
      follow: (_later, _step, ret) => {
        const close: Draft = { call: 'close', args: [{ ret: step }], follow: () => after }
        if (ret < PAGE / 2) return close
        return { call: 'read', args: [{ ret: step }, { out: PAGE }, PAGE], follow: () => close }
      },
    }),
  }
}

/** A table longer than this is not read in one piece. */
const SHORT = 3600

/** Where numbers differ in length, how many lines fit a page does too: such a table is not read there. */
export function mayReadTables(walk: Walk): boolean {
  if (!walk.leavesOut('long_tables')) return true
  return walk.tasks.every(({ task: { fs, nsproxy } }) => {
    return fs === null || nsproxy === null || nsproxy.mnt.mountinfo(fs.root).length < SHORT
  })
}

function table(walk: Walk, choices: Choices): Draft | null {
  if (!mayReadTables(walk)) return null
  return readTable(walk, choices, pick(choices, ['mountinfo', 'mountinfo', 'mountinfo', 'mounts', 'mountstats']))
}

function openMntNs(walk: Walk, choices: Choices): Draft {
  const name = pick(choices, ['mnt', 'mnt', 'mnt', 'mnt', 'user'])
  return {
    call: 'openat',
    args: [procFd(walk), { str: `${walk.procName(choices)}/ns/${name}` }, O_RDONLY],
    ...(choices.below(2) === 0 && { follow: (_walk: Walk, step: number) => nsInfo({ ret: step }, choices) }),
  }
}

function nsInfo(fd: Arg, choices: Choices): Draft {
  const command = pick(choices, [NS_MNT_GET_INFO, NS_MNT_GET_INFO, NS_GET_MNTNS_ID])
  return { call: 'ioctl', args: [fd, command, { out: command === NS_GET_MNTNS_ID ? 8 : 16 }] }
}

function info(walk: Walk, choices: Choices): Draft | null {
  const fd = walk.fd(choices, 'ns')
  return fd === null ? null : nsInfo(fd, choices)
}

function neighbour(name: string, command: number): CallMaker {
  return {
    name,
    weight: 1,
    spoil: [2],
    make(walk, choices) {
      const fd = walk.fd(choices, 'ns')
      return fd === null ? null : { call: 'ioctl', args: [fd, command, rarely(choices, 4) ? null : { out: 16 }] }
    },
  }
}

function getcwd(_walk: Walk, choices: Choices): Draft {
  const size = pick(choices, [256, 256, 256, 8, 2, 1, 0])
  return { call: 'getcwd', args: [{ out: size }, size] }
}

/** Where an open file is, as its link says. */
function fdLink(walk: Walk, choices: Choices): Draft | null {
  const fd = walk.findFd(choices, (file, n) => n > 2 && !isProcFd(walk, n) && file.kind !== 'fanotify')
  if (fd < 0) return null
  return { call: 'readlinkat', args: [procFd(walk), { str: `self/fd/${fd}` }, { out: 256 }, 256] }
}

function access(walk: Walk, choices: Choices): Draft {
  return { call: 'faccessat', args: [AT_FDCWD, place(walk, choices), pick(choices, [0, 2, 4])] }
}

/** What is told of mounts. */
export const mountLookMakers: readonly CallMaker[] = [
  { name: 'statx', weight: 14, spoil: [2, 4], make: statx },
  { name: 'statmount', weight: 8, spoil: [0, 1, 3], make: statmount },
  { name: 'listmount', weight: 8, spoil: [0, 1, 3], make: listmount },
  { name: 'mount_table', weight: 14, spoil: [], make: table },
  { name: 'open_mnt_ns', weight: 8, spoil: [1, 2], make: openMntNs },
  { name: 'mnt_ns_info', weight: 4, spoil: [0, 2], make: info },
  neighbour('NS_MNT_GET_NEXT', NS_MNT_GET_NEXT),
  neighbour('NS_MNT_GET_PREV', NS_MNT_GET_PREV),
  { name: 'getcwd', weight: 3, spoil: [0], make: getcwd },
  { name: 'fd_link_by_proc', weight: 2, spoil: [2, 3], make: fdLink },
  { name: 'faccessat', weight: 2, spoil: [1], make: access },
]
