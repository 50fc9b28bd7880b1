import type { Arg } from '../../src/transcript/index.js'
import {
  AT_FDCWD,
  FAN_ACCESS,
  FAN_ACCESS_PERM,
  FAN_ALL_CLASS_BITS,
  FAN_ATTRIB,
  FAN_CLASS_CONTENT,
  FAN_CLASS_PRE_CONTENT,
  FAN_CLOEXEC,
  FAN_CLOSE_NOWRITE,
  FAN_CLOSE_WRITE,
  FAN_CREATE,
  FAN_DELETE,
  FAN_DELETE_SELF,
  FAN_ENABLE_AUDIT,
  FAN_EVENT_ON_CHILD,
  FAN_FS_ERROR,
  FAN_MARK_ADD,
  FAN_MARK_DONT_FOLLOW,
  FAN_MARK_EVICTABLE,
  FAN_MARK_FILESYSTEM,
  FAN_MARK_FLUSH,
  FAN_MARK_IGNORE,
  FAN_MARK_IGNORED_MASK,
  FAN_MARK_IGNORED_SURV_MODIFY,
  FAN_MARK_INODE,
  FAN_MARK_MNTNS,
  FAN_MARK_MOUNT,
  FAN_MARK_ONLYDIR,
  FAN_MARK_REMOVE,
  FAN_MARK_USERNS,
  FAN_MNT_ATTACH,
  FAN_MNT_DETACH,
  FAN_MODIFY,
  FAN_MOVE_SELF,
  FAN_MOVED_FROM,
  FAN_MOVED_TO,
  FAN_NONBLOCK,
  FAN_NS_CREATE,
  FAN_NS_DELETE,
  FAN_ONDIR,
  FAN_OPEN,
  FAN_OPEN_EXEC,
  FAN_OPEN_EXEC_PERM,
  FAN_OPEN_PERM,
  FAN_PRE_ACCESS,
  FAN_Q_OVERFLOW,
  FAN_RENAME,
  FAN_REPORT_DFID_NAME,
  FAN_REPORT_DFID_NAME_TARGET,
  FAN_REPORT_DIR_FID,
  FAN_REPORT_FD_ERROR,
  FAN_REPORT_FID,
  FAN_REPORT_MNT,
  FAN_REPORT_NAME,
  FAN_REPORT_NSID,
  FAN_REPORT_PIDFD,
  FAN_REPORT_TID,
  FAN_UNLIMITED_MARKS,
  FAN_UNLIMITED_QUEUE,
  O_CLOEXEC,
  O_NONBLOCK,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
} from '../../src/uapi/index.js'
import { type Choices, pick, rarely } from '../choices.js'
import type { CallMaker, Draft } from '../draft.js'
import type { Walk } from '../walk.js'
import { scratchFd, scratchPath, scratchPlace } from './marks_scratch.js'

/** What a group reports; every mode that there is, those that watch files most often. */
const MODES: readonly number[] = [
  0,
  FAN_REPORT_FID,
  FAN_REPORT_DIR_FID,
  FAN_REPORT_FID | FAN_REPORT_DIR_FID,
  FAN_REPORT_DFID_NAME,
  FAN_REPORT_DFID_NAME | FAN_REPORT_FID,
  FAN_REPORT_DFID_NAME_TARGET,
  FAN_REPORT_MNT,
  FAN_REPORT_MNT,
  0,
  FAN_CLASS_CONTENT,
  FAN_CLASS_PRE_CONTENT,
  FAN_REPORT_DFID_NAME_TARGET,
]

const EXTRAS: readonly number[] = [
  FAN_REPORT_PIDFD,
  FAN_REPORT_TID,
  FAN_REPORT_FD_ERROR,
  FAN_UNLIMITED_QUEUE,
  FAN_UNLIMITED_MARKS,
  FAN_ENABLE_AUDIT,
  FAN_CLOEXEC,
]

const EVENT_FLAGS: readonly number[] = [O_RDONLY, O_RDONLY, O_RDONLY, O_RDWR, O_WRONLY, O_CLOEXEC, O_NONBLOCK, 0x400]
const ODD_EVENT_FLAGS: readonly number[] = [3, 0x8000, 0x40000, 0x101000, 0x40, 0x200, 0x10000, 0x200000]

/** Where user namespaces can be watched. */
const NAMESPACE_MODES: readonly number[] = [
  ...MODES,
  FAN_REPORT_NSID,
  FAN_REPORT_NSID,
  FAN_REPORT_NSID | FAN_REPORT_MNT,
]

const knowsNsid = (walk: Walk): boolean => walk.emulator.kernel.features.fanotify.nsid

/** The watcher's bits of a group, where the kernel knows them. */
function watches(walk: Walk, flags: number): number {
  return flags & (knowsNsid(walk) ? FAN_REPORT_MNT | FAN_REPORT_NSID : FAN_REPORT_MNT)
}

