import {
  FAN_ACCESS,
  FAN_ACCESS_PERM,
  FAN_ATTRIB,
  FAN_CLOSE,
  FAN_CREATE,
  FAN_DELETE,
  FAN_DELETE_SELF,
  FAN_EVENT_ON_CHILD,
  FAN_FS_ERROR,
  FAN_MNT_ATTACH,
  FAN_MNT_DETACH,
  FAN_MODIFY,
  FAN_MOVE,
  FAN_MOVE_SELF,
  FAN_NS_CREATE,
  FAN_NS_DELETE,
  FAN_ONDIR,
  FAN_OPEN,
  FAN_OPEN_EXEC,
  FAN_OPEN_EXEC_PERM,
  FAN_OPEN_PERM,
  FAN_PRE_ACCESS,
  FAN_RENAME,
} from '../../uapi/constants/fanotify.js'

/** Events that ask before they happen and wait for an answer. */
export const PERM_EVENTS: number = FAN_OPEN_PERM | FAN_ACCESS_PERM | FAN_OPEN_EXEC_PERM | FAN_PRE_ACCESS

/** Events that happen through an open file, so that an fd of it can be given. */
export const FD_EVENTS: number = FAN_ACCESS | FAN_MODIFY | FAN_CLOSE | FAN_OPEN | FAN_OPEN_EXEC | PERM_EVENTS

/** Events of an entry in a directory: they are sent to the directory, with the entry's name. */
export const DIRENT_EVENTS: number = FAN_MOVE | FAN_CREATE | FAN_DELETE | FAN_RENAME

/** Events for which there is no open file. */
const INODE_EVENTS: number = DIRENT_EVENTS | FAN_ATTRIB | FAN_MOVE_SELF | FAN_DELETE_SELF | FAN_FS_ERROR

/** Not events: they widen what a mark's events apply to. */
export const EVENT_FLAGS: number = FAN_EVENT_ON_CHILD | FAN_ONDIR

/** Events of a mount namespace. */
export const MNT_EVENTS: number = FAN_MNT_ATTACH | FAN_MNT_DETACH

/** Events of a user namespace; the same bits as FAN_CREATE and FAN_DELETE. */
export const NS_EVENTS: number = FAN_NS_CREATE | FAN_NS_DELETE

/** All that a mask may hold, whatever the group. */
export const MARK_MASK_BITS: number = FD_EVENTS | INODE_EVENTS | EVENT_FLAGS | MNT_EVENTS

/** Events that may come from a child of a watched directory. */
export const CHILD_EVENTS: number = FD_EVENTS | FAN_ATTRIB

/** Every event that objects send to their marks. */
export const ALL_EVENTS: number = FD_EVENTS | INODE_EVENTS
