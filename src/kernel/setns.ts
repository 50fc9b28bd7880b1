import {
  CLONE_NEWCGROUP,
  CLONE_NEWIPC,
  CLONE_NEWNET,
  CLONE_NEWNS,
  CLONE_NEWPID,
  CLONE_NEWTIME,
  CLONE_NEWUSER,
  CLONE_NEWUTS,
} from '../uapi/constants/sched.js'
import { EINVAL, EPERM, ESRCH, EUSERS } from '../uapi/errno.js'
import { CAP_SYS_ADMIN, CAP_SYS_CHROOT } from './capability.js'
import { commitCreds } from './commit_creds.js'
import { type Cred, nsCapable } from './cred.js'
import type { FsStruct } from './fs_struct.js'
import type { MntNamespace } from './mnt_namespace.js'
import type { Namespace } from './namespace.js'
import { NS_CGROUP, NS_IPC, NS_MNT, NS_NET, NS_PID, NS_TIME, NS_USER, NS_UTS } from './ns_type.js'
import { NsProxy } from './nsproxy.js'
import type { Pid } from './pid.js'
import type { PidNamespace } from './pid_namespace.js'
import { PTRACE_MODE_READ_REALCREDS, ptraceMayAccess } from './ptrace.js'
import type { Task } from './task.js'
import { switchNamespaces } from './unshare.js'
import type { UserNamespace } from './user_namespace.js'

/** What a setns is going to switch the caller to; nothing of it shows before all of it is granted. */
class NsSet {
  readonly task: Task
  cred: Cred
  /** Whose root and working directory move with the mount namespace. */
  readonly fs: FsStruct
  mnt: MntNamespace
  uts: Namespace
  ipc: Namespace
  pidForChildren: PidNamespace
  cgroup: Namespace
  net: Namespace
  time: Namespace
  timeForChildren: Namespace

  constructor(task: Task, flags: number) {
    this.task = task
    this.cred = task.cred
    const fs = task.fs!
    this.fs = (flags & CLONE_NEWNS) !== 0 && flags !== CLONE_NEWNS ? fs.clone() : fs
    const { mnt, uts, ipc, pidForChildren, cgroup, net, time, timeForChildren } = task.nsproxy!
    this.mnt = mnt
    this.uts = uts
    this.ipc = ipc
    this.pidForChildren = pidForChildren
    this.cgroup = cgroup
    this.net = net
    this.time = time
    this.timeForChildren = timeForChildren
  }

