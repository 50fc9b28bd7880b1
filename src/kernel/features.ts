import type { FanotifyFeatures } from './fanotify/features.js'

/** Who sees what in listns: the two rules that released kernels have had. */
export type ListnsVisibility = 'owner-capable' | 'init-only'

/** In what the profiles' kernels differ, as data: the model never asks for a version. */
export interface KernelFeatures {
  /** The listns syscall exists. */
  readonly listns: boolean
  readonly listnsVisibility: ListnsVisibility
  /** A mount namespace whose creation failed later in the same unshare has taken the caller's root with it (v6.19). */
  readonly failedUnshareKeepsRoot: boolean
  /** `pid_for_children` of a namespace that has had no pid 1 yet can be opened. */
  readonly opensPidForChildrenWithoutInit: boolean
  /** A pid translation on a pid namespace says ENOTTY, not ESRCH, where there is no such task. */
  readonly pidTranslationNotty: boolean
  /** A file handle of a namespace may leave type and inode 0. */
  readonly nsHandleIdOnly: boolean
  /** A file handle opens no namespace that is not active: kernels before 6.19 know no activity. */
  readonly nsHandleNeedsActive: boolean
  /** Which namespaces a file handle opens for a task that is not in them. */
  readonly nsHandleVisibility: ListnsVisibility
  /** PIDFD_GET_*_NAMESPACE says EACCES to who may not look into a process that has no namespaces any more, not ESRCH. */
  readonly pidfdNamespaceAccessFirst: boolean
  /** What PR_SET_DUMPABLE says holds for the zombies, too, that shared the caller's memory; before, what they had when they ended. */
  readonly zombieSharesDumpable: boolean
  /** clone3's set_tid asks for the capability before it looks whether there is a pid 1. */
  readonly setTidCapabilityFirst: boolean
  /** NS_MNT_GET_NEXT and NS_MNT_GET_PREV take a NULL info. */
  readonly mntNextWithoutInfo: boolean
  /** A link in a sticky directory that everybody may write to is followed only by its owner, or where the directory's owner made it (Debian's default). */
  readonly protectedSymlinks: boolean
  /** Of a file that one could not read and write no other name is made, unless one owns it (Debian's default). */
  readonly protectedHardlinks: boolean
  /** rename finds that one name lies below the other before it looks at slashes behind what is no directory. */
  readonly renameLooksAtTreeFirst: boolean
  /** Sockets with a name take extended attributes of users, as files and directories do. */
  readonly socketXattrs: boolean
  /** statmount finds a mount by a descriptor (STATMOUNT_BY_FD). */
  readonly statmountByFd: boolean
  /** open_tree and fsmount make mount namespaces (OPEN_TREE_NAMESPACE, FSMOUNT_NAMESPACE). */
  readonly mountNamespaceFds: boolean
  /** A mount can be moved beneath the root and beneath a locked mount; whatever comes beneath a locked mount takes over its lock. */
  readonly movesBeneathLocked: boolean
  /** pivot_root looks its paths up before it asks whether the task may mount. */
  readonly pivotRootLooksFirst: boolean
  /** open takes an empty path (O_EMPTYPATH). */
  readonly openEmptyPath: boolean
  /** openat2's flags above 32 bits that exist, shifted right by 32 (OPENAT2_REGULAR). */
  readonly openat2HighFlags: number
  /** The clone3 flags above 32 bits that exist, shifted right by 32. */
  readonly clone3HighFlags: number
  readonly fanotify: FanotifyFeatures
}

/** The kernel's build: what a transcript's header calls `config`. */
export interface KernelConfig {
  /** Permission events exist (CONFIG_FANOTIFY_ACCESS_PERMISSIONS). */
  readonly fanotifyPermissions: boolean
  /** AF_INET6 exists. */
  readonly ipv6: boolean
}
