/**
 * Constants of `linux/sched.h`. A value is a number, or a bigint where it does not fit 32 bits.
 */

/** Share memory. */
export const CLONE_VM = 0x100
/** Share root, working directory and umask. */
export const CLONE_FS = 0x200
/** Share the fd table. */
export const CLONE_FILES = 0x400
/** Share signal handlers. */
export const CLONE_SIGHAND = 0x800
/** Put a pidfd of the child into the parent. */
export const CLONE_PIDFD = 0x1000
/** The tracer traces the child too. */
export const CLONE_PTRACE = 0x2000
/** The parent waits for the child's exec or exit. */
export const CLONE_VFORK = 0x4000
/** The child gets the caller's parent. */
export const CLONE_PARENT = 0x8000
/** The child is a thread of the caller. */
export const CLONE_THREAD = 0x10000
/** A new mount namespace. */
export const CLONE_NEWNS = 0x20000
/** Share System V semaphore undo. */
export const CLONE_SYSVSEM = 0x40000
/** Set the child's thread-local storage. */
export const CLONE_SETTLS = 0x80000
/** Write the child's tid into the parent. */
export const CLONE_PARENT_SETTID = 0x100000
/** Clear the child's tid in its memory when it ends. */
export const CLONE_CHILD_CLEARTID = 0x200000
/** Unused; clone3 refuses it. */
export const CLONE_DETACHED = 0x400000
/** A tracer cannot force CLONE_PTRACE on the child. */
export const CLONE_UNTRACED = 0x800000
/** Write the child's tid into the child. */
export const CLONE_CHILD_SETTID = 0x1000000
/** A new cgroup namespace. */
export const CLONE_NEWCGROUP = 0x2000000
/** A new uts namespace. */
export const CLONE_NEWUTS = 0x4000000
/** A new ipc namespace. */
export const CLONE_NEWIPC = 0x8000000
/** A new user namespace. */
export const CLONE_NEWUSER = 0x10000000
/** A new pid namespace for the child. */
export const CLONE_NEWPID = 0x20000000
/** A new net namespace. */
export const CLONE_NEWNET = 0x40000000
/** Share the io context. */
export const CLONE_IO = 0x80000000
/** clone3: reset signal handlers to the default. */
export const CLONE_CLEAR_SIGHAND = 0x100000000n
/** clone3: start the child in the cgroup given by an fd. */
export const CLONE_INTO_CGROUP = 0x200000000n
/** clone3: the child is reaped when it ends. */
export const CLONE_AUTOREAP = 0x400000000n
/** clone3: the child has no_new_privs. */
export const CLONE_NNP = 0x800000000n
/** clone3: the child is killed when its pidfd closes. */
export const CLONE_PIDFD_AUTOKILL = 0x1000000000n
/** clone3: the new mount namespace is empty. */
export const CLONE_EMPTY_MNTNS = 0x2000000000n
/** A new time namespace (unshare and clone3; in clone it is part of the exit signal). */
export const CLONE_NEWTIME = 0x80
/** Size of the first published `struct clone_args`, in bytes. */
export const CLONE_ARGS_SIZE_VER0 = 0x40
/** Size of `struct clone_args` with set_tid, in bytes. */
export const CLONE_ARGS_SIZE_VER1 = 0x50
/** Size of `struct clone_args` with cgroup, in bytes. */
export const CLONE_ARGS_SIZE_VER2 = 0x58
