import {
  FAN_CLASS_CONTENT,
  FAN_CLASS_PRE_CONTENT,
  FAN_MARK_FILESYSTEM,
  FAN_MARK_INODE,
  FAN_MARK_MOUNT,
  FAN_MARK_USERNS,
  FAN_MNT_ATTACH,
  FAN_MNT_DETACH,
  FAN_NS_CREATE,
  FAN_NS_DELETE,
} from '../../uapi/constants/fanotify.js'
import type { Inode } from '../inode.js'
import type { Kernel } from '../kernel.js'
import type { Mount } from '../mount.js'
import type { Namespace } from '../namespace.js'
import type { NamespaceNotify } from '../notify.js'
import type { SuperBlock } from '../super_block.js'
import type { MarkConnector } from './connector.js'
import { MntEvent, NsEvent } from './event.js'
import type { FanotifyMark } from './mark.js'
import type { PermEvent } from './perm_event.js'

/** `/proc/sys/fs/fanotify/max_queued_events` at boot. */
const DEFAULT_MAX_QUEUED_EVENTS = 16_384
/** `/proc/sys/fs/fanotify/max_user_groups` at boot. */
export const DEFAULT_MAX_USER_GROUPS = 128
/** `/proc/sys/fs/fanotify/max_user_marks` at boot: the least that a kernel chooses, which it does with up to 0.5 GB of memory. */
export const DEFAULT_MAX_USER_MARKS = 8192

/** The fanotify of one kernel: its settings, and the way from what happens to the groups that watch it. */
export class Fanotify implements NamespaceNotify {
  /** How many events a group made from now on may have queued (`/proc/sys/fs/fanotify/max_queued_events`). */
  maxQueuedEvents: number = DEFAULT_MAX_QUEUED_EVENTS
  #nextPlace = 0
  /** The accesses that wait for an answer, in the order in which they began to. */
  readonly waiting: Set<PermEvent> = new Set()
  readonly #kernel: Kernel
  #userNsMarks = 0

  constructor(kernel: Kernel) {
    this.#kernel = kernel
  }

  /**
   * @internal The place of a new group among those of its class: behind them. A real kernel goes by the addresses of the
   * groups, so that any place is as good.
   */
  takePlace(): number {
    const number = this.#nextPlace++
    return this.#kernel.chance?.placeOf(number) ?? number
  }

  /** @internal */
  markAdded(mark: FanotifyMark): void {
    if (mark.connector.type === FAN_MARK_USERNS && this.#userNsMarks++ === 0) this.#kernel.notify = this
    countWatchers(mark, 1)
  }

  /** @internal */
  markRemoved(mark: FanotifyMark): void {
    if (mark.connector.type === FAN_MARK_USERNS && --this.#userNsMarks === 0) this.#kernel.notify = null
    countWatchers(mark, -1)
  }

  /** A namespace left an active count of zero: its direct owner's watchers hear of it. */
  nsActivated(ns: Namespace): void {
    const owner = ns.owner
    if (owner !== null && owner.marks !== null) sendNs(owner.marks, FAN_NS_CREATE, ns.id, owner.id)
  }

  /** A namespace's active count returned to zero. */
  nsDeactivated(ns: Namespace): void {
    const owner = ns.owner
    if (owner !== null && owner.marks !== null) sendNs(owner.marks, FAN_NS_DELETE, ns.id, owner.id)
  }
}

/** The filesystem that a marked object belongs to; null for namespaces. */
function superBlockOf(connector: MarkConnector): SuperBlock | null {
  switch (connector.type) {
    case FAN_MARK_INODE:
      return (connector.object as Inode).sb
    case FAN_MARK_MOUNT:
      return (connector.object as Mount).sb
    case FAN_MARK_FILESYSTEM:
      return connector.object as SuperBlock
    default:
      return null
  }
}

/** Keeps a filesystem's counts of its watchers, from which its events know that nobody wants them. */
function countWatchers(mark: FanotifyMark, by: 1 | -1): void {
  const { connector } = mark
  const sb = superBlockOf(connector)
  if (sb === null) return
  sb.watchers += by
  if (mark.group.class >= FAN_CLASS_CONTENT) sb.permissionWatchers += by
  if (mark.group.class >= FAN_CLASS_PRE_CONTENT) sb.preContentWatchers += by
  if (connector.type !== FAN_MARK_INODE) return
  if (by < 0 && connector.marks.length === 0) leaveMarked(sb, connector)
  else if (by > 0 && connector.marks.length === 1) joinMarked(sb, connector)
}

function joinMarked(sb: SuperBlock, connector: MarkConnector): void {
  connector.nextMarked = sb.firstMarked
  if (sb.firstMarked !== null) sb.firstMarked.previousMarked = connector
  sb.firstMarked = connector
}

function leaveMarked(sb: SuperBlock, connector: MarkConnector): void {
  const { nextMarked, previousMarked } = connector
  if (previousMarked === null) sb.firstMarked = nextMarked
  else previousMarked.nextMarked = nextMarked
  if (nextMarked !== null) nextMarked.previousMarked = previousMarked
  connector.nextMarked = null
  connector.previousMarked = null
}

function sendNs(connector: MarkConnector, mask: number, self: number, owner: number): void {
  if ((connector.mask & mask) === 0) return
  const { marks } = connector
  for (let i = 0; i < marks.length; i++) {
    const mark = marks[i]!
    if ((mask & mark.mask & ~mark.ignoreMask) === 0) continue
    const { group } = mark
    if (group.makeRoom()) group.append(new NsEvent(mask, group.currentPid(), self, owner))
  }
}

/** Tells the watchers of a mount namespace of a mount: `mask` is FAN_MNT_ATTACH, FAN_MNT_DETACH, or both for a move. */
export function notifyMnt(marks: MarkConnector, mask: number, mntIdUnique: number): void {
  if ((marks.mask & mask) === 0) return
  for (let i = 0; i < marks.marks.length; i++) {
    const mark = marks.marks[i]!
    const seen = mask & mark.mask & ~mark.ignoreMask
    if (seen === 0) continue
    const { group } = mark
    if (group.makeRoom()) group.append(new MntEvent(seen, group.currentPid(), mntIdUnique))
  }
}

/** @internal The bits that {@link notifyMnt} takes. */
export const MNT_MOVE: number = FAN_MNT_ATTACH | FAN_MNT_DETACH
