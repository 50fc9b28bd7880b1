import { CheckList, hexBits } from '../kernel/check.js'
import type { FanotifyFeatures } from '../kernel/fanotify/features.js'
import { FID_BITS, nsWatcherBits } from '../kernel/fanotify/init_flags.js'
import {
  DIRENT_EVENTS,
  EVENT_FLAGS,
  FD_EVENTS,
  MARK_MASK_BITS,
  MNT_EVENTS,
  NS_EVENTS,
  PERM_EVENTS,
} from '../kernel/fanotify/masks.js'
import {
  FAN_ALL_CLASS_BITS,
  FAN_CLASS_NOTIF,
  FAN_CLASS_PRE_CONTENT,
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
  FAN_ONDIR,
  FAN_PRE_ACCESS,
  FAN_RENAME,
  FAN_REPORT_MNT,
  FAN_REPORT_NAME,
  FAN_REPORT_NSID,
  FAN_REPORT_TARGET_FID,
} from '../uapi/constants/fanotify.js'
import { EACCES, EINVAL, EISDIR, ENODEV, ENOTDIR, EOPNOTSUPP, EPERM } from '../uapi/errno.js'

const COMMAND_BITS: number = FAN_MARK_ADD | FAN_MARK_REMOVE | FAN_MARK_FLUSH
const TYPE_BITS: number = FAN_MARK_MOUNT | FAN_MARK_FILESYSTEM | FAN_MARK_USERNS
const FLAG_BITS: number =
  COMMAND_BITS |
  FAN_MARK_DONT_FOLLOW |
  FAN_MARK_ONLYDIR |
  FAN_MARK_IGNORED_MASK |
  FAN_MARK_IGNORED_SURV_MODIFY |
  FAN_MARK_EVICTABLE |
  FAN_MARK_IGNORE

/** The bits of fanotify_mark's flags that say what kind of object is marked. */
export const markType = (flags: number): number => flags & TYPE_BITS

/** The events of a fanotify_mark call: with FAN_MARK_IGNORED_MASK, FAN_ONDIR and FAN_EVENT_ON_CHILD are dropped. */
export const effectiveMask = (flags: number, maskLo: number): number =>
  (flags & FAN_MARK_IGNORED_MASK) !== 0 ? maskLo & ~EVENT_FLAGS : maskLo

/** What the checks of a fanotify_mark call look at before the object: the arguments, the group, the caller. */
export interface MarkRequest {
  /** The second argument, 32 bits. */
  flags: number
  /** The third argument, a u64, as two words. */
  maskLo: number
  maskHi: number
  features: FanotifyFeatures
  /** The kernel was built with permission events. */
  permissionEvents: boolean
  /** EBADF or EINVAL for an fd that is no fanotify group, else 0. */
  groupError: number
  /** fanotify_init's flags of the group. */
  groupFlags: number
  /** The caller has CAP_SYS_ADMIN in the user namespace that the group was made in. */
  readonly groupAdmin: boolean
}

/** What the checks look at once there is an object. */
export interface MarkObjectRequest extends MarkRequest {
  /** Errno (positive) of looking up dirfd and path, or 0. */
  pathError: number
  /** The object that dirfd and path lead to; meaningful when `pathError` is 0. */
  readonly object: MarkObject
}

/** Of a marked object, what the checks look at. */
export interface MarkObject {
  readonly isDirectory: boolean
  readonly isRegular: boolean
  /** The filesystem serves FAN_PRE_ACCESS. */
  readonly preContent: boolean
  /** The filesystem has no permission events (procfs). */
  readonly noPermissionEvents: boolean
  /** On a filesystem that no user can mount: pipes, sockets, anonymous inodes. */
  readonly internalMount: boolean
  /** The caller may read it. */
  readonly readable: boolean
  /** The filesystem has an fsid. */
  readonly hasFsid: boolean
  /** The filesystem decodes file handles. */
  readonly decodesHandles: boolean
  /** The caller has CAP_SYS_ADMIN in the user namespace that owns the superblock. */
  readonly superblockAdmin: boolean
  /** What kind of namespace an nsfs file stands for, as the mark type that takes it (FAN_MARK_MNTNS, FAN_MARK_USERNS), else 0. */
  readonly namespaceMark: number
  /** The caller has CAP_SYS_ADMIN in the mount namespace's owner, or in the user namespace itself. */
  readonly namespaceAdmin: boolean
}

const eventsOf = (r: MarkRequest): number => effectiveMask(r.flags, r.maskLo)
const isWatcher = (r: MarkRequest): boolean => (r.groupFlags & nsWatcherBits(r.features)) !== 0
const isFidGroup = (r: MarkRequest): boolean => (r.groupFlags & FID_BITS) !== 0
const isAdd = (r: MarkRequest): boolean => (r.flags & FAN_MARK_ADD) !== 0
const isNamespaceMark = (r: MarkRequest): boolean =>
  markType(r.flags) === FAN_MARK_MNTNS || markType(r.flags) === FAN_MARK_USERNS
