import {
  MOUNT_ATTR_NODEV,
  MOUNT_ATTR_NODIRATIME,
  MOUNT_ATTR_NOEXEC,
  MOUNT_ATTR_NOSUID,
  MOUNT_ATTR_NOSYMFOLLOW,
  MOUNT_ATTR_RDONLY,
  MS_NOATIME,
  MS_NODEV,
  MS_NODIRATIME,
  MS_NOEXEC,
  MS_NOSUID,
  MS_NOSYMFOLLOW,
  MS_RDONLY,
  MS_RELATIME,
  MS_REMOUNT,
  MS_STRICTATIME,
} from '../uapi/constants/mount.js'
import {
  MNT_ATIME_MASK,
  MNT_LOCK_ATIME,
  MNT_LOCK_NODEV,
  MNT_LOCK_NOEXEC,
  MNT_LOCK_NOSUID,
  MNT_LOCK_READONLY,
  MNT_NOATIME,
  MNT_NODEV,
  MNT_NODIRATIME,
  MNT_NOEXEC,
  MNT_NOSUID,
  MNT_NOSYMFOLLOW,
  MNT_READONLY,
  MNT_RELATIME,
  MNT_USER_SETTABLE,
  type Mount,
} from './mount.js'

/** A flag of a mount under its three names: the kernel's own, mount(2)'s, mount_setattr(2)'s. */
const FLAGS: readonly (readonly [mnt: number, ms: number, attr: number])[] = [
  [MNT_READONLY, MS_RDONLY, MOUNT_ATTR_RDONLY],
  [MNT_NOSUID, MS_NOSUID, MOUNT_ATTR_NOSUID],
  [MNT_NODEV, MS_NODEV, MOUNT_ATTR_NODEV],
  [MNT_NOEXEC, MS_NOEXEC, MOUNT_ATTR_NOEXEC],
  [MNT_NODIRATIME, MS_NODIRATIME, MOUNT_ATTR_NODIRATIME],
  [MNT_NOSYMFOLLOW, MS_NOSYMFOLLOW, MOUNT_ATTR_NOSYMFOLLOW],
]

/** The flags of the mount that mount(2)'s ask for. A remount that says nothing of access times leaves those of `old`. */
export function flagsOfMount(ms: number, old: Mount): number {
  let flags = 0
  for (const [mnt, name] of FLAGS) if ((ms & name) !== 0) flags |= mnt
  flags |= (ms & MS_NOATIME) !== 0 ? MNT_NOATIME : MNT_RELATIME
  if ((ms & MS_STRICTATIME) !== 0) flags &= ~(MNT_RELATIME | MNT_NOATIME)
  if ((ms & MS_REMOUNT) !== 0 && (ms & (MS_NOATIME | MS_NODIRATIME | MS_RELATIME | MS_STRICTATIME)) === 0)
    flags = (flags & ~MNT_ATIME_MASK) | (old.flags & MNT_ATIME_MASK)
  return flags
}

/** The flags behind MOUNT_ATTR_* bits, without those of access times that are a number and not bits. */
export function flagsOfAttributes(attributes: number): number {
  let flags = 0
  for (const [mnt, , attr] of FLAGS) if ((attributes & attr) !== 0) flags |= mnt
  return flags
}

/** MOUNT_ATTR_* bits for flags, without access times. */
export function attributesOfFlags(flags: number): number {
  let attributes = 0
  for (const [mnt, , attr] of FLAGS) if ((flags & mnt) !== 0) attributes |= attr
  return attributes
}

/** Changes the flags that user space sets; the others stay. */
export function setFlags(mount: Mount, flags: number): void {
  mount.flags = (mount.flags & ~MNT_USER_SETTABLE) | flags
  mount.ns?.touch()
}

const LOCKED_ON: readonly (readonly [lock: number, flag: number])[] = [
  [MNT_LOCK_READONLY, MNT_READONLY],
  [MNT_LOCK_NODEV, MNT_NODEV],
  [MNT_LOCK_NOSUID, MNT_NOSUID],
  [MNT_LOCK_NOEXEC, MNT_NOEXEC],
]

/** False when `flags` would lift what is locked on the mount. */
export function mayChangeFlags(mount: Mount, flags: number): boolean {
  for (const [lock, flag] of LOCKED_ON) if ((mount.flags & lock) !== 0 && (flags & flag) === 0) return false
  if ((mount.flags & MNT_LOCK_ATIME) === 0) return true
  return (mount.flags & MNT_ATIME_MASK) === (flags & MNT_ATIME_MASK)
}
