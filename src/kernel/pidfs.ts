import { EOPNOTSUPP } from '../uapi/errno.js'
import { O_EXCL, O_TRUNC } from '../uapi/fcntl.js'
import { Dentry } from './dentry.js'
import { Inode } from './inode.js'
import type { Kernel } from './kernel.js'
import type { Path } from './path.js'
import type { Pid } from './pid.js'
import { PidfdFile } from './pidfd_file.js'
import { SuperBlock } from './super_block.js'
import type { Task } from './task.js'

const PID_FS_MAGIC = 0x5049_4446
/** handle_type of a kernfs node, and of a pid. */
const FILEID_KERNFS = 0xfe
const HANDLE_SIZE = 8

class PidfsRoot extends Inode {
  constructor(sb: SuperBlock) {
    super(sb, 1, 0o755)
  }
}

/** The file of a process, there while a pidfd refers to it; its number stays the same over the pid's life. */
export class PidfsInode extends Inode {
  readonly pid: Pid

  constructor(sb: SuperBlock, pid: Pid) {
    super(sb, pid.ino, 0o700)
    this.pid = pid
  }

  override mayChange(): number {
    return -EOPNOTSUPP
  }

  /** Inside the kernel it is a regular file, though stat does not say so. */
  override get hasSize(): boolean {
    return true
  }

  override open(task: Task, path: Path, flags: number): PidfdFile {
    // Flags of an open that is over: on a pidfd the same bits would mean something.
    return new PidfdFile(path, flags & ~(O_EXCL | O_TRUNC), task.cred, this.pid)
  }
}

/** The filesystem whose files are the processes. */
export class PidfsSuperBlock extends SuperBlock {
  readonly #pids: Map<number, Pid> = new Map()

  constructor(kernel: Kernel, dev: number) {
    super(kernel, 'pidfs', PID_FS_MAGIC, dev, kernel.initUserNs)
    this.internal = true
    this.root = new Dentry('/', null, new PidfsRoot(this))
    this.root.refs = 1
  }

  /** The file of `pid`. */
  dentryOf(pid: Pid): Dentry {
    let dentry = pid.pidfsDentry
    if (dentry === null) {
      this.#pids.set(pid.ino, pid)
      dentry = new Dentry('', null, new PidfsInode(this, pid.hold()))
      pid.pidfsDentry = dentry
    }
    return dentry
  }

  /** Whether a process whose file is or was open has this number. */
  hasInode(ino: number): boolean {
    return this.#pids.has(ino)
  }

  override dentryUnused(dentry: Dentry): void {
    if (!(dentry.inode instanceof PidfsInode)) return
    const { pid } = dentry.inode
    pid.pidfsDentry = null
    if (pid.users === 0) this.#pids.delete(pid.ino)
    pid.unhold()
  }

  override dynamicName(): string {
    return 'anon_inode:[pidfd]'
  }

  override encodeHandle(inode: Inode): { type: number; bytes: Uint8Array } | null {
    if (!(inode instanceof PidfsInode)) return null
    const bytes = new Uint8Array(HANDLE_SIZE)
    const view = new DataView(bytes.buffer)
    view.setUint32(0, inode.ino, true)
    view.setUint32(4, Math.floor(inode.ino / 0x1_0000_0000), true)
    return { type: FILEID_KERNFS, bytes }
  }

  /** The pid behind a handle, or null: of another kind, of another length, reaped. */
  decodeHandle(type: number, bytes: Uint8Array): Pid | null {
    if (type !== FILEID_KERNFS || bytes.length !== HANDLE_SIZE) return null
    const view = new DataView(bytes.buffer, bytes.byteOffset)
    const pid = this.#pids.get(view.getUint32(4, true) * 0x1_0000_0000 + view.getUint32(0, true))
    return pid === undefined || pid.users === 0 ? null : pid
  }
}

/** The place of a process's file. */
export function pidPath(pid: Pid): Path {
  const mnt = pid.ns.kernel.vfs.pidfs
  return { mnt, dentry: (mnt.sb as PidfsSuperBlock).dentryOf(pid) }
}
