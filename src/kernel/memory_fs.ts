import { TMPFS_MAGIC } from '../uapi/constants/magic.js'
import { EBUSY, EFBIG, EINVAL, ENAMETOOLONG, ENOENT, ENOSPC, ENOTEMPTY, ENXIO } from '../uapi/errno.js'
import { S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_ISGID } from '../uapi/fcntl.js'
import { openDevice } from './char_device.js'
import { Dentry } from './dentry.js'
import type { File } from './file.js'
import { fsnotifyInodeRemove } from './fsnotify.js'
import { Inode } from './inode.js'
import type { Kernel } from './kernel.js'
import { DirOffsets, MemoryDirFile } from './memory_dir.js'
import { MemoryFile } from './memory_file.js'
import { gidThrough, type MntIdmap, uidThrough } from './mnt_idmap.js'
import { PAGE_SIZE, Pages } from './pages.js'
import type { Path } from './path.js'
import { inGroupOrCapable } from './permission.js'
import { openFifo, type Pipe } from './pipe.js'
import { SuperBlock } from './super_block.js'
import type { Task } from './task.js'
import type { UserNamespace } from './user_namespace.js'

/** Mode of what RENAME_WHITEOUT leaves behind: a character device without a driver. */
const WHITEOUT_MODE = S_IFCHR
/** What an entry adds to the size of a directory on tmpfs; `.` and `..` count. */
const DIRENT_SIZE = 20
const HOSTFS_BLOCK_SIZE = 1024
const SETGID_EXEC = S_ISGID | 0o010
const NAME_MAX = 255
/** handle_type of tmpfs: a generation and a 64-bit inode number. */
const FILEID_INO32_GEN = 1
const HANDLE_SIZE = 12
/** No file grows beyond this: what a number can tell exactly. */
export const MAX_FILE_SIZE: number = Number.MAX_SAFE_INTEGER
/** More pages than a machine has room for. */
const MOST_PAGES = 1 << 19
/** A link's text that is longer, with its NUL, takes a page. */
const SHORT_SYMLINK_LEN = 128
const SECTORS_PER_PAGE = PAGE_SIZE / 512

export const RAMFS_MAGIC = 0x8584_58f6
/** Magic numbers of the filesystems that are modelled as plain memory, by type; others have tmpfs's. */
const MAGIC: Readonly<Record<string, number>> = {
  tmpfs: TMPFS_MAGIC,
  devtmpfs: TMPFS_MAGIC,
  rootfs: TMPFS_MAGIC,
  ramfs: RAMFS_MAGIC,
  nullfs: 0x4e55_4c4c,
  hostfs: 0x00c0_ffee,
  sysfs: 0x6265_6572,
  cgroup2: 0x6367_7270,
}

/** A filesystem whose directories and files live in memory and go with it. */
export class MemorySuperBlock extends SuperBlock {
  #nextIno = 1
  readonly #inodes: Map<number, MemoryInode> = new Map()
  /** Inodes that it may hold; a file's second name counts as one. */
  mostInodes: number = Number.POSITIVE_INFINITY
  /** Names of files beyond the first. */
  moreNames = 0

  constructor(
    kernel: Kernel,
    type: string,
    dev: number,
    rootMode = 0o755,
    userNs: UserNamespace = kernel.initUserNs,
    magic: number = MAGIC[type] ?? TMPFS_MAGIC,
  ) {
    super(kernel, type, magic, dev, userNs)
    this.noDev = userNs !== kernel.initUserNs
    this.fineTimes = this.magic === TMPFS_MAGIC
    this.keepsTimes = this.fineTimes || type === 'ramfs'
    this.birthTimes = this.fineTimes
    this.makesUnnamed = this.fineTimes
    if (type === 'hostfs') this.blockSize = HOSTFS_BLOCK_SIZE
    this.fsid = [kernel.random(), kernel.random()]
    const inode = new MemoryInode(this, S_IFDIR | rootMode)
    inode.nlink = 2
    inode.size = this.direntSize * 2
    this.root = new Dentry('/', null, inode)
    inode.aliases.push(this.root)
  }

  override get keepsInodes(): boolean {
    return true
  }

  /** By how much an entry makes its directory larger. */
  get direntSize(): number {
    return this.magic === TMPFS_MAGIC ? DIRENT_SIZE : 0
  }

  /** Gives a new inode its number: ramfs has no count of its own. */
  newIno(): number {
    return this.type === 'ramfs' ? this.kernel.vfs.newIno() : this.#nextIno++
  }