const isSuperblockOrMountMark = (r: MarkRequest): boolean =>
  markType(r.flags) === FAN_MARK_MOUNT || markType(r.flags) === FAN_MARK_FILESYSTEM
const command = (r: MarkRequest): number => r.flags & COMMAND_BITS

const unknownEvents = (r: MarkRequest): number =>
  r.maskLo & ~(r.permissionEvents ? MARK_MASK_BITS : MARK_MASK_BITS & ~PERM_EVENTS)

/** The events that a watcher's mark of this type may hold. */
function watcherEvents(r: MarkRequest): number {
  switch (markType(r.flags)) {
    case FAN_MARK_MNTNS:
      return (r.groupFlags & FAN_REPORT_MNT) !== 0 ? MNT_EVENTS : 0
    case FAN_MARK_USERNS:
      return (r.groupFlags & FAN_REPORT_NSID) !== 0 ? NS_EVENTS : 0
    default:
      return 0
  }
}

/** The refusals of fanotify_mark that need no object, in the kernel's order. FAN_MARK_FLUSH ends after them. */
export const FANOTIFY_MARK_CHECKS: CheckList<MarkRequest> = new CheckList<MarkRequest>([
  {
    name: 'mask-width',
    errno: EINVAL,
    why: 'the upper 32 bits of the mask must be zero',
    refuses: (r) => r.maskHi !== 0,
  },
  {
    name: 'unknown-flags',
    errno: EINVAL,
    why: 'a flag that this kernel does not know',
    refuses: (r) => (r.flags & ~(FLAG_BITS | TYPE_BITS)) !== 0,
    detail: (r) => hexBits(r.flags & ~(FLAG_BITS | TYPE_BITS)),
  },
  {
    name: 'mark-type',
    errno: EINVAL,
    why: 'the mark type must be one of FAN_MARK_INODE, FAN_MARK_MOUNT, FAN_MARK_FILESYSTEM, FAN_MARK_MNTNS (and, with seed 000, FAN_MARK_USERNS)',
    refuses: (r) => {
      const type = markType(r.flags)
      return (type & FAN_MARK_USERNS) !== 0 && (type !== FAN_MARK_USERNS || !r.features.nsid)
    },
  },
  {
    name: 'one-command',
    errno: EINVAL,
    why: 'exactly one of FAN_MARK_ADD, FAN_MARK_REMOVE and FAN_MARK_FLUSH',
    refuses: (r) => command(r) !== FAN_MARK_ADD && command(r) !== FAN_MARK_REMOVE && command(r) !== FAN_MARK_FLUSH,
  },
  {
    name: 'empty-mask',
    errno: EINVAL,
    why: 'FAN_MARK_ADD and FAN_MARK_REMOVE need events in the mask',
    refuses: (r) => command(r) !== FAN_MARK_FLUSH && r.maskLo === 0,
  },
  {
    name: 'flush-flags',
    errno: EINVAL,
    why: 'FAN_MARK_FLUSH takes no flag but the mark type',
    refuses: (r) => command(r) === FAN_MARK_FLUSH && (r.flags & ~(TYPE_BITS | FAN_MARK_FLUSH)) !== 0,
  },
  {
    name: 'unknown-events',
    errno: EINVAL,
    why: 'an event that no mark can ask for in this kernel',
    refuses: (r) => unknownEvents(r) !== 0,
    detail: (r) => hexBits(unknownEvents(r)),
  },
  {
    name: 'two-ignore-flags',
    errno: EINVAL,
    why: 'FAN_MARK_IGNORE and FAN_MARK_IGNORED_MASK exclude each other',
    refuses: (r) => (r.flags & FAN_MARK_IGNORE) !== 0 && (r.flags & FAN_MARK_IGNORED_MASK) !== 0,
  },
  {
    name: 'fanotify-fd',
    errno: (r) => r.groupError,
    why: 'fanotify_fd must be an open descriptor (EBADF) of a fanotify group (EINVAL)',
    refuses: (r) => r.groupError !== 0,
  },
  {
    name: 'watcher-mark-type',
    errno: EINVAL,
    why: 'a namespace watcher (FAN_REPORT_MNT, FAN_REPORT_NSID) marks only mount and user namespaces',
    refuses: (r) => isWatcher(r) && !isNamespaceMark(r),
  },
  {
    name: 'watcher-events',
    errno: EINVAL,
    why: 'a namespace watcher takes FAN_MNT_* events on FAN_MARK_MNTNS with FAN_REPORT_MNT, and FAN_NS_* events on FAN_MARK_USERNS with FAN_REPORT_NSID',
    refuses: (r) => isWatcher(r) && (eventsOf(r) & ~watcherEvents(r)) !== 0,
  },
  {
    name: 'namespace-mark-needs-watcher',
    errno: EINVAL,
    why: 'only a namespace watcher (FAN_REPORT_MNT, FAN_REPORT_NSID) marks namespaces',
    refuses: (r) => !isWatcher(r) && isNamespaceMark(r),
  },
  {
    name: 'mount-events-need-watcher',
    errno: EINVAL,
    why: 'FAN_MNT_ATTACH and FAN_MNT_DETACH need a group with FAN_REPORT_MNT and FAN_MARK_MNTNS',
    refuses: (r) => !isWatcher(r) && (eventsOf(r) & MNT_EVENTS) !== 0,
  },
  {
    name: 'restartable-events',
    errno: EINVAL,
    why: 'a mark of a group with FAN_RESTARTABLE_EVENTS must name a permission event',
    refuses: (r) => (r.groupFlags & r.features.restartableEvents) !== 0 && (eventsOf(r) & PERM_EVENTS) === 0,
  },
  {
    name: 'group-capability',
    errno: EPERM,
    why: "any mark but FAN_MARK_INODE needs CAP_SYS_ADMIN in the group's user namespace",
    refuses: (r) => markType(r.flags) !== FAN_MARK_INODE && !r.groupAdmin,
  },
  {
    name: 'permission-class',
    errno: EINVAL,
    why: 'permission events need a group of FAN_CLASS_CONTENT or FAN_CLASS_PRE_CONTENT',
    refuses: (r) => (eventsOf(r) & PERM_EVENTS) !== 0 && (r.groupFlags & FAN_ALL_CLASS_BITS) === FAN_CLASS_NOTIF,
  },
  {
    name: 'pre-access-class',
    errno: EINVAL,
    why: 'FAN_PRE_ACCESS needs a group of FAN_CLASS_PRE_CONTENT',
    refuses: (r) =>
      (eventsOf(r) & FAN_PRE_ACCESS) !== 0 && (r.groupFlags & FAN_ALL_CLASS_BITS) !== FAN_CLASS_PRE_CONTENT,
  },
  {
    name: 'fs-error-mark-type',
    errno: EINVAL,
    why: 'FAN_FS_ERROR needs FAN_MARK_FILESYSTEM',
    refuses: (r) => (eventsOf(r) & FAN_FS_ERROR) !== 0 && markType(r.flags) !== FAN_MARK_FILESYSTEM,
  },
  {
    name: 'evictable-mark-type',
    errno: EINVAL,
    why: 'FAN_MARK_EVICTABLE needs FAN_MARK_INODE',
    refuses: (r) => (r.flags & FAN_MARK_EVICTABLE) !== 0 && markType(r.flags) !== FAN_MARK_INODE,
  },
  {
    name: 'inode-events-need-fid',
    errno: EINVAL,
    why: 'FAN_ATTRIB, FAN_CREATE, FAN_DELETE, FAN_DELETE_SELF, FAN_MOVED_FROM, FAN_MOVED_TO, FAN_MOVE_SELF, FAN_RENAME and FAN_FS_ERROR have no open file: they need a group that reports file handles, and no FAN_MARK_MOUNT',
    refuses: (r) =>
      !isWatcher(r) &&
      (eventsOf(r) & ~(FD_EVENTS | EVENT_FLAGS)) !== 0 &&
      (!isFidGroup(r) || markType(r.flags) === FAN_MARK_MOUNT),
  },
  {
    name: 'rename-needs-name',
    errno: EINVAL,
    why: 'FAN_RENAME needs a group with FAN_REPORT_NAME',
    refuses: (r) => (eventsOf(r) & FAN_RENAME) !== 0 && (r.groupFlags & FAN_REPORT_NAME) === 0,
  },
  {
    name: 'pre-access-on-dir',
    errno: EINVAL,
    why: 'FAN_PRE_ACCESS does not go with FAN_ONDIR',
    refuses: (r) => (eventsOf(r) & FAN_PRE_ACCESS) !== 0 && (eventsOf(r) & FAN_ONDIR) !== 0,
  },
])

