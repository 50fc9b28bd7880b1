import { MS_DIRSYNC, MS_LAZYTIME, MS_MANDLOCK, MS_SYNCHRONOUS } from '../uapi/constants/mount.js'
import type { Dentry } from './dentry.js'
import type { MarkConnector } from './fanotify/connector.js'
import { fsnotifySbDelete } from './fsnotify.js'
import type { Inode } from './inode.js'
import type { Kernel } from './kernel.js'
import type { UserNamespace } from './user_namespace.js'

/** handle_type of an inode number and a generation, for filesystems without handles of their own. */
const FILEID_INO64_GEN = 0x81

/** Flags of a filesystem in the order in which its tables show them. */
const FLAG_NAMES: readonly (readonly [flag: number, name: string])[] = [
  [MS_SYNCHRONOUS, ',sync'],
  [MS_DIRSYNC, ',dirsync'],
  [MS_MANDLOCK, ',mand'],
  [MS_LAZYTIME, ',lazytime'],
]

/** A device number as user space has it. */
function encodedDev(dev: number): number {
  const minor = dev & 0xf_ffff
  return ((minor & 0xff) | ((dev >>> 20) << 8) | ((minor & ~0xff) << 12)) >>> 0
}

/** A mounted filesystem instance (`struct super_block`). Subclasses know their kind of filesystem. */
export abstract class SuperBlock {
  readonly kernel: Kernel
  /** Filesystem type name as mountinfo shows it. */
  readonly type: string
  readonly magic: number
  /** Device number: major << 20 | minor; instances without a block device have major 0. */
  readonly dev: number
  /** The user namespace whose root has power over it. */
  readonly userNs: UserNamespace
  /** What stat gives as the block size. */
  blockSize = 4096
  /** Times of change grow finer once they were looked at, so statx gives them only to who asks (`FS_MGTIME`). */
  fineTimes = false
  /** Directories make files without a name (O_TMPFILE). */
  makesUnnamed = false
  /** Directories can be sought from their end, as files of no bytes. */
  countsFromEnd = false
  /** Times of its inodes are kept; elsewhere they are those of the boot. */
  keepsTimes = false
  /** statx knows when a file was made. */
  birthTimes = false
  /** Options after `rw` or `ro` in the last field of mountinfo, with the leading comma, or ''. */
  options = ''
  readOnly = false
  /** MS_SYNCHRONOUS, MS_DIRSYNC, MS_MANDLOCK and MS_LAZYTIME. */
  flags = 0
  /** False for filesystems whose mounts may not be made by a user namespace's root without care (`SB_I_NODEV` and the like). */
  noExec = false
  noDev = false
  /** Kernel-internal (pipefs, sockfs, nsfs, anon_inodefs): cannot be reached by path (`SB_NOUSER`). */
  internal = false
  /** fanotify marks on the filesystem. */
  marks: MarkConnector | null = null
  /** Mounts of it, and what else keeps it alive. */
  active = 0
  /** Files open for writing on it. */
  writers = 0
  /** Marks on it, on its mounts and on its inodes, and how many of them are of groups that may deny, or fill in content. */
  watchers = 0
  permissionWatchers = 0
  preContentWatchers = 0
  /** The marks of its inodes that have some; the others follow from it. */
  firstMarked: MarkConnector | null = null
  /** What statfs gives as f_fsid, and fanotify tells with its file handles. */
  fsid: readonly [number, number]
  root!: Dentry

  protected constructor(kernel: Kernel, type: string, magic: number, dev: number, userNs: UserNamespace) {
    this.kernel = kernel
    this.type = type
    this.magic = magic
    this.dev = dev
    this.userNs = userNs
    this.fsid = [encodedDev(dev), 0]
  }

  /** Files are open for writing, or are there only for who still uses them: it cannot become read-only now. */
  get isWritten(): boolean {
    return this.writers > 0
  }

  /** What is set for the filesystem as a whole, as its tables show it after `rw` or `ro`: `,sync`. */
  flagText(): string {
    let text = ''
    for (const [flag, name] of FLAG_NAMES) if ((this.flags & flag) !== 0) text += name
    return text
  }

  /** The last field of mountinfo: `rw,mode=755`. */
  optionText(): string {
    return (this.readOnly ? 'ro' : 'rw') + this.flagText() + this.options
  }

  /** One mount less; with the last the filesystem goes. */
  put(): void {
    if (--this.active !== 0) return
    this.shutDown()
    fsnotifySbDelete(this)
    this.kernel.vfs.freeDev(this.dev)
  }

  /** The filesystem goes. */
  protected shutDown(): void {}

  /** A dentry of this filesystem lost its last reference. Filesystems that keep inodes alive by reference override it. */
  dentryUnused(_dentry: Dentry): void {}

  /** Its names keep their inodes in memory, marked or not. */
  get keepsInodes(): boolean {
    return false
  }

  /** What a file handle's bytes lead to, or null. */
  dentryOfHandle(_type: number, _bytes: Uint8Array): Dentry | null {
    return null
  }

  /** The text of a dentry that is in no directory (`pipe:[12]`); null when it has an ordinary path. */
  dynamicName(_dentry: Dentry): string | null {
    return null
  }

  /** The file handle of an inode as type and bytes, or null where the filesystem has none. `fidOnly` asks for one that need not open again. */
  encodeHandle(inode: Inode, fidOnly: boolean): { type: number; bytes: Uint8Array } | null {
    if (!fidOnly) return null
    const bytes = new Uint8Array(12)
    const view = new DataView(bytes.buffer)
    view.setUint32(0, inode.ino, true)
    view.setUint32(4, Math.floor(inode.ino / 0x1_0000_0000), true)
    view.setUint32(8, inode.generation, true)
    return { type: FILEID_INO64_GEN, bytes }
  }
}
