import { CAP_EMPTY_SET, CAP_MKNOD, CAP_SYS_CHROOT } from '../kernel/capability.js'
import { Cred, nsCapable, SECURE_NO_SETUID_FIXUP } from '../kernel/cred.js'
import type { Dentry } from '../kernel/dentry.js'
import { fsnotifyCreate } from '../kernel/fsnotify.js'
import { MNT_NOEXEC } from '../kernel/mount.js'
import { LOOKUP_DIRECTORY, LOOKUP_FOLLOW, lookupAt, mayCreate, placeFor, rmdirAt, unlinkAt } from '../kernel/namei.js'
import { type Path, pathDone } from '../kernel/path.js'
import { inodePermission, MAY_EXEC, MAY_WRITE, wantWrite } from '../kernel/permission.js'
import type { Task } from '../kernel/task.js'
import { EACCES, EBADF, EINVAL, ENOTDIR, EPERM } from '../uapi/errno.js'
import {
  AT_EACCESS,
  AT_EMPTY_PATH,
  AT_FDCWD,
  AT_REMOVEDIR,
  AT_SYMLINK_NOFOLLOW,
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFMT,
  S_IFREG,
  S_IFSOCK,
  S_ISVTX,
} from '../uapi/fcntl.js'
import { readNonEmptyPath } from './path_argument.js'
import type { Registers } from './registers.js'
import { pathArgument } from './stat.js'
import type { SyscallRow } from './syscall_row.js'

const PERMISSION_BITS = 0o777
const MODE_BITS = 0o7777

/** Tells of a new entry in `dir`: 0, or the -errno that came instead. */
function created(dir: Dentry, made: Dentry | number): number {
  if (typeof made === 'number') return made
  fsnotifyCreate(dir.inode, made)
  return 0
}

function mkdir(task: Task, regs: Registers, dfd: number, pathRegister: number): number {
  const name = readNonEmptyPath(regs, pathRegister)
  if (typeof name === 'number') return name
  const place = placeFor(task, dfd, name, true)
  if (typeof place === 'number') return place
  const dir = place.parent.dentry
  const error = mayCreate(task, dir, place.parent.mnt.idmap)
  if (error !== 0) return error
  const mode = regs.u32(pathRegister + 1) & (PERMISSION_BITS | S_ISVTX) & ~task.fs!.umask
  return created(dir, dir.inode.mkdir(task, place.parent, place.name, mode))
}

/** What of a type can be made at all: 0 or -errno. */
function checkType(mode: number): number {
  switch (mode & S_IFMT) {
    case 0:
    case S_IFREG:
    case S_IFCHR:
    case S_IFBLK:
    case S_IFIFO:
    case S_IFSOCK:
      return 0
    case S_IFDIR:
      return -EPERM
    default:
      return -EINVAL
  }
}

/** A device number as mknod takes it, taken apart and put together as inodes have it. */
function decodeDev(dev: number): number {
  const major = (dev & 0xf_ff00) >>> 8
  const minor = (dev & 0xff) | ((dev >>> 12) & 0xf_ff00)
  return ((major << 20) | minor) >>> 0
}

function mknod(task: Task, regs: Registers, dfd: number, pathRegister: number): number {
  const wanted = regs.u32(pathRegister + 1) & 0xffff
  const typeError = checkType(wanted)
  if (typeError !== 0) return typeError
  const name = readNonEmptyPath(regs, pathRegister)
  if (typeof name === 'number') return name
  const place = placeFor(task, dfd, name, false)
  if (typeof place === 'number') return place
  const dir = place.parent.dentry
  const error = mayCreate(task, dir, place.parent.mnt.idmap)
  if (error !== 0) return error
  const type = wanted & S_IFMT || S_IFREG
  const isDevice = type === S_IFCHR || type === S_IFBLK
  if (isDevice && !nsCapable(task.cred, task.kernel.initUserNs, CAP_MKNOD)) return -EPERM
  const mode = type | (wanted & MODE_BITS & ~task.fs!.umask)
  const rdev = isDevice ? decodeDev(regs.u32(pathRegister + 2)) : 0
  return created(dir, dir.inode.create(task, place.parent, place.name, mode, rdev))
}

function unlinkat(task: Task, regs: Registers): number {
  const flags = regs.i32(2)
  if ((flags & ~AT_REMOVEDIR) !== 0) return -EINVAL
  const name = readNonEmptyPath(regs, 1)
  if (typeof name === 'number') return name
  return (flags & AT_REMOVEDIR) !== 0 ? rmdirAt(task, regs.i32(0), name) : unlinkAt(task, regs.i32(0), name)
}

function byName(remove: (task: Task, dfd: number, name: string) => number) {
  return (task: Task, regs: Registers): number => {
    const name = readNonEmptyPath(regs, 0)
    return typeof name === 'number' ? name : remove(task, AT_FDCWD, name)
  }
}

function symlink(task: Task, regs: Registers, dfd: number, pathRegister: number): number {
  const target = readNonEmptyPath(regs, 0)
  if (typeof target === 'number') return target
  const name = readNonEmptyPath(regs, pathRegister)
  if (typeof name === 'number') return name
  const place = placeFor(task, dfd, name, false)
  if (typeof place === 'number') return place
  const dir = place.parent.dentry
  const error = mayCreate(task, dir, place.parent.mnt.idmap)
  if (error !== 0) return error
  return created(dir, dir.inode.symlink(task, place.parent, place.name, target))
}

