import { CAP_SYS_ADMIN } from '../kernel/capability.js'
import { nsCapable } from '../kernel/cred.js'
import { mayMount } from '../kernel/may_mount.js'
import { MNT_NOATIME, MNT_RELATIME } from '../kernel/mount.js'
import { flagsOfAttributes } from '../kernel/mount_flags.js'
import { isUserNamespace } from '../kernel/namespace.js'
import { NsFile } from '../kernel/nsfs.js'
import { pathGet, pathPut } from '../kernel/path.js'
import { type AttributeChange, type IdmapChange, setAttributes } from '../kernel/set_attributes.js'
import type { Task } from '../kernel/task.js'
import {
  MOUNT_ATTR__ATIME,
  MOUNT_ATTR_IDMAP,
  MOUNT_ATTR_NOATIME,
  MOUNT_ATTR_NODEV,
  MOUNT_ATTR_NODIRATIME,
  MOUNT_ATTR_NOEXEC,
  MOUNT_ATTR_NOSUID,
  MOUNT_ATTR_NOSYMFOLLOW,
  MOUNT_ATTR_RDONLY,
  MOUNT_ATTR_RELATIME,
  MOUNT_ATTR_SIZE_VER0,
  MOUNT_ATTR_STRICTATIME,
} from '../uapi/constants/mount.js'
import { E2BIG, EBADF, EINVAL, EPERM } from '../uapi/errno.js'
import { AT_EMPTY_PATH, AT_NO_AUTOMOUNT, AT_RECURSIVE, AT_SYMLINK_NOFOLLOW } from '../uapi/fcntl.js'
import { mount_attr } from '../uapi/generated/mount.js'
import { copyStructFromUser, PAGE_SIZE } from './copy_struct.js'
import { PROPAGATIONS } from './mount.js'
import { placeArgument } from './place_argument.js'
import type { Registers } from './registers.js'
import type { SyscallRow } from './syscall_row.js'

/** MOUNT_ATTR_* that a mount can be given when it is made. */
export const MOUNT_ATTRIBUTES: number =
  MOUNT_ATTR_RDONLY |
  MOUNT_ATTR_NOSUID |
  MOUNT_ATTR_NODEV |
  MOUNT_ATTR_NOEXEC |
  MOUNT_ATTR__ATIME |
  MOUNT_ATTR_NODIRATIME |
  MOUNT_ATTR_NOSYMFOLLOW
const SETTABLE = MOUNT_ATTRIBUTES | MOUNT_ATTR_IDMAP

/** What the access-time number in MOUNT_ATTR_* bits means for the flags of a mount; missing is -EINVAL. */
export const ATIME_FLAGS: ReadonlyMap<number, number> = new Map([
  [MOUNT_ATTR_RELATIME, MNT_RELATIME],
  [MOUNT_ATTR_NOATIME, MNT_NOATIME],
  [MOUNT_ATTR_STRICTATIME, 0],
])

const bytes = new Uint8Array(MOUNT_ATTR_SIZE_VER0)
const view = new DataView(bytes.buffer)
const AT = mount_attr.offset

/** How the user namespace behind `fd` has a mount show owners; or -EBADF, -EINVAL for another file, -EPERM. */
function idmapBy(task: Task, fd: bigint, replaces: boolean): IdmapChange | number {
  if (fd > INT_MAX) return -EINVAL
  const file = task.files!.file(Number(fd))
  if (file === null || file.isPathOnly) return -EBADF
  if (!(file instanceof NsFile) || !isUserNamespace(file.ns)) return -EINVAL
  if (file.ns === task.kernel.initUserNs) return -EPERM
  if (!nsCapable(task.cred, file.ns, CAP_SYS_ADMIN)) return -EPERM
  return { ns: file.ns, replaces }
}

const INT_MAX = 0x7fff_ffffn

/** A 64-bit field that fits 32 bits, or -1. */
function word(at: number): number {
  return view.getUint32(at + 4, true) === 0 ? view.getUint32(at, true) : -1
}

/**
 * The struct mount_attr at register `register`: what it changes, null when nothing, or -errno. `replaces`: it is for mounts that
 * were just made, whose owners may be shown in yet another way.
 */
export function readChange(
  task: Task,
  regs: Registers,
  register: number,
  size: number,
  recursive: boolean,
  replaces: boolean,
): AttributeChange | null | number {
  if (size > PAGE_SIZE) return -E2BIG
  if (size < MOUNT_ATTR_SIZE_VER0) return -EINVAL
  if (!mayMount(task)) return -EPERM
  const copied = copyStructFromUser(regs.memory, regs.ptr(register), size, bytes)
  if (copied !== 0) return copied
  const [set, clear, propagation] = [word(AT.attr_set), word(AT.attr_clr), word(AT.propagation)]
  if (set === 0 && clear === 0 && propagation === 0) return null
  const kind = propagation === 0 ? null : PROPAGATIONS.get(propagation)
  if (kind === undefined) return -EINVAL
  if (set < 0 || clear < 0 || ((set | clear) & ~SETTABLE) !== 0) return -EINVAL
  let setFlags = flagsOfAttributes(set)
  let clearFlags = flagsOfAttributes(clear)
  if ((clear & MOUNT_ATTR__ATIME) !== 0) {
    if ((clear & MOUNT_ATTR__ATIME) !== MOUNT_ATTR__ATIME) return -EINVAL
    const atime = ATIME_FLAGS.get(set & MOUNT_ATTR__ATIME)
    if (atime === undefined) return -EINVAL
    clearFlags |= MNT_RELATIME | MNT_NOATIME
    setFlags |= atime
  } else if ((set & MOUNT_ATTR__ATIME) !== 0) return -EINVAL
  let idmap: IdmapChange | null = null
  if ((clear & MOUNT_ATTR_IDMAP) !== 0 && !replaces) return -EINVAL
  if ((set & MOUNT_ATTR_IDMAP) !== 0) {
    const by = idmapBy(task, view.getBigUint64(AT.userns_fd, true), replaces)
    if (typeof by === 'number') return by
    idmap = by
  } else if ((clear & MOUNT_ATTR_IDMAP) !== 0) idmap = { ns: null, replaces }
  return { set: setFlags, clear: clearFlags, propagation: kind, recursive, idmap }
}

function mount_setattr(task: Task, regs: Registers): number {
  const flags = regs.u32(2)
  if ((flags & ~(AT_EMPTY_PATH | AT_RECURSIVE | AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT)) !== 0) return -EINVAL
  const change = readChange(task, regs, 3, regs.size(4), (flags & AT_RECURSIVE) !== 0, false)
  if (change === null || typeof change === 'number') return change ?? 0
  const path = placeArgument(task, regs, regs.i32(0), 1, flags)
  if (typeof path === 'number') return path
  pathGet(path)
  const result = setAttributes(task, path, change)
  pathPut(path)
  return result
}

/** Attributes of mounts. */
export const mountSetattrSyscalls: readonly SyscallRow[] = [
  {
    nr: 442,
    name: 'mount_setattr',
    support: 'full',
    note: 'MOUNT_ATTR_IDMAP: tmpfs',
    handler: mount_setattr,
  },
]
