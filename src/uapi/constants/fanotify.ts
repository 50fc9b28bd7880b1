/**
 * Constants of `linux/fanotify.h`, with those that seeds 000 and 002 propose. A value is a number, or a bigint where it does not fit 32 bits.
 */

/** Event: a file was read (a directory: with FAN_ONDIR). */
export const FAN_ACCESS = 0x1
/** Event: a file was written. */
export const FAN_MODIFY = 0x2
/** Event: metadata changed. Needs a FID group. */
export const FAN_ATTRIB = 0x4
/** Event: a file that was open for writing was closed. */
export const FAN_CLOSE_WRITE = 0x8
/** Event: a file that was not open for writing was closed. */
export const FAN_CLOSE_NOWRITE = 0x10
/** Event: a file was opened. */
export const FAN_OPEN = 0x20
/** Event: an entry was moved out of a directory. Needs a FID group. */
export const FAN_MOVED_FROM = 0x40
/** Event: an entry was moved into a directory. Needs a FID group. */
export const FAN_MOVED_TO = 0x80
/** Event: an entry was created in a directory. Needs a FID group. The same bit as FAN_NS_CREATE. */
export const FAN_CREATE = 0x100
/** Event: an entry was deleted from a directory. Needs a FID group. The same bit as FAN_NS_DELETE. */
export const FAN_DELETE = 0x200
/** Event: the marked object itself was deleted. Needs a FID group. */
export const FAN_DELETE_SELF = 0x400
/** Event: the marked object itself was moved. Needs a FID group. */
export const FAN_MOVE_SELF = 0x800
/** Event: a file was opened to be executed. */
export const FAN_OPEN_EXEC = 0x1000
/** Event, never asked for: the queue was full and events were lost. It has no information record. */
export const FAN_Q_OVERFLOW = 0x4000
/** Event: the filesystem reported an error. Needs a FID group and a FAN_MARK_FILESYSTEM mark. */
export const FAN_FS_ERROR = 0x8000
/** Permission event: a file is about to be opened. */
export const FAN_OPEN_PERM = 0x10000
/** Permission event: a file is about to be read. */
export const FAN_ACCESS_PERM = 0x20000
/** Permission event: a file is about to be opened for execution. */
export const FAN_OPEN_EXEC_PERM = 0x40000
/** Permission event: a range of a file is about to be accessed. Needs FAN_CLASS_PRE_CONTENT. */
export const FAN_PRE_ACCESS = 0x100000
/** Namespace event: a namespace owned by the marked user namespace became active. The same bit as FAN_CREATE. */
export const FAN_NS_CREATE = 0x100
/** Namespace event: a namespace owned by the marked user namespace ceased to be active. The same bit as FAN_DELETE. */
export const FAN_NS_DELETE = 0x200
/** Mount event: a mount entered the marked mount namespace. */
export const FAN_MNT_ATTACH = 0x1000000
/** Mount event: a mount left the marked mount namespace. Together with FAN_MNT_ATTACH: it moved within it. */
export const FAN_MNT_DETACH = 0x2000000
/** Mark flag: also events of a marked directory's children. */
export const FAN_EVENT_ON_CHILD = 0x8000000
/** Event: an entry was renamed; old and new directory and name come in one event. Needs FAN_REPORT_NAME. */
export const FAN_RENAME = 0x10000000
/** Mark flag: also events of directories. In an event: the object is a directory. */
export const FAN_ONDIR = 0x40000000
/** FAN_CLOSE_WRITE and FAN_CLOSE_NOWRITE. */
export const FAN_CLOSE = 0x18
/** FAN_MOVED_FROM and FAN_MOVED_TO. */
export const FAN_MOVE = 0xc0
/** fanotify_init flag: close the group's fd on execve. */
export const FAN_CLOEXEC = 0x1
/** fanotify_init flag: read(2) gives EAGAIN instead of sleeping. */
export const FAN_NONBLOCK = 0x2
/** Class: notification only. */
export const FAN_CLASS_NOTIF = 0x0
/** Class: may have permission events, sees a file's final content. */
export const FAN_CLASS_CONTENT = 0x4
/** Class: may have permission events, sees a file before its final content is there. */
export const FAN_CLASS_PRE_CONTENT = 0x8
/** The bits of fanotify_init's flags that hold the class. Deprecated in the header: it does not grow. */
export const FAN_ALL_CLASS_BITS = 0xc
/** fanotify_init flag: no limit on queued events. Needs CAP_SYS_ADMIN. */
export const FAN_UNLIMITED_QUEUE = 0x10
/** fanotify_init flag: no limit on marks. Needs CAP_SYS_ADMIN. */
export const FAN_UNLIMITED_MARKS = 0x20
/** fanotify_init flag: permission answers may ask for an audit record. Needs CAP_AUDIT_WRITE. */
export const FAN_ENABLE_AUDIT = 0x40
/** fanotify_init flag: a PIDFD record with each event. */
export const FAN_REPORT_PIDFD = 0x80
/** fanotify_init flag: `pid` is a thread id. */
export const FAN_REPORT_TID = 0x100
/** fanotify_init flag: report objects by file handle. */
export const FAN_REPORT_FID = 0x200
/** fanotify_init flag: report directories by file handle. */
export const FAN_REPORT_DIR_FID = 0x400
/** fanotify_init flag: report an entry's name with its directory. Needs FAN_REPORT_DIR_FID. */
export const FAN_REPORT_NAME = 0x800
/** fanotify_init flag: directory entry events also report the entry's own object. */
export const FAN_REPORT_TARGET_FID = 0x1000
/** fanotify_init flag: `fd` and `pidfd` give -errno when none could be opened. */
export const FAN_REPORT_FD_ERROR = 0x2000
/** fanotify_init flag: namespace events with an NS record (proposed, seed 000). */
export const FAN_REPORT_NSID = 0x8000
/** fanotify_init flag: mount events with an MNT record. */
export const FAN_REPORT_MNT = 0x4000
/** FAN_REPORT_DIR_FID and FAN_REPORT_NAME. */
export const FAN_REPORT_DFID_NAME = 0xc00
/** FAN_REPORT_DFID_NAME, FAN_REPORT_FID and FAN_REPORT_TARGET_FID. */
export const FAN_REPORT_DFID_NAME_TARGET = 0x1e00
/** All fanotify_init flags of the first version. Deprecated in the header: it does not grow. */
export const FAN_ALL_INIT_FLAGS = 0x3f
/** fanotify_mark command: add to a mark, or make it. */
export const FAN_MARK_ADD = 0x1
/** fanotify_mark command: take from a mark. */
export const FAN_MARK_REMOVE = 0x2
/** fanotify_mark flag: mark a symbolic link itself. */
export const FAN_MARK_DONT_FOLLOW = 0x4
/** fanotify_mark flag: ENOTDIR unless the object is a directory. */
export const FAN_MARK_ONLYDIR = 0x8
/** fanotify_mark flag: the mask is of events to ignore (the older rules). */
export const FAN_MARK_IGNORED_MASK = 0x20
/** fanotify_mark flag: the ignore mask stays when the file is modified. */
export const FAN_MARK_IGNORED_SURV_MODIFY = 0x40
/** fanotify_mark command: remove all marks of the given type. */
export const FAN_MARK_FLUSH = 0x80
/** fanotify_mark flag: the mark does not keep its inode in memory. */
export const FAN_MARK_EVICTABLE = 0x200
/** fanotify_mark flag: the mask is of events to ignore (the newer rules, event flags count). */
export const FAN_MARK_IGNORE = 0x400
/** Mark type: one file or directory. */
export const FAN_MARK_INODE = 0x0
/** Mark type: a mount. */
export const FAN_MARK_MOUNT = 0x10
/** Mark type: a filesystem. */
export const FAN_MARK_FILESYSTEM = 0x100
/** Mark type: a user namespace, by its nsfs file (proposed, seed 000). */
export const FAN_MARK_USERNS = 0x1000
/** Mark type: a mount namespace, by its nsfs file. Both bits of MOUNT and FILESYSTEM. */
export const FAN_MARK_MNTNS = 0x110
/** FAN_MARK_IGNORE and FAN_MARK_IGNORED_SURV_MODIFY. */
export const FAN_MARK_IGNORE_SURV = 0x440
/** All fanotify_mark flags of the first version. Deprecated in the header: it does not grow. */
export const FAN_ALL_MARK_FLAGS = 0xff
/** All events of the first version. Deprecated in the header: it does not grow. */
export const FAN_ALL_EVENTS = 0x3b
/** All permission events of the first version. Deprecated in the header: it does not grow. */
export const FAN_ALL_PERM_EVENTS = 0x30000
/** All bits the first version could report. Deprecated in the header: it does not grow. */
export const FAN_ALL_OUTGOING_EVENTS = 0x3403b
/** The `vers` of the event layout described here. */
export const FANOTIFY_METADATA_VERSION = 0x3
/** Record: file handle of the object. */
export const FAN_EVENT_INFO_TYPE_FID = 0x1
/** Record: file handle of a directory and the name of an entry in it. */
export const FAN_EVENT_INFO_TYPE_DFID_NAME = 0x2
/** Record: file handle of a directory. */
export const FAN_EVENT_INFO_TYPE_DFID = 0x3
/** Record: a pidfd of the process. */
export const FAN_EVENT_INFO_TYPE_PIDFD = 0x4
/** Record: a filesystem's error. */
export const FAN_EVENT_INFO_TYPE_ERROR = 0x5
/** Record: a range of a file. */
export const FAN_EVENT_INFO_TYPE_RANGE = 0x6
/** Record: a namespace's id and its owner's (proposed, seed 000). */
export const FAN_EVENT_INFO_TYPE_NS = 0x8
/** Record: a mount's id. */
export const FAN_EVENT_INFO_TYPE_MNT = 0x7
/** Record of FAN_RENAME: the directory and name it had. */
export const FAN_EVENT_INFO_TYPE_OLD_DFID_NAME = 0xa
/** Record of FAN_RENAME: the directory and name it has now. */
export const FAN_EVENT_INFO_TYPE_NEW_DFID_NAME = 0xc
/** Response record: none. */
export const FAN_RESPONSE_INFO_NONE = 0x0
/** Response record: the rule that decided, for the audit log. */
export const FAN_RESPONSE_INFO_AUDIT_RULE = 0x1
/** Response: the access may go on. */
export const FAN_ALLOW = 0x1
/** Response: the access fails, with EPERM or the errno given in the upper bits. */
export const FAN_DENY = 0x2
/** How many bits of a response hold the errno of a denial. */
export const FAN_ERRNO_BITS = 0x8
/** Where in a response those bits are. */
export const FAN_ERRNO_SHIFT = 0x18
/** Mask of the errno once it is shifted down. */
export const FAN_ERRNO_MASK = 0xff
/** Response flag: write an audit record. */
export const FAN_AUDIT = 0x10
/** Response flag: a response information record follows. */
export const FAN_INFO = 0x20
/** `fd` of an event that has none. */
export const FAN_NOFD = -1
/** `pidfd` when the process is gone. */
export const FAN_NOPIDFD = -1
/** `pidfd` when none could be made. */
export const FAN_EPIDFD = -2
/** Size of `struct fanotify_event_metadata` in bytes. */
export const FAN_EVENT_METADATA_LEN = 0x18
/** ioctl of a restartable group: opens its queue fd (proposed, seed 002). */
export const FAN_IOC_OPEN_QUEUE_FD = 0x46f0
