import type { Inode } from './inode.js'
import type { Mount } from './mount.js'
import type { SuperBlock } from './super_block.js'

/** A name in a directory and the inode it stands for (`struct dentry`). Names are byte strings, one code unit a byte. */
export class Dentry {
  name: string
  parent: Dentry
  readonly sb: SuperBlock
  inode: Inode
  /** Open files, mounts, working directories and roots that sit on this dentry. */
  refs: number
  /** Children that have been looked up (procfs) or exist (in-memory filesystems). */
  children: Map<string, Dentry> | null
  /** The mounts, in any mount namespace, whose mountpoint this is. */
  mounts: Set<Mount> | null
  /** False once the name is gone (unlink, rmdir) or never was in a directory (pipes, sockets, nsfs). */
  hashed: boolean
  /** Its place in the listings of its directory, where the filesystem keeps one. */
  offset = 0
  /** The entries of the directory that got their names after and before this one. */
  newer: Dentry | null = null
  older: Dentry | null = null
  /** The name is gone and nobody uses the dentry any more. */
  dead = false
  /** Its name went while it was in use: until it is not, the directory that it was in cannot go either. */
  #holdsParent = false

  constructor(name: string, parent: Dentry | null, inode: Inode) {
    this.name = name
    this.parent = parent ?? this
    this.sb = inode.sb
    this.inode = inode
    this.refs = 0
    this.children = null
    this.mounts = null
    this.hashed = parent !== null
  }

  get isRoot(): boolean {
    return this.parent === this
  }

  /** True when this is `ancestor` or lies below it in the same filesystem. */
  isBelow(ancestor: Dentry): boolean {
    for (let d: Dentry = this; ; d = d.parent) {
      if (d === ancestor) return true
      if (d.parent === d) return false
    }
  }

  get(): this {
    this.refs++
    return this
  }

  put(): void {
    if (--this.refs === 0) this.sb.dentryUnused(this)
  }

  /** Enters a child under its name. */
  add(child: Dentry): void {
    this.children ??= new Map()
    this.children.set(child.name, child)
    child.hashed = true
  }

  /** Takes the name away (`d_drop`); whoever holds the dentry keeps it. */
  drop(): void {
    if (!this.hashed) return
    this.hashed = false
    this.parent.children?.delete(this.name)
  }

  /** Takes the name away for good: who holds the dentry keeps the directory, too. */
  unname(): void {
    this.drop()
    if (this.refs === 0) return
    this.#holdsParent = true
    this.parent.refs++
  }

  /** Nobody uses it any more, after its name went for good. */
  leaveParent(): void {
    if (!this.#holdsParent) return
    this.#holdsParent = false
    this.parent.put()
  }
}
