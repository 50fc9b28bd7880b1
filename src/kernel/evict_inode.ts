import type { Dentry } from './dentry.js'

/**
 * Puts the inode behind `dentry` out of memory, as a kernel does that runs short of it: its evictable marks go. False,
 * and nothing happens, while it is open or otherwise in use, or a mark keeps it.
 */
export function evictInode(dentry: Dentry): boolean {
  const { marks } = dentry.inode
  if (dentry.refs > 0) return false
  if (marks === null) return true
  for (const mark of marks.marks) if (!mark.isEvictable) return false
  marks.destroy()
  return true
}
