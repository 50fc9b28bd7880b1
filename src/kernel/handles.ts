import { FILEID_NSFS, NSFS_FILE_HANDLE_SIZE_VER0 } from '../uapi/constants/nsfs.js'
import { ESTALE } from '../uapi/errno.js'
import { CAP_SYS_ADMIN } from './capability.js'
import { nsCapable } from './cred.js'
import type { Namespace } from './namespace.js'
import { NS_PID, NS_TYPES, NS_USER, nsTypeOfFlag } from './ns_type.js'
import { nsPath } from './nsfs.js'
import type { Path } from './path.js'
import type { Task } from './task.js'
import { UserNamespace } from './user_namespace.js'
import { maySeeAllNamespaces } from './visibility.js'

const WORD = 4

/** The place that a namespace's file handle leads to, or -ESTALE for one that leads nowhere for this caller. */
export function decodeNsHandle(task: Task, type: number, bytes: Uint8Array): Path | number {
  const { features, namespaces } = task.kernel
  if (type !== FILEID_NSFS || bytes.length < NSFS_FILE_HANDLE_SIZE_VER0) return -ESTALE
  // Counted in words where bytes were meant: what must be zero begins inside the handle.
  const words = bytes.length >>> 2
  for (let at = WORD; words > WORD && at < words; at++) if (bytes[at] !== 0) return -ESTALE
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const id = view.getUint32(0, true) + view.getUint32(4, true) * 0x1_0000_0000
  const flag = view.getInt32(8, true)
  const ino = view.getUint32(12, true)
  if (id === 0 || (flag === 0) !== (ino === 0)) return -ESTALE
  if (flag === 0 && !features.nsHandleIdOnly) return -ESTALE
  const nsType = flag === 0 ? null : nsTypeOfFlag(flag)
  if (flag !== 0 && nsType === null) return -ESTALE
  const list = nsType === null ? namespaces.all : namespaces.ofType[nsType.index]!
  const ns = list.find(id)
  if (ns === null || (ino !== 0 && ns.ino !== ino)) return -ESTALE
  if (features.nsHandleNeedsActive && !ns.isActive) return -ESTALE
  return mayReach(task, ns) ? nsPath(ns) : -ESTALE
}

/** A namespace that the task is in, or may see without: a user namespace's owner is above it. */
function mayReach(task: Task, ns: Namespace): boolean {
  if (isIn(task, ns)) return true
  if (task.kernel.features.nsHandleVisibility === 'init-only') return maySeeAllNamespaces(task)
  const over = ns instanceof UserNamespace ? ns : (ns.owner ?? task.kernel.initUserNs)
  return nsCapable(task.cred, over, CAP_SYS_ADMIN)
}

function isIn(task: Task, ns: Namespace): boolean {
  if (ns.type === NS_USER) return task.cred.userNs === ns
  if (ns.type === NS_PID) return task.pidNamespace === ns
  const { name } = NS_TYPES[ns.type]!
  return task.nsproxy![name as 'mnt'] === ns
}