/** Flags and events for which a mark on something that is no directory is an error rather than without effect. */
const strictAboutDirectories = (r: MarkRequest): boolean =>
  (r.groupFlags & FAN_REPORT_TARGET_FID) !== 0 || (eventsOf(r) & FAN_RENAME) !== 0 || (r.flags & FAN_MARK_IGNORE) !== 0

const ignoreWithoutSurvModify = (r: MarkRequest): boolean =>
  isAdd(r) && (r.flags & FAN_MARK_IGNORE) !== 0 && (r.flags & FAN_MARK_IGNORED_SURV_MODIFY) === 0

/** The refusals of FAN_MARK_ADD and FAN_MARK_REMOVE that look at the object, in the kernel's order. */
export const FANOTIFY_MARK_OBJECT_CHECKS: CheckList<MarkObjectRequest> = new CheckList<MarkObjectRequest>([
  {
    name: 'path',
    errno: (r) => r.pathError,
    why: 'dirfd and pathname lead to no object',
    refuses: (r) => r.pathError !== 0,
  },
  {
    name: 'pre-access-filesystem',
    errno: EOPNOTSUPP,
    why: 'the filesystem does not serve FAN_PRE_ACCESS (ext4 does; tmpfs, procfs and nsfs do not)',
    applies: (r) => isAdd(r) && (eventsOf(r) & FAN_PRE_ACCESS) !== 0,
    refuses: (r) => !r.object.preContent,
  },
  {
    name: 'pre-access-object',
    errno: EINVAL,
    why: 'FAN_PRE_ACCESS is for regular files and directories',
    applies: (r) => isAdd(r) && (eventsOf(r) & FAN_PRE_ACCESS) !== 0,
    refuses: (r) => !r.object.isDirectory && !r.object.isRegular,
  },
  {
    name: 'permission-events-filesystem',
    errno: EINVAL,
    why: 'the filesystem takes no permission events (procfs)',
    applies: (r) => isAdd(r) && (eventsOf(r) & PERM_EVENTS) !== 0,
    refuses: (r) => r.object.noPermissionEvents,
  },
  {
    name: 'internal-mount',
    errno: EINVAL,
    why: 'pipes, sockets and anonymous inodes take no FAN_MARK_MOUNT and no FAN_MARK_FILESYSTEM',
    applies: (r) => isAdd(r) && isSuperblockOrMountMark(r),
    refuses: (r) => r.object.internalMount,
  },
  {
    name: 'directory-events',
    errno: ENOTDIR,
    why: 'FAN_CREATE, FAN_DELETE, FAN_MOVED_FROM, FAN_MOVED_TO, FAN_RENAME, FAN_ONDIR and FAN_EVENT_ON_CHILD on an object that is no directory: refused with FAN_REPORT_TARGET_FID, FAN_RENAME or FAN_MARK_IGNORE',
    applies: (r) =>
      isAdd(r) &&
      markType(r.flags) === FAN_MARK_INODE &&
      (eventsOf(r) & (DIRENT_EVENTS | EVENT_FLAGS)) !== 0 &&
      strictAboutDirectories(r),
    refuses: (r) => !r.object.isDirectory,
  },
  {
    name: 'read-permission',
    errno: EACCES,
    why: 'the caller may not read the object',
    refuses: (r) => !r.object.readable,
  },
  {
    name: 'fsid',
    errno: ENODEV,
    why: 'the filesystem has no fsid, so its file handles mean nothing',
    applies: (r) => isFidGroup(r) && markType(r.flags) !== FAN_MARK_INODE,
    refuses: (r) => !r.object.hasFsid,
  },
  {
    name: 'file-handles',
    errno: EOPNOTSUPP,
    why: 'the filesystem decodes no file handles (procfs, hostfs, pipes, anonymous inodes)',
    applies: (r) => isFidGroup(r) && markType(r.flags) !== FAN_MARK_INODE,
    refuses: (r) => !r.object.decodesHandles,
  },
  {
    name: 'superblock-capability',
    errno: EPERM,
    why: 'FAN_MARK_MOUNT and FAN_MARK_FILESYSTEM need CAP_SYS_ADMIN in the user namespace that owns the superblock',
    applies: isSuperblockOrMountMark,
    refuses: (r) => !r.object.superblockAdmin,
  },
  {
    name: 'namespace-file',
    errno: EINVAL,
    why: 'FAN_MARK_MNTNS needs an nsfs file of a mount namespace, FAN_MARK_USERNS one of a user namespace',
    applies: isNamespaceMark,
    refuses: (r) => r.object.namespaceMark !== markType(r.flags),
  },
  {
    name: 'namespace-capability',
    errno: EPERM,
    why: "the caller needs CAP_SYS_ADMIN in the mount namespace's owner, or in the user namespace itself",
    applies: isNamespaceMark,
    refuses: (r) => !r.object.namespaceAdmin,
  },
  {
    name: 'ignore-needs-surv-modify',
    errno: EINVAL,
    why: 'FAN_MARK_IGNORE on a mount or filesystem needs FAN_MARK_IGNORED_SURV_MODIFY',
    applies: ignoreWithoutSurvModify,
    refuses: (r) => markType(r.flags) !== FAN_MARK_INODE,
  },
  {
    name: 'ignore-on-directory',
    errno: EISDIR,
    why: 'FAN_MARK_IGNORE on a directory needs FAN_MARK_IGNORED_SURV_MODIFY',
    applies: ignoreWithoutSurvModify,
    refuses: (r) => r.object.isDirectory,
  },
])
