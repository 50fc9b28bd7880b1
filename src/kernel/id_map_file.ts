import { EINVAL, EPERM } from '../uapi/errno.js'
import { CAP_SETFCAP, CAP_SETGID, CAP_SETUID, CAP_SYS_ADMIN } from './capability.js'
import { type Cred, nsCapable } from './cred.js'
import { type IdExtent, type IdMap, INVALID_ID, MAX_EXTENTS, mapRangeDown, mapUp } from './id_map.js'
import type { Task } from './task.js'
import type { UserNamespace } from './user_namespace.js'

/** Which of a user namespace's maps. */
export type IdMapKind = 'uid' | 'gid' | 'projid'

const MAP_FIELD = { uid: 'uidMap', gid: 'gidMap', projid: 'projidMap' } as const

/** A map file's text for who opened it: ids of the parent as the opener's user namespace numbers them. */
export function formatIdMap(viewer: UserNamespace, ns: UserNamespace, kind: IdMapKind): string {
  const lowerNs = viewer === ns && viewer.parent !== null ? viewer.parent : viewer
  const lowerMap = lowerNs[MAP_FIELD[kind]]
  let text = ''
  for (const { first, lower, count } of ns[MAP_FIELD[kind]]) {
    text += `${pad(first)} ${pad(mapUp(lowerMap, lower))} ${pad(count)}\n`
  }
  return text
}

const pad = (value: number): string => String(value).padStart(10)

/** Extents as they are written: ids of the parent instead of kernel ids. Null for what is no map. */
function parseIdMap(text: string): IdExtent[] | null {
  const nul = text.indexOf('\0')
  const lines = (nul < 0 ? text : text.slice(0, nul)).split('\n')
  if (lines.length > 1 && lines[lines.length - 1] === '') lines.pop()
  const extents: IdExtent[] = []
  for (const line of lines) {
    const fields = /^[\s\v]*(\d+)[\s\v]+(\d+)[\s\v]+(\d*)[\s\v]*$/.exec(line)
    if (fields === null || extents.length === MAX_EXTENTS) return null
    const extent = { first: toU32(fields[1]!), lower: toU32(fields[2]!), count: toU32(fields[3]!) }
    if (extent.first === INVALID_ID || extent.lower === INVALID_ID) return null
    if (wraps(extent.first, extent.count) || wraps(extent.lower, extent.count)) return null
    if (extents.some((other) => overlap(other, extent))) return null
    extents.push(extent)
  }
  return extents
}

/** As the kernel reads a decimal number into 32 bits: 64 bits that wrap, then cut off. */
const toU32 = (digits: string): number => Number(BigInt.asUintN(32, BigInt(digits === '' ? 0 : digits)))

/** True for an empty range and one that goes past 32 bits. */
const wraps = (first: number, count: number): boolean => count === 0 || first + count > 0xffff_ffff

const overlap = (a: IdExtent, b: IdExtent): boolean =>
  (a.first < b.first + b.count && b.first < a.first + a.count) ||
  (a.lower < b.lower + b.count && b.lower < a.lower + a.count)

/** Root of the parent may only be mapped by who could have given files capabilities there. */
function mayMapRoot(opener: Cred, ns: UserNamespace, extents: readonly IdExtent[]): boolean {
  if (!extents.some((extent) => extent.lower === 0)) return true
  if (ns === opener.userNs) return ns.parentCouldSetfcap
  return nsCapable(opener, ns.parent!, CAP_SETFCAP)
}

function mapPermitted(
  task: Task,
  opener: Cred,
  ns: UserNamespace,
  kind: IdMapKind,
  extents: readonly IdExtent[],
): boolean {
  const parent = ns.parent!
  if (kind === 'uid' && !mayMapRoot(opener, ns, extents)) return false
  if (extents.length === 1 && extents[0]!.count === 1 && ns.ownerUid === opener.euid) {
    const id = extents[0]!.lower
    if (kind === 'uid' && parent.kuid(id) === opener.euid) return true
    if (kind === 'gid' && !ns.setgroupsAllowed && parent.kgid(id) === opener.egid) return true
  }
  if (kind === 'projid') return true
  const cap = kind === 'uid' ? CAP_SETUID : CAP_SETGID
  return nsCapable(task.cred, parent, cap) && nsCapable(opener, parent, cap)
}

/**
 * The one write that a map takes. `task` writes to a file that somebody with the credentials `opener` opened.
 *
 * @returns the number of bytes; -EPERM for a second write and for who may not, -EINVAL for what is no map.
 */
export function writeIdMap(task: Task, opener: Cred, ns: UserNamespace, kind: IdMapKind, bytes: Uint8Array): number {
  const field = MAP_FIELD[kind]
  if (ns[field].length !== 0) return -EPERM
  if (kind !== 'projid' && !nsCapable(opener, ns, CAP_SYS_ADMIN)) return -EPERM
  const extents = parseIdMap(String.fromCharCode(...bytes))
  if (extents === null) return -EINVAL
  if (!mapPermitted(task, opener, ns, kind, extents)) return -EPERM
  const parentMap: IdMap = ns.parent![field]
  const map: IdExtent[] = []
  for (const { first, lower, count } of extents) {
    const kernelId = mapRangeDown(parentMap, lower, count)
    if (kernelId === INVALID_ID) return -EPERM
    map.push({ first, lower: kernelId, count })
  }
  if (map.length > 5) map.sort((a, b) => a.first - b.first)
  ns[field] = map
  return bytes.length
}

/** A write to `setgroups`: the number of bytes, -EINVAL for neither word, -EPERM when it is too late for that word. */
export function writeSetgroups(ns: UserNamespace, bytes: Uint8Array): number {
  const words = /^(allow|deny)[\s\v]*(\0|$)/.exec(String.fromCharCode(...bytes))
  if (words === null) return -EINVAL
  if (words[1] === 'allow') {
    if (!ns.setgroupsAllowed) return -EPERM
  } else {
    if (ns.gidMap.length !== 0) return -EPERM
    ns.setgroupsAllowed = false
  }
  return bytes.length
}
