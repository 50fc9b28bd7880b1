import { FAN_Q_OVERFLOW } from '../../uapi/constants/fanotify.js'
import type { Pid } from '../pid.js'

/** What kind of event it is; it says which records come with it. */
export const EVENT_OVERFLOW = 0 as const
export const EVENT_MNT = 1 as const
export const EVENT_NS = 2 as const
export type EventKind = typeof EVENT_OVERFLOW | typeof EVENT_MNT | typeof EVENT_NS

/** An event that waits in a group's queue to be read. */
export abstract class FanotifyEvent {
  readonly kind: EventKind
  mask: number
  /** Who caused it: a process, or a thread in a FAN_REPORT_TID group; null when that had been reaped, and for an overflow. */
  readonly pid: Pid | null

  protected constructor(kind: EventKind, mask: number, pid: Pid | null) {
    this.kind = kind
    this.mask = mask
    this.pid = pid
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
