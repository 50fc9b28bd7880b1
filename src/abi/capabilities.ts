import { CAP_SETPCAP, CapSet } from '../kernel/capability.js'
import { commitCreds } from '../kernel/commit_creds.js'
import { Cred } from '../kernel/cred.js'
import type { Task } from '../kernel/task.js'
import { EFAULT, EINVAL, EPERM, ESRCH } from '../uapi/errno.js'
import { copyFromUser, copyToUser, putUser32 } from './memory.js'
import type { Registers } from './registers.js'
import type { SyscallRow } from './syscall_row.js'

/** How many 32-bit words of each set a header version has. */
const WORDS_OF_VERSION: ReadonlyMap<number, number> = new Map([
  [0x1998_0330, 1],
  [0x2007_1026, 2],
  [0x2008_0522, 2],
])
const NEWEST_VERSION = 0x2008_0522
/** struct __user_cap_data_struct: effective, permitted, inheritable. */
const DATA_SIZE = 12

const header = new Uint8Array(8)
const headerView = new DataView(header.buffer)

/** How many words the header's version has; -EINVAL, with the newest version stored, for another; -EFAULT. */
function readVersion(regs: Registers): number {
  if (copyFromUser(regs.memory, regs.ptr(0), header, 4) < 0) return -EFAULT
  const words = WORDS_OF_VERSION.get(headerView.getUint32(0, true))
  if (words !== undefined) return words
  return putUser32(regs.memory, regs.ptr(0), NEWEST_VERSION) < 0 ? -EFAULT : -EINVAL
}

/** The header's pid into the scratch header: 0 or -EFAULT. */
function readPid(regs: Registers): number {
  return copyFromUser(regs.memory, regs.ptr(0), header, 8)
}

function capget(task: Task, regs: Registers): number {
  const data = regs.ptr(1)
  const words = readVersion(regs)
  if (data === 0) return words === -EINVAL || words > 0 ? 0 : words
  if (words < 0) return words
  if (readPid(regs) < 0) return -EFAULT
  const nr = headerView.getInt32(4, true)
  if (nr < 0) return -EINVAL
  const target = nr === 0 ? task : (task.pidNamespace.find(nr)?.task ?? null)
  if (target === null) return -ESRCH
  const { effective, permitted, inheritable } = target.cred
  const bytes = new DataView(new ArrayBuffer(words * DATA_SIZE))
  for (let word = 0; word < words; word++) {
    const at = word * DATA_SIZE
    bytes.setInt32(at, word === 0 ? effective.low : effective.high, true)
    bytes.setInt32(at + 4, word === 0 ? permitted.low : permitted.high, true)
    bytes.setInt32(at + 8, word === 0 ? inheritable.low : inheritable.high, true)
  }
  return copyToUser(regs.memory, data, new Uint8Array(bytes.buffer))
}

function capset(task: Task, regs: Registers): number {
  const words = readVersion(regs)
  if (words < 0) return words
  if (readPid(regs) < 0) return -EFAULT
  const nr = headerView.getInt32(4, true)
  if (nr !== 0 && nr !== task.tidIn(task.pidNamespace)) return -EPERM
  const bytes = new Uint8Array(2 * DATA_SIZE)
  if (copyFromUser(regs.memory, regs.ptr(1), bytes, words * DATA_SIZE) < 0) return -EFAULT
  const view = new DataView(bytes.buffer)
  const set = (at: number): CapSet => new CapSet(view.getInt32(at, true), view.getInt32(at + DATA_SIZE, true))
  const [effective, permitted, inheritable] = [set(0), set(4), set(8)]

  const { cred } = task
  if (!cred.effective.has(CAP_SETPCAP) && !inheritable.isSubsetOf(cred.inheritable.union(cred.permitted))) return -EPERM
  if (!inheritable.isSubsetOf(cred.inheritable.union(cred.bounding))) return -EPERM
  if (!permitted.isSubsetOf(cred.permitted)) return -EPERM
  if (!effective.isSubsetOf(permitted)) return -EPERM
  const ambient = cred.ambient.intersect(permitted.intersect(inheritable))
  commitCreds(task, new Cred({ ...cred.fields(), effective, permitted, inheritable, ambient }))
  return 0
}

/** Capabilities. */
export const capabilitySyscalls: readonly SyscallRow[] = [
  { nr: 125, name: 'capget', support: 'full', handler: capget },
  { nr: 126, name: 'capset', support: 'full', handler: capset },
]
