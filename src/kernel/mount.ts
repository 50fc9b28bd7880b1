import type { Dentry } from './dentry.js'
import type { MarkConnector } from './fanotify/connector.js'
import type { Kernel } from './kernel.js'
import type { MntIdmap } from './mnt_idmap.js'
import type { MountOwner } from './mount_owner.js'
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
/** How access times are kept: only one of these. */
export const MNT_ATIME_MASK: number = MNT_NOATIME | MNT_NODIRATIME | MNT_RELATIME
/** The flags that user space sets. */
export const MNT_USER_SETTABLE: number =
  MNT_NOSUID | MNT_NODEV | MNT_NOEXEC | MNT_ATIME_MASK | MNT_READONLY | MNT_NOSYMFOLLOW

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
  /** What its tree belongs to; null for internal mounts and those that were taken out of a tree or not put into one yet. */
  ns: MountOwner | null = null
  /** What its watchers were last told it belongs to. */
  toldNs: MountOwner | null = null
  parent: Mount | null = null
  mountpoint: Dentry | null = null
  /** Mounts on this one by mountpoint, in the order in which they came. */
  children: Map<Dentry, Mount> | null = null
  /** Peer group, 0 when not shared. */
  groupId = 0
  /** The ring of the mounts in the peer group. */
  nextPeer: Mount = this
  previousPeer: Mount = this
  /** What it receives from without sending back, and its neighbours among the slaves of that. */
  master: Mount | null = null
  nextSlave: Mount | null = null
  previousSlave: Mount | null = null
  /** The first of those that receive from this one. */
  firstSlave: Mount | null = null
  unbindable = false
  /** How it shows who owns files; null where as they are. */
  idmap: MntIdmap | null = null
  /** Taken out of its tree while others may still use it. */
  umounted = false
  /** MNT_EXPIRE came by and nobody used it since. */
  expiring = false
  /** fanotify marks on it. */
  marks: MarkConnector | null = null
  /** Open files, working directories and roots on it, and one while it is in a tree. */
  refs = 1
  /** Files open for writing through it. */
  writers = 0

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
    sb.active++
  }

  get isReadOnly(): boolean {
    return (this.flags & MNT_READONLY) !== 0
  }

  get isLocked(): boolean {
    return (this.flags & MNT_LOCKED) !== 0
  }

  get isShared(): boolean {
    return this.groupId !== 0
  }

  /** The mount that covers all of this one, or null. */
  get overmount(): Mount | null {
    return this.children?.get(this.root) ?? null
  }

  /** The last of the mounts that lie over this one, or itself. */
  get topmost(): Mount {
    let top: Mount = this
    for (let over = top.overmount; over !== null; over = top.overmount) top = over
    return top
  }

  /** True when events reach both from the same group. */
  isPeerOf(other: Mount): boolean {
    return this.groupId !== 0 && this.groupId === other.groupId
  }

  get(): this {
    this.refs++
    return this
  }

  put(): void {
    this.expiring = false
    this.release()
  }

  /** Drops a reference without this being a use of the mount. The last one frees it and what was left hanging on it. */
  release(): void {
    if (--this.refs !== 0) return
    if (this.children !== null) {
      for (const child of [...this.children.values()]) {
        child.detach()
        child.release()
      }
    }
    this.marks?.destroy()
    this.kernel.vfs.freeMountId(this.id)
    this.root.put()
    this.sb.put()
  }

  /** The mount on `dentry` of this mount, or null. */
  childAt(dentry: Dentry): Mount | null {
    return this.children?.get(dentry) ?? null
  }

  /** Puts this mount on `dentry` of `parent`. */
  attach(parent: Mount, dentry: Dentry): void {
    this.aimAt(parent, dentry)
    this.show()
  }

  /** Says where this mount will be without putting it there yet; {@link show} does. */
  aimAt(parent: Mount, dentry: Dentry): void {
    this.parent = parent
    this.mountpoint = dentry
    dentry.refs++
    dentry.mounts ??= new Set()
    dentry.mounts.add(this)
  }

  /** Appears where {@link aimAt} said, last of what is mounted on that mount. What is there already must be leaving. */
  show(): void {
    const parent = this.parent!
    parent.children ??= new Map()
    parent.children.delete(this.mountpoint!)
    parent.children.set(this.mountpoint!, this)
  }

  /** Takes this mount off its mountpoint. */
  detach(): void {
    const { parent, mountpoint } = this
    if (parent === null || mountpoint === null) return
    if (parent.children?.get(mountpoint) === this) parent.children.delete(mountpoint)
    this.parent = null
    this.mountpoint = null
    mountpoint.mounts!.delete(this)
    if (mountpoint.mounts!.size === 0) mountpoint.mounts = null
    mountpoint.put()
  }

  /** True when `below` is this mount or lies anywhere below it. */
  isAncestorOf(below: Mount): boolean {
    for (let at: Mount | null = below; at !== null; at = at.parent) if (at === this) return true
    return false
  }

  /** This mount and all below it, parents first, in the order in which they came. */
  subtree(): Mount[] {
    const all: Mount[] = []
    const pending: Mount[] = [this]
    for (let mount = pending.pop(); mount !== undefined; mount = pending.pop()) {
      all.push(mount)
      if (mount.children !== null && mount.children.size > 0) pending.push(...[...mount.children.values()].reverse())
    }
    return all
  }

  /** The options of the mount itself: `rw,relatime`. */
  optionText(): string {
    let text = this.isReadOnly ? 'ro' : 'rw'
    for (const [flag, name] of OPTION_NAMES) if ((this.flags & flag) !== 0) text += name
    return this.idmap === null ? text : `${text},idmapped`
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
