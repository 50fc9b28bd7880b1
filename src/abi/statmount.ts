import { CAP_SYS_ADMIN } from '../kernel/capability.js'
import { nsCapable } from '../kernel/cred.js'
import { dentryPath, pathFrom } from '../kernel/d_path.js'
import { type IdMap, INVALID_ID } from '../kernel/id_map.js'
import { MNT_NOATIME, MNT_RELATIME, type Mount } from '../kernel/mount.js'
import { attributesOfFlags } from '../kernel/mount_flags.js'
import type { MountOwner } from '../kernel/mount_owner.js'
import { dominatingGroup } from '../kernel/mountinfo.js'
import { isUnder } from '../kernel/namei.js'
import type { Path } from '../kernel/path.js'
import type { Task } from '../kernel/task.js'
import type { UserNamespace } from '../kernel/user_namespace.js'
import {
  MOUNT_ATTR_IDMAP,
  MOUNT_ATTR_NOATIME,
  MOUNT_ATTR_STRICTATIME,
  MS_DIRSYNC,
  MS_LAZYTIME,
  MS_PRIVATE,
  MS_RDONLY,
  MS_SHARED,
  MS_SLAVE,
  MS_SYNCHRONOUS,
  MS_UNBINDABLE,
  STATMOUNT_BY_FD,
  STATMOUNT_FS_SUBTYPE,
  STATMOUNT_FS_TYPE,
  STATMOUNT_MNT_BASIC,
  STATMOUNT_MNT_GIDMAP,
  STATMOUNT_MNT_NS_ID,
  STATMOUNT_MNT_OPTS,
  STATMOUNT_MNT_POINT,
  STATMOUNT_MNT_ROOT,
  STATMOUNT_MNT_UIDMAP,
  STATMOUNT_OPT_ARRAY,
  STATMOUNT_OPT_SEC_ARRAY,
  STATMOUNT_PROPAGATE_FROM,
  STATMOUNT_SB_BASIC,
  STATMOUNT_SB_SOURCE,
  STATMOUNT_SUPPORTED_MASK,
} from '../uapi/constants/mount.js'
import { EBADF, EFAULT, EINVAL, ENOENT, EOVERFLOW, EPERM } from '../uapi/errno.js'
import { statmount as statmountStruct } from '../uapi/generated/mount.js'
import { copyToUser } from './memory.js'
import { readMntIdReq, requestedNs, rootSeenIn } from './mnt_id_req.js'
import type { Registers } from './registers.js'
import type { SyscallRow } from './syscall_row.js'

const STRUCT_SIZE = 512
const SUPPORTED = 0x7fffn
/** Of a filesystem's flags; MS_MANDLOCK is not told. */
const TOLD_FLAGS = MS_SYNCHRONOUS | MS_DIRSYNC | MS_LAZYTIME
/** What is told in the text after the struct. */
const STRINGS =
  STATMOUNT_FS_TYPE |
  STATMOUNT_MNT_ROOT |
  STATMOUNT_MNT_POINT |
  STATMOUNT_MNT_OPTS |
  STATMOUNT_OPT_ARRAY |
  STATMOUNT_OPT_SEC_ARRAY |
  STATMOUNT_FS_SUBTYPE |
  STATMOUNT_SB_SOURCE |
  STATMOUNT_MNT_UIDMAP |
  STATMOUNT_MNT_GIDMAP

/** Told of a mount that has maps, whatever shows of them. */
const MAPS = STATMOUNT_MNT_UIDMAP | STATMOUNT_MNT_GIDMAP

/** A mount as one who asks sees it. `ns` is null for a mount in no namespace. */
interface Seen {
  readonly mount: Mount
  readonly ns: MountOwner | null
  /** Where its mountpoint is told from. */
  readonly root: Path
  /** The root of who asks, from which groups are looked for. */
  readonly ownRoot: Path
  /** The user namespace of who asks. */
  readonly viewer: UserNamespace
}

const struct = new Uint8Array(STRUCT_SIZE)
const view = new DataView(struct.buffer)
const { offset } = statmountStruct

function put64(at: number, value: number): void {
  view.setUint32(at, value, true)
  view.setUint32(at + 4, Math.floor(value / 0x1_0000_0000), true)
}

type Field = (seen: Seen) => void

