import { CAP_SETGID, CAP_SETUID } from '../kernel/capability.js'
import { commitCreds } from '../kernel/commit_creds.js'
import { Cred } from '../kernel/cred.js'
import { INVALID_ID } from '../kernel/id_map.js'
import { withFsuid, withUids } from '../kernel/set_ids.js'
import type { Task } from '../kernel/task.js'
import { EFAULT, EINVAL, EPERM } from '../uapi/errno.js'
import { copyToUser, type Memory, putUser32 } from './memory.js'
import type { Registers } from './registers.js'
import type { SyscallRow } from './syscall_row.js'

/** (uid_t) -1: leave it as it is. */
const KEEP = 0xffff_ffff
const NGROUPS_MAX = 65_536

function setuid(task: Task, regs: Registers): number {
  const { cred } = task
  const uid = cred.userNs.kuid(regs.u32(0))
  if (uid === INVALID_ID) return -EINVAL
  const next = cred.fields()
  if (cred.effective.has(CAP_SETUID)) {
    next.suid = uid
    next.uid = uid
  } else if (uid !== cred.uid && uid !== cred.suid) return -EPERM
  next.fsuid = uid
  next.euid = uid
  commitCreds(task, withUids(cred, next))
  return 0
}

function setgid(task: Task, regs: Registers): number {
  const { cred } = task
  const gid = cred.userNs.kgid(regs.u32(0))
  if (gid === INVALID_ID) return -EINVAL
  const next = cred.fields()
  if (cred.effective.has(CAP_SETGID)) {
    next.gid = gid
    next.sgid = gid
  } else if (gid !== cred.gid && gid !== cred.sgid) return -EPERM
  next.egid = gid
  next.fsgid = gid
  commitCreds(task, new Cred(next))
  return 0
}

function setreuid(task: Task, regs: Registers): number {
  const { cred } = task
  const [ruid, euid] = [regs.u32(0), regs.u32(1)]
  const kruid = cred.userNs.kuid(ruid)
  const keuid = cred.userNs.kuid(euid)
  if (ruid !== KEEP && kruid === INVALID_ID) return -EINVAL
  if (euid !== KEEP && keuid === INVALID_ID) return -EINVAL
  const next = cred.fields()
  const capable = cred.effective.has(CAP_SETUID)
  if (ruid !== KEEP) {
    next.uid = kruid
    if (cred.uid !== kruid && cred.euid !== kruid && !capable) return -EPERM
  }
  if (euid !== KEEP) {
    next.euid = keuid
    if (cred.uid !== keuid && cred.euid !== keuid && cred.suid !== keuid && !capable) return -EPERM
  }
  if (ruid !== KEEP || (euid !== KEEP && keuid !== cred.uid)) next.suid = next.euid
  next.fsuid = next.euid
  commitCreds(task, withUids(cred, next))
  return 0
}

function setregid(task: Task, regs: Registers): number {
  const { cred } = task
  const [rgid, egid] = [regs.u32(0), regs.u32(1)]
  const krgid = cred.userNs.kgid(rgid)
  const kegid = cred.userNs.kgid(egid)
  if (rgid !== KEEP && krgid === INVALID_ID) return -EINVAL
  if (egid !== KEEP && kegid === INVALID_ID) return -EINVAL
  const next = cred.fields()
  const capable = cred.effective.has(CAP_SETGID)
  if (rgid !== KEEP) {
    if (cred.gid !== krgid && cred.egid !== krgid && !capable) return -EPERM
    next.gid = krgid
  }
  if (egid !== KEEP) {
    if (cred.gid !== kegid && cred.egid !== kegid && cred.sgid !== kegid && !capable) return -EPERM
    next.egid = kegid
  }
  if (rgid !== KEEP || (egid !== KEEP && kegid !== cred.gid)) next.sgid = next.egid
  next.fsgid = next.egid
  commitCreds(task, new Cred(next))
  return 0
}

