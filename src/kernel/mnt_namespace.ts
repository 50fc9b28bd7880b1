import { copyTree, lockTree } from './copy_tree.js'
import type { MarkConnector } from './fanotify/connector.js'
import type { FsStruct } from './fs_struct.js'
import type { Kernel } from './kernel.js'
import type { Mount } from './mount.js'
import { MountList } from './mount_list.js'
import type { MountOwner } from './mount_owner.js'
import { mountinfoLine } from './mountinfo.js'
import { Namespace } from './namespace.js'
import { NS_MNT } from './ns_type.js'
import type { Path } from './path.js'
import type { Ucounts } from './ucounts.js'
import { umountTree } from './umount.js'
import type { UserNamespace } from './user_namespace.js'
import { WaitQueue } from './wait_queue.js'

/** A mount namespace: a tree of mounts. */
export class MntNamespace extends Namespace implements MountOwner {
  #root: Mount | null = null
  readonly #mounts: MountList = new MountList()
  readonly isAnonymous = false
  readonly origin = 0
  /** How often its mounts have changed. */
  changes = 0
  #changed: WaitQueue | null = null
  /** fanotify marks on it. */
  marks: MarkConnector | null = null

  constructor(kernel: Kernel, owner: UserNamespace, id: number, inum: number, ucounts: Ucounts | null) {
    super(kernel, NS_MNT, owner, id, inum, ucounts)
  }

  /** The top of the tree; set once. */
  get root(): Mount {
    if (this.#root === null) this.kernel.vfs.build()
    return this.#root!
  }

  set root(top: Mount) {
    this.#root = top
  }

  /** All mounts of the tree by unique id, the top one included. */
  get mounts(): MountList {
    if (this.#root === null) this.kernel.vfs.build()
    return this.#mounts
  }

  /** As NS_MNT_GET_INFO counts: without the root mount. */
  get nrMounts(): number {
    return this.mounts.size - 1
  }

  /** Where `/` is for who joins: the top of what is mounted on the root mount. */
  rootPath(): Path {
    const mnt = this.root.topmost
    return { mnt, dentry: mnt.root }
  }

  /** Enters a mount that has come into the tree. */
  add(mount: Mount): void {
    mount.ns = this
    mount.toldNs = this
    this.mounts.add(mount)
  }

  /**
   * Fills this new namespace with a copy of `from`'s tree; root and working directory of `fs` move to the copies of the
   * mounts they were on. Mounts copied for another user namespace are locked and receive from, but do not send to, their originals.
   */
  copyTree(from: MntNamespace, fs: FsStruct): void {
    const foreign = from.owner !== this.owner
    const made: Mount[] = []
    const top = copyTree(from.root, from.root.root, { unbindable: true, slave: foreign }, made)
    if (typeof top === 'number') throw new Error(`the root of a mount namespace could not be copied: ${top}`)
    if (foreign) lockTree(top)
    this.root = top
    const { root, cwd } = fs
    let copied = 0
    for (const original of from.root.subtree()) {
      const copy = made[copied]
      // What was left out, the file of a mount namespace, has no copy.
      if (copy === undefined || copy.root !== original.root || copy.mountpoint !== original.mountpoint) continue
      copied++
      this.add(copy)
      if (root.mnt === original) fs.setRoot({ mnt: copy, dentry: root.dentry })
      if (cwd.mnt === original) fs.setCwd({ mnt: copy, dentry: cwd.dentry })
    }
  }

  override destroy(): void {
    umountTree(this.root, {})
    this.kernel.vfs.changes.end()
    this.marks?.destroy()
    super.destroy()
  }

  /** Sleepers in poll on a table of this namespace's mounts. */
  get changed(): WaitQueue {
    this.#changed ??= new WaitQueue()
    return this.#changed
  }

  /** Its mounts have changed. */
  touch(): void {
    this.changes++
    this.#changed?.wakeAll()
  }

  /** `/proc/<pid>/mountinfo` as a task with this root directory sees it. */
  mountinfo(root: Path): string {
    let text = ''
    for (const mount of this.mounts.all) text += mountinfoLine(mount, root)
    return text
  }
}
