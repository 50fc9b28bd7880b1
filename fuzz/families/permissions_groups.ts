import type { Arg } from '../../src/transcript/index.js'
import {
  AT_FDCWD,
  FAN_ACCESS_PERM,
  FAN_ALLOW,
  FAN_AUDIT,
  FAN_CLASS_CONTENT,
  FAN_CLASS_PRE_CONTENT,
  FAN_CLOEXEC,
  FAN_DENY,
  FAN_ENABLE_AUDIT,
  FAN_ERRNO_SHIFT,
  FAN_EVENT_ON_CHILD,
  FAN_INFO,
  FAN_MARK_ADD,
  FAN_MARK_DONT_FOLLOW,
  FAN_MARK_EVICTABLE,
  FAN_MARK_FILESYSTEM,
  FAN_MARK_FLUSH,
  FAN_MARK_IGNORE_SURV,
  FAN_MARK_IGNORED_MASK,
  FAN_MARK_IGNORED_SURV_MODIFY,
  FAN_MARK_MOUNT,
  FAN_MARK_ONLYDIR,
  FAN_MARK_REMOVE,
  FAN_NONBLOCK,
  FAN_ONDIR,
  FAN_OPEN_EXEC_PERM,
  FAN_OPEN_PERM,
  FAN_PRE_ACCESS,
  FAN_REPORT_DFID_NAME,
  FAN_REPORT_FD_ERROR,
  FAN_REPORT_FID,
  FAN_REPORT_PIDFD,
  FAN_REPORT_TID,
  FAN_UNLIMITED_QUEUE,
  O_CLOEXEC,
  O_DIRECTORY,
  O_NOATIME,
  O_RDWR,
  O_WRONLY,
  POLLIN,
} from '../../src/uapi/index.js'
import { le32 } from '../bytes.js'
import { type Choices, pick, rarely } from '../choices.js'
import type { CallMaker, Draft } from '../draft.js'
import type { FileKind, Walk } from '../walk.js'
import { SCRATCH, scratchPath } from './permissions_world.js'

type File = NonNullable<ReturnType<NonNullable<Walk['task']['files']>['file']>>

/** A question that a read brought. */
interface Asked {
  /** Of which group, and in which bytes of which step's buffer the event's descriptor stands. */
  readonly group: File
  readonly step: number
  readonly offset: number
  readonly fd: number
}

/** The questions that have been read and not been answered, by program. */
const ASKED: WeakMap<Walk, Asked[]> = new WeakMap()
/** Groups that programs have at most. */
const MOST_GROUPS = 5
const METADATA = 24

const GROUP_KINDS: readonly FileKind[] = ['fanotify', 'fanotify-control']

function groupFd(walk: Walk, choices: Choices, kinds: readonly FileKind[] = GROUP_KINDS): number {
  return walk.findFd(choices, (file) => kinds.includes(file.kind))
}

function countGroups(walk: Walk): number {
  const { files } = walk.task
  let count = 0
  for (let fd = 0; files !== null && fd < files.size; fd++) {
    const file = files.file(fd)
    if (file !== null && file !== undefined && GROUP_KINDS.includes(file.kind)) count++
  }
  return count
}

const CLASSES: readonly number[] = [
  FAN_CLASS_CONTENT,
  FAN_CLASS_CONTENT,
  FAN_CLASS_PRE_CONTENT,
  FAN_CLASS_PRE_CONTENT,
  0,
]
const INIT_EXTRAS: readonly number[] = [
  0,
  0,
  FAN_CLOEXEC,
  FAN_REPORT_TID,
  FAN_REPORT_FD_ERROR,
  FAN_ENABLE_AUDIT,
  FAN_REPORT_PIDFD,
  FAN_UNLIMITED_QUEUE,
  FAN_REPORT_FD_ERROR | FAN_REPORT_PIDFD | FAN_ENABLE_AUDIT,
]
const EVENT_FLAGS: readonly number[] = [0, 0, 0, O_RDWR, O_WRONLY, O_CLOEXEC, O_RDWR | O_CLOEXEC, O_NOATIME]

