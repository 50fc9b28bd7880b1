import { CAP_SYS_ADMIN } from '../kernel/capability.js'
import { nsCapable } from '../kernel/cred.js'
import type { File } from '../kernel/file.js'
import type { MntNamespace } from '../kernel/mnt_namespace.js'
import type { Namespace } from '../kernel/namespace.js'
import { NS_MNT, NS_PID, NS_TYPES, NS_USER } from '../kernel/ns_type.js'
import { NsFile, openNs } from '../kernel/nsfs.js'
import type { PidNamespace } from '../kernel/pid_namespace.js'
import type { Task } from '../kernel/task.js'
import type { UserNamespace } from '../kernel/user_namespace.js'
import { maySeeAllNamespaces } from '../kernel/visibility.js'
import {
  MNT_NS_INFO_SIZE_VER0,
  NS_GET_ID,
  NS_GET_MNTNS_ID,
  NS_GET_NSTYPE,
  NS_GET_OWNER_UID,
  NS_GET_PARENT,
  NS_GET_PID_FROM_PIDNS,
  NS_GET_PID_IN_PIDNS,
  NS_GET_TGID_FROM_PIDNS,
  NS_GET_TGID_IN_PIDNS,
  NS_GET_USERNS,
  NS_MNT_GET_INFO,
  NS_MNT_GET_NEXT,
  NS_MNT_GET_PREV,
} from '../uapi/constants/nsfs.js'
import { EINVAL, ENOENT, ENOTTY, EPERM, ESRCH } from '../uapi/errno.js'
import { O_RDONLY } from '../uapi/fcntl.js'
import { mnt_ns_info } from '../uapi/generated/nsfs.js'
import { installFile } from './install_file.js'
import { copyToUser, type Memory, putUser32, putUser64 } from './memory.js'
import type { Registers } from './registers.js'

type NsHandler = (task: Task, ns: Namespace, regs: Registers, size: number) => number

/** Opens a relative of a namespace; one that is outside the caller's own subtree is -EPERM. */
function openRelative(task: Task, ns: Namespace | null): number {
  return ns === null ? -EPERM : installFile(task, openNs(task, ns, O_RDONLY), true)
}

/** The owner of `ns`, when that is the caller's user namespace or below it. */
function getUserNs(task: Task, ns: Namespace): number {
  const { owner } = ns
  return openRelative(task, owner?.isWithin(task.cred.userNs) ? owner : null)
}

function getParent(task: Task, ns: Namespace): number {
  if (ns.type === NS_USER) return getUserNs(task, ns)
  if (ns.type !== NS_PID) return -EINVAL
  const { parent } = ns as PidNamespace
  return openRelative(task, parent?.isWithin(task.pidNamespace) ? parent : null)
}

function getOwnerUid(task: Task, ns: Namespace, regs: Registers): number {
  if (ns.type !== NS_USER) return -EINVAL
  const uid = task.cred.userNs.uidOfMunged((ns as UserNamespace).ownerUid)
  return putUser32(regs.memory, regs.ptr(2), uid)
}

/** From a pid inside the namespace to the caller's number for it, or back. */
function translatePid(inward: boolean, ofProcess: boolean): NsHandler {
  return (task, ns, regs) => {
    if (ns.type !== NS_PID) return -EINVAL
    const inside = ns as PidNamespace
    const own = task.pidNamespace
    const [from, to] = inward ? [own, inside] : [inside, own]
    const found = from.find(regs.i32(2))?.task
    if (!found) return task.kernel.features.pidTranslationNotty ? -ENOTTY : -ESRCH
    const number = ofProcess ? found.pidIn(to) : found.tidIn(to)
    return number === 0 ? -ESRCH : number
  }
}

function getId(_task: Task, ns: Namespace, regs: Registers): number {
  return putUser64(regs.memory, regs.ptr(2), ns.id)
}

function getMntNsId(task: Task, ns: Namespace, regs: Registers): number {
  return ns.type === NS_MNT ? getId(task, ns, regs) : -EINVAL
}

const info = new Uint8Array(MNT_NS_INFO_SIZE_VER0)

