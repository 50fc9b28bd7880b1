import { O_RDWR, S_IFCHR } from '../uapi/fcntl.js'
import type { Boot } from './boot.js'
import { CONSOLE_RDEV, FULL_RDEV, NULL_RDEV, openConsole, ZERO_RDEV } from './char_device.js'
import { Cred } from './cred.js'
import { Dentry } from './dentry.js'
import { FdTable } from './fdtable.js'
import { FsStruct } from './fs_struct.js'
import { HostProcInode } from './host_proc.js'
import type { Kernel } from './kernel.js'
import { MemoryInode, MemorySuperBlock, RAMFS_MAGIC } from './memory_fs.js'
import type { MntNamespace } from './mnt_namespace.js'
import { MNT_RELATIME, type Mount, parseMountOptions } from './mount.js'
import { NS_MNT } from './ns_type.js'
import type { Path } from './path.js'
import { enslaveFirst, joinPeers } from './peer_group.js'
import type { SuperBlock } from './super_block.js'
import { MNT_UNIQUE_ID_OFFSET, Vfs } from './vfs.js'

/** A line of mountinfo, taken apart. */
interface BootMount {
  readonly id: number
  readonly parent: number
  readonly dev: number
  readonly root: string
  readonly mountpoint: string
  readonly flags: number
  readonly peerGroup: number
  readonly masterGroup: number
  readonly type: string
  readonly source: string
  readonly options: string
  readonly readOnly: boolean
  /** Permission bits of its root. */
  readonly rootMode: number
}

/** The mounts of a machine that was started without a header. */
const DEFAULT_MOUNTINFO: readonly string[] = [
  '20 1 0:18 / / rw,relatime - hostfs /dev/root rw,/',
  '21 20 0:7 / /dev rw,relatime - devtmpfs devtmpfs rw,mode=755',
  '22 20 0:19 / /proc rw,relatime - proc proc rw',
  '23 20 0:20 / /sys rw,relatime - sysfs sys rw',
  '24 20 0:21 / /run rw,relatime - tmpfs tmp rw',
  '25 23 0:22 / /sys/fs/cgroup rw,relatime - cgroup2 none rw',
]
const DEFAULT_NEXT_MOUNT = MNT_UNIQUE_ID_OFFSET + 28

/** Device minor of the first root; where nullfs lies below it, that came first; and its mount id there. */
const ROOTFS_DEV = 2
const ROOTFS_OVER_NULLFS_DEV = 3
const FIRST_ROOT_ID = 2

/** Directories that the top filesystem has, mounted on or not. */
const TOP_DIRECTORIES: readonly string[] = ['proc', 'dev', 'run', 'sys', 'tmp']
const STICKY_TMP = 0o1777

/** A tmpfs is everybody's unless `mode=` says otherwise. */
function rootMode(type: string, options: string): number {
  const mode = /,mode=([0-7]+)/.exec(options)
  if (mode !== null) return Number.parseInt(mode[1]!, 8)
  return type === 'tmpfs' ? STICKY_TMP : 0o755
}

const unmangle = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))

function group(fields: readonly string[], tag: string): number {
  const field = fields.find((text) => text.startsWith(tag))
  return field === undefined ? 0 : Number(field.slice(tag.length))
}

/** @throws RangeError for a line that is no mountinfo. */
function parseLine(line: string): BootMount {
  const [left, right] = line.split(' - ', 2)
  const fields = left?.split(' ') ?? []
  const [type, source, options] = right?.split(' ') ?? []
  const flags = parseMountOptions(fields[5] ?? '')
  const [major, minor] = (fields[2] ?? '').split(':').map(Number)
  if (fields.length < 6 || type === undefined || source === undefined || options === undefined || flags === null)
    throw new RangeError(`not a mountinfo line: ${line}`)
  return {
    id: Number(fields[0]),
    parent: Number(fields[1]),
    dev: (major! << 20) | minor!,
    root: unmangle(fields[3]!),
    mountpoint: unmangle(fields[4]!),
    flags,
    peerGroup: group(fields.slice(6), 'shared:'),
    masterGroup: group(fields.slice(6), 'master:'),
    type: unmangle(type),
    source: unmangle(source),
    options: options.replace(/^r[wo]/, ''),
    readOnly: options.startsWith('ro'),
    rootMode: rootMode(unmangle(type), options),
  }
}

/** A boot's mounts, and what is counted from them. */
interface BootTree {
  readonly lines: readonly BootMount[]
  readonly ids: readonly number[]
  readonly lastMinor: number
}

const parsed: WeakMap<readonly string[], BootTree> = new WeakMap()

