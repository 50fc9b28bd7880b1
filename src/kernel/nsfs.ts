import { NSFS_MAGIC } from '../uapi/constants/magic.js'
import { FILEID_NSFS, NSFS_FILE_HANDLE_SIZE_VER0 } from '../uapi/constants/nsfs.js'
import { S_IFDIR, S_IFREG } from '../uapi/fcntl.js'
import type { Cred } from './cred.js'
import { Dentry } from './dentry.js'
import { File } from './file.js'
import { Inode } from './inode.js'
import type { Kernel } from './kernel.js'
import type { Namespace } from './namespace.js'
import type { Path } from './path.js'
import { SuperBlock } from './super_block.js'
import type { Task } from './task.js'

class NsfsRoot extends Inode {
  constructor(sb: SuperBlock) {
    super(sb, 2, S_IFDIR | 0o600)
  }
}

/** The file of a namespace. While it exists the namespace has one passive and one active reference from it. */
export class NsInode extends Inode {
  readonly ns: Namespace

  constructor(sb: SuperBlock, ns: Namespace) {
    super(sb, ns.ino, S_IFREG | 0o444)
    this.ns = ns
    this.immutable = true
  }

  override open(task: Task, path: Path, flags: number): File {
    return new NsFile(path, flags, task.cred)
  }
}

/** An open namespace file: nothing to read, ioctls only. */
export class NsFile extends File {
  readonly kind = 'ns'

  constructor(path: Path, flags: number, cred: Cred) {
    super(path, flags, cred, 0)
  }

  get ns(): Namespace {
    return (this.dentry.inode as NsInode).ns
  }
}

/** The filesystem whose files are the namespaces: one inode a namespace, there while something refers to it. */
export class NsfsSuperBlock extends SuperBlock {
  constructor(kernel: Kernel, dev: number) {
    super(kernel, 'nsfs', NSFS_MAGIC, dev, kernel.initUserNs)
    this.noExec = true
    this.root = new Dentry('/', null, new NsfsRoot(this))
    this.root.refs = 1
  }

  override dentryUnused(dentry: Dentry): void {
    const { inode } = dentry
    if (!(inode instanceof NsInode)) return
    const { ns } = inode
    // A lookup whose open failed late has let go of it already.
    if (ns.nsfsDentry !== dentry) return
    ns.nsfsDentry = null
    inode.marks?.destroy()
    ns.deactivate()
    ns.put()
  }

  override dynamicName(dentry: Dentry): string | null {
    return dentry.inode instanceof NsInode ? dentry.inode.ns.linkText : null
  }

  override encodeHandle(inode: Inode): { type: number; bytes: Uint8Array } | null {
    if (!(inode instanceof NsInode)) return null
    const bytes = new Uint8Array(NSFS_FILE_HANDLE_SIZE_VER0)
    const view = new DataView(bytes.buffer)
    const { ns } = inode
    view.setUint32(0, ns.id, true)
    view.setUint32(4, Math.floor(ns.id / 0x1_0000_0000), true)
    view.setUint32(8, ns.flag, true)
    view.setUint32(12, ns.ino, true)
    return { type: FILEID_NSFS, bytes }
  }
}

/**
 * The place of a namespace's file. An instance that comes to life here takes its references at once; a caller that
 * does not keep the path must call pathDone.
 */
export function nsPath(ns: Namespace): Path {
  const mnt = ns.kernel.vfs.nsfs
  let dentry = ns.nsfsDentry
  if (dentry === null) {
    dentry = new Dentry('', null, new NsInode(mnt.sb, ns))
    ns.nsfsDentry = dentry
    ns.get()
    ns.activate()
  }
  return { mnt, dentry }
}

/** Opens a namespace's file read-only for `task`. */
export function openNs(task: Task, ns: Namespace, flags: number): NsFile {
  return new NsFile(nsPath(ns), flags, task.cred)
}
