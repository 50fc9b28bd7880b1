import type { Dentry } from './dentry.js'
import type { MarkConnector } from './fanotify/connector.js'
import type { Kernel } from './kernel.js'
import type { MntNamespace } from './mnt_namespace.js'
import type { Path } from './path.js'
import type { SuperBlock } from './super_block.js'

/** Flags of one mount, as mountinfo's first option field shows them. */
export const MNT_NOSUID = 1 as const
export const MNT_NODEV = 2 as const
export const MNT_NOEXEC = 4 as const
export const MNT_NOATIME = 8 as const
export const MNT_NODIRATIME = 0x10 as const
export const MNT_RELATIME = 0x20 as const
export const MNT_READONLY = 0x40 as const
export const MNT_NOSYMFOLLOW = 0x80 as const
/** The options that a less privileged mount namespace may not lift. */
export const MNT_LOCK_ATIME = 0x40000 as const
export const MNT_LOCK_NOEXEC = 0x80000 as const
export const MNT_LOCK_NOSUID = 0x100000 as const
export const MNT_LOCK_NODEV = 0x200000 as const
export const MNT_LOCK_READONLY = 0x400000 as const
/** Came with a more privileged mount namespace's tree: cannot be taken off alone. */
export const MNT_LOCKED = 0x800000 as const

/** Mount options in the order in which mountinfo prints them. */
const OPTION_NAMES: readonly (readonly [flag: number, name: string])[] = [
  [MNT_NOSUID, ',nosuid'],
  [MNT_NODEV, ',nodev'],
  [MNT_NOEXEC, ',noexec'],
  [MNT_NOATIME, ',noatime'],
  [MNT_NODIRATIME, ',nodiratime'],
  [MNT_RELATIME, ',relatime'],
  [MNT_NOSYMFOLLOW, ',nosymfollow'],
]

/** The flags behind a mount option list as mountinfo prints it; null if it has an option that is none. */
export function parseMountOptions(text: string): number | null {
  let flags = 0
  for (const option of text.split(',')) {
    if (option === 'rw') continue
    if (option === 'ro') {
      flags |= MNT_READONLY
      continue
    }
    const known = OPTION_NAMES.find(([, name]) => name === `,${option}`)
    if (known === undefined) return null
    flags |= known[0]
  }
  return flags
}

/** A filesystem, or a part of one, somewhere in a tree of mounts (`struct mount`). */
export class Mount {
  readonly kernel: Kernel
  /** The number mountinfo shows; reused. */
  readonly id: number
  /** Never reused. */
  readonly idUnique: number
  readonly sb: SuperBlock
  readonly root: Dentry
  /** What was given as the device (`mountinfo`'s source field). */
  readonly source: string
  flags: number
  /** The mount namespace that it is in; null for internal and detached mounts. */
  ns: MntNamespace | null = null
  parent: Mount | null = null
  mountpoint: Dentry | null = null
  /** Mounts on this one by mountpoint, in the order in which they came. */
  children: Map<Dentry, Mount> | null = null
  /** Peer group, 0 when not shared. */
  peerGroup = 0
  /** Peer group that it receives from, 0 when no slave. */
  masterGroup = 0
  unbindable = false
  /** fanotify marks on it. */
  marks: MarkConnector | null = null
  /** Open files, working directories and roots on it, and one while it is in a tree. */
  refs = 1

  constructor(
    kernel: Kernel,
    sb: SuperBlock,
    root: Dentry,
    source: string,
    flags: number,
    id: number,
    idUnique: number,
  ) {
    this.kernel = kernel
    this.sb = sb
    this.root = root
    this.source = source
    this.flags = flags
    this.id = id
    this.idUnique = idUnique
    root.refs++
  }

  get isReadOnly(): boolean {
    return (this.flags & MNT_READONLY) !== 0
  }

  get isLocked(): boolean {
    return (this.flags & MNT_LOCKED) !== 0
  }

  /** A root of its own tree: nothing it is mounted on. */
  get hasParent(): boolean {
    return this.parent !== null
  }

  get(): this {
    this.refs++
    return this
  }

  put(): void {
    if (--this.refs !== 0) return
    this.kernel.vfs.freeMountId(this.id)
    this.root.put()
  }

  /** The mount on `dentry` of this mount, or null. */
  childAt(dentry: Dentry): Mount | null {
    return this.children?.get(dentry) ?? null
  }

  /** Puts this mount on `dentry` of `parent`. */
  attach(parent: Mount, dentry: Dentry): void {
    parent.children ??= new Map()
    parent.children.set(dentry, this)
    this.parent = parent
    this.mountpoint = dentry
    dentry.refs++
    dentry.mounts ??= new Set()
    dentry.mounts.add(this)
  }

  /** Takes this mount off its mountpoint. */
  detach(): void {
    const { parent, mountpoint } = this
    if (parent === null || mountpoint === null) return
    parent.children!.delete(mountpoint)
    this.parent = null
    this.mountpoint = null
    mountpoint.mounts!.delete(this)
    if (mountpoint.mounts!.size === 0) mountpoint.mounts = null
    mountpoint.put()
  }

  /** This mount and all below it, parents first, in the kernel's order. */
  *tree(): IterableIterator<Mount> {
    yield this
    if (this.children !== null) for (const child of this.children.values()) yield* child.tree()
  }

  /** The options of the mount itself: `rw,relatime`. */
  optionText(): string {
    let text = this.isReadOnly ? 'ro' : 'rw'
    for (const [flag, name] of OPTION_NAMES) if ((this.flags & flag) !== 0) text += name
    return text
  }

  /** Another mount of the same filesystem with `root` on top, with ids of its own and in no tree yet (`clone_mnt`). */
  clone(root: Dentry): Mount {
    const copy = this.kernel.vfs.newMount(this.sb, root, this.source, this.flags & ~MNT_LOCKED)
    copy.peerGroup = this.peerGroup
    copy.masterGroup = this.masterGroup
    copy.unbindable = this.unbindable
    return copy
  }

  /** Steps up from the roots of mounts to the place that `path` is mounted over; null at the top of the tree. */
  static up(path: Path): Path | null {
    let { mnt } = path
    while (mnt.parent !== null) {
      const dentry = mnt.mountpoint!
      mnt = mnt.parent
      if (dentry !== mnt.root) return { mnt, dentry }
    }
    return null
  }
}
