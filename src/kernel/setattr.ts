import { FAN_ACCESS, FAN_ATTRIB, FAN_MODIFY } from '../uapi/constants/fanotify.js'
import { EINVAL, EISDIR, EOPNOTSUPP, EOVERFLOW, EPERM, ETXTBSY } from '../uapi/errno.js'
import { S_ISGID, S_ISUID } from '../uapi/fcntl.js'
import { CAP_CHOWN, CAP_FSETID } from './capability.js'
import { inGroup, nsCapable } from './cred.js'
import type { File } from './file.js'
import { fsnotifyDentry } from './fsnotify.js'
import { INVALID_ID } from './id_map.js'
import { gidThrough, uidThrough, vfsgid, vfsuid } from './mnt_idmap.js'
import type { Path } from './path.js'
import {
  capableWrtInode,
  inGroupOrCapable,
  inodePermission,
  MAY_WRITE,
  ownerOrCapable,
  wantWrite,
} from './permission.js'
import type { Task } from './task.js'
import type { Timespec } from './timespec.js'

const GROUP_EXEC = 0o010

/** What of an inode is to change; ids are those of the initial user namespace. */
export interface Attributes {
  readonly mode?: number
  readonly uid?: number
  readonly gid?: number
  readonly size?: number
  readonly atime?: Timespec | 'now'
  readonly mtime?: Timespec | 'now'
  /** Lose set-uid and set-gid bits. */
  readonly killPrivileges?: boolean
  /** Done for the task, not by it: nobody asks whether it may. */
  readonly force?: boolean
}

/** The task may give the inode, which is its own, to a group that it is in, and with CAP_CHOWN anything to anyone. */
function mayChown(task: Task, { mnt: { idmap }, dentry: { inode } }: Path, { uid, gid }: Attributes): boolean {
  const owner = vfsuid(idmap, inode)
  const group = vfsgid(idmap, inode)
  const owns = owner === task.cred.fsuid
  const may = (isOwned: boolean): boolean =>
    capableWrtInode(task, inode, CAP_CHOWN, idmap) || (!isOwned && nsCapable(task.cred, inode.sb.userNs, CAP_CHOWN))
  if (uid !== undefined && !(owns && uid === owner) && !may(owner !== INVALID_ID)) return false
  if (gid === undefined || (owns && (gid === group || inGroup(task.cred, gid)))) return true
  return may(group !== INVALID_ID)
}

/** What the change asks of the task: 0 or -errno. */
function checkChange(task: Task, path: Path, attributes: Attributes, changesMode: boolean): number {
  const { idmap } = path.mnt
  const { inode } = path.dentry
  const { mode, uid, gid, size, atime, mtime } = attributes
  const setsOne = size === undefined && (atime === undefined) !== (mtime === undefined)
  const setsTimes = typeof atime === 'object' || typeof mtime === 'object' || setsOne
  if ((mode !== undefined || uid !== undefined || gid !== undefined || setsTimes) && inode.immutable) return -EPERM
  if (atime === 'now' && mtime === 'now') {
    if (inode.immutable) return -EPERM
    if (!ownerOrCapable(task, inode, idmap)) {
      const error = inodePermission(task, inode, MAY_WRITE, idmap)
      if (error !== 0) return error
    }
  }
  if (changesMode && inode.isLink) return -EOPNOTSUPP
  if (!keepsOwners(path, attributes)) return -EOVERFLOW
  const refused = inode.mayChange(attributes)
  if (refused !== 0) return refused
  if (attributes.force === true) return 0
  if (!mayChown(task, path, attributes)) return -EPERM
  if (changesMode && !ownerOrCapable(task, inode, idmap)) return -EPERM
  return setsTimes && !ownerOrCapable(task, inode, idmap) ? -EPERM : 0
}

/** Through the mount the file has an owner and a group after the change, ones that the filesystem knows. */
function keepsOwners({ mnt: { idmap }, dentry: { inode } }: Path, { uid, gid }: Attributes): boolean {
  const { sb } = inode
  if (uid === undefined ? vfsuid(idmap, inode) === INVALID_ID : !sb.userNs.hasUid(uidThrough(idmap, sb, uid)))
    return false
  return gid === undefined ? vfsgid(idmap, inode) !== INVALID_ID : sb.userNs.hasGid(gidThrough(idmap, sb, gid))
}

/** The mode without the bits that a change of owner or content takes: set-group-id stays only with who might set it. */
function withoutPrivileges(task: Task, path: Path): number {
  const { mode } = path.dentry.inode
  let left = mode & ~S_ISUID
  if (
    (mode & S_ISGID) !== 0 &&
    ((mode & GROUP_EXEC) !== 0 || !inGroupOrCapable(task, path.dentry.inode, path.mnt.idmap))
  )
    left &= ~S_ISGID
  return left
}