/** What each bit fills in that always can be told. */
const FIELDS: readonly (readonly [bit: number, fill: Field])[] = [
  [
    STATMOUNT_SB_BASIC,
    ({ mount: { sb } }) => {
      view.setUint32(offset.sb_dev_major, sb.dev >>> 20, true)
      view.setUint32(offset.sb_dev_minor, sb.dev & 0xf_ffff, true)
      put64(offset.sb_magic, sb.magic)
      view.setUint32(offset.sb_flags, (sb.flags & TOLD_FLAGS) | (sb.readOnly ? MS_RDONLY : 0), true)
    },
  ],
  [
    STATMOUNT_MNT_BASIC,
    ({ mount }) => {
      const parent = mount.parent ?? mount
      put64(offset.mnt_id, mount.idUnique)
      put64(offset.mnt_parent_id, parent.idUnique)
      view.setUint32(offset.mnt_id_old, mount.id, true)
      view.setUint32(offset.mnt_parent_id_old, parent.id, true)
      put64(offset.mnt_attr, attributes(mount))
      put64(offset.mnt_propagation, propagation(mount))
      put64(offset.mnt_peer_group, mount.groupId)
      put64(offset.mnt_master, mount.master?.groupId ?? 0)
    },
  ],
  [
    STATMOUNT_PROPAGATE_FROM,
    ({ mount, ownRoot }) => {
      if (mount.master !== null) put64(offset.propagate_from, dominatingGroup(mount, ownRoot))
    },
  ],
]

function attributes(mount: Mount): number {
  const flags = attributesOfFlags(mount.flags) | (mount.idmap === null ? 0 : MOUNT_ATTR_IDMAP)
  if ((mount.flags & MNT_NOATIME) !== 0) return flags | MOUNT_ATTR_NOATIME
  return (mount.flags & MNT_RELATIME) !== 0 ? flags : flags | MOUNT_ATTR_STRICTATIME
}

function propagation(mount: Mount): number {
  let kind = 0
  if (mount.isShared) kind |= MS_SHARED
  if (mount.master !== null) kind |= MS_SLAVE
  if (mount.unbindable) kind |= MS_UNBINDABLE
  return kind === 0 ? MS_PRIVATE : kind
}

/** A text that a bit asks for, '' where there is nothing to tell; parts of a list end in NUL. */
type Text = (seen: Seen) => string

const withoutComma = (options: string): string => (options.startsWith(',') ? options.slice(1) : options)

/** The texts in the order in which they follow each other, with where their offset and their count go. */
const TEXTS: readonly { bit: number; at: number; count?: number; text: Text }[] = [
  { bit: STATMOUNT_FS_TYPE, at: offset.fs_type, text: ({ mount }) => mount.sb.type },
  { bit: STATMOUNT_MNT_ROOT, at: offset.mnt_root, text: ({ mount }) => dentryPath(mount.root) },
  {
    bit: STATMOUNT_MNT_POINT,
    at: offset.mnt_point,
    text: ({ mount, ns, root }) => (ns === null ? '' : (pathFrom({ mnt: mount, dentry: mount.root }, root) ?? '')),
  },
  { bit: STATMOUNT_MNT_OPTS, at: offset.mnt_opts, text: ({ mount }) => withoutComma(mount.sb.options) },
  {
    bit: STATMOUNT_OPT_ARRAY,
    at: offset.opt_array,
    count: offset.opt_num,
    text: ({ mount }) => withoutComma(mount.sb.options).replaceAll(',', '\0'),
  },
  {
    bit: STATMOUNT_SB_SOURCE,
    at: offset.sb_source,
    text: ({ mount }) => mount.source,
  },
  {
    bit: STATMOUNT_MNT_UIDMAP,
    at: offset.mnt_uidmap,
    count: offset.mnt_uidmap_num,
    text: ({ mount, viewer }) => mapText(mount.idmap?.uidMap, (id) => viewer.uidOf(id)),
  },
  {
    bit: STATMOUNT_MNT_GIDMAP,
    at: offset.mnt_gidmap,
    count: offset.mnt_gidmap_num,
    text: ({ mount, viewer }) => mapText(mount.idmap?.gidMap, (id) => viewer.gidOf(id)),
  },
]

/** How many texts there are in one, with NULs between them or after each. */
const partsOf = (text: string): number => text.split('\0').length - (text.endsWith('\0') ? 1 : 0)

/** The lines of a map that whoever asks has numbers for, each ended by NUL. */
function mapText(map: IdMap | undefined, idOf: (kernelId: number) => number): string {
  const lines: string[] = []
  for (const { first, lower, count } of map ?? []) {
    const id = idOf(lower)
    if (id !== INVALID_ID) lines.push(`${first} ${id} ${count}\0`)
  }
  return lines.join('')
}

