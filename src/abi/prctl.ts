import { CAP_EMPTY_SET, CAP_LAST_CAP, CAP_SETPCAP, CapSet } from '../kernel/capability.js'
import { commitCreds } from '../kernel/commit_creds.js'
import {
  Cred,
  type CredFields,
  SECURE_ALL_BITS,
  SECURE_ALL_LOCKS,
  SECURE_KEEP_CAPS,
  SECURE_NO_CAP_AMBIENT_RAISE,
  SECURE_UNPRIVILEGED_BITS,
} from '../kernel/cred.js'
import { NSIG } from '../kernel/signal.js'
import type { Task } from '../kernel/task.js'
import { EFAULT, EINVAL, ENOSYS, EPERM } from '../uapi/errno.js'
import { copyToUser, putUser32 } from './memory.js'
import type { Registers } from './registers.js'
import type { SyscallRow } from './syscall_row.js'

const TASK_COMM_LEN = 16

/** The last option that a kernel has, as far as this table knows. */
const PR_LAST = 81
const PR_CAP_AMBIENT_IS_SET = 1
const PR_CAP_AMBIENT_RAISE = 2
const PR_CAP_AMBIENT_LOWER = 3
const PR_CAP_AMBIENT_CLEAR_ALL = 4

function change(task: Task, fields: Partial<CredFields>): number {
  commitCreds(task, new Cred({ ...task.cred.fields(), ...fields }))
  return 0
}

const validCap = (cap: number): boolean => cap <= CAP_LAST_CAP

function setSecurebits(task: Task, bits: number): number {
  const { cred } = task
  const old = cred.securebits
  const locked = ((old & SECURE_ALL_LOCKS) >> 1) & (old ^ bits)
  const unlocks = old & SECURE_ALL_LOCKS & ~bits
  const unknown = bits > 0xffff_ffff || (bits & ~(SECURE_ALL_LOCKS | SECURE_ALL_BITS)) !== 0
  if (locked !== 0 || unlocks !== 0 || unknown) return -EPERM
  if (!cred.effective.has(CAP_SETPCAP)) {
    const changed = old ^ bits
    const free = SECURE_UNPRIVILEGED_BITS | (SECURE_UNPRIVILEGED_BITS << 1)
    if (changed === 0 || (changed & ~free) !== 0) return -EPERM
  }
  return change(task, { securebits: bits })
}

function capAmbient(task: Task, regs: Registers): number {
  const action = regs.size(1)
  const cap = regs.size(2)
  const { cred } = task
  if (action === PR_CAP_AMBIENT_CLEAR_ALL) {
    if (cap !== 0 || regs.size(3) !== 0 || regs.size(4) !== 0) return -EINVAL
    return change(task, { ambient: CAP_EMPTY_SET })
  }
  if (!validCap(cap) || regs.size(3) !== 0 || regs.size(4) !== 0) return -EINVAL
  if (action === PR_CAP_AMBIENT_IS_SET) return cred.ambient.has(cap) ? 1 : 0
  if (action !== PR_CAP_AMBIENT_RAISE && action !== PR_CAP_AMBIENT_LOWER) return -EINVAL
  if (action === PR_CAP_AMBIENT_LOWER) return change(task, { ambient: cred.ambient.without(CapSet.of(cap)) })
  if (!cred.permitted.has(cap) || !cred.inheritable.has(cap)) return -EPERM
  if ((cred.securebits & SECURE_NO_CAP_AMBIENT_RAISE) !== 0) return -EPERM
  return change(task, { ambient: cred.ambient.with(cap) })
}

function capbsetDrop(task: Task, cap: number): number {
  if (!task.cred.effective.has(CAP_SETPCAP)) return -EPERM
  if (!validCap(cap)) return -EINVAL
  return change(task, { bounding: task.cred.bounding.without(CapSet.of(cap)) })
}

function setKeepcaps(task: Task, on: number): number {
  if (on > 1) return -EINVAL
  const { securebits } = task.cred
  if ((securebits & (SECURE_KEEP_CAPS << 1)) !== 0) return -EPERM
  return change(task, { securebits: on === 1 ? securebits | SECURE_KEEP_CAPS : securebits & ~SECURE_KEEP_CAPS })
}

function setSubreaper(task: Task, on: boolean): number {
  task.group.childSubreaper = on
  if (on) for (const thread of task.group.threads) markDescendants(thread)
  return 0
}

