import type { KernelFeatures } from '../kernel/features.js'

/** The kernels there are: releases by their number, and those that nobody has yet by what they have. */
export type ProfileName =
  | 'v6.18'
  | 'v6.19'
  | 'v7.2'
  | 'v7.3'
  | 'proposed-nsid'
  | 'proposed-restartable'
  | 'proposed-all'

/** A kernel to be: its name and in what it differs from the others. */
export interface Profile extends KernelFeatures {
  readonly name: ProfileName
  /** What it is, in a few words. */
  readonly summary: string
  /** Ids of the initial namespaces where they are not 1 to 8, by type name. */
  readonly initialIds: Readonly<Record<string, number>> | null
}

const v73: Profile = {
  name: 'v7.3',
  summary: 'newest released',
  initialIds: null,
  listns: true,
  listnsVisibility: 'init-only',
  failedUnshareKeepsRoot: false,
  opensPidForChildrenWithoutInit: true,
  pidTranslationNotty: false,
  nsHandleIdOnly: true,
  nsHandleNeedsActive: true,
  nsHandleVisibility: 'init-only',
  pidfdNamespaceAccessFirst: true,
  setTidCapabilityFirst: true,
  zombieSharesDumpable: true,
  mntNextWithoutInfo: false,
  clone3HighFlags: 0x3f,
  openEmptyPath: true,
  openat2HighFlags: 0x1,
  renameLooksAtTreeFirst: true,
  socketXattrs: true,
  statmountByFd: true,
  mountNamespaceFds: true,
  movesBeneathLocked: true,
  pivotRootLooksFirst: true,
  protectedSymlinks: false,
  protectedHardlinks: false,
  fanotify: {
    nsid: false,
    restartableEvents: 0,
    pidfdWithTid: true,
    pidfdOfReaped: true,
    fdinfoNsId: false,
    fionreadRecords: true,
  },
}

const v72: Profile = {
  ...v73,
  name: 'v7.2',
  summary: "Debian's user-mode-linux package",
  protectedSymlinks: true,
  protectedHardlinks: true,
}

const v619: Profile = {
  ...v72,
  name: 'v6.19',
  summary: 'first kernel with listns',
  listnsVisibility: 'owner-capable',
  nsHandleVisibility: 'owner-capable',
  pidfdNamespaceAccessFirst: false,
  setTidCapabilityFirst: false,
  zombieSharesDumpable: false,
  failedUnshareKeepsRoot: true,
  clone3HighFlags: 0x3,
  openEmptyPath: false,
  openat2HighFlags: 0,
  socketXattrs: false,
  statmountByFd: false,
  mountNamespaceFds: false,
  movesBeneathLocked: false,
  pivotRootLooksFirst: false,
  pidTranslationNotty: true,
  fanotify: { ...v72.fanotify, pidfdWithTid: false, pidfdOfReaped: false, fionreadRecords: false },
}

const v618: Profile = {
  ...v619,
  name: 'v6.18',
  summary: 'before listns',
  initialIds: { uts: 1, net: 3, mnt: 4, user: 4001, pid: 4002, ipc: 4003, cgroup: 4004, time: 4005 },
  protectedSymlinks: false,
  renameLooksAtTreeFirst: false,
  listns: false,
  listnsVisibility: 'init-only',
  pidTranslationNotty: false,
  failedUnshareKeepsRoot: false,
  opensPidForChildrenWithoutInit: false,
  nsHandleIdOnly: false,
  nsHandleNeedsActive: false,
  mntNextWithoutInfo: true,
}

/** The init bit that both proposals were posted with. */
const POSTED_BIT = 0x8000
/** Where FAN_RESTARTABLE_EVENTS moves when FAN_REPORT_NSID has the posted bit: this project's choice. */
const MOVED_BIT = 0x1_0000

const nsid: Profile = {
  ...v73,
  name: 'proposed-nsid',
  summary: 'v7.3 with FAN_REPORT_NSID and FAN_MARK_USERNS',
  fanotify: { ...v73.fanotify, nsid: true, fdinfoNsId: true },
}

/** Every profile by its name. */
export const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  'v6.18': v618,
  'v6.19': v619,
  'v7.2': v72,
  'v7.3': v73,
  'proposed-nsid': nsid,
  'proposed-restartable': {
    ...v73,
    name: 'proposed-restartable',
    summary: 'v7.3 with FAN_RESTARTABLE_EVENTS',
    fanotify: { ...v73.fanotify, restartableEvents: POSTED_BIT },
  },
  'proposed-all': {
    ...nsid,
    name: 'proposed-all',
    summary: 'v7.3 with both proposals',
    fanotify: { ...nsid.fanotify, restartableEvents: MOVED_BIT },
  },
}

/** The profile that an emulator boots with when none is named. */
export const DEFAULT_PROFILE: ProfileName = 'proposed-all'

/** True if there is a profile of that name. */
export function isProfileName(name: string): name is ProfileName {
  return Object.hasOwn(PROFILES, name)
}
