import type { MarkConnector } from './fanotify/connector.js'
import type { FsStruct } from './fs_struct.js'
import type { Kernel } from './kernel.js'
import {
  MNT_LOCK_ATIME,
  MNT_LOCK_NODEV,
  MNT_LOCK_NOEXEC,
  MNT_LOCK_NOSUID,
  MNT_LOCK_READONLY,
  MNT_LOCKED,
  MNT_NODEV,
  MNT_NOEXEC,
  MNT_NOSUID,
  MNT_READONLY,
  type Mount,
} from './mount.js'
import { umountTree } from './mount_tree.js'
import { mountinfoLine } from './mountinfo.js'
import { Namespace } from './namespace.js'
import { NS_MNT } from './ns_type.js'
import type { Path } from './path.js'
import type { Ucounts } from './ucounts.js'
import type { UserNamespace } from './user_namespace.js'

/** What a less privileged namespace may not take off again, by the flag that it locks. */
const LOCKS: readonly (readonly [flag: number, lock: number])[] = [
  [MNT_READONLY, MNT_LOCK_READONLY],
  [MNT_NODEV, MNT_LOCK_NODEV],
  [MNT_NOSUID, MNT_LOCK_NOSUID],
  [MNT_NOEXEC, MNT_LOCK_NOEXEC],
]

/** A mount namespace: a tree of mounts. */
export class MntNamespace extends Namespace {
  /** The top of the tree; set once. */
  root!: Mount
  /** All mounts of the tree by unique id, the top one included. */
  readonly mounts: Mount[] = []
  /** fanotify marks on it. */
  marks: MarkConnector | null = null

  constructor(kernel: Kernel, owner: UserNamespace, id: number, inum: number, ucounts: Ucounts | null) {
    super(kernel, NS_MNT, owner, id, inum, ucounts)
  }

  /** As NS_MNT_GET_INFO counts: without the root mount. */
  get nrMounts(): number {
    return this.mounts.length - 1
  }

  /** Where a task that joins it finds `/`: on top of everything mounted on the root. */
  get top(): Path {
    let mnt = this.root
    for (let above = mnt.childAt(mnt.root); above !== null; above = mnt.childAt(mnt.root)) mnt = above
    return { mnt, dentry: mnt.root }
  }

  /** Where `/` is for who joins: the top of what is mounted on the root mount. */
  rootPath(): Path {
    let mnt = this.root
    for (let over = mnt.childAt(mnt.root); over !== null; over = mnt.childAt(mnt.root)) mnt = over
    return { mnt, dentry: mnt.root }
  }

  /** Enters a mount that has come into the tree. */
  add(mount: Mount): void {
    const { mounts } = this
    mount.ns = this
    if (mounts.length === 0 || mounts[mounts.length - 1]!.idUnique < mount.idUnique) mounts.push(mount)
    else mounts.splice(this.#position(mount.idUnique), 0, mount)
  }

  remove(mount: Mount): void {
    const at = this.#position(mount.idUnique)
    if (this.mounts[at] === mount) this.mounts.splice(at, 1)
    mount.ns = null
  }

  /** Index of the first mount whose unique id is not below `idUnique`. */
  #position(idUnique: number): number {
    const { mounts } = this
    let low = 0
    let high = mounts.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (mounts[middle]!.idUnique < idUnique) low = middle + 1
      else high = middle
    }
    return low
  }

  /**
   * Fills this new namespace with a copy of `from`'s tree; root and working directory of `fs` move to the copies of the
   * mounts they were on. Mounts copied for another user namespace are locked and receive from, but do not send to, their originals.
   */
  copyTree(from: MntNamespace, fs: FsStruct): void {
    const foreign = from.owner !== this.owner
    const { root, cwd } = fs
    let newRoot: Path | null = null
    let newCwd: Path | null = null
    const copyOf = (original: Mount, parent: Mount | null): Mount => {
      const copy = original.clone(original.root)
      copy.flags |= original.flags & MNT_LOCKED
      if (foreign) {
        if (copy.peerGroup !== 0) {
          copy.masterGroup = copy.peerGroup
          copy.peerGroup = 0
        }
        copy.flags |= MNT_LOCK_ATIME
        for (const [flag, lock] of LOCKS) if ((copy.flags & flag) !== 0) copy.flags |= lock
        if (parent !== null) copy.flags |= MNT_LOCKED
      }
      if (parent !== null) copy.attach(parent, original.mountpoint!)
      this.add(copy)
      if (root.mnt === original) newRoot = { mnt: copy, dentry: root.dentry }
      if (cwd.mnt === original) newCwd = { mnt: copy, dentry: cwd.dentry }
      if (original.children !== null) for (const child of original.children.values()) copyOf(child, copy)
      return copy
    }
    this.root = copyOf(from.root, null)
    if (newRoot !== null) fs.setRoot(newRoot)
    if (newCwd !== null) fs.setCwd(newCwd)
  }

  override destroy(): void {
    umountTree(this.root)
    this.marks?.destroy()
    super.destroy()
  }

  /** `/proc/<pid>/mountinfo` as a task with this root directory sees it. */
  mountinfo(root: Path): string {
    let text = ''
    for (const mount of this.mounts) text += mountinfoLine(mount, root)
    return text
  }
}
