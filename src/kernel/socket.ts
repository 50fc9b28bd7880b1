import { ENXIO, EOPNOTSUPP } from '../uapi/errno.js'
import { O_RDWR, S_IFSOCK } from '../uapi/fcntl.js'
import { Dentry } from './dentry.js'
import { File, FMODE_CAN_READ, FMODE_CAN_WRITE } from './file.js'
import { Inode } from './inode.js'
import type { Kernel } from './kernel.js'
import type { Namespace } from './namespace.js'
import type { Path } from './path.js'
import { SuperBlock } from './super_block.js'
import type { Task } from './task.js'
import { WaitQueue } from './wait_queue.js'

const SOCKFS_MAGIC = 0x534f_434b

class SocketInode extends Inode {
  constructor(sb: SuperBlock, ino: number, uid: number, gid: number) {
    super(sb, ino, S_IFSOCK | 0o777, uid, gid)
  }

  override open(): number {
    return -ENXIO
  }
}

/** The filesystem that sockets are in; it is mounted nowhere. */
export class SockfsSuperBlock extends SuperBlock {
  constructor(kernel: Kernel, dev: number) {
    super(kernel, 'sockfs', SOCKFS_MAGIC, dev, kernel.initUserNs)
    this.internal = true
    this.root = new Dentry('socket:', null, new SocketInode(this, 1, 0, 0))
    this.root.refs = 1
  }

  override dynamicName(dentry: Dentry): string {
    return `socket:[${dentry.inode.ino}]`
  }
}

/** A place for a new socket of `task`. */
function socketPath(task: Task): Path {
  const { vfs } = task.kernel
  const mnt = vfs.sockets
  const inode = new SocketInode(mnt.sb, vfs.newIno(), task.cred.fsuid, task.cred.fsgid)
  return { mnt, dentry: new Dentry('', null, inode) }
}

/** A socket: it keeps its net namespace alive, but not active. */
export abstract class Socket extends File {
  readonly kind = 'socket'
  readonly family: number
  readonly type: number
  readonly protocol: number
  readonly net: Namespace
  readonly queue: WaitQueue = new WaitQueue()

  protected constructor(task: Task, family: number, type: number, protocol: number, flags: number) {
    super(socketPath(task), O_RDWR | flags, task.cred, FMODE_CAN_READ | FMODE_CAN_WRITE)
    this.family = family
    this.type = type
    this.protocol = protocol
    this.net = task.nsproxy!.net
    this.net.get()
  }

  protected override release(): void {
    this.net.put()
  }

  /** shutdown(2): 0 or -errno. */
  shutdown(_how: number): number {
    return -EOPNOTSUPP
  }

  override get waitQueue(): WaitQueue {
    return this.queue
  }

  override readable(): number {
    return 0
  }
}
