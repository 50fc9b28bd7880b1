import { EINVAL } from '../uapi/errno.js'
import { S_IFDIR, S_IFMT } from '../uapi/fcntl.js'
import type { Cred } from './cred.js'
import type { Dentry } from './dentry.js'
import { DirFile } from './dir_file.js'
import type { Path } from './path.js'
import type { Task } from './task.js'

/** Positions of `.`, `..`, the entry that is listed first, and the first that an entry gets. */
const DOT = 0
const DOT_DOT = 1
const NEWEST = 2
const FIRST_OFFSET = 3
/** The position of a directory that has been read to the end. */
const END_OFFSET = 0x7fff_ffff

/**
 * The entries of a directory in memory. Listings go from the one that got its name last to the one that has had it longest. Each
 * has an offset by which a listing is gone on with: a new one with a name, but whoever takes the place of another takes its offset.
 */
export class DirOffsets {
  /** Ascending; removed entries leave a gap until there are many. */
  #offsets: number[] = []
  #entries: (Dentry | null)[] = []
  #gaps = 0
  #next: number = FIRST_OFFSET
  /** The entry that is listed first. */
  newest: Dentry | null = null

  /** Gives `dentry` the next offset. */
  add(dentry: Dentry): void {
    dentry.offset = this.#next++
    this.#offsets.push(dentry.offset)
    this.#entries.push(dentry)
    this.#list(dentry)
  }

  #list(dentry: Dentry): void {
    dentry.newer = null
    dentry.older = this.newest
    if (this.newest !== null) this.newest.newer = dentry
    this.newest = dentry
  }

  #unlist(dentry: Dentry): void {
    const { newer, older } = dentry
    if (newer !== null) newer.older = older
    else if (this.newest === dentry) this.newest = older
    if (older !== null) older.newer = newer
    dentry.newer = null
    dentry.older = null
  }

  /** Gives `dentry` the offset of `other`, which it replaces. */
  replace(other: Dentry, dentry: Dentry): void {
    const { offset } = other
    const at = this.#indexOf(offset)
    this.#unlist(other)
    dentry.offset = offset
    this.#entries[at] = dentry
    this.#list(dentry)
  }

  /** Lists an entry before all others. */
  listFirst(dentry: Dentry): void {
    this.#unlist(dentry)
    this.#list(dentry)
  }

  /** Makes `a`, which is here, and `b` in `others` change offsets and directories: both are listed first then, `a` before `b`. */
  exchange(a: Dentry, b: Dentry, others: DirOffsets): void {
    const placeA = this.#indexOf(a.offset)
    const placeB = others.#indexOf(b.offset)
    this.#unlist(a)
    others.#unlist(b)
    const { offset } = a
    a.offset = b.offset
    b.offset = offset
    this.#entries[placeA] = b
    others.#entries[placeB] = a
    this.#list(b)
    others.#list(a)
  }

  remove(dentry: Dentry): void {
    const at = this.#indexOf(dentry.offset)
    if (this.#entries[at] !== dentry) return
    this.#unlist(dentry)
    this.#entries[at] = null
    if (++this.#gaps > 32 && this.#gaps * 2 > this.#entries.length) this.#close()
  }

  /** The entry with the highest offset that is at most `offset`, or null. */
  atOrBelow(offset: number): Dentry | null {
    let at = this.#indexOf(offset)
    if (at === this.#offsets.length || this.#offsets[at]! > offset) at--
    while (at >= 0) {
      const entry = this.#entries[at]!
      if (entry !== null) return entry
      at--
    }
    return null
  }

  /** Index of the first offset that is not below `offset`. */
  #indexOf(offset: number): number {
    const offsets = this.#offsets
    let low = 0
    let high = offsets.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (offsets[middle]! < offset) low = middle + 1
      else high = middle
    }
    return low
  }

  #close(): void {
    this.#offsets = this.#offsets.filter((_, at) => this.#entries[at] !== null)
    this.#entries = this.#entries.filter((entry) => entry !== null)
    this.#gaps = 0
  }
}

/** An open directory in memory. */
export class MemoryDirFile extends DirFile {
  readonly #offsets: DirOffsets

  constructor(path: Path, flags: number, cred: Cred, offsets: DirOffsets) {
    super(path, flags, cred)
    this.#offsets = offsets
  }

  override seekEnd(): number {
    return -EINVAL
  }

  override iterate(_task: Task, emit: (name: string, ino: number, position: number, type: number) => boolean): number {
    const { inode, dentry } = this
    if (this.pos === DOT) {
      if (!emit('.', inode.ino, DOT, S_IFDIR >> 12)) return 0
      this.pos = DOT_DOT
    }
    if (this.pos === DOT_DOT) {
      if (!emit('..', dentry.parent.inode.ino, DOT_DOT, S_IFDIR >> 12)) return 0
      this.pos = NEWEST
    }
    if (this.pos === END_OFFSET) return 0
    const offsets = this.#offsets
    // An entry that has gone is gone on from with the next lower offset, wherever that is listed.
    let entry = (this.pos === NEWEST ? null : offsets.atOrBelow(this.pos)) ?? offsets.newest
    for (; entry !== null; entry = entry.older) {
      this.pos = entry.offset
      if (!emit(entry.name, entry.inode.ino, entry.offset, (entry.inode.mode & S_IFMT) >> 12)) return 0
    }
    this.pos = END_OFFSET
    return 0
  }
}