function initFlags(walk: Walk, choices: Choices): number {
  // One odd group in sixteen: bits that do not go together, and bits that there are not.
  if (rarely(choices, 16)) return choices.below(0x10000) & choices.below(0x40000)
  let flags = pick(choices, knowsNsid(walk) ? NAMESPACE_MODES : MODES)
  if (!rarely(choices, 4)) flags |= FAN_NONBLOCK
  while (rarely(choices, 4)) flags |= pick(choices, EXTRAS)
  if (rarely(choices, 48)) flags |= pick(choices, [FAN_REPORT_NSID, 0x8000, 0x10000, -0x8000_0000])
  return flags
}

function fanotifyInit(walk: Walk, choices: Choices): Draft {
  const eventFlags = rarely(choices, 12) ? pick(choices, ODD_EVENT_FLAGS) : pick(choices, EVENT_FLAGS)
  return { call: 'fanotify_init', args: [initFlags(walk, choices), eventFlags] }
}

/** A group that watches something from the start. */
export function newWatcher(walk: Walk, choices: Choices): Draft {
  return {
    ...fanotifyInit(walk, choices),
    follow: (later, step, fd) => watch(later, choices, fd, { ret: step }),
  }
}

/** The flags of the group behind a descriptor. */
export function groupFlags(walk: Walk, fd: number): number {
  const file = walk.task.files?.file(fd)
  return file !== null && file !== undefined && 'group' in file ? (file.group as { flags: number }).flags : 0
}

/** A descriptor of a group, or -1. */
export function findGroup(walk: Walk, choices: Choices): number {
  return walk.findFd(choices, (file) => file.kind === 'fanotify')
}

const FILE_EVENTS: readonly number[] = [
  FAN_ACCESS,
  FAN_MODIFY,
  FAN_CLOSE_WRITE,
  FAN_CLOSE_NOWRITE,
  FAN_OPEN,
  FAN_OPEN,
  FAN_OPEN_EXEC,
  FAN_ONDIR,
  FAN_ONDIR,
  FAN_EVENT_ON_CHILD,
  FAN_EVENT_ON_CHILD,
]
const ENTRY_EVENTS: readonly number[] = [
  ...FILE_EVENTS,
  FAN_ATTRIB,
  FAN_ATTRIB,
  FAN_MOVED_FROM,
  FAN_MOVED_TO,
  FAN_CREATE,
  FAN_CREATE,
  FAN_DELETE,
  FAN_DELETE_SELF,
  FAN_MOVE_SELF,
  FAN_RENAME,
]
const NS_EVENTS: readonly number[] = [FAN_NS_CREATE, FAN_NS_DELETE]
const MOUNT_EVENTS: readonly number[] = [FAN_MNT_ATTACH, FAN_MNT_DETACH]
const REFUSED_EVENTS: readonly number[] = [
  FAN_Q_OVERFLOW,
  FAN_FS_ERROR,
  FAN_MNT_ATTACH,
  FAN_NS_CREATE,
  FAN_NS_DELETE,
  0x4000_0000,
  0x2000,
  0x0400_0000,
  0x8000_0000,
]
/** Only for groups that may not have them: a question that nobody answers stops the program. */
const QUESTIONS: readonly number[] = [FAN_OPEN_PERM, FAN_ACCESS_PERM, FAN_OPEN_EXEC_PERM, FAN_PRE_ACCESS]

/** FID modes: {@link MODES} above the classes and below the watchers. */
const FID_BITS = FAN_REPORT_FID | FAN_REPORT_DFID_NAME | FAN_REPORT_DFID_NAME_TARGET

function eventsOf(choices: Choices, flags: number, watched: number, type: number): readonly number[] {
  if (watched === FAN_REPORT_MNT) return MOUNT_EVENTS
  if (watched !== 0) return watched === FAN_REPORT_NSID || choices.below(2) === 0 ? NS_EVENTS : MOUNT_EVENTS
  return (flags & FID_BITS) !== 0 && type !== FAN_MARK_MOUNT ? ENTRY_EVENTS : FILE_EVENTS
}

function events(choices: Choices, flags: number, list: readonly number[]): number {
  let mask = 0
  do mask |= pick(choices, list)
  while (choices.below(3) !== 0)
  // All that there is.
  if (choices.below(2) === 1) for (const bit of list) mask |= bit
  // The names of both sides of a rename are told only to who reports names.
  if ((flags & FAN_REPORT_NAME) === 0 && !rarely(choices, 8)) mask &= ~FAN_RENAME
  if (rarely(choices, 20)) {
    const questions = (flags & FAN_ALL_CLASS_BITS) === 0 && rarely(choices, 2)
    mask |= pick(choices, questions ? QUESTIONS : REFUSED_EVENTS)
  }
  return rarely(choices, 40) ? 0 : mask
}

const TYPES: readonly number[] = [
  FAN_MARK_INODE,
  FAN_MARK_INODE,
  FAN_MARK_INODE,
  FAN_MARK_MOUNT,
  FAN_MARK_FILESYSTEM,
  FAN_MARK_FILESYSTEM,
]
/** What is told of a mark that ignores; for anything but an inode the second and third only. */
const IGNORING: readonly number[] = [
  FAN_MARK_IGNORED_MASK,
  FAN_MARK_IGNORED_MASK | FAN_MARK_IGNORED_SURV_MODIFY,
  FAN_MARK_IGNORE | FAN_MARK_IGNORED_SURV_MODIFY,
  FAN_MARK_IGNORE,
]
const HOW: readonly number[] = [
  FAN_MARK_DONT_FOLLOW,
  FAN_MARK_EVICTABLE,
  FAN_MARK_ONLYDIR,
  FAN_MARK_IGNORED_SURV_MODIFY,
]

