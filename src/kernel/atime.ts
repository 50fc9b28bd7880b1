import { O_NOATIME } from '../uapi/fcntl.js'
import type { File } from './file.js'
import { MNT_NOATIME, MNT_NODIRATIME, MNT_RELATIME } from './mount.js'
import type { Path } from './path.js'
import { notAfter } from './timespec.js'

/** With relatime a time of access that is so old is brought up to date whatever else, in seconds. */
const DAY = 86_400n

/** What `path` leads to is read: its time of access, as the mount has it (`touch_atime`). */
export function touchAtime(path: Path): void {
  const { mnt, dentry } = path
  const { inode } = dentry
  const { flags } = mnt
  if (!inode.sb.keepsTimes || (flags & MNT_NOATIME) !== 0) return
  if ((flags & MNT_NODIRATIME) !== 0 && inode.isDir) return
  const now = inode.sb.kernel.now()
  const { atime } = inode
  if ((flags & MNT_RELATIME) !== 0) {
    const isNewer = !notAfter(atime, inode.mtime) && !notAfter(atime, inode.ctime)
    if (isNewer && now.sec - atime.sec < DAY) return
  }
  if (mnt.isReadOnly || mnt.sb.readOnly) return
  inode.atime = now
}

/** An open file is read (`file_accessed`). */
export function fileAccessed(file: File): void {
  if ((file.flags & O_NOATIME) === 0) touchAtime(file)
}
