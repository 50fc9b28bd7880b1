import { CheckList, hexBits } from '../kernel/check.js'
import type { FanotifyFeatures } from '../kernel/fanotify/features.js'
import { adminInitBits, FID_BITS, knownInitBits, nsWatcherBits } from '../kernel/fanotify/init_flags.js'
import {
  FAN_ALL_CLASS_BITS,
  FAN_CLASS_NOTIF,
  FAN_ENABLE_AUDIT,
  FAN_REPORT_DIR_FID,
  FAN_REPORT_FD_ERROR,
  FAN_REPORT_FID,
  FAN_REPORT_NAME,
  FAN_REPORT_PIDFD,
  FAN_REPORT_TARGET_FID,
  FAN_REPORT_TID,
} from '../uapi/constants/fanotify.js'
import { EINVAL, EMFILE, EPERM } from '../uapi/errno.js'
import { O_ACCMODE, O_APPEND, O_CLOEXEC, O_LARGEFILE, O_NOATIME, O_NONBLOCK, O_SYNC } from '../uapi/fcntl.js'

const EVENT_F_FLAGS: number = O_ACCMODE | O_APPEND | O_NONBLOCK | O_SYNC | O_CLOEXEC | O_LARGEFILE | O_NOATIME

/** What fanotify_init's checks look at: the arguments, and what is true of the caller. */
export interface InitRequest {
  /** The first argument, 32 bits. */
  flags: number
  /** The second argument, 32 bits. */
  eventFFlags: number
  features: FanotifyFeatures
  /** The caller has CAP_SYS_ADMIN in the initial user namespace. */
  sysAdmin: boolean
  /** The caller has CAP_AUDIT_WRITE in the initial user namespace. */
  auditWrite: boolean
  /** The caller's user has fewer groups than the limit, in this user namespace and all above it. */
  groupsLeft: boolean
  /** The caller's table has a free fd below the limit. */
  fdsLeft: boolean
}

const isNsWatcher = (r: InitRequest): boolean => (r.flags & nsWatcherBits(r.features)) !== 0
const groupClass = (r: InitRequest): number => r.flags & FAN_ALL_CLASS_BITS

