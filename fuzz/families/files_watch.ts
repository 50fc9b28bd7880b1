import type { Arg } from '../../src/transcript/index.js'
import {
  AT_FDCWD,
  FAN_ACCESS,
  FAN_ATTRIB,
  FAN_CLASS_CONTENT,
  FAN_CLOSE_NOWRITE,
  FAN_CLOSE_WRITE,
  FAN_CREATE,
  FAN_DELETE,
  FAN_DELETE_SELF,
  FAN_EVENT_ON_CHILD,
  FAN_MARK_ADD,
  FAN_MARK_DONT_FOLLOW,
  FAN_MARK_EVICTABLE,
  FAN_MARK_FILESYSTEM,
  FAN_MARK_FLUSH,
  FAN_MARK_IGNORE,
  FAN_MARK_IGNORED_MASK,
  FAN_MARK_IGNORED_SURV_MODIFY,
  FAN_MARK_INODE,
  FAN_MARK_MOUNT,
  FAN_MARK_ONLYDIR,
  FAN_MARK_REMOVE,
  FAN_MODIFY,
  FAN_MOVE_SELF,
  FAN_MOVED_FROM,
  FAN_MOVED_TO,
  FAN_NONBLOCK,
  FAN_ONDIR,
  FAN_OPEN,
  FAN_OPEN_EXEC,
  FAN_RENAME,
  FAN_REPORT_DFID_NAME,
  FAN_REPORT_DFID_NAME_TARGET,
  FAN_REPORT_DIR_FID,
  FAN_REPORT_FD_ERROR,
  FAN_REPORT_FID,
  FAN_REPORT_PIDFD,
  FAN_REPORT_TID,
  FAN_UNLIMITED_QUEUE,
  O_CLOEXEC,
  O_RDONLY,
  O_RDWR,
  POLLIN,
} from '../../src/uapi/index.js'
import { le32, zeros } from '../bytes.js'
import { type Choices, pick, rarely } from '../choices.js'
import type { CallMaker, Draft } from '../draft.js'
import type { Walk } from '../walk.js'
import { directoryName, pathArg, scratchFd, scratchName } from './files_scratch.js'

/** `asm-generic/ioctls.h`. */
const FIONREAD = 0x541b

/** What a group tells of the object of an event. */
const MODES: readonly number[] = [
  0,
  FAN_REPORT_FID,
  FAN_REPORT_DIR_FID,
  FAN_REPORT_FID | FAN_REPORT_DIR_FID,
  FAN_REPORT_DFID_NAME,
  FAN_REPORT_DFID_NAME | FAN_REPORT_FID,
  FAN_REPORT_DFID_NAME_TARGET,
  FAN_REPORT_DFID_NAME_TARGET,
]
const FID = FAN_REPORT_DFID_NAME_TARGET
const WITH_NAME = FAN_REPORT_DFID_NAME & ~FAN_REPORT_DIR_FID
const EXTRAS: readonly number[] = [FAN_REPORT_PIDFD, FAN_REPORT_TID, FAN_REPORT_FD_ERROR, FAN_UNLIMITED_QUEUE]

/** Most groups of one program. */
const MOST_GROUPS = 6

function init(walk: Walk, choices: Choices): Draft | null {
  if (walk.emulator.kernel.init !== null && countGroups(walk) >= MOST_GROUPS) return null
  let flags = pick(choices, MODES) | FAN_NONBLOCK
  if (flags === FAN_NONBLOCK && rarely(choices, 6)) flags |= FAN_CLASS_CONTENT
  if (rarely(choices, 3)) flags |= pick(choices, EXTRAS)
  if (rarely(choices, 20)) flags &= ~FAN_NONBLOCK
  return { call: 'fanotify_init', args: [flags, pick(choices, [O_RDONLY, O_RDONLY, O_RDWR, O_CLOEXEC, 0x40000])] }
}

function countGroups(walk: Walk): number {
  const { files } = walk.task
  if (files === null) return 0
  let count = 0
  for (let fd = 0; fd < files.size; fd++) if (files.file(fd)?.kind === 'fanotify') count++
  return count
}

function groupFlags(walk: Walk, fd: number): number {
  const file = walk.task.files?.file(fd)
  return file?.kind === 'fanotify' ? (file as unknown as { group: { flags: number } }).group.flags : 0
}

const findGroup = (walk: Walk, choices: Choices): number => walk.findFd(choices, (file) => file.kind === 'fanotify')

const PLAIN: readonly number[] = [
  FAN_ACCESS,
  FAN_MODIFY,
  FAN_CLOSE_WRITE,
  FAN_CLOSE_NOWRITE,
  FAN_OPEN,
  FAN_OPEN_EXEC,
  FAN_EVENT_ON_CHILD,
  FAN_EVENT_ON_CHILD,
  FAN_ONDIR,
  FAN_ONDIR,
]
const BY_HANDLE: readonly number[] = [
  FAN_ATTRIB,
  FAN_MOVED_FROM,
  FAN_MOVED_TO,
  FAN_CREATE,
  FAN_DELETE,
  FAN_DELETE_SELF,
  FAN_MOVE_SELF,
]

