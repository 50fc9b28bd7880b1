import { CAP_SYS_ADMIN } from '../kernel/capability.js'
import { nsCapable } from '../kernel/cred.js'
import { isUnder } from '../kernel/namei.js'
import type { Path } from '../kernel/path.js'
import type { Task } from '../kernel/task.js'
import { MNT_UNIQUE_ID_OFFSET } from '../kernel/vfs.js'
import { LISTMOUNT_REVERSE, LSMT_ROOT } from '../uapi/constants/mount.js'
import { EFAULT, EINVAL, ENOENT, EOVERFLOW, EPERM } from '../uapi/errno.js'
import { accessOk, copyToUser } from './memory.js'
import { readMntIdReq, requestedNs, rootSeenIn } from './mnt_id_req.js'
import type { Registers } from './registers.js'
import type { SyscallRow } from './syscall_row.js'

const MAX_COUNT = 1_000_000
const ID_SIZE = 8

function listmount(task: Task, regs: Registers): number {
  const flags = regs.u32(3)
  if ((flags & ~LISTMOUNT_REVERSE) !== 0) return -EINVAL
  const count = regs.size(2)
  if (count > MAX_COUNT) return -EOVERFLOW
  const address = regs.ptr(1)
  if (!accessOk(address, count * ID_SIZE)) return -EFAULT
  const request = readMntIdReq(regs, false)
  if (typeof request === 'number') return request
  const after = request.param
  if (after !== 0n && after <= BigInt(MNT_UNIQUE_ID_OFFSET)) return -EINVAL
  const ns = requestedNs(task, request, ENOENT)
  if (typeof ns === 'number') return ns

  const root = rootSeenIn(task, ns)
  if (root === null) return -ENOENT
  const { mounts } = ns
  const parentId = request.mnt_id === LSMT_ROOT ? 0 : Number(request.mnt_id)
  let top: Path = root
  if (parentId !== 0) {
    const mnt = mounts.find(parentId)
    if (mnt === null) return -ENOENT
    top = { mnt, dentry: mnt.root }
  }
  if (!isUnder(top, root) && !nsCapable(task.cred, ns.owner!, CAP_SYS_ADMIN)) return -EPERM

  const reverse = (flags & LISTMOUNT_REVERSE) !== 0
  const step = reverse ? -1 : 1
  let at = startOf(mounts.size, after, reverse, (id) => mounts.position(id))
  const ids: number[] = []
  for (; at >= 0 && at < mounts.size && ids.length < count; at += step) {
    const mount = mounts.all[at]!
    if (mount.idUnique === parentId) continue
    if (isUnder({ mnt: mount, dentry: mount.root }, top)) ids.push(mount.idUnique)
  }
  if (ids.length === 0) return 0
  const bytes = new Uint8Array(ids.length * ID_SIZE)
  const view = new DataView(bytes.buffer)
  for (const [n, id] of ids.entries()) {
    view.setUint32(n * ID_SIZE, id, true)
    view.setUint32(n * ID_SIZE + 4, Math.floor(id / 0x1_0000_0000), true)
  }
  return copyToUser(regs.memory, address, bytes) === 0 ? ids.length : -EFAULT
}

/** Index of the first mount to look at, which is next to the one with id `after`. */
function startOf(size: number, after: bigint, reverse: boolean, position: (id: number) => number): number {
  if (after === 0n) return reverse ? size - 1 : 0
  // All ones wraps.
  if (!reverse) return after === LSMT_ROOT ? 0 : position(Number(after) + 1)
  return position(Number(after)) - 1
}

/** Listing mounts. */
export const listmountSyscalls: readonly SyscallRow[] = [
  { nr: 458, name: 'listmount', support: 'full', handler: listmount },
]
