import { S_IFDIR, S_IFREG } from '../uapi/fcntl.js'
import { Dentry } from './dentry.js'
import { MemoryInode, type MemorySuperBlock } from './memory_fs.js'
import type { Task } from './task.js'

/** Descriptors of the process that a user-mode kernel is, as its host shows them. */
const HOST_DESCRIPTORS = 15

/** Files that every process has there. */
const HOST_FILES = ['comm', 'gid_map', 'mountinfo', 'mounts', 'mountstats', 'setgroups', 'status', 'uid_map']

/**
 * The directory below `/proc` where the root is the host's own filesystem: what the host has there, seen once nothing is mounted
 * over it. Of that little is known, all files are
 * empty, and nothing can be made in it.
 */
export class HostProcInode extends MemoryInode {
  #filled = false

  constructor(sb: MemorySuperBlock) {
    super(sb, S_IFDIR | 0o555)
    this.nlink = 2
  }

  override get takesNewNames(): boolean {
    return false
  }

  /** Something is mounted on it there. */
  override get isBusy(): boolean {
    return true
  }

  override lookup(task: Task, dir: Dentry, name: string): Dentry | number {
    if (!this.#filled) {
      this.#filled = true
      const sb = this.sb as MemorySuperBlock
      const self = addTo(dir, 'self', new HostProcInode(sb))
      const fdinfo = addTo(self, 'fdinfo', new HostProcInode(sb))
      for (let fd = 0; fd < HOST_DESCRIPTORS; fd++) addTo(fdinfo, String(fd), new MemoryInode(sb, S_IFREG | 0o444))
      for (const file of HOST_FILES) addTo(self, file, new MemoryInode(sb, S_IFREG | 0o444))
      for (const made of [self, fdinfo]) (made.inode as HostProcInode).#filled = true
    }
    return super.lookup(task, dir, name)
  }
}

function addTo(dir: Dentry, name: string, inode: MemoryInode): Dentry {
  const dentry = new Dentry(name, dir, inode)
  dir.add(dentry)
  return dentry
}
