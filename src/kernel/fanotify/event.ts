import { FAN_Q_OVERFLOW } from '../../uapi/constants/fanotify.js'
import type { Pid } from '../pid.js'

/** What kind of records an event carries. */
export type EventKind = 'overflow' | 'mnt' | 'ns'

/** An event that waits in a group's queue to be read. */
export abstract class FanotifyEvent {
  abstract readonly kind: EventKind
  mask: number
  /** Who caused it: a process, or a thread in a FAN_REPORT_TID group; null when that had been reaped, and for an overflow. */
  readonly pid: Pid | null
  /** Neighbours in the queue. */
  next: FanotifyEvent | null = null
  previous: FanotifyEvent | null = null
  queued = false

  protected constructor(mask: number, pid: Pid | null) {
    this.mask = mask
    this.pid = pid
  }
}

/** Events were lost here. A group has one of it. */
export class OverflowEvent extends FanotifyEvent {
  readonly kind = 'overflow'

  constructor() {
    super(FAN_Q_OVERFLOW, null)
  }
}

/** A mount entered a mount namespace, left it, or moved within it. */
export class MntEvent extends FanotifyEvent {
  readonly kind = 'mnt'
  /** The unique id of the mount. */
  readonly mntId: number

  constructor(mask: number, pid: Pid | null, mntId: number) {
    super(mask, pid)
    this.mntId = mntId
  }
}

/** A namespace became active, or ceased to be. */
export class NsEvent extends FanotifyEvent {
  readonly kind = 'ns'
  readonly selfNsid: number
  readonly ownerNsid: number

  constructor(mask: number, pid: Pid | null, selfNsid: number, ownerNsid: number) {
    super(mask, pid)
    this.selfNsid = selfNsid
    this.ownerNsid = ownerNsid
  }
}