function init(walk: Walk, choices: Choices): Draft | null {
  if (countGroups(walk) >= MOST_GROUPS) return null
  const groupClass = pick(choices, CLASSES)
  let flags = groupClass | pick(choices, INIT_EXTRAS)
  if (!rarely(choices, 8)) flags |= FAN_NONBLOCK
  if (groupClass === 0 && choices.below(2) === 1) flags |= pick(choices, [FAN_REPORT_FID, FAN_REPORT_DFID_NAME])
  const { restartableEvents } = walk.emulator.profile.fanotify
  if (restartableEvents !== 0 && choices.below(3) !== 0) flags += restartableEvents
  return { call: 'fanotify_init', args: [flags, pick(choices, EVENT_FLAGS)] }
}

const QUESTIONS: readonly number[] = [
  FAN_OPEN_PERM,
  FAN_OPEN_PERM,
  FAN_ACCESS_PERM,
  FAN_OPEN_EXEC_PERM,
  FAN_OPEN_PERM | FAN_ACCESS_PERM,
  FAN_OPEN_PERM | FAN_ACCESS_PERM | FAN_OPEN_EXEC_PERM,
]
/** FAN_ACCESS, FAN_MODIFY, FAN_CLOSE_*, FAN_OPEN and FAN_OPEN_EXEC: what a group is only told. */
const TOLD: readonly number[] = [0x20, 0x3b, 0x1000, 0x1020]
const EVENT_BITS: readonly number[] = [
  0,
  FAN_EVENT_ON_CHILD,
  FAN_EVENT_ON_CHILD,
  FAN_ONDIR,
  FAN_EVENT_ON_CHILD | FAN_ONDIR,
]

function markMask(choices: Choices): number {
  const kind = choices.below(12)
  let mask = kind === 11 ? 0 : pick(choices, QUESTIONS)
  if (kind >= 9) mask |= pick(choices, TOLD)
  // Of tmpfs nobody is asked for ranges: the refusal is what can be seen.
  if (kind === 8 && rarely(choices, 3)) mask |= FAN_PRE_ACCESS
  return mask | pick(choices, EVENT_BITS)
}

const WAYS: readonly number[] = [
  FAN_MARK_ADD,
  FAN_MARK_ADD,
  FAN_MARK_ADD,
  FAN_MARK_ADD,
  FAN_MARK_ADD,
  FAN_MARK_ADD,
  FAN_MARK_ADD | FAN_MARK_IGNORED_MASK,
  FAN_MARK_ADD | FAN_MARK_IGNORED_MASK | FAN_MARK_IGNORED_SURV_MODIFY,
  FAN_MARK_ADD | FAN_MARK_IGNORE_SURV,
  FAN_MARK_ADD | FAN_MARK_EVICTABLE,
  FAN_MARK_ADD | FAN_MARK_DONT_FOLLOW,
  FAN_MARK_ADD | FAN_MARK_ONLYDIR,
  FAN_MARK_REMOVE,
  FAN_MARK_REMOVE | FAN_MARK_IGNORED_MASK,
  FAN_MARK_FLUSH,
]
const TYPES: readonly number[] = [0, 0, 0, FAN_MARK_MOUNT, FAN_MARK_FILESYSTEM]

function mark(walk: Walk, choices: Choices): Draft | null {
  const fd = groupFd(walk, choices)
  if (fd < 0) return null
  return {
    call: 'fanotify_mark',
    args: [
      walk.fdArg(fd),
      pick(choices, WAYS) | pick(choices, TYPES),
      markMask(choices),
      AT_FDCWD,
      choices.below(3) === 2 ? { str: SCRATCH } : scratchPath(choices),
    ],
  }
}

/** A mark on something that is open; of that alone, for a descriptor may lead out of the scratch when a program is cut short. */
function markOpen(walk: Walk, choices: Choices): Draft | null {
  const fd = groupFd(walk, choices)
  const object = walk.findFd(choices, ({ kind }) => kind === 'regular' || kind === 'directory' || kind === 'path')
  if (fd < 0 || object < 0) return null
  const way = pick(choices, [FAN_MARK_ADD, FAN_MARK_ADD, FAN_MARK_REMOVE, FAN_MARK_ADD | FAN_MARK_IGNORED_MASK])
  return { call: 'fanotify_mark', args: [walk.fdArg(fd), way, markMask(choices), walk.fdArg(object), null] }
}