  /** Inodes as its limit counts them. */
  get usedInodes(): number {
    return this.#inodes.size + this.moreNames
  }

  /** Nothing more can be made on it. */
  get isFull(): boolean {
    return this.usedInodes >= this.mostInodes
  }

  /** Those in memory, with a name or only in use. */
  get inodes(): IterableIterator<MemoryInode> {
    return this.#inodes.values()
  }

  /** @internal */
  enter(inode: MemoryInode): void {
    this.#inodes.set(inode.ino, inode)
  }

  override get isWritten(): boolean {
    if (super.isWritten) return true
    for (const inode of this.#inodes.values()) if (inode.nlink === 0) return true
    return false
  }

  override dentryUnused(dentry: Dentry): void {
    if (dentry.hashed || dentry.isRoot || dentry.dead) return
    dentry.dead = true
    const inode = dentry.inode as MemoryInode
    if (inode.nlink === 0) fsnotifyInodeRemove(inode)
    inode.aliases.splice(inode.aliases.indexOf(dentry), 1)
    if (inode.aliases.length === 0) {
      this.#inodes.delete(inode.ino)
      inode.marks?.destroy()
      inode.dropPages()
    }
    dentry.leaveParent()
  }

  override dentryOfHandle(_type: number, bytes: Uint8Array): Dentry | null {
    if (this.magic !== TMPFS_MAGIC || bytes.length < HANDLE_SIZE) return null
    const view = new DataView(bytes.buffer, bytes.byteOffset)
    const inode = this.#inodes.get(view.getUint32(4, true) + view.getUint32(8, true) * 0x1_0000_0000)
    if (inode === undefined || inode.generation !== view.getUint32(0, true)) return null
    const { aliases } = inode
    for (let at = aliases.length - 1; at >= 0; at--) if (aliases[at]!.hashed) return aliases[at]!
    return aliases[aliases.length - 1] ?? null
  }

  override encodeHandle(inode: Inode, fidOnly: boolean): { type: number; bytes: Uint8Array } | null {
    if (this.magic !== TMPFS_MAGIC) return super.encodeHandle(inode, fidOnly)
    const bytes = new Uint8Array(HANDLE_SIZE)
    const view = new DataView(bytes.buffer)
    view.setUint32(0, inode.generation, true)
    view.setUint32(4, inode.ino, true)
    view.setUint32(8, Math.floor(inode.ino / 0x1_0000_0000), true)
    return { type: FILEID_INO32_GEN, bytes }
  }

  /** Makes the directories of `path` (as in `fs/cgroup`) that are not there yet and gives the last one. */
  mkdirs(path: string): Dentry {
    if (!path.includes('/')) return path === '' ? this.root : this.#mkdir(this.root, path)
    let at = this.root
    for (const name of path.split('/')) if (name !== '') at = this.#mkdir(at, name)
    return at
  }

  #mkdir(dir: Dentry, name: string): Dentry {
    const known = dir.children?.get(name)
    if (known !== undefined) return known
    const inode = new MemoryInode(this, S_IFDIR | 0o755)
    const dentry = inode.enterAs(dir, name)
    inode.nlink = 2
    dir.inode.nlink++
    return dentry
  }
}

/** A file, directory, link or node of a {@link MemorySuperBlock}. */
export class MemoryInode extends Inode {
  #pages: Pages | null = null
  /** What a FIFO leads to while it is open. */
  pipe: Pipe | null = null
  /** Where a symbolic link points. */
  target = ''
  /** The names it has, and had while they are in use; the newest last. */
  readonly aliases: Dentry[] = []
  #offsets: DirOffsets | null = null
  #xattrs: Map<string, Uint8Array> | null = null

  constructor(sb: MemorySuperBlock, mode: number, uid = 0, gid = 0) {
    super(sb, sb.newIno(), mode, uid, gid)
    this.generation = sb.kernel.vfs.newGeneration()
    sb.enter(this)
    if (!sb.keepsTimes) return
    const now = sb.kernel.now()
    this.atime = now
    this.mtime = now
    this.ctime = now
    this.btime = now
  }