/** Changes attributes of what is at `path`, and tells so (`notify_change`): 0 or -errno. */
export function notifyChange(task: Task, path: Path, attributes: Attributes): number {
  const { dentry } = path
  const { inode } = dentry
  const { idmap } = path.mnt
  const { uid, gid, size, atime, mtime } = attributes
  let { mode } = attributes
  if (attributes.killPrivileges === true) {
    const left = withoutPrivileges(task, path)
    if (left !== inode.mode) mode = left
  }
  const error = checkChange(task, path, attributes, mode !== undefined)
  if (error !== 0) return error
  // By path, a file that is as large as that and has no data stays as it is.
  const isTouched = size === undefined || mtime !== undefined || size !== inode.size || inode.blocks > 0
  if (size !== undefined) {
    const result = inode.truncate(task, size)
    if (result < 0) return result
  }
  if (uid !== undefined) inode.uid = uidThrough(idmap, inode.sb, uid)
  if (gid !== undefined) inode.gid = gidThrough(idmap, inode.sb, gid)
  if (mode !== undefined) {
    let bits = mode & 0o7777
    if (attributes.force !== true && !inGroupOrCapable(task, inode, idmap)) bits &= ~S_ISGID
    inode.mode = (inode.mode & ~0o7777) | bits
  }
  if (isTouched && inode.sb.keepsTimes) {
    const now = task.kernel.now()
    if (atime !== undefined) inode.atime = atime === 'now' ? now : atime
    if (mtime !== undefined) inode.mtime = mtime === 'now' ? now : mtime
    if (size !== undefined) inode.mtime = now
    inode.ctime = now
  }

  let mask = 0
  if (uid !== undefined || gid !== undefined || mode !== undefined) mask |= FAN_ATTRIB
  if (size !== undefined) mask |= FAN_MODIFY
  if (atime !== undefined && mtime !== undefined) mask |= FAN_ATTRIB
  else if (atime !== undefined) mask |= FAN_ACCESS
  else if (mtime !== undefined) mask |= FAN_MODIFY
  if (mask !== 0) fsnotifyDentry(dentry, mask)
  return 0
}

/** Files that the task changes keep their set-uid and set-gid bits. */
const keepsPrivileges = (task: Task): boolean =>
  task.cred.effective.has(CAP_FSETID) && task.cred.userNs === task.kernel.initUserNs

/** A write, by who may not keep them, takes set-uid and set-gid bits from a file. */
export function removePrivileges(task: Task, path: Path): void {
  const { inode } = path.dentry
  if (!inode.isReg || (inode.mode & (S_ISUID | S_ISGID)) === 0 || withoutPrivileges(task, path) === inode.mode) return
  if (keepsPrivileges(task)) return
  notifyChange(task, path, { killPrivileges: true, force: true })
}

/** The data of an open file changes: set-uid and set-gid bits may go, times become the present (`file_modified`). */
export function fileModified(task: Task, file: File): void {
  removePrivileges(task, file)
  const { inode } = file
  if (!inode.sb.keepsTimes) return
  const now = task.kernel.now()
  inode.mtime = now
  inode.ctime = now
}

/** chmod and its kin: 0 or -errno. */
export function chmod(task: Task, path: Path, mode: number): number {
  const readOnly = wantWrite(path)
  return readOnly === 0 ? notifyChange(task, path, { mode: mode & 0o7777 }) : readOnly
}

/** chown and its kin; undefined leaves an id as it is. 0 or -errno. */
export function chown(task: Task, path: Path, uid: number | undefined, gid: number | undefined): number {
  const readOnly = wantWrite(path)
  if (readOnly !== 0) return readOnly
  const change: Attributes = {
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
    killPrivileges: !path.dentry.inode.isDir,
  }
  return notifyChange(task, path, change)
}

/** Sets the size of a file to `size`, as truncate does by path: 0 or -errno. */
export function truncatePath(task: Task, path: Path, size: number): number {
  const { inode } = path.dentry
  if (inode.isDir) return -EISDIR
  if (!inode.isReg) return -EINVAL
  const readOnly = wantWrite(path)
  if (readOnly !== 0) return readOnly
  const error = inodePermission(task, inode, MAY_WRITE, path.mnt.idmap)
  if (error !== 0) return error
  if (inode.executing > 0) return -ETXTBSY
  return truncateAt(task, path, { size })
}

/** Sets the size of an open file: 0 or -errno. */
export function truncateFile(task: Task, file: File, size: number): number {
  return truncateAt(task, file, { size, mtime: 'now' })
}

function truncateAt(task: Task, path: Path, change: Attributes): number {
  return notifyChange(task, path, { ...change, killPrivileges: !keepsPrivileges(task), force: true })
}