/** Remembers the questions in what a read brought. */
function remember(walk: Walk, step: number, group: File, length: number): void {
  const bytes = walk.out(step, 0)
  if (bytes === undefined) return
  let list = ASKED.get(walk)
  if (list === undefined) {
    list = []
    ASKED.set(walk, list)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 0; at + METADATA <= length; at += view.getUint32(at, true)) {
    const asks =
      (view.getUint32(at + 8, true) & (FAN_OPEN_PERM | FAN_ACCESS_PERM | FAN_OPEN_EXEC_PERM | FAN_PRE_ACCESS)) !== 0
    const fd = view.getInt32(at + 16, true)
    if (asks && fd >= 0) list.push({ group, step, offset: at + 16, fd })
  }
}

const ROOM: readonly number[] = [4096, 4096, 256, 24, 24, 48, 32, 64, 23, 0]

function readEvents(walk: Walk, choices: Choices): Draft | null {
  const fd = walk.findFd(choices, ({ kind }) => kind === 'fanotify')
  const file = fd < 0 ? null : walk.task.files?.file(fd)
  if (file === null || file === undefined) return null
  // Somebody must be left to wake a reader that sleeps.
  if (!file.isNonBlocking && file.poll(walk.task) === 0 && (walk.awake().length < 3 || !rarely(choices, 4))) return null
  const size = pick(choices, ROOM)
  return {
    call: 'read',
    args: [walk.fdArg(fd), { out: size }, size],
    follow: (later, step, ret) => {
      remember(later, step, file, ret)
      return null
    },
  }
}

const EPERM = 1
const RESPONSES: readonly number[] = [
  FAN_ALLOW,
  FAN_ALLOW,
  FAN_ALLOW,
  FAN_ALLOW,
  FAN_DENY,
  FAN_DENY,
  FAN_ALLOW | FAN_AUDIT,
  FAN_DENY | FAN_AUDIT,
  // EPERM, EIO, EAGAIN, EBUSY, ETXTBSY, ENOSPC, EDQUOT; ENOENT and EINTR, which may not be.
  ...[EPERM, 5, 11, 16, 26, 28, 122, 2, 4].map((errno) => (FAN_DENY | (errno << FAN_ERRNO_SHIFT)) >>> 0),
  0,
  FAN_ALLOW | FAN_DENY,
  (FAN_ALLOW | (EPERM << FAN_ERRNO_SHIFT)) >>> 0,
  0x1_0000 | FAN_ALLOW,
  0x40 | FAN_DENY,
]

/** The audit rule that FAN_INFO announces; now and then not as it should be. */
function auditRule(choices: Choices): string {
  const header = pick(choices, ['01001000', '01001000', '01001000', '00001000', '01011000', '01000c00', '02001000'])
  return header + le32(pick(choices, [0, 17])) + le32(pick(choices, [0, 1, 2, 3])) + le32(pick(choices, [0, 1, 2]))
}

/** Writes an answer to the group: to a question that was read and to its own group, mostly. */
function answer(walk: Walk, choices: Choices): Draft | null {
  const list = ASKED.get(walk) ?? []
  const { files } = walk.task
  const answerable = list.filter(({ group }) => walk.findFd(choices, (file) => file === group) >= 0)
  const astray = answerable.length === 0 || rarely(choices, 10)
  if (astray && !rarely(choices, answerable.length === 0 ? 12 : 2)) return null
  const asked = answerable.length === 0 ? null : (answerable[choices.below(answerable.length)] as Asked)
  const fd = astray
    ? walk.findFd(choices, ({ kind }) => kind === 'fanotify')
    : walk.findFd(choices, (file) => file === asked?.group)
  if (fd < 0 || files === null) return null
  // What was answered stays in the list now and then, to be answered twice.
  if (asked !== null && !rarely(choices, 8)) list.splice(list.indexOf(asked), 1)
  const response = pick(choices, RESPONSES)
  const withInfo = rarely(choices, 8)
  const number = astray && choices.below(2) === 1 ? pick(choices, [-1, -2, 999, fd]) : (asked?.fd ?? -1)
  const tail = withInfo ? auditRule(choices) : ''
  const hex = le32(number) + le32((withInfo && !rarely(choices, 8) ? response | FAN_INFO : response) >>> 0) + tail
  const buffer: Arg =
    asked !== null && number === asked.fd
      ? { in: hex, at: { 0: { from: [asked.step, 0, asked.offset, 4] } } }
      : { in: hex }
  const whole = hex.length / 2
  const size = rarely(choices, 12) ? pick(choices, [4, 7, 8, 12, whole]) : whole
  return { call: 'write', args: [walk.fdArg(fd), buffer, Math.min(size, whole)] }
}