  /** A name in this directory has changed: its times, and those of what the name stood for, `other`. */
  #entryChanged(other: Inode | null): void {
    if (!this.sb.keepsTimes) return
    const now = this.sb.kernel.now()
    this.mtime = now
    this.ctime = now
    if (other !== null) other.ctime = now
  }

  /** What a regular file holds. */
  get pages(): Pages {
    this.#pages ??= new Pages()
    return this.#pages
  }

  /** @internal Nobody can reach it any more. */
  dropPages(): void {
    this.#pages = null
  }

  /** The order of a directory's entries. */
  get offsets(): DirOffsets {
    this.#offsets ??= new DirOffsets()
    return this.#offsets
  }

  /** Makes `name` in `dir` stand for this inode. */
  enterAs(dir: Dentry, name: string): Dentry {
    const dentry = new Dentry(name, dir, this)
    this.aliases.push(dentry)
    dir.add(dentry)
    ;(dir.inode as MemoryInode).offsets.add(dentry)
    dir.inode.size += this.#direntSize
    return dentry
  }

  get #sb(): MemorySuperBlock {
    return this.sb as MemorySuperBlock
  }

  get #direntSize(): number {
    return this.#sb.direntSize
  }

  override get takesNewNames(): boolean {
    return this.isDir
  }

  override lookup(_task: Task, dir: Dentry, name: string): Dentry | number {
    const child = dir.children?.get(name)
    if (child !== undefined) return child
    return name.length > NAME_MAX ? -ENAMETOOLONG : -ENOENT
  }

  #newInode(task: Task, idmap: MntIdmap | null, mode: number): MemoryInode {
    const { fsuid, fsgid } = task.cred
    const sgid = (this.mode & S_ISGID) !== 0
    const gid = sgid ? this.gid : gidThrough(idmap, this.sb, fsgid)
    let bits = mode
    if (sgid && (mode & S_IFMT) === S_IFDIR) bits |= S_ISGID
    // Who is not in the directory's group makes nothing that would run as it.
    else if (sgid && (mode & SETGID_EXEC) === SETGID_EXEC && !inGroupOrCapable(task, this, idmap)) bits &= ~S_ISGID
    return new MemoryInode(this.#sb, bits, uidThrough(idmap, this.sb, fsuid), gid)
  }

  #make(task: Task, { mnt, dentry }: Path, name: string, mode: number): Dentry {
    const made = this.#newInode(task, mnt.idmap, mode).enterAs(dentry, name)
    this.#entryChanged(null)
    return made
  }

  get #isFull(): boolean {
    return this.#sb.isFull
  }

  override tmpfile(task: Task, parent: Path, mode: number, linkable: boolean): Dentry | number {
    if (this.#isFull) return -ENOSPC
    const inode = this.#newInode(task, parent.mnt.idmap, mode)
    inode.nlink = 0
    inode.linkable = linkable
    const dentry = new Dentry(`#${inode.ino}`, parent.dentry, inode)
    dentry.hashed = false
    inode.aliases.push(dentry)
    return dentry
  }

  override create(task: Task, parent: Path, name: string, mode: number, rdev: number): Dentry | number {
    if (this.#isFull) return -ENOSPC
    const dentry = this.#make(task, parent, name, mode)
    dentry.inode.rdev = rdev
    return dentry
  }

  override mkdir(task: Task, parent: Path, name: string, mode: number): Dentry | number {
    if (this.#isFull) return -ENOSPC
    const dentry = this.#make(task, parent, name, S_IFDIR | mode)
    dentry.inode.nlink = 2
    dentry.inode.size = this.#direntSize * 2
    this.nlink++
    return dentry
  }

  override symlink(task: Task, parent: Path, name: string, target: string): Dentry | number {
    if (this.#isFull) return -ENOSPC
    const dentry = this.#make(task, parent, name, S_IFLNK | 0o777)
    const inode = dentry.inode as MemoryInode
    inode.target = target
    inode.size = target.length
    return dentry
  }

  override link(_task: Task, dir: Dentry, name: string, old: Dentry): Dentry | number {
    const inode = old.inode as MemoryInode
    if (inode.nlink > 0) {
      if (this.#isFull) return -ENOSPC
      inode.#sb.moreNames++
    }
    inode.nlink++
    inode.linkable = false
    this.#entryChanged(inode)
    return inode.enterAs(dir, name)
  }

  /** Takes `child` out of this directory; its links and its name are the caller's. */
  #remove(child: Dentry): void {
    this.offsets.remove(child)
    this.size -= this.#direntSize
  }

  override unlink(_task: Task, _dir: Dentry, child: Dentry): number {
    if (child.inode.nlink > 1) this.#sb.moreNames--
    child.inode.nlink--
    this.#remove(child)
    child.unname()
    this.#entryChanged(child.inode)
    return 0
  }

  /** True if it cannot be taken away or renamed, whatever is in it. */
  get isBusy(): boolean {
    return false
  }

  override rmdir(_task: Task, _dir: Dentry, child: Dentry): number {
    if ((child.inode as MemoryInode).isBusy) return -EBUSY
    if (!isEmpty(child)) return -ENOTEMPTY
    child.inode.nlink = 0
    this.nlink--
    this.#remove(child)
    child.unname()
    this.#entryChanged(child.inode)
    return 0
  }

  override rename(
    task: Task,
    oldDentry: Dentry,
    newDir: Dentry,
    newName: string,
    target: Dentry | null,
    whiteout: boolean,
  ): number {
    if ((oldDentry.inode as MemoryInode).isBusy || (target?.inode as MemoryInode | undefined)?.isBusy) return -EBUSY
    if (target !== null && !isEmpty(target)) return -ENOTEMPTY
    if (whiteout && this.#isFull) return -ENOSPC
    const oldDir = oldDentry.parent
    const oldName = oldDentry.name
    const to = newDir.inode as MemoryInode
    const isDir = oldDentry.inode.isDir
    if (target !== null) {
      if (!target.inode.isDir && target.inode.nlink > 1) this.#sb.moreNames--
      target.inode.nlink = target.inode.isDir ? 0 : target.inode.nlink - 1
      if (target.inode.isDir) to.nlink--
      to.size -= this.#direntSize
      target.unname()
    }
    this.#remove(oldDentry)
    oldDentry.drop()
    if (isDir) {
      this.nlink--
      to.nlink++
    }
    oldDentry.name = newName
    oldDentry.parent = newDir
    newDir.add(oldDentry)
    to.size += this.#direntSize
    if (target === null) to.offsets.add(oldDentry)
    else to.offsets.replace(target, oldDentry)
    if (whiteout) {
      this.#newInode(task, null, WHITEOUT_MODE).enterAs(oldDir, oldName)
      to.offsets.listFirst(oldDentry)
    }
    this.#entryChanged(oldDentry.inode)
    if (to !== this) to.#entryChanged(target?.inode ?? null)
    else if (target !== null) target.inode.ctime = this.ctime
    return 0
  }

  override exchange(_task: Task, a: Dentry, b: Dentry): number {
    const dirA = a.parent
    const dirB = b.parent
    const entriesA = (dirA.inode as MemoryInode).offsets
    const entriesB = (dirB.inode as MemoryInode).offsets
    const nameA = a.name
    if (dirA !== dirB && a.inode.isDir !== b.inode.isDir) {
      const moves = a.inode.isDir ? 1 : -1
      dirA.inode.nlink -= moves
      dirB.inode.nlink += moves
    }
    a.name = b.name
    a.parent = dirB
    b.name = nameA
    b.parent = dirA
    dirB.add(a)
    dirA.add(b)
    entriesA.exchange(a, b, entriesB)
    ;(dirA.inode as MemoryInode).#entryChanged(a.inode)
    ;(dirB.inode as MemoryInode).#entryChanged(b.inode)
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
        return new MemoryDirFile(path, flags, task.cred, this.offsets)
      case S_IFCHR:
        return openDevice(task, path, flags)
      case S_IFIFO:
        return openFifo(task, path, flags)
      default:
        // A socket's name, and a block device that nothing drives.
        return -ENXIO
    }
  }

  override truncate(_task: Task, size: number): number {
    if (size > Number.MAX_SAFE_INTEGER) return -EFBIG
    if (size <= this.size) this.#pages?.truncate(size)
    this.size = size
    return 0
  }

  override allocate(offset: number, length: number, keepSize: boolean, punch: boolean): number {
    const end = offset + length
    if (punch) this.pages.punch(offset, end)
    else {
      if (length / PAGE_SIZE > MOST_PAGES) return -ENOSPC
      this.pages.allocate(offset, end)
      if (!keepSize && end > this.size) this.size = end
    }
    return 0
  }

  override get blocks(): number {
    const link = this.target.length >= SHORT_SYMLINK_LEN ? 1 : 0
    return this.#sb.fineTimes ? ((this.#pages?.count ?? 0) + link) * SECTORS_PER_PAGE : 0
  }

  override seekData(offset: number, hole: boolean): number {
    return hole ? this.pages.nextHole(offset, this.size) : this.pages.nextData(offset, this.size)
  }

  override get xattrs(): Map<string, Uint8Array> {
    this.#xattrs ??= new Map()
    return this.#xattrs
  }
}

const isEmpty = (dentry: Dentry): boolean => dentry.children === null || dentry.children.size === 0
