import { type IdMap, INVALID_ID, mapDown, mapUp, OVERFLOW_ID } from './id_map.js'
import type { Inode } from './inode.js'
import type { SuperBlock } from './super_block.js'
import type { UserNamespace } from './user_namespace.js'

/**
 * How a mount shows the owners of files: an id of its filesystem is what a user namespace's map makes of it, as that was when
 * the mount got it (`struct mnt_idmap`). A mount without one has null.
 */
export interface MntIdmap {
  readonly uidMap: IdMap
  readonly gidMap: IdMap
}

/** The maps of a user namespace as they are now; null where one of them has not been written. */
export function idmapOf(ns: UserNamespace): MntIdmap | null {
  const { uidMap, gidMap } = ns
  return uidMap.length === 0 || gidMap.length === 0 ? null : { uidMap, gidMap }
}

/** The kernel id that owns the inode as seen through a mount, or INVALID_ID where the mount has none for it. */
export function vfsuid(idmap: MntIdmap | null, inode: Inode): number {
  return idmap === null ? inode.uid : mapDown(idmap.uidMap, inode.sb.userNs.uidOf(inode.uid))
}

export function vfsgid(idmap: MntIdmap | null, inode: Inode): number {
  return idmap === null ? inode.gid : mapDown(idmap.gidMap, inode.sb.userNs.gidOf(inode.gid))
}

/** What an inode's owner must be so that it is `kuid` through the mount, or INVALID_ID. */
export function uidThrough(idmap: MntIdmap | null, sb: SuperBlock, kuid: number): number {
  return idmap === null ? kuid : sb.userNs.kuid(mapUp(idmap.uidMap, kuid))
}

export function gidThrough(idmap: MntIdmap | null, sb: SuperBlock, kgid: number): number {
  return idmap === null ? kgid : sb.userNs.kgid(mapUp(idmap.gidMap, kgid))
}

/** True for an inode that somebody owns, as the mount shows it. */
export function hasOwners(idmap: MntIdmap | null, inode: Inode): boolean {
  return idmap === null || (vfsuid(idmap, inode) !== INVALID_ID && vfsgid(idmap, inode) !== INVALID_ID)
}

/** The uid of an inode as `viewer` is told it: the overflow id where it has none. */
export function shownUid(viewer: UserNamespace, idmap: MntIdmap | null, inode: Inode): number {
  const kuid = vfsuid(idmap, inode)
  return kuid === INVALID_ID ? OVERFLOW_ID : viewer.uidOfMunged(kuid)
}

export function shownGid(viewer: UserNamespace, idmap: MntIdmap | null, inode: Inode): number {
  const kgid = vfsgid(idmap, inode)
  return kgid === INVALID_ID ? OVERFLOW_ID : viewer.gidOfMunged(kgid)
}