function chdir(task: Task, regs: Registers): number {
  const name = readNonEmptyPath(regs, 0)
  if (typeof name === 'number') return name
  const path = lookupAt(task, AT_FDCWD, name, LOOKUP_FOLLOW | LOOKUP_DIRECTORY)
  if (typeof path === 'number') return path
  const error = inodePermission(task, path.dentry.inode, MAY_EXEC, path.mnt.idmap)
  if (error === 0) task.fs!.setCwd(path)
  pathDone(path)
  return error
}

function fchdir(task: Task, regs: Registers): number {
  const file = task.files!.file(regs.u32(0))
  if (file === null) return -EBADF
  if (!file.inode.isDir) return -ENOTDIR
  const error = inodePermission(task, file.inode, MAY_EXEC, file.mnt.idmap)
  if (error === 0) task.fs!.setCwd({ mnt: file.mnt, dentry: file.dentry })
  return error
}

function chroot(task: Task, regs: Registers): number {
  const name = readNonEmptyPath(regs, 0)
  if (typeof name === 'number') return name
  const path = lookupAt(task, AT_FDCWD, name, LOOKUP_FOLLOW | LOOKUP_DIRECTORY)
  if (typeof path === 'number') return path
  let error = inodePermission(task, path.dentry.inode, MAY_EXEC, path.mnt.idmap)
  if (error === 0 && !nsCapable(task.cred, task.cred.userNs, CAP_SYS_CHROOT)) error = -EPERM
  if (error === 0) task.fs!.setRoot(path)
  pathDone(path)
  return error
}

function umask(task: Task, regs: Registers): number {
  const old = task.fs!.umask
  task.fs!.umask = regs.i32(0) & PERMISSION_BITS
  return old
}

function access(task: Task, regs: Registers, dfd: number, pathRegister: number, flags: number): number {
  const mode = regs.i32(pathRegister + 1)
  if ((mode & ~7) !== 0) return -EINVAL
  if ((flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) !== 0) return -EINVAL
  const { cred } = task
  if ((flags & AT_EACCESS) === 0) task.cred = realCred(cred)
  const path = pathArgument(task, regs, dfd, pathRegister, flags & ~AT_EACCESS)
  const error = typeof path === 'number' ? path : accessPath(task, path, mode)
  if (typeof path !== 'number') pathDone(path)
  task.cred = cred
  return error
}

/** Credentials to judge by whom the real ids name, with the capabilities that they would have (`access_override_creds`). */
function realCred(cred: Cred): Cred {
  const fields = cred.fields()
  fields.fsuid = cred.uid
  fields.fsgid = cred.gid
  if ((cred.securebits & SECURE_NO_SETUID_FIXUP) === 0)
    fields.effective = cred.uid === cred.userNs.kuid(0) ? cred.permitted : CAP_EMPTY_SET
  return new Cred(fields)
}

function accessPath(task: Task, path: Path, mode: number): number {
  const { inode } = path.dentry
  if ((mode & MAY_EXEC) !== 0 && inode.isReg && (path.mnt.sb.noExec || (path.mnt.flags & MNT_NOEXEC) !== 0))
    return -EACCES
  const error = inodePermission(task, inode, mode, path.mnt.idmap)
  if (error !== 0 || (mode & MAY_WRITE) === 0 || isSpecial(inode.mode)) return error
  return wantWrite(path)
}

function isSpecial(mode: number): boolean {
  const type = mode & S_IFMT
  return type === S_IFCHR || type === S_IFBLK || type === S_IFIFO || type === S_IFSOCK
}

function faccessat2(task: Task, regs: Registers): number {
  return access(task, regs, regs.i32(0), 1, regs.i32(3))
}

/** Making and removing names, and where one stands. */
export const fileSyscalls: readonly SyscallRow[] = [
  { nr: 21, name: 'access', support: 'full', handler: (task, regs) => access(task, regs, AT_FDCWD, 0, 0) },
  { nr: 80, name: 'chdir', support: 'full', handler: chdir },
  { nr: 81, name: 'fchdir', support: 'full', handler: fchdir },
  { nr: 83, name: 'mkdir', support: 'full', handler: (task, regs) => mkdir(task, regs, AT_FDCWD, 0) },
  { nr: 84, name: 'rmdir', support: 'full', handler: byName(rmdirAt) },
  { nr: 87, name: 'unlink', support: 'full', handler: byName(unlinkAt) },
  { nr: 88, name: 'symlink', support: 'full', handler: (task, regs) => symlink(task, regs, AT_FDCWD, 1) },
  { nr: 95, name: 'umask', support: 'full', handler: umask },
  { nr: 133, name: 'mknod', support: 'full', handler: (task, regs) => mknod(task, regs, AT_FDCWD, 0) },
  { nr: 161, name: 'chroot', support: 'full', handler: chroot },
  { nr: 258, name: 'mkdirat', support: 'full', handler: (task, regs) => mkdir(task, regs, regs.i32(0), 1) },
  { nr: 259, name: 'mknodat', support: 'full', handler: (task, regs) => mknod(task, regs, regs.i32(0), 1) },
  { nr: 263, name: 'unlinkat', support: 'full', handler: unlinkat },
  { nr: 266, name: 'symlinkat', support: 'full', handler: (task, regs) => symlink(task, regs, regs.i32(1), 2) },
  { nr: 269, name: 'faccessat', support: 'full', handler: (task, regs) => access(task, regs, regs.i32(0), 1, 0) },
  { nr: 439, name: 'faccessat2', support: 'full', handler: faccessat2 },
]
