import type { Dentry } from './dentry.js'
import type { MarkConnector } from './fanotify/connector.js'
import type { FanotifyGroup } from './fanotify/group.js'
import type { FanotifyMark } from './fanotify/mark.js'
import type { Inode } from './inode.js'
import type { Mount } from './mount.js'

/** Where a mark that is told of an event sits. */
export const AT_SB = 0 as const
export const AT_MOUNT = 1 as const
export const AT_INODE = 2 as const
/** The directory of the object, which watches its children. */
export const AT_PARENT = 3 as const
/** The directory that a rename moved something to. */
export const AT_NEW_DIR = 4 as const

const PARENT = AT_PARENT

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
  /** How many marks the group whose turn it is has here; they and their places are the first of `marks` and `places`. */
  count = 0
  readonly marks: (FanotifyMark | null)[] = []
  readonly places: number[] = []
  /** What has marks that may be concerned, in the order of the places, and how far through its marks the groups are. */
  #looked = 0
  readonly #connectors: (MarkConnector | null)[] = []
  readonly #connectorPlaces: number[] = []
  readonly #at: number[] = []
  /** The marks at which it was stopped, null behind the last one. */
  readonly #paused: (FanotifyMark | null)[] = []
  #turn: FanotifyGroup | null = null

  /** Forgets the marks of before. */
  begin(): void {
    this.#looked = 0
    this.count = 0
  }

  /** Adds the marks of one place; null for none. Places come in their order. */
  look(place: number, connector: MarkConnector | null): void {
    if (connector === null) return
    const index = this.#looked++
    this.#connectors[index] = connector
    this.#connectorPlaces[index] = place
    this.#at[index] = 0
  }

  /** The next group in the order in which they are told, with its marks; null at the end. */
  next(): FanotifyGroup | null {
    const looked = this.#looked
    const connectors = this.#connectors
    let first: FanotifyGroup | null = null
    for (let index = 0; index < looked; index++) {
      const { marks } = connectors[index]!
      const at = this.#at[index]!
      if (at >= marks.length) continue
      const { group } = marks[at]!
      if (first === null || (group !== first && group.isToldBefore(first))) first = group
    }
    this.#turn = first
    this.count = 0
    if (first === null) return null
    for (let index = 0; index < looked; index++) {
      const { marks } = connectors[index]!
      const at = this.#at[index]!
      if (at >= marks.length) continue
      const mark = marks[at]!
      if (mark.group !== first) continue
      this.#at[index] = at + 1
      const place = this.#connectorPlaces[index]!
      // A parent's mark may be there for the directory itself.
      if (place === PARENT && !mark.meansChildren) continue
      this.marks[this.count] = mark
      this.places[this.count++] = place
    }
    return first
  }

  /**
   * Stops here for a while, and gives the marks that it stands at: those of the group whose turn it is, elsewhere the next that
   * is not going. Null where one of the group's own is going: it cannot stop there.
   */
  pause(): FanotifyMark[] | null {
    const stood: FanotifyMark[] = []
    for (let index = 0; index < this.#looked; index++) {
      const { marks } = this.#connectors[index]!
      const at = this.#at[index]!
      let mark = at > 0 && marks[at - 1]!.group === this.#turn ? marks[at - 1] : marks[at]
      while (mark?.detached) {
        if (mark.group === this.#turn) return null
        mark = marks[++this.#at[index]!]
      }
      this.#paused[index] = mark ?? null
      if (mark !== undefined) stood.push(mark)
    }
    return stood
  }

  /** The groups that may be told, and `another`: those of each class in their order, which is left to chance. */
  groupsByClass(another: FanotifyGroup): FanotifyGroup[][] {
    const all = new Set([another])
    for (let index = 0; index < this.#looked; index++)
      for (const { group } of this.#connectors[index]!.marks) all.add(group)
    const classes: Map<number, FanotifyGroup[]> = new Map()
    for (const group of all) classes.set(group.class, [...(classes.get(group.class) ?? []), group])
    return [...classes.values()].map((groups) => groups.sort((a, b) => a.place - b.place))
  }

  /** Goes on from the marks at which it was stopped, which are there still; nowhere where it had come to the end. */
  resume(): void {
    for (let index = 0; index < this.#looked; index++) {
      const { marks } = this.#connectors[index]!
      const stood = this.#paused[index]!
      if (stood === null) this.#at[index] = marks.length
      else this.#at[index] = marks.indexOf(stood) + (stood.group === this.#turn ? 1 : 0)
    }
  }

  /** Lets go of what it is about. */
  clear(): void {
    this.mnt = null
    this.dentry = null
    this.dir = null
    this.name = null
    for (let index = 0; index < this.#looked; index++) {
      this.marks[index] = null
      this.#connectors[index] = null
    }
    this.#looked = 0
    this.count = 0
  }
}
