/**
 * Constants of `linux/nsfs.h`. A value is a number, or a bigint where it does not fit 32 bits.
 */

/** The ioctl type of nsfs files. */
export const NSIO = 0xb7
/** ioctl: an fd of the user namespace that owns this one. */
export const NS_GET_USERNS = 0xb701
/** ioctl: an fd of the parent of a user or pid namespace. */
export const NS_GET_PARENT = 0xb702
/** ioctl: the namespace's CLONE_NEW* type, as the return value. */
export const NS_GET_NSTYPE = 0xb703
/** ioctl: a user namespace's owner uid, into a uid_t. */
export const NS_GET_OWNER_UID = 0xb704
/** ioctl: the pid, in the caller's pid namespace, of a task given by its pid in this one. */
export const NS_GET_PID_FROM_PIDNS = 0x8004b706
/** ioctl: the thread group id, in the caller's pid namespace, of a task given by its pid in this one. */
export const NS_GET_TGID_FROM_PIDNS = 0x8004b707
/** ioctl: the pid in this pid namespace of a task given by the caller's pid for it. */
export const NS_GET_PID_IN_PIDNS = 0x8004b708
/** ioctl: the thread group id in this pid namespace of a task given by the caller's pid for it. */
export const NS_GET_TGID_IN_PIDNS = 0x8004b709
/** Size of the first published `struct mnt_ns_info`, in bytes. */
export const MNT_NS_INFO_SIZE_VER0 = 0x10
/** ioctl: fills a `struct mnt_ns_info` about this mount namespace. */
export const NS_MNT_GET_INFO = 0x8010b70a
/** ioctl: an fd of the mount namespace with the next higher id, and its `struct mnt_ns_info`. */
export const NS_MNT_GET_NEXT = 0x8010b70b
/** ioctl: an fd of the mount namespace with the next lower id, and its `struct mnt_ns_info`. */
export const NS_MNT_GET_PREV = 0x8010b70c
/** ioctl: the mount namespace's id, into a u64. */
export const NS_GET_MNTNS_ID = 0x8008b705
/** ioctl: the namespace's id, into a u64. */
export const NS_GET_ID = 0x8008b70d
/** Size of the first published `struct nsfs_file_handle`, in bytes. */
export const NSFS_FILE_HANDLE_SIZE_VER0 = 0x10
/** Size of the newest `struct nsfs_file_handle`, in bytes. */
export const NSFS_FILE_HANDLE_SIZE_LATEST = 0x10
/** listns `user_ns_id`: the caller's own user namespace. */
export const LISTNS_CURRENT_USER = 0xffffffffffffffffn
/** Size of the first published `struct ns_id_req`, in bytes. */
export const NS_ID_REQ_SIZE_VER0 = 0x20
/** Inode number of the initial ipc namespace. */
export const IPC_NS_INIT_INO = 0xefffffff
/** Inode number of the initial uts namespace. */
export const UTS_NS_INIT_INO = 0xeffffffe
/** Inode number of the initial user namespace. */
export const USER_NS_INIT_INO = 0xeffffffd
/** Inode number of the initial pid namespace. */
export const PID_NS_INIT_INO = 0xeffffffc
/** Inode number of the initial cgroup namespace. */
export const CGROUP_NS_INIT_INO = 0xeffffffb
/** Inode number of the initial time namespace. */
export const TIME_NS_INIT_INO = 0xeffffffa
/** Inode number of the initial net namespace. */
export const NET_NS_INIT_INO = 0xeffffff9
/** Inode number of the initial mount namespace. */
export const MNT_NS_INIT_INO = 0xeffffff8
/** Id of the initial ipc namespace (since 6.19). */
export const IPC_NS_INIT_ID = 0x1
/** Id of the initial uts namespace (since 6.19). */
export const UTS_NS_INIT_ID = 0x2
/** Id of the initial user namespace (since 6.19). */
export const USER_NS_INIT_ID = 0x3
/** Id of the initial pid namespace (since 6.19). */
export const PID_NS_INIT_ID = 0x4
/** Id of the initial cgroup namespace (since 6.19). */
export const CGROUP_NS_INIT_ID = 0x5
/** Id of the initial time namespace (since 6.19). */
export const TIME_NS_INIT_ID = 0x6
/** Id of the initial net namespace (since 6.19). */
export const NET_NS_INIT_ID = 0x7
/** Id of the initial mount namespace (since 6.19). */
export const MNT_NS_INIT_ID = 0x8
/** `ns_type` of time namespaces: CLONE_NEWTIME. */
export const TIME_NS = 0x80
/** `ns_type` of mount namespaces: CLONE_NEWNS. */
export const MNT_NS = 0x20000
/** `ns_type` of cgroup namespaces: CLONE_NEWCGROUP. */
export const CGROUP_NS = 0x2000000
/** `ns_type` of uts namespaces: CLONE_NEWUTS. */
export const UTS_NS = 0x4000000
/** `ns_type` of ipc namespaces: CLONE_NEWIPC. */
export const IPC_NS = 0x8000000
/** `ns_type` of user namespaces: CLONE_NEWUSER. */
export const USER_NS = 0x10000000
/** `ns_type` of pid namespaces: CLONE_NEWPID. */
export const PID_NS = 0x20000000
/** `ns_type` of net namespaces: CLONE_NEWNET. */
export const NET_NS = 0x40000000
/** dirfd that stands for the root of nsfs (open_by_handle_at). In no published header of the user's side. */
export const FD_NSFS_ROOT = -10003
/** `handle_type` of a `struct nsfs_file_handle`. */
export const FILEID_NSFS = 0xf1