function setresuid(task: Task, regs: Registers): number {
  const { cred } = task
  const [ruid, euid, suid] = [regs.u32(0), regs.u32(1), regs.u32(2)]
  const kruid = cred.userNs.kuid(ruid)
  const keuid = cred.userNs.kuid(euid)
  const ksuid = cred.userNs.kuid(suid)
  if (ruid !== KEEP && kruid === INVALID_ID) return -EINVAL
  if (euid !== KEEP && keuid === INVALID_ID) return -EINVAL
  if (suid !== KEEP && ksuid === INVALID_ID) return -EINVAL
  // Nothing to change: the fsuid stays, too, whatever it is.
  const kept =
    (ruid === KEEP || kruid === cred.uid) &&
    (euid === KEEP || (keuid === cred.euid && keuid === cred.fsuid)) &&
    (suid === KEEP || ksuid === cred.suid)
  if (kept) return 0
  const isNew = (id: number, kid: number): boolean =>
    id !== KEEP && kid !== cred.uid && kid !== cred.euid && kid !== cred.suid
  if ((isNew(ruid, kruid) || isNew(euid, keuid) || isNew(suid, ksuid)) && !cred.effective.has(CAP_SETUID)) return -EPERM
  const next = cred.fields()
  if (ruid !== KEEP) next.uid = kruid
  if (euid !== KEEP) next.euid = keuid
  if (suid !== KEEP) next.suid = ksuid
  next.fsuid = next.euid
  commitCreds(task, withUids(cred, next))
  return 0
}

function setresgid(task: Task, regs: Registers): number {
  const { cred } = task
  const [rgid, egid, sgid] = [regs.u32(0), regs.u32(1), regs.u32(2)]
  const krgid = cred.userNs.kgid(rgid)
  const kegid = cred.userNs.kgid(egid)
  const ksgid = cred.userNs.kgid(sgid)
  if (rgid !== KEEP && krgid === INVALID_ID) return -EINVAL
  if (egid !== KEEP && kegid === INVALID_ID) return -EINVAL
  if (sgid !== KEEP && ksgid === INVALID_ID) return -EINVAL
  const kept =
    (rgid === KEEP || krgid === cred.gid) &&
    (egid === KEEP || (kegid === cred.egid && kegid === cred.fsgid)) &&
    (sgid === KEEP || ksgid === cred.sgid)
  if (kept) return 0
  const isNew = (id: number, kid: number): boolean =>
    id !== KEEP && kid !== cred.gid && kid !== cred.egid && kid !== cred.sgid
  if ((isNew(rgid, krgid) || isNew(egid, kegid) || isNew(sgid, ksgid)) && !cred.effective.has(CAP_SETGID)) return -EPERM
  const next = cred.fields()
  if (rgid !== KEEP) next.gid = krgid
  if (egid !== KEEP) next.egid = kegid
  if (sgid !== KEEP) next.sgid = ksgid
  next.fsgid = next.egid
  commitCreds(task, new Cred(next))
  return 0
}

/** Gives the old fsuid, whether it was allowed or not. */
function setfsuid(task: Task, regs: Registers): number {
  const { cred } = task
  const old = cred.userNs.uidOfMunged(cred.fsuid)
  const uid = cred.userNs.kuid(regs.u32(0))
  if (uid === INVALID_ID || uid === cred.fsuid) return old
  if (uid !== cred.uid && uid !== cred.euid && uid !== cred.suid && !cred.effective.has(CAP_SETUID)) return old
  commitCreds(task, withFsuid(cred, { ...cred.fields(), fsuid: uid }))
  return old
}

function setfsgid(task: Task, regs: Registers): number {
  const { cred } = task
  const old = cred.userNs.gidOfMunged(cred.fsgid)
  const gid = cred.userNs.kgid(regs.u32(0))
  if (gid === INVALID_ID || gid === cred.fsgid) return old
  if (gid !== cred.gid && gid !== cred.egid && gid !== cred.sgid && !cred.effective.has(CAP_SETGID)) return old
  commitCreds(task, new Cred({ ...cred.fields(), fsgid: gid }))
  return old
}

