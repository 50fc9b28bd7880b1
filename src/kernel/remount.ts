import { MS_I_VERSION, MS_LAZYTIME, MS_MANDLOCK, MS_RDONLY, MS_SYNCHRONOUS } from '../uapi/constants/mount.js'
import { EBUSY, EINVAL, EPERM } from '../uapi/errno.js'
import { FsContext } from './fs_context.js'
import { fsTypeOf } from './fs_types.js'
import { MNT_READONLY } from './mount.js'
import { mayChangeFlags, setFlags } from './mount_flags.js'
import { isMountRoot, isOurs } from './mount_place.js'
import type { Path } from './path.js'
import type { Task } from './task.js'

const REMOUNT_MASK = MS_RDONLY | MS_SYNCHRONOUS | MS_MANDLOCK | MS_I_VERSION | MS_LAZYTIME

function check(task: Task, path: Path, flags: number): number {
  if (!isOurs(task, path.mnt) || !isMountRoot(path)) return -EINVAL
  return mayChangeFlags(path.mnt, flags) ? 0 : -EPERM
}

/** Changes the flags of one mount (MS_REMOUNT with MS_BIND): 0, -EINVAL, -EPERM for what is locked, -EBUSY while it is written through. */
export function remountBind(task: Task, path: Path, flags: number): number {
  const error = check(task, path, flags)
  if (error !== 0) return error
  const { mnt } = path
  if ((flags & MNT_READONLY) !== 0 && !mnt.isReadOnly && mnt.writers > 0) return -EBUSY
  setFlags(mnt, flags)
  return 0
}

/** Changes the filesystem's options and one mount's flags (MS_REMOUNT): 0 or -errno. `msFlags` are mount(2)'s, `data` its options. */
export function remount(task: Task, path: Path, msFlags: number, flags: number, data: string | null): number {
  let error = check(task, path, flags)
  if (error !== 0) return error
  const { sb } = path.mnt
  const context = new FsContext(fsTypeOf(sb.type), sb.userNs, 'reconf-params', msFlags & REMOUNT_MASK, REMOUNT_MASK)
  if (data !== null) error = context.parseAll(task, data)
  if (error === 0) error = context.reconfigure(task, sb)
  context.put()
  if (error === 0) setFlags(path.mnt, flags)
  return error
}
