import { O_PATH } from '../uapi/fcntl.js'
import { PathFile } from './file.js'
import type { Mount } from './mount.js'
import type { Task } from './task.js'
import { umountTree } from './umount.js'

/** The descriptor of a detached tree: as long as the tree has not been attached somewhere it goes with the file. */
export class DetachedFile extends PathFile {
  constructor(task: Task, top: Mount, at: Mount['root'] = top.root) {
    super({ mnt: top, dentry: at }, O_PATH, task.cred)
  }

  protected override release(): void {
    const { mnt } = this
    const { ns } = mnt
    if (ns === null || !ns.isAnonymous || ns.root !== mnt) return
    umountTree(mnt, { connected: true })
    mnt.kernel.vfs.changes.end()
    ns.destroy()
  }
}
