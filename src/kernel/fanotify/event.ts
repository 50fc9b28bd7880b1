import { FAN_ONDIR, FAN_Q_OVERFLOW, FAN_RENAME } from '../../uapi/constants/fanotify.js'
import type { Dentry } from '../dentry.js'
import type { Inode } from '../inode.js'
import type { Mount } from '../mount.js'
import { pathGet, pathPut } from '../path.js'
import type { Pid } from '../pid.js'
import type { SuperBlock } from '../super_block.js'

/** What kind of event it is; it says which records come with it. */
export const EVENT_OVERFLOW = 0 as const
export const EVENT_MNT = 1 as const
export const EVENT_NS = 2 as const
export const EVENT_PATH = 3 as const
export const EVENT_FID = 4 as const
export const EVENT_NAME = 5 as const
export const EVENT_ERROR = 6 as const
export const EVENT_PERM = 7 as const
export type EventKind =
  | typeof EVENT_OVERFLOW
  | typeof EVENT_MNT
  | typeof EVENT_NS
  | typeof EVENT_PATH
  | typeof EVENT_FID
  | typeof EVENT_NAME
  | typeof EVENT_ERROR
  | typeof EVENT_PERM

/** The kinds between which those lie that merge. */
const FIRST_MERGING = EVENT_PATH
const LAST_MERGING = EVENT_ERROR

/** True for an event that takes in later ones. */
export const isMerging = (event: FanotifyEvent): event is MergingEvent =>
  event.kind >= FIRST_MERGING && event.kind <= LAST_MERGING

/** An event that waits in a group's queue to be read. */
export abstract class FanotifyEvent {
  readonly kind: EventKind
  mask: number
  /** Who caused it: a process, or a thread in a FAN_REPORT_TID group; null when that had been reaped, and for an overflow. */
  readonly pid: Pid | null

  protected constructor(kind: EventKind, mask: number, pid: Pid | null) {
    this.kind = kind
    this.mask = mask
    this.pid = pid === null ? null : pid.hold()
  }

  /** It has been read, or is thrown away: what it held is let go. */
  release(): void {
    if (this.pid !== null) this.pid.unhold()
  }
}

/** Events were lost here. A group has one of it. */
export class OverflowEvent extends FanotifyEvent {
  constructor() {
    super(EVENT_OVERFLOW, FAN_Q_OVERFLOW, null)
  }
}

/** A mount entered a mount namespace, left it, or moved within it. */
export class MntEvent extends FanotifyEvent {
  /** The unique id of the mount. */
  readonly mntId: number

  constructor(mask: number, pid: Pid | null, mntId: number) {
    super(EVENT_MNT, mask, pid)
    this.mntId = mntId
  }
}

/** A namespace became active, or ceased to be. */
export class NsEvent extends FanotifyEvent {
  readonly selfNsid: number
  readonly ownerNsid: number

  constructor(mask: number, pid: Pid | null, selfNsid: number, ownerNsid: number) {
    super(EVENT_NS, mask, pid)
    this.selfNsid = selfNsid
    this.ownerNsid = ownerNsid
  }
}

/** Bits of the mask in which events that merge must agree. */
const MERGE_BITS: number = FAN_ONDIR | FAN_RENAME

/** True when both have the same file handle. */
function sameObject(a: Inode | null, b: Inode | null): boolean {
  if (a === b) return true
  return a !== null && b !== null && a.sb === b.sb && a.ino === b.ino && a.generation === b.generation
}

/** What of an object counts into the hash of an event about it. */
const objectHash = (inode: Inode | null): number => (inode === null ? 0 : Math.imul(inode.ino, 31) ^ inode.generation)

function nameHash(name: string): number {
  let hash = name.length
  for (let at = 0; at < name.length; at++) hash = Math.imul(hash, 31) + name.charCodeAt(at)
  return hash
}

/** An event that takes in later ones that tell the same of the same object. */
export abstract class MergingEvent extends FanotifyEvent {
  /** Events that merge have the same. */
  readonly hash: number
  /** How many events its hash bucket had been given before it. */
  bucketPosition = 0
  /** The events before and after it in its slot of the group's table. */
  previous: MergingEvent | null = null
  next: MergingEvent | null = null

  protected constructor(kind: EventKind, mask: number, pid: Pid | null, about: number) {
    super(kind, mask, pid)
    const who = pid === null ? 0 : Math.imul(pid.nr, 0x9e37_79b1)
    this.hash = about ^ who ^ (mask & FAN_ONDIR)
  }

  /** True when a new `event` of the same hash tells of the same things as this one. */
  takes(event: MergingEvent): boolean {
    return (
      this.kind === event.kind &&
      this.pid === event.pid &&
      (this.mask & MERGE_BITS) === (event.mask & MERGE_BITS) &&
      this.tellsOfSame(event)
    )
  }

