import { TMPFS_MAGIC } from '../uapi/constants/magic.js'
import { EFAULT, EFBIG, EINVAL, ENAMETOOLONG, ENOENT, ENOTEMPTY } from '../uapi/errno.js'
import { O_APPEND, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_ISGID } from '../uapi/fcntl.js'
import { openDevice } from './char_device.js'
import type { Cred } from './cred.js'
import { Dentry } from './dentry.js'
import { DirFile } from './dir_file.js'
import { File, FMODE_CAN_ODIRECT, FMODE_CAN_READ, FMODE_CAN_WRITE, FMODE_LSEEK } from './file.js'
import { Inode } from './inode.js'
import type { Kernel } from './kernel.js'
import type { Path } from './path.js'
import { openFifo, type Pipe } from './pipe.js'
import { SuperBlock } from './super_block.js'
import type { Task } from './task.js'
import type { UserBuffer } from './user_buffer.js'
import type { UserNamespace } from './user_namespace.js'

/** What an entry adds to the size of a directory on tmpfs; `.` and `..` count. */
const DIRENT_SIZE = 20
const HOSTFS_BLOCK_SIZE = 1024
const NAME_MAX = 255
/** handle_type of tmpfs: a generation and a 64-bit inode number. */
const FILEID_INO32_GEN = 1
/** Files are kept whole in memory; none grows beyond this. */
const MAX_FILE_SIZE = 0x7fff_ffff
const NO_DATA = new Uint8Array(0)

/** Magic numbers of the filesystems that are modelled as plain memory, by type; others have tmpfs's. */
const MAGIC: Readonly<Record<string, number>> = {
  tmpfs: TMPFS_MAGIC,
  devtmpfs: TMPFS_MAGIC,
  rootfs: TMPFS_MAGIC,
  ramfs: 0x8584_58f6,
  nullfs: 0x4e55_4c4c,
  hostfs: 0x00c0_ffee,
  sysfs: 0x6265_6572,
  cgroup2: 0x6367_7270,
}

/** A filesystem whose directories and files live in memory and go with it. */
export class MemorySuperBlock extends SuperBlock {
  #nextIno = 1

  constructor(kernel: Kernel, type: string, dev: number, rootMode = 0o755, userNs: UserNamespace = kernel.initUserNs) {
    super(kernel, type, MAGIC[type] ?? TMPFS_MAGIC, dev, userNs)
    this.noDev = userNs !== kernel.initUserNs
    this.fineTimes = this.magic === TMPFS_MAGIC
    this.birthTimes = this.fineTimes
    this.makesUnnamed = this.fineTimes
    if (type === 'hostfs') this.blockSize = HOSTFS_BLOCK_SIZE
    const inode = new MemoryInode(this, S_IFDIR | rootMode)
    inode.nlink = 2
    inode.size = this.direntSize * 2
    this.root = new Dentry('/', null, inode)
  }

  /** By how much an entry makes its directory larger. */
  get direntSize(): number {
    return this.magic === TMPFS_MAGIC ? DIRENT_SIZE : 0
  }

  newIno(): number {
    return this.#nextIno++
  }

  override encodeHandle(inode: Inode, fidOnly: boolean): { type: number; bytes: Uint8Array } | null {
    if (this.magic !== TMPFS_MAGIC) return super.encodeHandle(inode, fidOnly)
    const bytes = new Uint8Array(12)
    const view = new DataView(bytes.buffer)
    view.setUint32(0, inode.generation, true)
    view.setUint32(4, inode.ino, true)
    view.setUint32(8, Math.floor(inode.ino / 0x1_0000_0000), true)
    return { type: FILEID_INO32_GEN, bytes }
  }

  /** Makes the directories of `path` (as in `fs/cgroup`) that are not there yet and gives the last one. */
  mkdirs(path: string): Dentry {
    let at = this.root
    for (const name of path.split('/')) {
      if (name === '') continue
      let next = at.children?.get(name)
      if (next === undefined) {
        next = new Dentry(name, at, new MemoryInode(this, S_IFDIR | 0o755))
        next.inode.nlink = 2
        at.inode.nlink++
        at.add(next)
      }
      at = next
    }
    return at
  }
}

/** A file, directory, link or node of a {@link MemorySuperBlock}. */
export class MemoryInode extends Inode {
  data: Uint8Array = NO_DATA
  /** What a FIFO leads to while it is open. */
  pipe: Pipe | null = null
  /** Where a symbolic link points. */
  target = ''

  constructor(sb: MemorySuperBlock, mode: number, uid = 0, gid = 0) {
    super(sb, sb.newIno(), mode, uid, gid)
    this.generation = sb.kernel.vfs.newGeneration()
  }

