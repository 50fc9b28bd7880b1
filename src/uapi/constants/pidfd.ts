/**
 * Constants of `linux/pidfd.h`. A value is a number, or a bigint where it does not fit 32 bits.
 */

/** pidfd_open: waiting on the pidfd gives EAGAIN. */
export const PIDFD_NONBLOCK = 0x800
/** pidfd_open: of a thread. */
export const PIDFD_THREAD = 0x80
/** pidfd_send_signal: to the thread. */
export const PIDFD_SIGNAL_THREAD = 0x1
/** pidfd_send_signal: to the thread group. */
export const PIDFD_SIGNAL_THREAD_GROUP = 0x2
/** pidfd_send_signal: to the process group. */
export const PIDFD_SIGNAL_PROCESS_GROUP = 0x4
/** pidfd_info has the ids of the process. Always set. */
export const PIDFD_INFO_PID = 0x1
/** pidfd_info has uids and gids. Always set. */
export const PIDFD_INFO_CREDS = 0x2
/** pidfd_info has the cgroup id. */
export const PIDFD_INFO_CGROUPID = 0x4
/** pidfd_info has the exit code. */
export const PIDFD_INFO_EXIT = 0x8
/** pidfd_info has coredump flags. */
export const PIDFD_INFO_COREDUMP = 0x10
/** pidfd_info has the mask of what the kernel can tell. */
export const PIDFD_INFO_SUPPORTED_MASK = 0x20
/** pidfd_info has the signal of the coredump. */
export const PIDFD_INFO_COREDUMP_SIGNAL = 0x40
/** pidfd_info has the si_code of the coredump's signal. */
export const PIDFD_INFO_COREDUMP_CODE = 0x80
/** Size of the first published `struct pidfd_info`, in bytes. */
export const PIDFD_INFO_SIZE_VER0 = 0x40
/** Size of `struct pidfd_info` with the coredump fields, in bytes. */
export const PIDFD_INFO_SIZE_VER1 = 0x48
/** Size of `struct pidfd_info` with supported_mask, in bytes. */
export const PIDFD_INFO_SIZE_VER2 = 0x50
/** Size of `struct pidfd_info` with coredump_code, in bytes. */
export const PIDFD_INFO_SIZE_VER3 = 0x58
/** coredump_mask: it dumped core. */
export const PIDFD_COREDUMPED = 0x1
/** coredump_mask: no dump was made. */
export const PIDFD_COREDUMP_SKIP = 0x2
/** coredump_mask: dumped as the user. */
export const PIDFD_COREDUMP_USER = 0x4
/** coredump_mask: dumped as root. */
export const PIDFD_COREDUMP_ROOT = 0x8
/** In place of a pidfd: the calling thread. */
export const PIDFD_SELF = -10000
/** In place of a pidfd: the calling process. */
export const PIDFD_SELF_PROCESS = -10001
/** ioctl: an fd of the task's cgroup namespace. */
export const PIDFD_GET_CGROUP_NAMESPACE = 0xff01
/** ioctl: an fd of the task's ipc namespace. */
export const PIDFD_GET_IPC_NAMESPACE = 0xff02
/** ioctl: an fd of the task's mount namespace. */
export const PIDFD_GET_MNT_NAMESPACE = 0xff03
/** ioctl: an fd of the task's net namespace. */
export const PIDFD_GET_NET_NAMESPACE = 0xff04
/** ioctl: an fd of the task's pid namespace. */
export const PIDFD_GET_PID_NAMESPACE = 0xff05
/** ioctl: an fd of the pid namespace of the task's children. */
export const PIDFD_GET_PID_FOR_CHILDREN_NAMESPACE = 0xff06
/** ioctl: an fd of the task's time namespace. */
export const PIDFD_GET_TIME_NAMESPACE = 0xff07
/** ioctl: an fd of the time namespace of the task's children. */
export const PIDFD_GET_TIME_FOR_CHILDREN_NAMESPACE = 0xff08
/** ioctl: an fd of the task's user namespace. */
export const PIDFD_GET_USER_NAMESPACE = 0xff09
/** ioctl: an fd of the task's uts namespace. */
export const PIDFD_GET_UTS_NAMESPACE = 0xff0a
/** ioctl: fills a `struct pidfd_info`. */
export const PIDFD_GET_INFO = 0xc058ff0b