  /** The caller's CAP_SYS_ADMIN in the owner of what it joins and in the user namespace that it will be in. */
  #mayJoin(ns: Namespace): boolean {
    const { cred } = this.task
    return nsCapable(cred, ns.owner!, CAP_SYS_ADMIN) && nsCapable(cred, this.cred.userNs, CAP_SYS_ADMIN)
  }

  /** Grants one namespace: 0 or -errno. */
  install(ns: Namespace): number {
    switch (ns.type) {
      case NS_USER:
        return this.#installUser(ns as UserNamespace)
      case NS_MNT:
        return this.#installMnt(ns as MntNamespace)
      case NS_PID:
        return this.#installPid(ns as PidNamespace)
      case NS_TIME:
        if (this.task.mm!.users > 1) return -EUSERS
        if (!this.#mayJoin(ns)) return -EPERM
        this.time = ns
        this.timeForChildren = ns
        return 0
    }
    if (!this.#mayJoin(ns)) return -EPERM
    if (ns.type === NS_UTS) this.uts = ns
    else if (ns.type === NS_IPC) this.ipc = ns
    else if (ns.type === NS_CGROUP) this.cgroup = ns
    else if (ns.type === NS_NET) this.net = ns
    return 0
  }

  #installUser(ns: UserNamespace): number {
    const { task } = this
    if (ns === task.cred.userNs) return -EINVAL
    if (task.group.threads.length > 1) return -EINVAL
    if (task.fs!.refs !== 1) return -EINVAL
    if (!nsCapable(task.cred, ns, CAP_SYS_ADMIN)) return -EPERM
    this.cred = task.cred.inUserNs(ns)
    return 0
  }

  #installMnt(ns: MntNamespace): number {
    const { cred } = this.task
    const owner = this.cred.userNs
    if (!nsCapable(cred, ns.owner!, CAP_SYS_ADMIN)) return -EPERM
    if (!nsCapable(cred, owner, CAP_SYS_CHROOT) || !nsCapable(cred, owner, CAP_SYS_ADMIN)) return -EPERM
    if (this.fs.refs !== 1) return -EINVAL
    const root = ns.rootPath()
    this.fs.setRoot(root)
    this.fs.setCwd(root)
    this.mnt = ns
    return 0
  }

  #installPid(ns: PidNamespace): number {
    if (!this.#mayJoin(ns)) return -EPERM
    if (!ns.isWithin(this.task.pidNamespace)) return -EINVAL
    this.pidForChildren = ns
    return 0
  }

  /** Makes it so: credentials first, then the namespaces, the new ones active before the old ones are let go. */
  commit(): void {
    const { task } = this
    if (this.cred !== task.cred) commitCreds(task, this.cred)
    const fs = task.fs!
    if (this.fs !== fs) {
      fs.setRoot(this.fs.root)
      fs.setCwd(this.fs.cwd)
    }
    const { mnt, uts, ipc, pidForChildren, cgroup, net, time, timeForChildren } = this
    switchNamespaces(task, new NsProxy(mnt, uts, ipc, pidForChildren, cgroup, net, time, timeForChildren))
  }

  /** Lets go of what was only for trying. */
  end(): void {
    if (this.fs !== this.task.fs) this.fs.put()
  }
}

/** Joins the namespace behind an nsfs file; `wanted` is 0 or its type: 0 or -errno. */
export function setnsToNamespace(task: Task, ns: Namespace, wanted: number): number {
  if (wanted !== 0 && ns.flag !== wanted) return -EINVAL
  const set = new NsSet(task, ns.flag)
  const result = set.install(ns)
  if (result === 0) set.commit()
  set.end()
  return result
}

const SETNS_FLAGS =
  CLONE_NEWNS |
  CLONE_NEWUTS |
  CLONE_NEWIPC |
  CLONE_NEWNET |
  CLONE_NEWTIME |
  CLONE_NEWUSER |
  CLONE_NEWPID |
  CLONE_NEWCGROUP

/** Joins the namespaces in `flags` of the task behind a pidfd: 0 or -errno. */
export function setnsToTask(task: Task, pid: Pid, flags: number): number {
  if (flags === 0 || (flags & ~SETNS_FLAGS) !== 0) return -EINVAL
  const set = new NsSet(task, flags)
  const result = installAll(set, task, pid, flags)
  if (result === 0) set.commit()
  set.end()
  return result
}

function installAll(set: NsSet, task: Task, pid: Pid, flags: number): number {
  const target = pid.task
  if (target === null) return -ESRCH
  if (ptraceMayAccess(task, target, PTRACE_MODE_READ_REALCREDS) !== 0) return -EPERM
  const proxy = target.nsproxy
  if (proxy === null) return -ESRCH
  let result = 0
  if ((flags & CLONE_NEWUSER) !== 0) result = set.install(target.cred.userNs)
  if (result === 0 && (flags & CLONE_NEWNS) !== 0) result = set.install(proxy.mnt)
  if (result === 0 && (flags & CLONE_NEWUTS) !== 0) result = set.install(proxy.uts)
  if (result === 0 && (flags & CLONE_NEWIPC) !== 0) result = set.install(proxy.ipc)
  if (result === 0 && (flags & CLONE_NEWPID) !== 0) result = set.install(target.pidNamespace)
  if (result === 0 && (flags & CLONE_NEWCGROUP) !== 0) result = set.install(proxy.cgroup)
  if (result === 0 && (flags & CLONE_NEWNET) !== 0) result = set.install(proxy.net)
  if (result === 0 && (flags & CLONE_NEWTIME) !== 0) result = set.install(proxy.time)
  return result
}