/** @throws RangeError for lines that are no tree of mounts. */
function bootTree(text: readonly string[]): BootTree {
  let tree = parsed.get(text)
  if (tree === undefined) {
    const lines = text.map(parseLine)
    const ids = lines.map((line) => line.id)
    for (const [at, line] of lines.entries()) {
      if (at > 0 && !ids.slice(0, at).includes(line.parent))
        throw new RangeError(`mountinfo: no mount ${line.parent} for ${line.mountpoint}`)
    }
    if (lines.length === 0) throw new RangeError('mountinfo: no mounts')
    const minors = lines.map(({ dev }) => (dev >>> 20 === 0 ? dev : 0))
    tree = { lines, ids, lastMinor: Math.max(...minors) }
    parsed.set(text, tree)
  }
  return tree
}

/**
 * Gives root, working directory and descriptors of the first task: `/`, `/`, and the console at 0 to 2. The mount that
 * they are on exists from the start; the rest of the tree is put together when somebody first looks at it.
 *
 * @throws RangeError for a boot whose mountinfo cannot be read.
 */
export function bootFiles(kernel: Kernel, boot: Boot | null): { fs: FsStruct; files: FdTable } {
  const { lines, ids, lastMinor } = bootTree(boot?.mountinfo ?? DEFAULT_MOUNTINFO)
  const vfs = new Vfs(kernel, ids, boot?.next.mntIdUnique ?? DEFAULT_NEXT_MOUNT, lastMinor + 1)
  kernel.vfs = vfs
  const line = lines[0]!
  const sb = new MemorySuperBlock(kernel, line.type, line.dev, line.rootMode)
  const mnt = vfs.bootMount(sb, line.root === '/' ? sb.root : sb.mkdirs(line.root), line.source, line.flags, line.id)
  const firstNew = kernel.nextNsId
  vfs.leaveUnbuilt(() => buildTree(kernel, boot, lines, mnt, firstNew))
  const at = { mnt, dentry: mnt.root }
  const isRootless = line.parent !== line.id
  return { fs: new FsStruct(at, at, 0o22), files: bootDescriptors(kernel, isRootless ? firstRoot(kernel) : at) }
}

/** The initial mount tree below `top`, the mount of the first line, and the trees that the kernel itself holds. */
function buildTree(kernel: Kernel, boot: Boot | null, lines: readonly BootMount[], top: Mount, firstNew: number): void {
  const { vfs } = kernel
  const ns = kernel.initNsProxy.mnt
  const first = lines[0]!
  const byId: Map<number, Mount> = new Map([[first.id, top]])
  const supers: Map<number, SuperBlock> = new Map([[first.dev, top.sb]])
  if (first.parent === first.id) ns.root = top
  else {
    // The mount below everything, that mountinfo does not show.
    const sb = new MemorySuperBlock(kernel, 'nullfs', 1)
    ns.root = vfs.bootMount(sb, sb.root, 'nullfs', 0, first.parent)
    ns.add(ns.root)
    top.attach(ns.root, ns.root.root)
  }
  ns.add(top)
  const topSb = top.sb as MemorySuperBlock
  if (first.type === 'hostfs') topSb.root.add(new Dentry('proc', topSb.root, new HostProcInode(topSb)))
  for (const name of TOP_DIRECTORIES) topSb.mkdirs(name)
  topSb.mkdirs('tmp').inode.mode |= STICKY_TMP

  const groups = new BootGroups(vfs)
  let newest = top.idUnique
  for (const line of lines) {
    let sb = supers.get(line.dev)
    if (sb === undefined) {
      sb =
        line.type === 'proc'
          ? vfs.procOf(kernel.initPidNs, line.dev)
          : new MemorySuperBlock(kernel, line.type, line.dev, line.rootMode)
      supers.set(line.dev, sb)
    }
    sb.options = line.options
    sb.readOnly = line.readOnly
    let mount = byId.get(line.id)
    if (mount === undefined) {
      const rootDentry = line.root === '/' || !(sb instanceof MemorySuperBlock) ? sb.root : sb.mkdirs(line.root)
      // Ids are used again, but the lines stand in the order in which the mounts came.
      mount = vfs.bootMount(sb, rootDentry, line.source, line.flags, line.id, newest)
      newest = mount.idUnique
      byId.set(line.id, mount)
      mount.attach(byId.get(line.parent)!, mountpointOn(byId.get(line.parent)!, top, line.mountpoint))
      ns.add(mount)
    }
    groups.enter(mount, line.peerGroup, line.masterGroup)
    if (line.type === 'devtmpfs') addDevices(sb as MemorySuperBlock)
  }
  groups.end()
  const mntNamespaces = kernel.namespaces.ofType[NS_MNT]!
  for (let held = mntNamespaces.after(0); held !== null; held = mntNamespaces.after(held.id)) {
    const other = boot?.other?.find((candidate) => candidate.id === held?.id)
    // Those above were made since.
    if (held.id >= firstNew) break
    if (held !== ns) bootHeldMounts(held as MntNamespace, other?.nr_mounts ?? 1)
  }
}

