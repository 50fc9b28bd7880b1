import type { Dentry } from '../dentry.js'
import type { FanotifyMark } from './mark.js'

/** What a mark can sit on: user and mount namespaces, inodes, mounts, superblocks. */
export interface Markable {
  marks: MarkConnector | null
}

/** The kind of a marked object, as the FAN_MARK_* type that marks it. */
export type MarkType = number

/** All marks on one object (`struct fsnotify_mark_connector`). It comes with the first mark and stays for the next. */
export class MarkConnector {
  readonly type: MarkType
  readonly object: Markable
  /** In the order in which the groups are told: groups that may deny first, then by age of the group. */
  readonly marks: FanotifyMark[] = []
  /** What any of the marks wants to hear of, or has to see in order to ignore it. */
  mask = 0
  /** An inode's neighbours among the marked ones of its filesystem. */
  nextMarked: MarkConnector | null = null
  previousMarked: MarkConnector | null = null
  /** How many of the marks keep the object, an inode, in memory, and the dentry by which they do. */
  #holders = 0
  #held: Dentry | null = null
  /** How many of the marks are detached. */
  #detached = 0

  constructor(type: MarkType, object: Markable) {
    this.type = type
    this.object = object
  }

  /** The mark of `group`, or null. */
  find(group: object): FanotifyMark | null {
    const { marks } = this
    for (let i = 0; i < marks.length; i++) if (marks[i]!.group === group && !marks[i]!.detached) return marks[i]!
    return null
  }

  add(mark: FanotifyMark): void {
    const { marks } = this
    let at = marks.length
    while (at > 0 && (mark.group === marks[at - 1]!.group || mark.group.isToldBefore(marks[at - 1]!.group))) at--
    if (at === marks.length) marks.push(mark)
    else marks.splice(at, 0, mark)
    if (this.#detached === 0) this.mask |= mark.attention
    else this.recalculate()
  }

  /** A mark leaves its group; while it is pinned it stays here, and what it wanted is still sent until others change. */
  detach(mark: FanotifyMark): void {
    mark.detached = true
    this.#detached++
  }

  remove(mark: FanotifyMark): void {
    const { marks } = this
    if (mark.detached) this.#detached--
    const at = marks.indexOf(mark)
    if (at < 0) return
    if (at === marks.length - 1) marks.pop()
    else marks.splice(at, 1)
    this.recalculate()
  }

  /** One more mark keeps the inode behind `dentry` in memory. */
  hold(dentry: Dentry): void {
    if (this.#holders++ === 0) this.#held = dentry.get()
  }

  /** One mark less keeps it. */
  release(): void {
    if (this.#held === null || --this.#holders !== 0) return
    const held = this.#held
    this.#held = null
    held.put()
  }

  /** A mark keeps the object in memory. */
  get isHeld(): boolean {
    return this.#held !== null
  }

  /** Brings `mask` up to date after a mark lost bits. */
  recalculate(): void {
    let mask = 0
    for (const mark of this.marks) if (!mark.detached) mask |= mark.attention
    this.mask = mask
  }

  /** The object is going: so do all marks on it. */
  destroy(): void {
    for (let at = this.marks.length - 1; at >= 0; at--) {
      const mark = this.marks[at]!
      if (!mark.detached) mark.group.destroyMark(mark)
    }
  }
}
