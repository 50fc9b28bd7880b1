import { AnonSuperBlock } from './anon_inode.js'
import type { Dentry } from './dentry.js'
import type { Kernel } from './kernel.js'
import { LowestFree } from './lowest_free.js'
import { Mount } from './mount.js'
import { MountChanges } from './mount_changes.js'
import { NsfsSuperBlock } from './nsfs.js'
import type { PidNamespace } from './pid_namespace.js'
import { PidfsSuperBlock } from './pidfs.js'
import { PipefsSuperBlock } from './pipe.js'
import { ProcSuperBlock } from './procfs.js'
import { SockfsSuperBlock } from './socket.js'
import type { SuperBlock } from './super_block.js'
import { UnixGarbage } from './unix_gc.js'

/** Unique mount ids start above this; below it they could be taken for the reused kind, which count from 0. */
export const MNT_UNIQUE_ID_OFFSET = 0x8000_0000

/** Mount ids, and device minors, of the filesystems that a kernel mounts for itself before anything else. */
const INTERNAL_IDS = { nsfs: 4, pidfs: 5, sockfs: 11, pipefs: 14, anon_inodefs: 15 } as const
/** The first mount id of those in mount namespaces that no task is in. */
const FIRST_HELD_ID = 7

/**
 * What the filesystems of one kernel share: mount ids, device and inode numbers, and the filesystems that are mounted
 * nowhere (nsfs, pipefs, sockfs, anonymous inodes), each made when first used.
 */
/** Numbers below are those of filesystems' own roots. */
const FIRST_COUNTED_INO = 4096

export class Vfs {
  readonly kernel: Kernel
  readonly unixGarbage: UnixGarbage = new UnixGarbage()
  /** The unique id that the next mount gets. */
  nextMountIdUnique: number
  /** `/proc/sys/fs/mount-max`: mounts that one mount namespace may have. */
  mountMax = 100_000
  /** `/proc/sys/fs/pipe-max-size`: what a pipe may be grown to without privilege, in bytes. */
  readonly pipeMaxSize: number = 1 << 20
  /** What the change of mounts under way has touched. */
  readonly changes: MountChanges = new MountChanges()
  /**
   * A mount that only the kernel used is gone. A worker takes it away some time later, so from then on it is left to chance which
   * mount ids and device numbers are free.
   */
  freesLater = false
  /** What puts the boot's mount tree together; null once it is. */
  unbuilt: (() => void) | null = null
  readonly #mountIds: LowestFree = new LowestFree()
  readonly #groupIds: LowestFree = new LowestFree()
  /** A thing of its own for each peer group there is: numbers are used again. */
  readonly #groups: Map<number, object> = new Map()
  readonly #mounts: Map<number, Mount> = new Map()
  readonly #proc: Map<PidNamespace, ProcSuperBlock> = new Map()
  readonly #devs: LowestFree = new LowestFree()
  #nextHeldId = FIRST_HELD_ID
  #nextIno = FIRST_COUNTED_INO
  #nextGeneration = 1
  #nsfs: Mount | null = null
  #pidfs: Mount | null = null
  #anon: Mount | null = null
  #pipes: Mount | null = null
  #sockets: Mount | null = null

  /** `bootMountIds` are taken; new anonymous devices get minors from `firstMinor` on. */
  constructor(kernel: Kernel, bootMountIds: readonly number[], nextMountIdUnique: number, firstMinor: number) {
    this.kernel = kernel
    this.nextMountIdUnique = nextMountIdUnique
    this.#devs.takeBelow(firstMinor)
    // What lies below the first visible mount belongs to the kernel's own mounts.
    let top = 0
    for (const id of bootMountIds) if (id > top) top = id
    this.#mountIds.takeBelow(top + 1)
  }

  /** The boot's mount tree is put together by `make` when somebody first looks. */
  leaveUnbuilt(make: () => void): void {
    this.unbuilt = make
  }

  /** Puts the boot's mount tree together, unless that was done. */
  build(): void {
    const make = this.unbuilt
    this.unbuilt = null
    const { kernel } = this
    const wasBooting = kernel.isBooting
    kernel.isBooting = true
    make?.()
    kernel.isBooting = wasBooting
  }

  /** A mount of `sb` with new ids, in no tree; its one reference belongs to the caller. */
  newMount(sb: SuperBlock, root: Dentry, source: string, flags: number): Mount {
    return this.#enter(new Mount(this.kernel, sb, root, source, flags, this.#mountIds.take(), this.nextMountIdUnique++))
  }

  /** The ids of a mount that only the kernel uses: the one that is reused. */
  takeMountId(): number {
    this.nextMountIdUnique++
    return this.#mountIds.take()
  }

  /** A mount that existed before the model began: later than those with a lower unique id, whichever reused number it got. */
  bootMount(sb: SuperBlock, root: Dentry, source: string, flags: number, id: number, after = 0): Mount {
    const idUnique = Math.max(MNT_UNIQUE_ID_OFFSET + id, after) + 1
    return this.#enter(new Mount(this.kernel, sb, root, source, flags, id, idUnique))
  }

