import type { Dentry } from './dentry.js'
import type { MarkConnector } from './fanotify/connector.js'
import type { FanotifyGroup } from './fanotify/group.js'
import type { FanotifyMark } from './fanotify/mark.js'
import type { Inode } from './inode.js'
import type { Mount } from './mount.js'

/** Where a mark that is told of an event sits; the index of its mark in {@link FsnotifyReport.marks}. */
export const AT_SB = 0 as const
export const AT_MOUNT = 1 as const
export const AT_INODE = 2 as const
/** The directory of the object, which watches its children. */
export const AT_PARENT = 3 as const
/** The directory that a rename moved something to. */
export const AT_NEW_DIR = 4 as const
const PLACES = 5

/** An event on its way to the groups: what happened, and for the group whose turn it is, its marks that see it. */
export class FsnotifyReport {
  mask = 0
  /** The mount that it happened through, null for what happens to an inode or an entry. */
  mnt: Mount | null = null
  /** With `mnt` the path; for a rename what was moved, in its new place. */
  dentry: Dentry | null = null
  /** The object that it happened to. */
  target!: Inode
  /** The directory of an entry; the parent where that is told. */
  dir: Inode | null = null
  name: string | null = null
  /** Marks of the group whose turn it is, by place. */
  readonly marks: (FanotifyMark | null)[] = [null, null, null, null, null]
  readonly #connectors: (MarkConnector | null)[] = [null, null, null, null, null]
  #turn: FanotifyGroup | null = null
  readonly #at: number[] = [0, 0, 0, 0, 0]

  /** Sets the marks of one place; null for none. */
  look(place: number, connector: MarkConnector | null): void {
    this.#connectors[place] = connector
    this.#at[place] = 0
  }

  /** The next group in the order in which they are told, with its marks in place; null at the end. */
  next(): FanotifyGroup | null {
    const connectors = this.#connectors
    let first: FanotifyGroup | null = null
    for (let place = 0; place < PLACES; place++) {
      const connector = connectors[place]!
      if (connector === null) continue
      const mark = connector.marks[this.#at[place]!]
      if (mark !== undefined && mark.group !== first && (first === null || mark.group.isToldBefore(first)))
        first = mark.group
    }
    this.#turn = first
    if (first === null) return null
    const { marks } = this
    for (let place = 0; place < PLACES; place++) {
      const connector = connectors[place]!
      const mark = connector === null ? undefined : connector.marks[this.#at[place]!]
      if (mark === undefined || mark.group !== first) {
        marks[place] = null
        continue
      }
      this.#at[place]!++
      // A parent's mark may be there for the directory itself.
      marks[place] = place === AT_PARENT && !mark.meansChildren ? null : mark
    }
    return first
  }

  /** The groups of the marks that stand first in each place: that whose turn it is, and those that come after it elsewhere. */
  heads(): FanotifyGroup[] {
    const groups: FanotifyGroup[] = []
    for (let place = 0; place < PLACES; place++) {
      const marks = this.#connectors[place]?.marks
      if (marks === undefined) continue
      const at = this.#at[place]!
      const group = at > 0 && marks[at - 1]!.group === this.#turn ? this.#turn : marks[at]?.group
      if (group !== undefined) groups.push(group)
    }
    return groups
  }

  /** Goes on behind `last` though marks have come or gone since. */
  resumeAfter(last: FanotifyGroup): void {
    for (let place = 0; place < PLACES; place++) {
      const marks = this.#connectors[place]?.marks
      if (marks === undefined) continue
      let at = 0
      while (at < marks.length && !last.isToldBefore(marks[at]!.group)) at++
      this.#at[place] = at
    }
  }

  /** Lets go of what it is about. */
  clear(): void {
    this.mnt = null
    this.dentry = null
    this.dir = null
    this.name = null
    for (let place = 0; place < PLACES; place++) {
      this.marks[place] = null
      this.#connectors[place] = null
    }
  }
}
