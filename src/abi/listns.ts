import { listNamespaces } from '../kernel/listns.js'
import { NS_ALL_FLAGS } from '../kernel/ns_type.js'
import type { Task } from '../kernel/task.js'
import { NS_ID_REQ_SIZE_VER0 } from '../uapi/constants/nsfs.js'
import { E2BIG, EFAULT, EINVAL, ENOSYS, EOPNOTSUPP, EOVERFLOW } from '../uapi/errno.js'
import { ns_id_req } from '../uapi/generated/nsfs.js'
import { copyStructFromUser, PAGE_SIZE } from './copy_struct.js'
import { accessOk, copyFromUser, type Memory } from './memory.js'
import type { Registers } from './registers.js'
import type { SyscallRow } from './syscall_row.js'

/** Most ids that one call gives. */
const MAX_IDS = 1_000_000
/** Ids are found and stored in batches of this many. */
const BATCH = 512

const request = new Uint8Array(NS_ID_REQ_SIZE_VER0)
const requestView = new DataView(request.buffer)
const AT = ns_id_req.offset
const ids = new Float64Array(BATCH)
const stored = new Uint8Array(BATCH * 8)
const storedView = new DataView(stored.buffer)

const u64 = (offset: number): number =>
  requestView.getUint32(offset + 4, true) * 0x1_0000_0000 + requestView.getUint32(offset, true)

const allOnes = (offset: number): boolean =>
  requestView.getUint32(offset, true) === 0xffff_ffff && requestView.getUint32(offset + 4, true) === 0xffff_ffff

/** The id to start behind. The kernel looks for the id after it, which wraps for the last one there could be: then any will do. */
const cursor = (): number => (allOnes(AT.ns_id) ? -1 : u64(AT.ns_id))

/** LISTNS_CURRENT_USER is all ones. */
const userNsId = (): number => (allOnes(AT.user_ns_id) ? -1 : u64(AT.user_ns_id))

/** Reads the ns_id_req at `addr` into the scratch request: 0 or -errno. */
function readRequest(memory: Memory, addr: number): number {
  if (copyFromUser(memory, addr, request, 4) < 0) return -EFAULT
  const size = requestView.getUint32(AT.size, true)
  if (size > PAGE_SIZE) return -E2BIG
  if (size < NS_ID_REQ_SIZE_VER0) return -EINVAL
  const copied = copyStructFromUser(memory, addr, size, request)
  if (copied < 0) return copied
  if (requestView.getUint32(AT.spare, true) !== 0) return -EINVAL
  return (requestView.getInt32(AT.ns_type, true) & ~NS_ALL_FLAGS) !== 0 ? -EOPNOTSUPP : 0
}

function listns(task: Task, regs: Registers): number {
  if (!task.kernel.features.listns) return -ENOSYS
  const { memory } = regs
  const addr = regs.ptr(1)
  const nr = regs.size(2)
  if (regs.u32(3) !== 0) return -EINVAL
  if (nr > MAX_IDS) return -EOVERFLOW
  if (!accessOk(addr, nr * 8)) return -EFAULT
  const read = readRequest(memory, regs.ptr(0))
  if (read < 0) return read
  const walk = listNamespaces(task, {
    after: cursor(),
    types: requestView.getInt32(AT.ns_type, true),
    userNsId: userNsId(),
  })
  if (typeof walk === 'number') return walk

  let count = 0
  while (count < nr) {
    const found = walk.fill(ids, Math.min(BATCH, nr - count))
    if (found === 0) break
    // A slot is stored whole or not at all.
    const room = Math.floor(memory.writable(addr + count * 8, found * 8) / 8)
    const fit = room < found ? room : found
    for (let at = 0; at < fit; at++) {
      const id = ids[at]!
      storedView.setUint32(at * 8, id, true)
      storedView.setUint32(at * 8 + 4, id / 0x1_0000_0000, true)
    }
    if (memory.copyOut(addr + count * 8, stored, fit * 8) < found * 8) return -EFAULT
    count += found
  }
  return count
}

/** Listing namespaces. */
export const listnsSyscalls: readonly SyscallRow[] = [
  { nr: 470, name: 'listns', support: 'full', note: 'ENOSYS on v6.18', handler: listns },
]