  /** A mount of the same as `like` that is in no namespace and on no list. */
  unseenMount(like: Mount): Mount {
    return new Mount(this.kernel, like.sb, like.root, like.source, like.flags, -1, 0)
  }

  /** A mount id for what the kernel mounts for itself. */
  newInternalId(): number {
    return this.#nextHeldId++
  }

  /** The last reference to the mount with this id is gone. */
  freeMountId(id: number): void {
    this.#mountIds.give(id)
    this.#mounts.delete(id)
  }

  /** A number for a new peer group: the lowest free one from 1 on. */
  newGroupId(): number {
    this.#groupIds.takeExactly(0)
    const id = this.#groupIds.take()
    this.#groups.set(id, {})
    return id
  }

  /** A peer group that existed before the model began has this number. */
  takeGroupId(id: number): void {
    this.#groupIds.takeExactly(id)
    this.#groups.set(id, {})
  }

  /** What tells the peer group with this number from those that had it before; undefined when there is none. */
  peerGroup(id: number): object | undefined {
    return this.#groups.get(id)
  }

  freeGroupId(id: number): void {
    this.#groupIds.give(id)
    this.#groups.delete(id)
  }

  /** A device number for a filesystem without a device. */
  newDev(): number {
    return this.#devs.take()
  }

  /** The filesystem with this device number is gone. */
  freeDev(dev: number): void {
    if (dev >>> 20 === 0) this.#devs.give(dev)
  }

  /** A generation for a new inode: no two are alike, so that no file handle names another file. */
  newGeneration(): number {
    return this.#nextGeneration++
  }

  /** An inode number for what has none of its own: pipes, sockets, procfs entries. */
  newIno(): number {
    return this.#nextIno++
  }

  /** Whether this number comes from a counter that the rest of a machine draws from too: {@link newIno}'s, or that of processes. */
  isCountedIno(ino: number): boolean {
    if (ino >= FIRST_COUNTED_INO && ino < this.#nextIno) return true
    return this.#pidfs !== null && (this.#pidfs.sb as PidfsSuperBlock).hasInode(ino)
  }

  /** The mount that namespace files are opened through. */
  get nsfs(): Mount {
    this.#nsfs ??= this.#internal(new NsfsSuperBlock(this.kernel, INTERNAL_IDS.nsfs), 'nsfs')
    return this.#nsfs
  }

  /** The mount that pidfds are opened through. */
  get pidfs(): Mount {
    this.#pidfs ??= this.#internal(new PidfsSuperBlock(this.kernel, INTERNAL_IDS.pidfs), 'pidfs')
    return this.#pidfs
  }

  get anonInodes(): Mount {
    this.#anon ??= this.#internal(new AnonSuperBlock(this.kernel, INTERNAL_IDS.anon_inodefs), 'anon_inodefs')
    return this.#anon
  }

  get pipes(): Mount {
    this.#pipes ??= this.#internal(new PipefsSuperBlock(this.kernel, INTERNAL_IDS.pipefs), 'pipefs')
    return this.#pipes
  }

  get sockets(): Mount {
    this.#sockets ??= this.#internal(new SockfsSuperBlock(this.kernel, INTERNAL_IDS.sockfs), 'sockfs')
    return this.#sockets
  }

  /** The procfs instance of a pid namespace; one per namespace, however often it is mounted. */
  procOf(pidNs: PidNamespace, dev?: number): ProcSuperBlock {
    let sb = this.#proc.get(pidNs)
    if (sb === undefined) {
      sb = new ProcSuperBlock(this.kernel, pidNs, dev ?? this.newDev())
      this.#proc.set(pidNs, sb)
    }
    return sb
  }

  /** How many mounts are alive, attached or not. */
  get mountCount(): number {
    return this.#mounts.size
  }

  /** All mounts that are alive, attached or not. */
  get liveMounts(): Iterable<Mount> {
    this.build()
    return this.#mounts.values()
  }

  /** The live mount with this reused id, if there is one. */
  mountById(id: number): Mount | undefined {
    this.build()
    return this.#mounts.get(id)
  }

  /** The filesystem of that type that was mounted at boot, if there is one. */
  bootSuperBlock(type: string): SuperBlock | undefined {
    this.build()
    for (const mount of this.#mounts.values()) if (mount.sb.type === type) return mount.sb
    return undefined
  }

  /** The live filesystem with this device number (major << 20 | minor), if there is one. */
  superBlockByDev(dev: number): SuperBlock | undefined {
    this.build()
    for (const mount of this.#mounts.values()) if (mount.sb.dev === dev) return mount.sb
    return undefined
  }

  #enter(mount: Mount): Mount {
    this.#mounts.set(mount.id, mount)
    return mount
  }

  #internal(sb: SuperBlock, name: keyof typeof INTERNAL_IDS): Mount {
    return this.bootMount(sb, sb.root, name, 0, INTERNAL_IDS[name])
  }
}
