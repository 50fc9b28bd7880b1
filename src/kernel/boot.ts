import type { NsType } from './ns_type.js'

/** A namespace as a kernel has it at the start. */
export interface BootNamespace {
  readonly id: number
  readonly ino: number
}

/** A namespace that the kernel itself holds: always active. `owner` is the id of its owning user namespace. */
export interface BootOtherNamespace extends BootNamespace {
  readonly type: NsType['name']
  readonly owner: number
  readonly nr_mounts?: number
}

/** A kernel at the start, as a transcript's header has it under `boot`. */
export interface Boot {
  /** The first task that makes syscalls, its parent, and its ids: root in the initial namespaces. */
  readonly task: {
    readonly pid: number
    readonly ppid: number
    readonly uid: number
    readonly gid: number
    /** Its parent's parent, where that is a subreaper who adopts orphans in place of pid 1 and reaps them at once. */
    readonly reaper?: number
    /** Its session and process group: its parent's, if that leads one; else 0, as of tasks that nobody put into any. */
    readonly session?: number
    /** Its effective, permitted and bounding set in hex, as `/proc/<pid>/status` prints them; all if it does not say. */
    readonly capabilities?: string
  }
  readonly namespaces: Readonly<Record<NsType['name'], BootNamespace>>
  readonly other?: readonly BootOtherNamespace[]
  readonly config?: { readonly ipv6?: boolean; readonly fanotifyPermissions?: boolean }
  /** The id that the next new namespace gets, and the next 64-bit mount id. */
  readonly next: { readonly nsId: number; readonly mntIdUnique: number }
  /** What NS_MNT_GET_INFO says of the initial mount namespace. */
  readonly nr_mounts: number
  /** The lines of `/proc/self/mountinfo`. */
  readonly mountinfo: readonly string[]
}