/** Closes the descriptor of an event that was read: an answer is still expected, and taken. */
function closeEvent(walk: Walk, choices: Choices): Draft | null {
  const list = ASKED.get(walk) ?? []
  if (list.length === 0) return null
  const { fd, group } = list[choices.below(list.length)] as Asked
  const mine = walk.findFd(choices, (file) => file === group) >= 0
  return mine && walk.task.files?.file(fd) !== null ? { call: 'close', args: [fd] } : null
}

const FIONREAD = 0x541b
const OPEN_QUEUE = 0x46f0

function ioctl(walk: Walk, choices: Choices): Draft | null {
  const fd = groupFd(walk, choices)
  return fd < 0 ? null : { call: 'ioctl', args: [walk.fdArg(fd), FIONREAD, { out: 4 }] }
}

/** The queue of a group that can be left and taken up again. */
function openQueue(walk: Walk, choices: Choices): Draft | null {
  if (walk.emulator.profile.fanotify.restartableEvents === 0 && !rarely(choices, 24)) return null
  const fd = rarely(choices, 8) ? groupFd(walk, choices) : groupFd(walk, choices, ['fanotify-control'])
  return fd < 0 ? null : { call: 'ioctl', args: [walk.fdArg(fd), OPEN_QUEUE, 0] }
}

function closeGroup(walk: Walk, choices: Choices): Draft | null {
  const fd = groupFd(walk, choices)
  return fd < 0 ? null : { call: 'close', args: [walk.fdArg(fd)] }
}

function dup(walk: Walk, choices: Choices): Draft | null {
  const fd = groupFd(walk, choices)
  return fd < 0 ? null : { call: 'dup', args: [walk.fdArg(fd)] }
}

function poll(walk: Walk, choices: Choices): Draft | null {
  const fd = groupFd(walk, choices)
  if (fd < 0) return null
  const arg = walk.fdArg(fd)
  const hex = le32(typeof arg === 'number' ? arg : 0) + le32(POLLIN)
  return { call: 'poll', args: [typeof arg === 'number' ? { inout: hex } : { inout: hex, at: { 0: arg } }, 1, 0] }
}

function fdinfo(walk: Walk, choices: Choices): Draft | null {
  const fd = groupFd(walk, choices)
  if (fd < 0) return null
  return {
    call: 'openat',
    args: [AT_FDCWD, { str: `/proc/self/fdinfo/${fd}` }, 0],
    follow: (_walk, step, ret) => ({
      call: 'read',
      args: [{ ret: step }, { out: 2048 }, 2048],
      follow: () => ({ call: 'close', args: [ret] }),
    }),
  }
}

function openDirectory(walk: Walk, choices: Choices): Draft | null {
  const fd = walk.findFd(choices, ({ kind }) => kind === 'directory')
  return fd >= 0 ? null : { call: 'openat', args: [AT_FDCWD, { str: SCRATCH }, O_DIRECTORY] }
}

/** Groups that are asked, their marks, what is read from them and what they answer. */
export const groupMakers: readonly CallMaker[] = [
  { name: 'fanotify_init', weight: 7, spoil: [0, 1], make: init },
  { name: 'fanotify_mark', weight: 16, spoil: [0, 1, 2, 4], make: mark },
  { name: 'fanotify_mark of a descriptor', weight: 2, spoil: [], make: markOpen },
  { name: 'read events', weight: 26, spoil: [0, 1, 2], make: readEvents },
  { name: 'answer', weight: 26, spoil: [1], make: answer },
  { name: 'close event', weight: 7, spoil: [], make: closeEvent },
  { name: 'FIONREAD', weight: 2, spoil: [2], make: ioctl },
  { name: 'FAN_IOC_OPEN_QUEUE_FD', weight: 10, spoil: [0], make: openQueue },
  { name: 'close group', weight: 3, spoil: [], make: closeGroup },
  { name: 'dup group', weight: 2, spoil: [], make: dup },
  { name: 'poll group', weight: 2, spoil: [], make: poll },
  { name: 'fdinfo of group', weight: 2, spoil: [], make: fdinfo },
  { name: 'open scratch', weight: 1, spoil: [], make: openDirectory },
]