/** The refusals of fanotify_init(flags, event_f_flags), in the kernel's order. */
export const FANOTIFY_INIT_CHECKS: CheckList<InitRequest> = new CheckList<InitRequest>([
  {
    name: 'admin-flags',
    errno: EPERM,
    why: 'a class other than FAN_CLASS_NOTIF, FAN_REPORT_TID, FAN_REPORT_PIDFD, FAN_REPORT_FD_ERROR, FAN_UNLIMITED_QUEUE, FAN_UNLIMITED_MARKS (and FAN_RESTARTABLE_EVENTS) need CAP_SYS_ADMIN in the initial user namespace',
    refuses: (r) => !r.sysAdmin && (r.flags & adminInitBits(r.features)) !== 0,
  },
  {
    name: 'fd-mode-needs-admin',
    errno: EPERM,
    why: 'a group without FAN_REPORT_FID, FAN_REPORT_DIR_FID, FAN_REPORT_MNT (or FAN_REPORT_NSID) opens files for its reader: it needs CAP_SYS_ADMIN in the initial user namespace',
    refuses: (r) => !r.sysAdmin && (r.flags & (FID_BITS | nsWatcherBits(r.features))) === 0,
  },
  {
    name: 'unknown-flags',
    errno: EINVAL,
    why: 'a flag that this kernel does not know',
    refuses: (r) => (r.flags & ~knownInitBits(r.features)) !== 0,
    detail: (r) => hexBits(r.flags & ~knownInitBits(r.features)),
  },
  {
    name: 'pidfd-with-tid',
    errno: EINVAL,
    why: 'FAN_REPORT_PIDFD and FAN_REPORT_TID exclude each other before Linux 7.2',
    refuses: (r) => !r.features.pidfdWithTid && (r.flags & FAN_REPORT_PIDFD) !== 0 && (r.flags & FAN_REPORT_TID) !== 0,
  },
  {
    name: 'watcher-class',
    errno: EINVAL,
    why: 'a namespace watcher (FAN_REPORT_MNT, FAN_REPORT_NSID) must be of FAN_CLASS_NOTIF',
    refuses: (r) => isNsWatcher(r) && groupClass(r) !== FAN_CLASS_NOTIF,
  },
  {
    name: 'watcher-fid',
    errno: EINVAL,
    why: 'a namespace watcher (FAN_REPORT_MNT, FAN_REPORT_NSID) reports no files: no FAN_REPORT_FID, _DIR_FID, _NAME or _TARGET_FID',
    refuses: (r) => isNsWatcher(r) && (r.flags & FID_BITS) !== 0,
  },
  {
    name: 'watcher-fd-error',
    errno: EINVAL,
    why: 'a namespace watcher (FAN_REPORT_MNT, FAN_REPORT_NSID) opens no files: no FAN_REPORT_FD_ERROR',
    refuses: (r) => isNsWatcher(r) && (r.flags & FAN_REPORT_FD_ERROR) !== 0,
  },
  {
    name: 'event-f-flags',
    errno: EINVAL,
    why: 'event_f_flags may hold an access mode, O_APPEND, O_NONBLOCK, O_SYNC, O_DSYNC, O_CLOEXEC, O_LARGEFILE and O_NOATIME',
    refuses: (r) => (r.eventFFlags & ~EVENT_F_FLAGS) !== 0,
    detail: (r) => hexBits(r.eventFFlags & ~EVENT_F_FLAGS),
  },
  {
    name: 'event-access-mode',
    errno: EINVAL,
    why: 'the access mode in event_f_flags must be O_RDONLY, O_WRONLY or O_RDWR, not 3',
    refuses: (r) => (r.eventFFlags & O_ACCMODE) === O_ACCMODE,
  },
  {
    name: 'fid-class',
    errno: EINVAL,
    why: 'file handles are reported only by groups of FAN_CLASS_NOTIF',
    refuses: (r) => (r.flags & FID_BITS) !== 0 && groupClass(r) !== FAN_CLASS_NOTIF,
  },
  {
    name: 'name-needs-dir-fid',
    errno: EINVAL,
    why: 'FAN_REPORT_NAME needs FAN_REPORT_DIR_FID: a name means nothing without its directory',
    refuses: (r) => (r.flags & FAN_REPORT_NAME) !== 0 && (r.flags & FAN_REPORT_DIR_FID) === 0,
  },
  {
    name: 'target-needs-name-and-fid',
    errno: EINVAL,
    why: 'FAN_REPORT_TARGET_FID needs FAN_REPORT_NAME and FAN_REPORT_FID',
    refuses: (r) =>
      (r.flags & FAN_REPORT_TARGET_FID) !== 0 &&
      ((r.flags & FAN_REPORT_NAME) === 0 || (r.flags & FAN_REPORT_FID) === 0),
  },
  {
    name: 'restartable-class',
    errno: EINVAL,
    why: 'FAN_RESTARTABLE_EVENTS needs a class with permission events: FAN_CLASS_CONTENT or FAN_CLASS_PRE_CONTENT',
    refuses: (r) => (r.flags & r.features.restartableEvents) !== 0 && groupClass(r) === FAN_CLASS_NOTIF,
  },
  {
    name: 'group-limit',
    errno: EMFILE,
    why: 'the user has as many groups as /proc/sys/user/max_fanotify_groups allows (here or in a parent user namespace)',
    refuses: (r) => !r.groupsLeft,
  },
  {
    name: 'one-class',
    errno: EINVAL,
    why: 'FAN_CLASS_CONTENT and FAN_CLASS_PRE_CONTENT together are no class',
    refuses: (r) => groupClass(r) === FAN_ALL_CLASS_BITS,
  },
  {
    name: 'audit-needs-capability',
    errno: EPERM,
    why: 'FAN_ENABLE_AUDIT needs CAP_AUDIT_WRITE in the initial user namespace',
    refuses: (r) => (r.flags & FAN_ENABLE_AUDIT) !== 0 && !r.auditWrite,
  },
  {
    name: 'fd-limit',
    errno: EMFILE,
    why: 'no free descriptor below RLIMIT_NOFILE',
    refuses: (r) => !r.fdsLeft,
  },
])