function eventMask(choices: Choices, flags: number, type: number): number {
  const byHandle = (flags & FID) !== 0 && type !== FAN_MARK_MOUNT
  const list = [...PLAIN, ...(byHandle ? BY_HANDLE : [])]
  if (byHandle && (flags & WITH_NAME) !== 0) list.push(FAN_RENAME, FAN_RENAME)
  if (rarely(choices, 4)) return list.reduce((mask, bit) => mask | bit, 0)
  let mask = 0
  const count = 1 + choices.below(8)
  for (let i = 0; i < count; i++) mask |= pick(choices, list)
  return mask
}

const TYPES: readonly number[] = [
  FAN_MARK_INODE,
  FAN_MARK_INODE,
  FAN_MARK_INODE,
  FAN_MARK_MOUNT,
  FAN_MARK_FILESYSTEM,
  FAN_MARK_FILESYSTEM,
]
const IGNORES: readonly number[] = [
  FAN_MARK_IGNORED_MASK,
  FAN_MARK_IGNORED_MASK | FAN_MARK_IGNORED_SURV_MODIFY,
  FAN_MARK_IGNORE | FAN_MARK_IGNORED_SURV_MODIFY,
  FAN_MARK_IGNORE,
]

function mark(walk: Walk, choices: Choices): Draft | null {
  const group = findGroup(walk, choices)
  if (group < 0) return null
  const init = groupFlags(walk, group)
  const type = pick(choices, TYPES)
  if (rarely(choices, 40)) {
    return {
      call: 'fanotify_mark',
      args: [walk.fdArg(group), FAN_MARK_FLUSH | type, 0, AT_FDCWD, pathArg(choices, '')],
    }
  }
  let flags = type | (rarely(choices, 9) ? FAN_MARK_REMOVE : FAN_MARK_ADD)
  if (rarely(choices, 5)) flags |= pick(choices, IGNORES)
  if (type === FAN_MARK_INODE && rarely(choices, 8)) flags |= FAN_MARK_EVICTABLE
  if (rarely(choices, 9)) flags |= FAN_MARK_DONT_FOLLOW
  if (rarely(choices, 30)) flags |= FAN_MARK_ONLYDIR
  const mask = eventMask(choices, init, type)
  if (rarely(choices, 5)) {
    const fd = scratchFd(walk, choices, ['regular', 'directory', 'path'])
    if (fd >= 0) return { call: 'fanotify_mark', args: [walk.fdArg(group), flags, mask, walk.fdArg(fd), null] }
  }
  const name = choices.below(2) === 0 ? directoryName(choices) : scratchName(choices)
  return { call: 'fanotify_mark', args: [walk.fdArg(group), flags, mask, AT_FDCWD, pathArg(choices, name)] }
}

/** A group with something in its queue, mostly; one without it may be read when it does not wait. */
function readableGroup(walk: Walk, choices: Choices): number {
  const full = walk.findFd(choices, (file) => file.kind === 'fanotify' && (file.poll(walk.task) & POLLIN) !== 0)
  if (full >= 0 && !rarely(choices, 12)) return full
  return walk.findFd(choices, (file) => file.kind === 'fanotify' && file.isNonBlocking)
}

function readGroup(walk: Walk, choices: Choices): Draft | null {
  const fd = readableGroup(walk, choices)
  if (fd < 0) return null
  const size = rarely(choices, 4) ? pick(choices, [24, 56, 80, 100, 23, 200, 300, 0]) : 4096
  return { call: 'read', args: [walk.fdArg(fd), { out: size }, size] }
}

function ioctl(walk: Walk, choices: Choices): Draft | null {
  const fd = findGroup(walk, choices)
  return fd < 0 ? null : { call: 'ioctl', args: [walk.fdArg(fd), FIONREAD, { out: 4 }] }
}

function poll(walk: Walk, choices: Choices): Draft | null {
  const fd = findGroup(walk, choices)
  if (fd < 0) return null
  const arg = walk.fdArg(fd)
  const entry: Arg =
    typeof arg === 'number'
      ? { inout: `${le32(arg)}0500${zeros(2)}` }
      : { inout: `${zeros(4)}0500${zeros(2)}`, at: { 0: arg } }
  return { call: 'poll', args: [entry, 1, 0] }
}

/** The marks of a group as procfs tells them. */
function fdinfo(walk: Walk, choices: Choices): Draft | null {
  const fd = findGroup(walk, choices)
  if (fd < 0) return null
  return {
    call: 'openat',
    args: [AT_FDCWD, { str: `/proc/self/fdinfo/${fd}` }, O_RDONLY],
    follow: (_walk, opened) => ({
      call: 'read',
      args: [{ ret: opened }, { out: 2048 }, 2048],
      follow: () => ({ call: 'close', args: [{ ret: opened }] }),
    }),
  }
}

/** Groups that watch the scratch, and reading what they saw. */
export const watchMakers: readonly CallMaker[] = [
  { name: 'fanotify_init', weight: 16, spoil: [], make: init },
  { name: 'fanotify_mark', weight: 60, spoil: [1, 2], make: mark },
  { name: 'read_group', weight: 60, spoil: [1], make: readGroup },
  { name: 'ioctl', weight: 6, spoil: [2], make: ioctl },
  { name: 'poll', weight: 4, spoil: [], make: poll },
  { name: 'fdinfo', weight: 4, spoil: [], make: fdinfo },
]
