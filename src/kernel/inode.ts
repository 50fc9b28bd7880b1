import { EACCES, EINVAL, ENOENT, ENOTDIR, EOPNOTSUPP, EPERM } from '../uapi/errno.js'
import { S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from '../uapi/fcntl.js'
import type { Dentry } from './dentry.js'
import type { MarkConnector } from './fanotify/connector.js'
import type { File } from './file.js'
import type { Path } from './path.js'
import type { Attributes } from './setattr.js'
import type { SuperBlock } from './super_block.js'
import type { Task } from './task.js'
import type { Timespec } from './timespec.js'

/** Who and what a file is (`struct inode`). Subclasses answer lookups, opens and links for their filesystem. */
export abstract class Inode {
  readonly sb: SuperBlock
  readonly ino: number
  /** File type and permission bits. */
  mode: number
  /** Owner as ids of the initial user namespace. */
  uid: number
  gid: number
  nlink = 1
  /** Device that a device node names: major << 20 | minor. */
  rdev = 0
  size = 0
  /** Told apart from an earlier inode of the same number, in file handles. */
  generation = 0
  /** Writes are refused with EPERM whoever asks (`S_IMMUTABLE`). */
  immutable = false
  /** Files open for writing on it. */
  writers = 0
  /** Programs that run from it: nobody may write it. */
  executing = 0
  /** It has no name and may be given one (O_TMPFILE). */
  linkable = false
  /** When it was read, its data changed, anything of it changed, and it was made. */
  atime: Timespec
  mtime: Timespec
  ctime: Timespec
  btime: Timespec
  /** Mode and owner are all there is to say of who may do what: {@link revalidate} and {@link permission} do nothing. */
  plain = true
  /** fanotify marks on it. */
  marks: MarkConnector | null = null

  protected constructor(sb: SuperBlock, ino: number, mode: number, uid = 0, gid = 0) {
    this.sb = sb
    this.ino = ino
    this.mode = mode
    this.uid = uid
    this.gid = gid
    const { bootTime } = sb.kernel
    this.atime = bootTime
    this.mtime = bootTime
    this.ctime = bootTime
    this.btime = bootTime
  }

  get isDir(): boolean {
    return (this.mode & S_IFMT) === S_IFDIR
  }

  get isReg(): boolean {
    return (this.mode & S_IFMT) === S_IFREG
  }

  get isLink(): boolean {
    return (this.mode & S_IFMT) === S_IFLNK
  }

  /** As a directory: a name that is not there can be made. Elsewhere the failed lookup is the answer to a creation too. */
  get takesNewNames(): boolean {
    return false
  }

  /** What its filesystem says to a change of attributes: 0 or -errno. */
  mayChange(_attributes: Attributes): number {
    return 0
  }

  /** It has a size that can be set, though nothing may be kept in it. */
  get hasSize(): boolean {
    return this.isReg
  }

  /** Brings owner and mode up to date before they are looked at (procfs follows its task). */
  revalidate(): void {}

  /** Finds `name` in this directory: a dentry, or -ENOENT. Called only on directories. */
  lookup(_task: Task, _dir: Dentry, _name: string): Dentry | number {
    return -ENOTDIR
  }

  /** Makes a child of type and mode `mode` in this directory. */
  create(_task: Task, _parent: Path, _name: string, _mode: number, _rdev: number): Dentry | number {
    return -EACCES
  }

  mkdir(_task: Task, _parent: Path, _name: string, _mode: number): Dentry | number {
    return -EPERM
  }

  unlink(_task: Task, _dir: Dentry, _child: Dentry): number {
    return -EPERM
  }

  rmdir(_task: Task, _dir: Dentry, _child: Dentry): number {
    return -EPERM
  }

  /** Makes `name` in this directory another name of what `old` stands for. */
  link(_task: Task, _dir: Dentry, _name: string, _old: Dentry): Dentry | number {
    return -EPERM
  }

  /** Makes a file without a name; `linkable`: it may be given one. */
  tmpfile(_task: Task, _parent: Path, _mode: number, _linkable: boolean): Dentry | number {
    return -EOPNOTSUPP
  }

  /** Moves `old`, which is in this directory, to `newName` in `newDir`, over `target` if that is there. */
  rename(
    _task: Task,
    _old: Dentry,
    _newDir: Dentry,
    _newName: string,
    _target: Dentry | null,
    _whiteout: boolean,
  ): number {
    return -EPERM
  }

  /** Makes `a`, which is in this directory, and `b` change places. */
  exchange(_task: Task, _a: Dentry, _b: Dentry): number {
    return -EINVAL
  }

  symlink(_task: Task, _parent: Path, _name: string, _target: string): Dentry | number {
    return -EPERM
  }

  /** The names in this directory, without `.` and `..`. */
  *entries(_task: Task, _dir: Dentry): IterableIterator<{ name: string; ino: number; mode: number }> {}

  /** The text of a symbolic link, or -errno. */
  readlink(_task: Task, _dentry: Dentry): string | number {
    return -EINVAL
  }

  /** Where a symbolic link leads: text to walk on with, a place to jump to (magic links), or -errno. */
  followLink(task: Task, dentry: Dentry): string | Path | number {
    return this.readlink(task, dentry)
  }

  /** More than the permission bits say; 0 when fine. `mask` holds MAY_* bits. Called after the ordinary checks. */
  permission(_task: Task, _mask: number): number {
    return 0
  }

  /** Makes the open file of `path` (which leads here), or -errno. The caller has checked permissions. */
  open(_task: Task, _path: Path, _flags: number): File | number {
    return -ENOENT
  }

  /** Cuts or extends the data to `size` bytes. */
  truncate(_task: Task, _size: number): number {
    return 0
  }

  /** Gives room to the bytes from `offset` on, or takes it from them (they read as 0 then); 0 or -errno. */
  allocate(_offset: number, _length: number, _keepSize: boolean, _punch: boolean): number {
    return -EOPNOTSUPP
  }

  /** Room that its data takes, in units of 512 bytes. */
  get blocks(): number {
    return 0
  }

  /** The first offset from `offset` on, below its size, that has data, or none; the size if there is none. */
  seekData(offset: number, hole: boolean): number {
    return hole ? this.size : offset
  }

  /** Extended attributes, where the filesystem has them. */
  get xattrs(): Map<string, Uint8Array> | null {
    return null
  }
}