/** Everybody below a new subreaper has one above. */
function markDescendants(task: Task): void {
  for (let child = task.firstChild; child !== null; child = child.nextSibling) {
    if (child.group.hasChildSubreaper) continue
    child.group.hasChildSubreaper = true
    for (const thread of child.group.threads) markDescendants(thread)
  }
}

function setName(task: Task, regs: Registers): number {
  const bytes = regs.memory.readCString(regs.ptr(1), TASK_COMM_LEN)
  if (bytes === -EFAULT) return -EFAULT
  let name = bytes
  if (typeof name === 'number') {
    // No NUL: the first 15 bytes are the name.
    name = new Uint8Array(TASK_COMM_LEN - 1)
    regs.memory.copyIn(regs.ptr(1), name, name.length)
  }
  task.comm = String.fromCharCode(...name)
  return 0
}

function getName(task: Task, regs: Registers): number {
  const bytes = new Uint8Array(TASK_COMM_LEN)
  for (let at = 0; at < task.comm.length; at++) bytes[at] = task.comm.charCodeAt(at)
  return copyToUser(regs.memory, regs.ptr(1), bytes)
}

type PrctlOption = (task: Task, regs: Registers) => number

const anyOf = (regs: Registers, first: number): boolean => {
  for (let n = first; n < 5; n++) if (regs.size(n) !== 0) return true
  return false
}

/** The options that are modelled, by number. */
const OPTIONS: ReadonlyMap<number, PrctlOption> = new Map<number, PrctlOption>([
  // PR_SET_PDEATHSIG
  [
    1,
    (task, regs) => {
      if (regs.size(1) > NSIG) return -EINVAL
      task.pdeathSignal = regs.i32(1)
      return 0
    },
  ],
  // PR_GET_PDEATHSIG
  [2, (task, regs) => putUser32(regs.memory, regs.ptr(1), task.pdeathSignal)],
  // PR_GET_DUMPABLE
  [3, (task) => task.mm!.dumpable],
  // PR_SET_DUMPABLE
  [
    4,
    (task, regs) => {
      if (regs.size(1) > 1) return -EINVAL
      task.mm!.dumpable = regs.i32(1)
      return 0
    },
  ],
  // PR_GET_KEEPCAPS
  [7, (task) => ((task.cred.securebits & SECURE_KEEP_CAPS) !== 0 ? 1 : 0)],
  // PR_SET_KEEPCAPS
  [8, (task, regs) => setKeepcaps(task, regs.size(1))],
  // PR_SET_NAME
  [15, setName],
  // PR_GET_NAME
  [16, getName],
  // PR_CAPBSET_READ
  [23, (task, regs) => (!validCap(regs.size(1)) ? -EINVAL : task.cred.bounding.has(regs.i32(1)) ? 1 : 0)],
  // PR_CAPBSET_DROP
  [24, (task, regs) => capbsetDrop(task, regs.size(1))],
  // PR_GET_SECUREBITS
  [27, (task) => task.cred.securebits],
  // PR_SET_SECUREBITS
  [28, (task, regs) => setSecurebits(task, regs.size(1))],
  // PR_SET_CHILD_SUBREAPER
  [36, (task, regs) => setSubreaper(task, regs.size(1) !== 0)],
  // PR_GET_CHILD_SUBREAPER
  [37, (task, regs) => putUser32(regs.memory, regs.ptr(1), task.group.childSubreaper ? 1 : 0)],
  // PR_SET_NO_NEW_PRIVS
  [
    38,
    (task, regs) => {
      if (regs.size(1) !== 1 || anyOf(regs, 2)) return -EINVAL
      task.noNewPrivs = true
      return 0
    },
  ],
  // PR_GET_NO_NEW_PRIVS
  [39, (task, regs) => (anyOf(regs, 1) ? -EINVAL : task.noNewPrivs ? 1 : 0)],
  // PR_CAP_AMBIENT
  [47, capAmbient],
])

function prctl(task: Task, regs: Registers): number {
  const option = regs.i32(0)
  const handler = OPTIONS.get(option)
  if (handler !== undefined) return handler(task, regs)
  return option > 0 && option <= PR_LAST ? -ENOSYS : -EINVAL
}

/** What a task says about itself. */
export const prctlSyscalls: readonly SyscallRow[] = [
  {
    nr: 157,
    name: 'prctl',
    support: 'partial',
    note: 'what changes credentials, and PDEATHSIG, DUMPABLE, NAME, CHILD_SUBREAPER; other options are ENOSYS',
    handler: prctl,
  },
]
