import { CAP_SYS_ADMIN } from '../kernel/capability.js'
import { nsCapable } from '../kernel/cred.js'
import type { MntNamespace } from '../kernel/mnt_namespace.js'
import type { MountOwner } from '../kernel/mount_owner.js'
import { NS_MNT } from '../kernel/ns_type.js'
import { NsFile } from '../kernel/nsfs.js'
import type { Path } from '../kernel/path.js'
import type { Task } from '../kernel/task.js'
import { MNT_UNIQUE_ID_OFFSET } from '../kernel/vfs.js'
import { MNT_ID_REQ_SIZE_VER0 } from '../uapi/constants/mount.js'
import { E2BIG, EBADF, EFAULT, EINVAL, ENOENT } from '../uapi/errno.js'
import { type mnt_id_req, mnt_id_req as mntIdReq } from '../uapi/generated/mount.js'
import { copyStructFromUser, PAGE_SIZE } from './copy_struct.js'
import type { Registers } from './registers.js'

const bytes = new Uint8Array(32)
const view = new DataView(bytes.buffer)

/** The struct mnt_id_req in register 0, or -errno. With `byFd` it names its mount by descriptor and nothing else. */
export function readMntIdReq(regs: Registers, byFd: boolean): mnt_id_req | number {
  if (regs.memory.copyIn(regs.ptr(0), bytes, 4) < 4) return -EFAULT
  const size = view.getUint32(0, true)
  if (size > PAGE_SIZE) return -E2BIG
  if (size < MNT_ID_REQ_SIZE_VER0) return -EINVAL
  const copied = copyStructFromUser(regs.memory, regs.ptr(0), size, bytes)
  if (copied !== 0) return copied
  const request = mntIdReq.read(bytes)
  if (byFd) return request.mnt_id !== 0n || request.mnt_ns_id !== 0n ? -EINVAL : request
  if (request.mnt_ns_fd !== 0 && request.mnt_ns_id !== 0n) return -EINVAL
  return request.mnt_id <= BigInt(MNT_UNIQUE_ID_OFFSET) ? -EINVAL : request
}

/** The mount namespace that a request is about, or -errno: `-refusal` for one named by id that the task has no power over. */
export function requestedNs(task: Task, request: mnt_id_req, refusal: number): MntNamespace | number {
  const own = task.nsproxy!.mnt
  if (request.mnt_ns_id !== 0n) {
    const ns = task.kernel.namespaces.ofType[NS_MNT]!.find(Number(request.mnt_ns_id))
    if (ns === null) return -ENOENT
    return ns !== own && !nsCapable(task.cred, ns.owner!, CAP_SYS_ADMIN) ? -refusal : (ns as MntNamespace)
  }
  if (request.mnt_ns_fd === 0) return own
  const file = task.files!.file(request.mnt_ns_fd | 0)
  if (file === null || file.isPathOnly) return -EBADF
  return file instanceof NsFile && file.ns.type === NS_MNT ? (file.ns as MntNamespace) : -EINVAL
}

/** What paths of mounts are told from: the own root, or in another namespace the first mount on its root mount; null without one. */
export function rootSeenIn(task: Task, ns: MountOwner): Path | null {
  if (ns === task.nsproxy!.mnt) return task.fs!.root
  for (const mount of ns.mounts.all) if (mount.parent === ns.root) return { mnt: mount, dentry: mount.root }
  return null
}