/** The peer groups that the mounts of a boot are in. */
class BootGroups {
  readonly #vfs: Vfs
  readonly #members: Map<number, Mount> = new Map()
  readonly #slaves: { readonly mount: Mount; readonly group: number }[] = []

  constructor(vfs: Vfs) {
    this.#vfs = vfs
  }

  enter(mount: Mount, group: number, master: number): void {
    if (group !== 0) this.#join(mount, group)
    if (master !== 0) this.#slaves.push({ mount, group: master })
  }

  /** All mounts are there: those that receive find whom from. */
  end(): void {
    for (const { mount, group } of this.#slaves) {
      // A group that no mount shown is in: one that cannot be seen stands for it.
      if (!this.#members.has(group)) this.#join(this.#vfs.unseenMount(mount), group)
      enslaveFirst(mount, this.#members.get(group)!)
    }
  }

  #join(mount: Mount, group: number): void {
    const member = this.#members.get(group)
    if (member === undefined) {
      mount.groupId = group
      this.#vfs.takeGroupId(group)
      this.#members.set(group, mount)
    } else joinPeers(mount, member)
  }
}

/** The directory of `parent` that a mount at the absolute `path` covers. */
function mountpointOn(parent: Mount, top: Mount, path: string): Dentry {
  let inside = path
  for (let at = parent; at !== top && at.parent !== null; at = at.parent) {
    // Every mount above takes its own part off the front.
    let part = ''
    for (let d = at.mountpoint!; !d.isRoot && d !== at.parent.root; d = d.parent) part = `/${d.name}${part}`
    inside = inside.slice(part.length)
  }
  const sb = parent.sb as MemorySuperBlock
  return inside === '' || inside === '/' ? parent.root : sb.mkdirs(inside)
}

function addNode(sb: MemorySuperBlock, dir: Dentry, name: string, mode: number, rdev: number): Dentry {
  const inode = new MemoryInode(sb, S_IFCHR | mode)
  inode.rdev = rdev
  return inode.enterAs(dir, name)
}

function addDevices(sb: MemorySuperBlock): void {
  addNode(sb, sb.root, 'null', 0o666, NULL_RDEV)
  addNode(sb, sb.root, 'zero', 0o666, ZERO_RDEV)
  addNode(sb, sb.root, 'full', 0o666, FULL_RDEV)
}

/** The kernel's first root, which is mounted no more: what was opened on it keeps it. */
function firstRoot(kernel: Kernel): Path {
  const sb = new MemorySuperBlock(kernel, 'rootfs', ROOTFS_OVER_NULLFS_DEV, 0o755, kernel.initUserNs, RAMFS_MAGIC)
  const mnt = kernel.vfs.bootMount(sb, sb.root, 'rootfs', 0, FIRST_ROOT_ID)
  mnt.refs--
  return { mnt, dentry: mnt.root }
}

/** The console at 0, 1 and 2: opened by the kernel before `/dev` was mounted. */
function bootDescriptors(kernel: Kernel, top: Path): FdTable {
  const sb = top.mnt.sb as MemorySuperBlock
  const node = addNode(sb, sb.mkdirs('dev'), 'console', 0o600, CONSOLE_RDEV)
  const file = openConsole({ mnt: top.mnt, dentry: node }, O_RDWR, Cred.root(kernel.initUserNs))
  file.refs = 3
  return new FdTable([file, file, file], null, 3)
}

/**
 * The mounts of a mount namespace that the kernel itself holds, as many as it counts: its devtmpfs, over the first root and what
 * lies below that.
 */
function bootHeldMounts(ns: MntNamespace, count: number): void {
  const { kernel } = ns
  const { vfs } = kernel
  const firstRoot = new MemorySuperBlock(kernel, 'rootfs', ROOTFS_DEV)
  const devtmpfs = vfs.bootSuperBlock('devtmpfs') ?? new MemorySuperBlock(kernel, 'devtmpfs', ROOTFS_DEV)
  let below: Mount | null = null
  for (let left = count; left >= 0; left--) {
    const sb = left === 0 ? devtmpfs : firstRoot
    const mount = vfs.bootMount(sb, sb.root, sb.type, left === 0 ? MNT_RELATIME : 0, vfs.newInternalId())
    if (below === null) ns.root = mount
    else mount.attach(below, below.root)
    ns.add(mount)
    below = mount
  }
}
