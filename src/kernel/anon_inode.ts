import { ENXIO, EOPNOTSUPP } from '../uapi/errno.js'
import { Dentry } from './dentry.js'
import { Inode } from './inode.js'
import type { Kernel } from './kernel.js'
import type { Path } from './path.js'
import { SuperBlock } from './super_block.js'

const ANON_INODE_FS_MAGIC = 0x0904_1934
const ANON_INO = 8

class AnonInode extends Inode {
  constructor(sb: SuperBlock) {
    super(sb, ANON_INO, 0o600)
  }

  override mayChange(): number {
    return -EOPNOTSUPP
  }

  override open(): number {
    return -ENXIO
  }
}

/** The one inode behind all files that are neither in a directory nor of a kind with inodes of its own. */
export class AnonSuperBlock extends SuperBlock {
  constructor(kernel: Kernel, dev: number) {
    super(kernel, 'anon_inodefs', ANON_INODE_FS_MAGIC, dev, kernel.initUserNs)
    this.internal = true
    this.root = new Dentry('anon_inode:', null, new AnonInode(this))
    this.root.refs = 1
  }

  override dynamicName(dentry: Dentry): string {
    return `anon_inode:${dentry.name}`
  }
}

/** A path for a new anonymous file; `name` is what its descriptor's link shows after `anon_inode:`. */
export function anonPath(kernel: Kernel, name: string): Path {
  const mnt = kernel.vfs.anonInodes
  return { mnt, dentry: new Dentry(name, null, mnt.sb.root.inode) }
}
