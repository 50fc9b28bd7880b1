import {
  CLONE_NEWCGROUP,
  CLONE_NEWIPC,
  CLONE_NEWNET,
  CLONE_NEWNS,
  CLONE_NEWPID,
  CLONE_NEWTIME,
  CLONE_NEWUSER,
  CLONE_NEWUTS,
} from '../uapi/constants/sched.js'

/** A namespace's kind. The indices are in the order in which one clone or unshare creates, users apart. */
export interface NsType {
  readonly index: number
  /** As in `/proc/<pid>/ns/` and in `type:[ino]`. */
  readonly name: 'mnt' | 'uts' | 'ipc' | 'pid' | 'cgroup' | 'net' | 'time' | 'user'
  /** The CLONE_NEW* bit, also the `ns_type` of listns and NS_GET_NSTYPE. */
  readonly flag: number
  /** Id and inode number of the initial namespace where the kernel fixes them. */
  readonly initId: number
  readonly initIno: number
}

export const NS_MNT = 0
export const NS_UTS = 1
export const NS_IPC = 2
export const NS_PID = 3
export const NS_CGROUP = 4
export const NS_NET = 5
export const NS_TIME = 6
export const NS_USER = 7

/** All types by index. */
export const NS_TYPES: readonly NsType[] = [
  { index: NS_MNT, name: 'mnt', flag: CLONE_NEWNS, initId: 8, initIno: 0xefff_fff8 },
  { index: NS_UTS, name: 'uts', flag: CLONE_NEWUTS, initId: 2, initIno: 0xefff_fffe },
  { index: NS_IPC, name: 'ipc', flag: CLONE_NEWIPC, initId: 1, initIno: 0xefff_ffff },
  { index: NS_PID, name: 'pid', flag: CLONE_NEWPID, initId: 4, initIno: 0xefff_fffc },
  { index: NS_CGROUP, name: 'cgroup', flag: CLONE_NEWCGROUP, initId: 5, initIno: 0xefff_fffb },
  { index: NS_NET, name: 'net', flag: CLONE_NEWNET, initId: 7, initIno: 0xefff_fff9 },
  { index: NS_TIME, name: 'time', flag: CLONE_NEWTIME, initId: 6, initIno: 0xefff_fffa },
  { index: NS_USER, name: 'user', flag: CLONE_NEWUSER, initId: 3, initIno: 0xefff_fffd },
]

/** Every CLONE_NEW* bit. */
export const NS_ALL_FLAGS: number = NS_TYPES.reduce((flags, type) => flags | type.flag, 0)

/** The type with exactly this CLONE_NEW* bit, or null. */
export function nsTypeOfFlag(flag: number): NsType | null {
  for (const type of NS_TYPES) if (type.flag === flag) return type
  return null
}