function writeInfo(memory: Memory, address: number, ns: MntNamespace, size: number): number {
  mnt_ns_info.write(info, 0, { size: MNT_NS_INFO_SIZE_VER0, nr_mounts: ns.nrMounts, mnt_ns_id: BigInt(ns.id) })
  return copyToUser(memory, address, info, Math.min(size, MNT_NS_INFO_SIZE_VER0))
}

function mntGetInfo(_task: Task, ns: Namespace, regs: Registers, size: number): number {
  if (ns.type !== NS_MNT) return -EINVAL
  if (regs.ptr(2) === 0) return -EINVAL
  if (size < MNT_NS_INFO_SIZE_VER0) return -EINVAL
  return writeInfo(regs.memory, regs.ptr(2), ns as MntNamespace, size)
}

/** Under the older rule the walk passes over what the caller has no power in; under the newer one only who sees all may walk. */
function neighbour(task: Task, ns: Namespace, step: 'after' | 'before'): MntNamespace | null {
  const list = ns.kernel.namespaces.ofType[NS_MNT]!
  for (let at = list[step](ns.id); at !== null; at = list[step](at.id)) {
    if (nsCapable(task.cred, at.owner!, CAP_SYS_ADMIN)) return at as MntNamespace
  }
  return null
}

function mntGetNeighbour(step: 'after' | 'before'): NsHandler {
  return (task, ns, regs, size) => {
    if (task.kernel.features.listnsVisibility === 'init-only' && !maySeeAllNamespaces(task)) return -EPERM
    if (ns.type !== NS_MNT) return -EINVAL
    const address = regs.ptr(2)
    if (size < MNT_NS_INFO_SIZE_VER0) return -EINVAL
    const found = neighbour(task, ns, step)
    if (found === null) return -ENOENT
    const file = openNs(task, found, O_RDONLY)
    const silent = address === 0 && task.kernel.features.mntNextWithoutInfo
    const fd = task.files!.free(task.group.rlimits.nofile)
    const error = fd < 0 ? fd : silent ? 0 : writeInfo(regs.memory, address, found, size)
    if (error < 0) {
      file.put()
      return error
    }
    task.files!.set(fd, file, true)
    return fd
  }
}

/** Commands that are one number each. */
const FIXED: ReadonlyMap<number, NsHandler> = new Map<number, NsHandler>([
  [NS_GET_USERNS, getUserNs],
  [NS_GET_PARENT, getParent],
  [NS_GET_NSTYPE, (_task, ns) => NS_TYPES[ns.type]!.flag],
  [NS_GET_OWNER_UID, getOwnerUid],
  [NS_GET_PID_FROM_PIDNS, translatePid(false, false)],
  [NS_GET_TGID_FROM_PIDNS, translatePid(false, true)],
  [NS_GET_PID_IN_PIDNS, translatePid(true, false)],
  [NS_GET_TGID_IN_PIDNS, translatePid(true, true)],
  [NS_GET_MNTNS_ID, getMntNsId],
  [NS_GET_ID, getId],
])

/** Commands whose struct may grow: all but the size in the command word decides. */
const SIZE_SHIFT = 16
const SIZE_MASK = 0x3fff
const withoutSize = (command: number): number => (command & ~(SIZE_MASK << SIZE_SHIFT)) >>> 0

const EXTENSIBLE: ReadonlyMap<number, NsHandler> = new Map<number, NsHandler>([
  [withoutSize(NS_MNT_GET_INFO), mntGetInfo],
  [withoutSize(NS_MNT_GET_NEXT), mntGetNeighbour('after')],
  [withoutSize(NS_MNT_GET_PREV), mntGetNeighbour('before')],
])

/** ioctl on a namespace file. */
export function nsIoctl(task: Task, file: File, command: number, regs: Registers): number {
  if (!(file instanceof NsFile)) return -ENOTTY
  const { ns } = file
  const fixed = FIXED.get(command)
  if (fixed !== undefined) return fixed(task, ns, regs, 0)
  const size = (command >>> SIZE_SHIFT) & SIZE_MASK
  const extensible = EXTENSIBLE.get(withoutSize(command))
  if (extensible === undefined || size < MNT_NS_INFO_SIZE_VER0) return -ENOTTY
  return extensible(task, ns, regs, size)
}