  get #direntSize(): number {
    return (this.sb as MemorySuperBlock).direntSize
  }

  override get takesNewNames(): boolean {
    return this.isDir
  }

  override lookup(_task: Task, dir: Dentry, name: string): Dentry | number {
    const child = dir.children?.get(name)
    if (child !== undefined) return child
    return name.length > NAME_MAX ? -ENAMETOOLONG : -ENOENT
  }

  #make(task: Task, dir: Dentry, name: string, mode: number): Dentry {
    const sgid = (this.mode & S_ISGID) !== 0
    const gid = sgid ? this.gid : task.cred.fsgid
    const isDir = (mode & S_IFMT) === S_IFDIR
    const inode = new MemoryInode(
      this.sb as MemorySuperBlock,
      sgid && isDir ? mode | S_ISGID : mode,
      task.cred.fsuid,
      gid,
    )
    const dentry = new Dentry(name, dir, inode)
    dir.add(dentry)
    this.size += this.#direntSize
    return dentry
  }

  override create(task: Task, dir: Dentry, name: string, mode: number, rdev: number): Dentry | number {
    const dentry = this.#make(task, dir, name, mode)
    dentry.inode.rdev = rdev
    return dentry
  }

  override mkdir(task: Task, dir: Dentry, name: string, mode: number): Dentry | number {
    const dentry = this.#make(task, dir, name, S_IFDIR | mode)
    dentry.inode.nlink = 2
    dentry.inode.size = this.#direntSize * 2
    this.nlink++
    return dentry
  }

  override symlink(task: Task, dir: Dentry, name: string, target: string): Dentry | number {
    const dentry = this.#make(task, dir, name, S_IFLNK | 0o777)
    const inode = dentry.inode as MemoryInode
    inode.target = target
    inode.size = target.length
    return dentry
  }

  override unlink(_task: Task, _dir: Dentry, child: Dentry): number {
    child.inode.nlink--
    this.size -= this.#direntSize
    child.drop()
    return 0
  }

  override rmdir(_task: Task, _dir: Dentry, child: Dentry): number {
    if (child.children !== null && child.children.size > 0) return -ENOTEMPTY
    child.inode.nlink = 0
    this.nlink--
    this.size -= this.#direntSize
    child.drop()
    return 0
  }

  override *entries(_task: Task, dir: Dentry): IterableIterator<{ name: string; ino: number; mode: number }> {
    if (dir.children === null) return
    for (const [name, child] of dir.children) yield { name, ino: child.inode.ino, mode: child.inode.mode }
  }

  override readlink(): string | number {
    return this.isLink ? this.target : -EINVAL
  }

  override open(task: Task, path: Path, flags: number): File | number {
    switch (this.mode & S_IFMT) {
      case S_IFREG:
        return new MemoryFile(path, flags, task.cred)
      case S_IFDIR:
        return new DirFile(path, flags, task.cred)
      case S_IFCHR:
        return openDevice(task, path, flags)
      case S_IFIFO:
        return openFifo(task, path, flags)
      default:
        return super.open(task, path, flags)
    }
  }

  override truncate(_task: Task, size: number): number {
    if (size > MAX_FILE_SIZE) return -EFBIG
    if (size < this.size) this.data = this.data.slice(0, size)
    this.size = size
    return 0
  }

  /** Room for `size` bytes; what was not written reads as 0. */
  reserve(size: number): void {
    if (this.data.length >= size) return
    const larger = new Uint8Array(Math.max(size, this.data.length * 2, 64))
    larger.set(this.data)
    this.data = larger
  }
}

const ZEROES = new Uint8Array(4096)

/** An open regular file in memory. */
export class MemoryFile extends File {
  readonly kind = 'regular'

  constructor(path: Path, flags: number, cred: Cred) {
    super(path, flags, cred, FMODE_LSEEK | FMODE_CAN_READ | FMODE_CAN_WRITE | FMODE_CAN_ODIRECT)
  }

  override read(_task: Task, buffer: UserBuffer): number {
    const inode = this.inode as MemoryInode
    const want = Math.min(buffer.remaining, inode.size - this.pos)
    if (want <= 0) return 0
    const stored = Math.max(0, Math.min(want, inode.data.length - this.pos))
    let done = buffer.copyOut(inode.data, this.pos, stored)
    if (done === stored) {
      while (done < want) {
        const piece = Math.min(want - done, ZEROES.length)
        const copied = buffer.copyOut(ZEROES, 0, piece)
        done += copied
        if (copied < piece) break
      }
    }
    if (done === 0) return -EFAULT
    this.pos += done
    return done
  }

  override write(_task: Task, buffer: UserBuffer): number {
    const inode = this.inode as MemoryInode
    if ((this.flags & O_APPEND) !== 0) this.pos = inode.size
    const want = Math.min(buffer.remaining, MAX_FILE_SIZE - this.pos)
    if (want <= 0) return buffer.remaining === 0 ? 0 : -EFBIG
    inode.reserve(this.pos + want)
    const done = buffer.copyIn(inode.data, this.pos, want)
    if (done === 0) return -EFAULT
    this.pos += done
    if (this.pos > inode.size) inode.size = this.pos
    return done
  }
}