function storeThree(memory: Memory, regs: Registers, ids: readonly number[]): number {
  for (let n = 0; n < ids.length; n++) if (putUser32(memory, regs.ptr(n), ids[n]!) < 0) return -EFAULT
  return 0
}

function getresuid(task: Task, regs: Registers): number {
  const { userNs, uid, euid, suid } = task.cred
  return storeThree(
    regs.memory,
    regs,
    [uid, euid, suid].map((id) => userNs.uidOfMunged(id)),
  )
}

function getresgid(task: Task, regs: Registers): number {
  const { userNs, gid, egid, sgid } = task.cred
  return storeThree(
    regs.memory,
    regs,
    [gid, egid, sgid].map((id) => userNs.gidOfMunged(id)),
  )
}

function getgroups(task: Task, regs: Registers): number {
  const size = regs.i32(0)
  const { groups, userNs } = task.cred
  if (size < 0) return -EINVAL
  if (size === 0) return groups.length
  if (groups.length > size) return -EINVAL
  const ids = Uint32Array.from(groups, (gid) => userNs.gidOfMunged(gid))
  return copyToUser(regs.memory, regs.ptr(1), new Uint8Array(ids.buffer)) < 0 ? -EFAULT : groups.length
}

function setgroups(task: Task, regs: Registers): number {
  const { cred } = task
  const { userNs } = cred
  const size = regs.u32(0)
  if (!cred.effective.has(CAP_SETGID) || userNs.gidMap.length === 0 || !userNs.setgroupsAllowed) return -EPERM
  if (size > NGROUPS_MAX) return -EINVAL
  const ids = new Uint32Array(size)
  const bytes = new Uint8Array(ids.buffer)
  const got = regs.memory.copyIn(regs.ptr(1), bytes, bytes.length)
  const groups: number[] = []
  for (let at = 0; at < size; at++) {
    if ((at + 1) * 4 > got) return -EFAULT
    const gid = userNs.kgid(ids[at]!)
    if (gid === INVALID_ID) return -EINVAL
    groups.push(gid)
  }
  groups.sort((a, b) => a - b)
  commitCreds(task, new Cred({ ...cred.fields(), groups }))
  return 0
}

/** User and group ids. */
export const credentialSyscalls: readonly SyscallRow[] = [
  { nr: 102, name: 'getuid', support: 'full', handler: ({ cred }) => cred.userNs.uidOfMunged(cred.uid) },
  { nr: 104, name: 'getgid', support: 'full', handler: ({ cred }) => cred.userNs.gidOfMunged(cred.gid) },
  { nr: 105, name: 'setuid', support: 'full', handler: setuid },
  { nr: 106, name: 'setgid', support: 'full', handler: setgid },
  { nr: 107, name: 'geteuid', support: 'full', handler: ({ cred }) => cred.userNs.uidOfMunged(cred.euid) },
  { nr: 108, name: 'getegid', support: 'full', handler: ({ cred }) => cred.userNs.gidOfMunged(cred.egid) },
  { nr: 113, name: 'setreuid', support: 'full', handler: setreuid },
  { nr: 114, name: 'setregid', support: 'full', handler: setregid },
  { nr: 115, name: 'getgroups', support: 'full', handler: getgroups },
  { nr: 116, name: 'setgroups', support: 'full', handler: setgroups },
  { nr: 117, name: 'setresuid', support: 'full', handler: setresuid },
  { nr: 118, name: 'getresuid', support: 'full', handler: getresuid },
  { nr: 119, name: 'setresgid', support: 'full', handler: setresgid },
  { nr: 120, name: 'getresgid', support: 'full', handler: getresgid },
  { nr: 122, name: 'setfsuid', support: 'full', handler: setfsuid },
  { nr: 123, name: 'setfsgid', support: 'full', handler: setfsgid },
]
