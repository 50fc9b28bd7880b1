import { EPERM } from '../uapi/errno.js'
import { CAP_SYS_PTRACE } from './capability.js'
import { nsCapable } from './cred.js'
import type { Task } from './task.js'

/** Which of the caller's ids and capabilities an access is judged by. */
export type PtraceCreds = 'fs' | 'real'

export const PTRACE_MODE_READ_FSCREDS: PtraceCreds = 'fs'
export const PTRACE_MODE_READ_REALCREDS: PtraceCreds = 'real'
export const PTRACE_MODE_ATTACH_REALCREDS: PtraceCreds = 'real'

function mayAccess(current: Task, target: Task, creds: PtraceCreds): boolean {
  if (current.group === target.group) return true
  const cred = current.cred
  const other = target.cred
  const uid = creds === 'fs' ? cred.fsuid : cred.uid
  const gid = creds === 'fs' ? cred.fsgid : cred.gid
  const sameIds =
    uid === other.euid &&
    uid === other.suid &&
    uid === other.uid &&
    gid === other.egid &&
    gid === other.sgid &&
    gid === other.gid
  if (!sameIds && !nsCapable(cred, other.userNs, CAP_SYS_PTRACE)) return false
  const mm = target.mm ?? (current.kernel.features.zombieSharesDumpable ? target.leftMm : null)
  const dumpable = mm === null ? target.leftDumpable : mm.dumpable === 1
  const owner = mm === null ? current.kernel.initUserNs : mm.userNs
  if (!dumpable && !nsCapable(cred, owner, CAP_SYS_PTRACE)) return false
  const caps = creds === 'fs' ? cred.effective : cred.permitted
  if (cred.userNs === other.userNs && other.permitted.isSubsetOf(caps)) return true
  return nsCapable(cred, other.userNs, CAP_SYS_PTRACE)
}

/** If `current` may look into `target` (`ptrace_may_access`): 0 or -EPERM. Reading and attaching are judged alike. */
export function ptraceMayAccess(current: Task, target: Task, creds: PtraceCreds): number {
  return mayAccess(current, target, creds) ? 0 : -EPERM
}
