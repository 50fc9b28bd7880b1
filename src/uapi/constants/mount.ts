/**
 * Constants of `linux/mount.h`. A value is a number, or a bigint where it does not fit 32 bits.
 */

/** Read-only. */
export const MS_RDONLY = 0x1
/** Ignore set-user-id, set-group-id and file capabilities. */
export const MS_NOSUID = 0x2
/** No device files. */
export const MS_NODEV = 0x4
/** No program execution. */
export const MS_NOEXEC = 0x8
/** Write at once. */
export const MS_SYNCHRONOUS = 0x10
/** Change the flags of a mount. */
export const MS_REMOUNT = 0x20
/** Mandatory locks. */
export const MS_MANDLOCK = 0x40
/** Change directories at once. */
export const MS_DIRSYNC = 0x80
/** Do not follow symbolic links. */
export const MS_NOSYMFOLLOW = 0x100
/** Do not update access times. */
export const MS_NOATIME = 0x400
/** Do not update access times of directories. */
export const MS_NODIRATIME = 0x800
/** Bind mount. */
export const MS_BIND = 0x1000
/** Move a mount. */
export const MS_MOVE = 0x2000
/** With the mounts below. */
export const MS_REC = 0x4000
/** Old name of MS_SILENT. */
export const MS_VERBOSE = 0x8000
/** Less kernel messages. */
export const MS_SILENT = 0x8000
/** The filesystem has POSIX ACLs (internal). */
export const MS_POSIXACL = 0x10000
/** Propagation: unbindable. */
export const MS_UNBINDABLE = 0x20000
/** Propagation: private. */
export const MS_PRIVATE = 0x40000
/** Propagation: slave. */
export const MS_SLAVE = 0x80000
/** Propagation: shared. */
export const MS_SHARED = 0x100000
/** Update access times relative to mtime and ctime. */
export const MS_RELATIME = 0x200000
/** A kernel's own mount (internal). */
export const MS_KERNMOUNT = 0x400000
/** Update the inode version. */
export const MS_I_VERSION = 0x800000
/** Always update access times. */
export const MS_STRICTATIME = 0x1000000
/** Keep time changes in memory. */
export const MS_LAZYTIME = 0x2000000
/** Internal. */
export const MS_SUBMOUNT = 0x4000000
/** Internal. */
export const MS_NOREMOTELOCK = 0x8000000
/** Internal. */
export const MS_NOSEC = 0x10000000
/** Internal. */
export const MS_BORN = 0x20000000
/** Internal. */
export const MS_ACTIVE = 0x40000000
/** Internal; an int with its top bit set. */
export const MS_NOUSER = -0x80000000
/** The flags that MS_REMOUNT may change. */
export const MS_RMT_MASK = 0x2800051
/** Old magic number in the upper half of mount(2)'s flags, ignored. */
export const MS_MGC_VAL = 0xc0ed0000
/** Mask of that magic number. */
export const MS_MGC_MSK = 0xffff0000
/** open_tree: a detached copy of the mount. */
export const OPEN_TREE_CLONE = 0x1
/** open_tree: a new mount namespace with the copy in it. */
export const OPEN_TREE_NAMESPACE = 0x2
/** open_tree: close the fd on execve. */
export const OPEN_TREE_CLOEXEC = 0x80000
/** move_mount: follow symbolic links on the from path. */
export const MOVE_MOUNT_F_SYMLINKS = 0x1
/** move_mount: follow automounts on the from path. */
export const MOVE_MOUNT_F_AUTOMOUNTS = 0x2
/** move_mount: the from path may be empty. */
export const MOVE_MOUNT_F_EMPTY_PATH = 0x4
/** move_mount: follow symbolic links on the to path. */
export const MOVE_MOUNT_T_SYMLINKS = 0x10
/** move_mount: follow automounts on the to path. */
export const MOVE_MOUNT_T_AUTOMOUNTS = 0x20
/** move_mount: the to path may be empty. */
export const MOVE_MOUNT_T_EMPTY_PATH = 0x40
/** move_mount: share the peer group instead of moving. */
export const MOVE_MOUNT_SET_GROUP = 0x100
/** move_mount: below the top mount. */
export const MOVE_MOUNT_BENEATH = 0x200
/** All move_mount flags. */
export const MOVE_MOUNT__MASK = 0x377
/** fsopen: close the fd on execve. */
export const FSOPEN_CLOEXEC = 0x1
/** fsmount: close the fd on execve. */
export const FSMOUNT_CLOEXEC = 0x1
/** fsmount: a new mount namespace with the mount in it. */
export const FSMOUNT_NAMESPACE = 0x2
/** Mount read-only. */
export const MOUNT_ATTR_RDONLY = 0x1
/** Ignore set-user-id and set-group-id. */
export const MOUNT_ATTR_NOSUID = 0x2
/** No device files. */
export const MOUNT_ATTR_NODEV = 0x4
/** No program execution. */
export const MOUNT_ATTR_NOEXEC = 0x8
/** The bits that say how access times are updated. */
export const MOUNT_ATTR__ATIME = 0x70
/** Update access times relative to mtime and ctime. */
export const MOUNT_ATTR_RELATIME = 0x0
/** Do not update access times. */
export const MOUNT_ATTR_NOATIME = 0x10
/** Always update access times. */
export const MOUNT_ATTR_STRICTATIME = 0x20
/** Do not update access times of directories. */
export const MOUNT_ATTR_NODIRATIME = 0x80
/** Map ids by the user namespace in userns_fd. */
export const MOUNT_ATTR_IDMAP = 0x100000
/** Do not follow symbolic links. */
export const MOUNT_ATTR_NOSYMFOLLOW = 0x200000
/** Size of the first published `struct mount_attr`, in bytes. */
export const MOUNT_ATTR_SIZE_VER0 = 0x20
/** Size of the first published `struct mnt_id_req`, in bytes. */
export const MNT_ID_REQ_SIZE_VER0 = 0x18
/** Size of `struct mnt_id_req` with mnt_ns_id, in bytes. */
export const MNT_ID_REQ_SIZE_VER1 = 0x20
/** Want sb_dev, sb_magic and sb_flags. */
export const STATMOUNT_SB_BASIC = 0x1
/** Want the mnt_ fields: ids, attributes, propagation. */
export const STATMOUNT_MNT_BASIC = 0x2
/** Want propagate_from. */
export const STATMOUNT_PROPAGATE_FROM = 0x4
/** Want mnt_root. */
export const STATMOUNT_MNT_ROOT = 0x8
/** Want mnt_point. */
export const STATMOUNT_MNT_POINT = 0x10
/** Want fs_type. */
export const STATMOUNT_FS_TYPE = 0x20
/** Want mnt_ns_id. */
export const STATMOUNT_MNT_NS_ID = 0x40
/** Want mnt_opts. */
export const STATMOUNT_MNT_OPTS = 0x80
/** Want fs_subtype. */
export const STATMOUNT_FS_SUBTYPE = 0x100
/** Want sb_source. */
export const STATMOUNT_SB_SOURCE = 0x200
/** Want opt_array. */
export const STATMOUNT_OPT_ARRAY = 0x400
/** Want opt_sec_array. */
export const STATMOUNT_OPT_SEC_ARRAY = 0x800
/** Want supported_mask. */
export const STATMOUNT_SUPPORTED_MASK = 0x1000
/** Want the mount's uid map. */
export const STATMOUNT_MNT_UIDMAP = 0x2000
/** Want the mount's gid map. */
export const STATMOUNT_MNT_GIDMAP = 0x4000
/** listmount's mnt_id for the root of the namespace. */
export const LSMT_ROOT = 0xffffffffffffffffn
/** listmount: newest first. */
export const LISTMOUNT_REVERSE = 0x1
/** statmount: the mount is given by an fd. */
export const STATMOUNT_BY_FD = 0x1