  /** True if an event of this kind with that mask and pid may merge into this one. */
  protected agrees(mask: number, pid: Pid | null): boolean {
    return this.pid === pid && ((this.mask ^ mask) & MERGE_BITS) === 0
  }

  protected abstract tellsOfSame(event: MergingEvent): boolean

  /** Takes in an event that {@link takes} says yes to. */
  merge(event: MergingEvent): void {
    this.mask |= event.mask
  }
}

/** Something happened to what lies at a path; the reader gets a descriptor of it. */
export class PathEvent extends MergingEvent {
  readonly mnt: Mount
  readonly dentry: Dentry

  constructor(mask: number, pid: Pid | null, mnt: Mount, dentry: Dentry) {
    super(EVENT_PATH, mask, pid, objectHash(dentry.inode) ^ mnt.id)
    this.mnt = mnt
    this.dentry = dentry
    pathGet(this)
  }

  /** True if a PathEvent of these would merge into this one. */
  isOf(mask: number, pid: Pid | null, mnt: Mount, dentry: Dentry): boolean {
    return this.agrees(mask, pid) && this.mnt === mnt && this.dentry === dentry
  }

  protected override tellsOfSame(event: PathEvent): boolean {
    return this.mnt === event.mnt && this.dentry === event.dentry
  }

  override release(): void {
    super.release()
    pathPut(this)
  }
}

/** Something happened to an object; the reader gets its file handle. */
export class FidEvent extends MergingEvent {
  readonly object: Inode

  constructor(mask: number, pid: Pid | null, object: Inode) {
    super(EVENT_FID, mask, pid, objectHash(object))
    this.object = object
  }

  /** True if a FidEvent of these would merge into this one; not all that would are found. */
  isOf(mask: number, pid: Pid | null, object: Inode): boolean {
    return this.agrees(mask, pid) && this.object === object
  }

  protected override tellsOfSame(event: FidEvent): boolean {
    return sameObject(this.object, event.object)
  }
}

/** Something happened in a directory, to an entry of it; the reader gets handles and names. */
export class NameEvent extends MergingEvent {
  /** The directory; null when only the new place of a rename is told. */
  readonly dir: Inode | null
  /** The name in `dir`, null where it is not told. */
  readonly name: string | null
  /** Where a rename went. */
  readonly newDir: Inode | null
  readonly newName: string | null
  /** What the entry stands for. */
  readonly child: Inode | null

  constructor(
    mask: number,
    pid: Pid | null,
    dir: Inode | null,
    name: string | null,
    newDir: Inode | null,
    newName: string | null,
    child: Inode | null,
  ) {
    super(
      EVENT_NAME,
      mask,
      pid,
      objectHash(dir) ^
        (name === null ? 0 : nameHash(name)) ^
        Math.imul(objectHash(newDir) ^ (newName === null ? 0 : nameHash(newName)), 17) ^
        Math.imul(objectHash(child), 13),
    )
    this.dir = dir
    this.name = name
    this.newDir = newDir
    this.newName = newName
    this.child = child
  }

  /** True if a NameEvent of these, and of no rename, would merge into this one; not all that would are found. */
  isOf(mask: number, pid: Pid | null, dir: Inode | null, name: string | null, child: Inode | null): boolean {
    return (
      this.agrees(mask, pid) &&
      this.dir === dir &&
      this.child === child &&
      this.name === name &&
      this.newDir === null &&
      this.newName === null
    )
  }

  protected override tellsOfSame(event: NameEvent): boolean {
    return (
      this.name === event.name &&
      this.newName === event.newName &&
      sameObject(this.dir, event.dir) &&
      sameObject(this.newDir, event.newDir) &&
      sameObject(this.child, event.child)
    )
  }
}

/** A filesystem found itself broken. Later errors of the same object are only counted. */
export class ErrorEvent extends MergingEvent {
  readonly sb: SuperBlock
  /** What was broken, null when that is not known. */
  readonly object: Inode | null
  /** The first error's errno, positive. */
  readonly error: number
  count = 1

  constructor(mask: number, pid: Pid | null, sb: SuperBlock, object: Inode | null, error: number) {
    super(EVENT_ERROR, mask, pid, objectHash(object) ^ sb.dev)
    this.sb = sb
    this.object = object
    this.error = error
  }

  protected override tellsOfSame(event: ErrorEvent): boolean {
    return this.sb === event.sb && sameObject(this.object, event.object)
  }

  override merge(event: ErrorEvent): void {
    super.merge(event)
    this.count += event.count
  }
}
