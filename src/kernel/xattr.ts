import { FAN_ATTRIB } from '../uapi/constants/fanotify.js'
import { EEXIST, EINVAL, ENODATA, ENOSYS, EOPNOTSUPP, EPERM } from '../uapi/errno.js'
import { S_IFMT, S_IFSOCK, S_ISVTX } from '../uapi/fcntl.js'
import { CAP_SETFCAP, CAP_SYS_ADMIN } from './capability.js'
import { nsCapable } from './cred.js'
import type { Dentry } from './dentry.js'
import { fsnotifyDentry } from './fsnotify.js'
import type { Inode } from './inode.js'
import { hasOwners } from './mnt_idmap.js'
import type { Path } from './path.js'
import { capableWrtInode, inodePermission, MAY_READ, MAY_WRITE, ownerOrCapable, wantWrite } from './permission.js'
import type { Task } from './task.js'

/** Names that tmpfs keeps attributes under. */
const PREFIXES: readonly string[] = ['user.', 'trusted.', 'security.']
const FILE_CAPABILITIES = 'security.capability'
/** Sizes of what that holds, and the upper byte of its first word, by version. */
const CAPABILITY_VERSIONS: ReadonlyMap<number, number> = new Map([
  [20, 2],
  [24, 3],
])
/** `linux/posix_acl_xattr.h`. */
const ACL_VERSION = 2
const ACL_HEADER = 4
const ACL_ENTRY = 8
const ACL = /^system\.posix_acl_(access|default)$/

/** What the kind of attribute asks of the task: 0 or -errno (`xattr_permission`). */
function mayTouch(task: Task, path: Path, name: string, mask: number): number {
  const { inode } = path.dentry
  const { idmap } = path.mnt
  if ((mask & MAY_WRITE) !== 0 && (inode.immutable || !hasOwners(idmap, inode))) return -EPERM
  if (name.startsWith('system.')) return 0
  if (name.startsWith('security.')) {
    if ((mask & MAY_WRITE) === 0) return 0
    const may =
      name === FILE_CAPABILITIES
        ? capableWrtInode(task, inode, CAP_SETFCAP, idmap)
        : nsCapable(task.cred, inode.sb.userNs, CAP_SYS_ADMIN)
    return may ? 0 : -EPERM
  }
  const isAdmin = task.cred.effective.has(CAP_SYS_ADMIN) && task.cred.userNs === task.kernel.initUserNs
  if (name.startsWith('trusted.')) return isAdmin ? 0 : (mask & MAY_WRITE) !== 0 ? -EPERM : -ENODATA
  if (name.startsWith('user.')) {
    const isSocket = task.kernel.features.socketXattrs && (inode.mode & S_IFMT) === S_IFSOCK
    if (!inode.isReg && !inode.isDir && !isSocket) return (mask & MAY_WRITE) !== 0 ? -EPERM : -ENODATA
    const sticky = inode.isDir && (inode.mode & S_ISVTX) !== 0
    if (sticky && (mask & MAY_WRITE) !== 0 && !ownerOrCapable(task, inode, idmap)) return -EPERM
  }
  return inodePermission(task, inode, mask, idmap)
}

/** The attributes that hold `name`, or -errno: -EOPNOTSUPP where the filesystem has none of that kind. */
function holder(inode: Inode, name: string): Map<string, Uint8Array> | number {
  const { xattrs } = inode
  if (xattrs === null) return -EOPNOTSUPP
  const prefix = PREFIXES.find((known) => name.startsWith(known))
  if (prefix === undefined) return -EOPNOTSUPP
  return name === prefix ? -EINVAL : xattrs
}

function changed(task: Task, dentry: Dentry): void {
  dentry.inode.ctime = task.kernel.now()
  fsnotifyDentry(dentry, FAN_ATTRIB)
}

/** An access control list as the attribute holds it: 0 for one without entries, -ENOSYS for any other that is none of the wrong ones. */
function checkAcl(value: Uint8Array): number {
  if (value.length === 0) return 0
  if (value.length < ACL_HEADER) return -EINVAL
  if (new DataView(value.buffer, value.byteOffset).getUint32(0, true) !== ACL_VERSION) return -EOPNOTSUPP
  if ((value.length - ACL_HEADER) % ACL_ENTRY !== 0) return -EINVAL
  return value.length === ACL_HEADER ? 0 : -ENOSYS
}

/** Takes the access control list, which nothing has, from a file: 0 or -errno. */
function dropAcl(task: Task, dentry: Dentry, isDefault: boolean): number {
  const { inode } = dentry
  if (inode.immutable) return -EPERM
  if (inode.xattrs === null || inode.isLink) return -EOPNOTSUPP
  if (!isDefault || inode.isDir) {
    if (!ownerOrCapable(task, inode)) return -EPERM
  }
  changed(task, dentry)
  return 0
}

/** Sets an attribute: 0 or -errno. `create`: it must be new; `replace`: it must be there. */
export function setXattr(
  task: Task,
  path: Path,
  name: string,
  value: Uint8Array,
  create: boolean,
  replace: boolean,
): number {
  const { inode } = path.dentry
  const acl = ACL.exec(name)
  if (acl !== null) return wantWrite(path) || checkAcl(value) || dropAcl(task, path.dentry, acl[1] === 'default')
  const isWrong = name === FILE_CAPABILITIES && CAPABILITY_VERSIONS.get(value.length) !== value[3]
  const error = wantWrite(path) || (isWrong ? -EINVAL : mayTouch(task, path, name, MAY_WRITE))
  if (error !== 0) return error
  const xattrs = holder(inode, name)
  if (typeof xattrs === 'number') return xattrs
  if (create && xattrs.has(name)) return -EEXIST
  if (replace && !xattrs.has(name)) return -ENODATA
  xattrs.set(name, value)
  changed(task, path.dentry)
  return 0
}

/** The value of an attribute, or -errno. */
export function xattrOf(task: Task, path: Path, name: string): Uint8Array | number {
  const { inode } = path.dentry
  const error = mayTouch(task, path, name, MAY_READ)
  if (error !== 0) return error
  if (inode.xattrs !== null && ACL.test(name)) return inode.isLink ? -EOPNOTSUPP : -ENODATA
  const xattrs = holder(inode, name)
  return typeof xattrs === 'number' ? xattrs : (xattrs.get(name) ?? -ENODATA)
}

/** Removes an attribute: 0 or -errno. */
export function removeXattr(task: Task, path: Path, name: string): number {
  const { inode } = path.dentry
  const acl = ACL.exec(name)
  if (acl !== null) return wantWrite(path) || dropAcl(task, path.dentry, acl[1] === 'default')
  const error = wantWrite(path) || mayTouch(task, path, name, MAY_WRITE)
  if (error !== 0) return error
  const xattrs = holder(inode, name)
  if (typeof xattrs === 'number') return xattrs
  if (!xattrs.delete(name)) return -ENODATA
  changed(task, path.dentry)
  return 0
}

/** The names of the attributes, each ended by NUL, as tmpfs lists them: the last in the alphabet first. */
export function listXattrs(path: Path, withTrusted: boolean): string {
  const { xattrs } = path.dentry.inode
  if (xattrs === null) return ''
  const names = [...xattrs.keys()].filter((name) => withTrusted || !name.startsWith('trusted.'))
  names.sort((a, b) => (a < b ? 1 : -1))
  return names.map((name) => `${name}\0`).join('')
}