function markType(choices: Choices, watched: number, list: readonly number[]): number {
  if (rarely(choices, 24)) return pick(choices, [FAN_MARK_INODE, FAN_MARK_MOUNT, FAN_MARK_MNTNS, FAN_MARK_USERNS])
  if (watched === 0) return pick(choices, TYPES)
  return list === NS_EVENTS ? FAN_MARK_USERNS : FAN_MARK_MNTNS
}

function markFlags(choices: Choices, type: number): number {
  const kind = choices.below(20)
  if (kind === 19) return FAN_MARK_FLUSH | type | (rarely(choices, 8) ? pick(choices, HOW) : 0)
  let chosen = type | (kind >= 16 ? FAN_MARK_REMOVE : FAN_MARK_ADD)
  const ofInode = type === FAN_MARK_INODE || rarely(choices, 12)
  if (choices.below(4) === 3) chosen |= pick(choices, ofInode ? IGNORING : IGNORING.slice(1, 3))
  if (choices.below(5) === 4) chosen |= pick(choices, ofInode ? HOW : HOW.slice(0, 1))
  if (rarely(choices, 40)) chosen ^= pick(choices, [FAN_MARK_ADD, FAN_MARK_REMOVE, FAN_MARK_FLUSH, 0x800, 0x2000])
  return chosen
}

/** Something that is marked by what it is and not where: namespaces and pipes, groups, what is there for nobody. */
function strayObject(walk: Walk, choices: Choices): [Arg, Arg] {
  switch (choices.below(5)) {
    case 0: {
      const fd = walk.findFd(choices, (file) => file.kind === 'pipe' || file.kind === 'fanotify')
      return [fd < 0 ? 999 : walk.fdArg(fd), null]
    }
    case 1:
      return [AT_FDCWD, pick<Arg>(choices, [null, { str: '' }, { bad: 1 }])]
    case 2:
      return [pick<Arg>(choices, [-1, 999]), pick<Arg>(choices, [null, { str: 'f' }])]
    case 3:
      return [AT_FDCWD, { str: `${scratchPath(walk, choices)}/` }]
    default: {
      const fd = walk.findFd(choices, (file) => file.kind === 'path')
      return [fd < 0 ? 999 : walk.fdArg(fd), null]
    }
  }
}

function namespaceObject(walk: Walk, choices: Choices): [Arg, Arg] {
  if (choices.below(2) === 0) {
    const fd = walk.fd(choices, 'ns')
    if (fd !== null) return [fd, null]
  }
  const name = pick(choices, rarely(choices, 6) ? ['uts', 'net'] : ['mnt', 'mnt', 'user'])
  return [AT_FDCWD, { str: `/proc/self/ns/${name}` }]
}

function markObject(walk: Walk, choices: Choices, watched: number, type: number): [Arg, Arg] {
  const ofNamespace = watched !== 0 || (type & FAN_MARK_USERNS) !== 0 || (type & FAN_MARK_MNTNS) === FAN_MARK_MNTNS
  if (ofNamespace && !rarely(choices, 12)) return namespaceObject(walk, choices)
  if (rarely(choices, 14)) return strayObject(walk, choices)
  if (choices.below(4) === 3) {
    const fd = scratchFd(walk, choices)
    if (fd !== null) return [fd, null]
  }
  return scratchPlace(walk, choices)
}

function fanotifyMark(walk: Walk, choices: Choices): Draft | null {
  const group = findGroup(walk, choices)
  return group < 0 ? null : watch(walk, choices, group, walk.fdArg(group))
}

function watch(walk: Walk, choices: Choices, group: number, groupArg: Arg): Draft {
  const init = groupFlags(walk, group)
  const watched = watches(walk, init)
  const planned = watched === 0 ? markType(choices, 0, []) : 0
  const list = eventsOf(choices, init, watched, planned)
  const type = watched === 0 ? planned : markType(choices, watched, list)
  const mask = events(choices, init, list)
  const [dirfd, path] = markObject(walk, choices, watched, type)
  const high = rarely(choices, 60) ? '0x1' : '0x'
  const wide = `${high}${(mask >>> 0).toString(16).padStart(8, '0')}`
  return { call: 'fanotify_mark', args: [groupArg, markFlags(choices, type), wide, dirfd, path] }
}

/** Makes groups and marks. */
export const groupMakers: readonly CallMaker[] = [
  { name: 'fanotify_init', weight: 5, spoil: [], make: fanotifyInit },
  { name: 'new_watcher', weight: 9, spoil: [], make: newWatcher },
  { name: 'fanotify_mark', weight: 45, spoil: [0, 4], make: fanotifyMark },
]
