import type { Dentry } from './dentry.js'
import type { Mount } from './mount.js'

/** A place in the tree: a dentry as seen through a mount (`struct path`). An open {@link File} is one too. */
export interface Path {
  readonly mnt: Mount
  readonly dentry: Dentry
}

/** Takes a reference to the mount and the dentry; pair it with {@link pathPut}. */
export function pathGet(path: Path): void {
  path.mnt.refs++
  path.dentry.refs++
}

/** Drops what {@link pathGet} took; the last reference to an unlinked or internal inode evicts it. */
export function pathPut(path: Path): void {
  path.dentry.put()
  path.mnt.put()
}

/** True when both name the same place. */
export function samePath(a: Path, b: Path): boolean {
  return a.mnt === b.mnt && a.dentry === b.dentry
}

/** The end of a lookup whose path nobody kept: what came to life only for it (a namespace's file) goes again. */
export function pathDone(path: Path): void {
  path.mnt.expiring = false
  if (path.dentry.refs === 0) path.dentry.sb.dentryUnused(path.dentry)
}
