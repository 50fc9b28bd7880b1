import { EINVAL } from '../uapi/errno.js'
import { S_IFDIR, S_IFMT } from '../uapi/fcntl.js'
import type { Cred } from './cred.js'
import type { Dentry } from './dentry.js'
import { DirFile } from './dir_file.js'
import type { Path } from './path.js'
import type { Task } from './task.js'

/** Positions of `.`, `..`, and the first that an entry gets. */
const DOT = 0
const DOT_DOT = 1
const FIRST_OFFSET = 3
/** The position of a directory that has been read to the end. */
const END_OFFSET = 0x7fff_ffff

/**
 * The entries of a directory in memory by their offset, which they get when they are made and keep while they have that
 * name. Listings go from the highest to the lowest.
 */
export class DirOffsets {
  /** Ascending; removed entries leave a gap until there are many. */
  #offsets: number[] = []
  #entries: (Dentry | null)[] = []
  #gaps = 0
  #next: number = FIRST_OFFSET

  /** Gives `dentry` the next offset. */
  add(dentry: Dentry): void {
    dentry.offset = this.#next++
    this.#offsets.push(dentry.offset)
    this.#entries.push(dentry)
  }

  /** Gives `dentry` an offset whose entry it replaces. */
  replace(offset: number, dentry: Dentry): void {
    const at = this.#indexOf(offset)
    if (this.#offsets[at] !== offset) {
      this.add(dentry)
      return
    }
    dentry.offset = offset
    this.#entries[at] = dentry
  }

  remove(dentry: Dentry): void {
    const at = this.#indexOf(dentry.offset)
    if (this.#entries[at] !== dentry) return
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
      this.pos = END_OFFSET - 1
    }
    if (this.pos >= END_OFFSET) return 0
    for (;;) {
      const entry = this.#offsets.atOrBelow(this.pos)
      if (entry === null) break
      this.pos = entry.offset
      if (!emit(entry.name, entry.inode.ino, entry.offset, (entry.inode.mode & S_IFMT) >> 12)) return 0
      this.pos = entry.offset - 1
    }
    this.pos = END_OFFSET
    return 0
  }
}