/** Fills in what `mask` asks for: the text after the struct, or -EOVERFLOW where it does not fit `room` bytes with the struct. */
function fill(seen: Seen, mask: bigint, room: number): string | number {
  const wanted = Number(mask & SUPPORTED)
  let told = 0
  struct.fill(0)
  for (const [bit, put] of FIELDS) {
    if ((wanted & bit) === 0) continue
    put(seen)
    told |= bit
  }
  if ((wanted & STATMOUNT_MNT_NS_ID) !== 0 && seen.ns !== null) {
    put64(offset.mnt_ns_id, seen.ns.id)
    told |= STATMOUNT_MNT_NS_ID
  }
  let strings = ''
  if ((wanted & STRINGS) !== 0) {
    // What was not told has offset 0: an empty text.
    strings = '\0'
    for (const { bit, at, count, text } of TEXTS) {
      if ((wanted & bit) === 0) continue
      const value = text(seen)
      // A map that shows nothing is there all the same.
      if (seen.mount.idmap !== null) told |= bit & MAPS
      if (value === '') continue
      view.setUint32(at, strings.length, true)
      if (count !== undefined) view.setUint32(count, partsOf(value), true)
      strings += value
      if (STRUCT_SIZE + strings.length >= room) return -EOVERFLOW
      strings += '\0'
      told |= bit
    }
  }
  if ((wanted & STATMOUNT_SUPPORTED_MASK) !== 0) {
    view.setBigUint64(offset.supported_mask, SUPPORTED, true)
    told |= STATMOUNT_SUPPORTED_MASK
  }
  view.setUint32(offset.mask, told, true)
  return strings
}

function copyOut(regs: Registers, strings: string, room: number): number {
  const { memory } = regs
  const address = regs.ptr(1)
  if (strings !== '') {
    const bytes = Uint8Array.from(strings, (character) => character.charCodeAt(0))
    if (copyToUser(memory, address + STRUCT_SIZE, bytes) !== 0) return -EFAULT
  }
  const size = Math.min(room, STRUCT_SIZE)
  view.setUint32(offset.size, size + strings.length, true)
  return copyToUser(memory, address, struct, size) === 0 ? 0 : -EFAULT
}

/** A buffer of the struct's own size says that no text is wanted, before anything is looked at. */
function hasNoRoomForText(mask: bigint, room: number): boolean {
  return room === STRUCT_SIZE && (Number(mask & SUPPORTED) & STRINGS) !== 0
}

/** The mount that register 0's request is about, if it may be looked at; or -errno. */
function find(task: Task, regs: Registers, byFd: boolean, room: number): { seen: Seen; mask: bigint } | number {
  const request = readMntIdReq(regs, byFd)
  if (typeof request === 'number') return request
  const mask = request.param
  if (byFd) {
    const file = task.files!.file(request.mnt_ns_fd | 0)
    if (file === null) return -EBADF
    if (hasNoRoomForText(mask, room)) return -EOVERFLOW
    const seen = ofFile(task, file.mnt)
    return typeof seen === 'number' ? seen : { seen, mask }
  }
  const ns = requestedNs(task, request, EPERM)
  if (typeof ns === 'number') return ns
  if (hasNoRoomForText(mask, room)) return -EOVERFLOW
  const mount = ns.mounts.find(Number(request.mnt_id))
  if (mount === null) return -ENOENT
  const seen = inNs(task, mount, ns)
  if (typeof seen === 'number') return seen
  const visible = isUnder({ mnt: mount, dentry: mount.root }, seen.root)
  return visible || nsCapable(task.cred, ns.owner!, CAP_SYS_ADMIN) ? { seen, mask } : -EPERM
}

/** Whoever has a descriptor of a mount may look at it, wherever it is. */
function ofFile(task: Task, mount: Mount): Seen | number {
  const { ns } = mount
  if (mount === task.kernel.vfs.nsfs || mount.sb.internal) return -EINVAL
  if (ns !== null) return inNs(task, mount, ns)
  return { mount, ns: null, root: task.fs!.root, ownRoot: task.fs!.root, viewer: task.cred.userNs }
}

function inNs(task: Task, mount: Mount, ns: MountOwner): Seen | number {
  const root = rootSeenIn(task, ns)
  return root === null ? -ENOENT : { mount, ns, root, ownRoot: task.fs!.root, viewer: task.cred.userNs }
}

function statmount(task: Task, regs: Registers): number {
  const flags = regs.u32(3)
  if ((flags & ~(task.kernel.features.statmountByFd ? STATMOUNT_BY_FD : 0)) !== 0) return -EINVAL
  const found = find(task, regs, flags !== 0, regs.size(2))
  if (typeof found === 'number') return found
  const room = regs.size(2)
  const strings = fill(found.seen, found.mask, room)
  return typeof strings === 'number' ? strings : copyOut(regs, strings, room)
}

/** Telling of a mount. */
export const statmountSyscalls: readonly SyscallRow[] = [
  { nr: 457, name: 'statmount', support: 'full', handler: statmount },
]
