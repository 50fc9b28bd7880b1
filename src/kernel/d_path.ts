import type { Dentry } from './dentry.js'
import type { Path } from './path.js'

/** The path of a dentry inside its own filesystem, from the filesystem's root, with `//deleted` when the name is gone. */
export function dentryPath(dentry: Dentry): string {
  const dynamic = dentry.sb.dynamicName(dentry)
  if (dynamic !== null) return dynamic
  let text = ''
  for (let at = dentry; !at.isRoot; at = at.parent) text = `/${at.name}${text}`
  if (text === '') return '/'
  return dentry.hashed ? text : `${text}//deleted`
}

/**
 * The path of `path` as seen from `root` (`d_path`): with ` (deleted)` when the name is gone; null when it does not lie
 * below `root`.
 */
export function pathFrom(path: Path, root: Path): string | null {
  let { mnt, dentry } = path
  let text = ''
  while (mnt !== root.mnt || dentry !== root.dentry) {
    if (dentry === mnt.root) {
      if (mnt.parent === null) return null
      dentry = mnt.mountpoint!
      mnt = mnt.parent
    } else {
      if (dentry.isRoot) return null
      text = `/${dentry.name}${text}`
      dentry = dentry.parent
    }
  }
  return text === '' ? '/' : text
}

/**
 * What readlink shows of an open file: its path from `root`, or the name of what has no path. Where that is bound somewhere it has one.
 */
export function describePath(path: Path, root: Path): string {
  const { dentry } = path
  const dynamic = dentry === path.mnt.root ? null : dentry.sb.dynamicName(dentry)
  if (dynamic !== null) return dynamic
  const deleted = !dentry.hashed && !dentry.isRoot ? ' (deleted)' : ''
  const inside = pathFrom(path, root)
  if (inside !== null) return inside + deleted
  let { mnt } = path
  let at: Dentry = dentry
  let text = ''
  for (;;) {
    if (at === mnt.root) {
      if (mnt.parent === null) break
      at = mnt.mountpoint!
      mnt = mnt.parent
    } else {
      if (at.isRoot) break
      text = `/${at.name}${text}`
      at = at.parent
    }
  }
  return (text === '' ? '/' : text) + deleted
}
