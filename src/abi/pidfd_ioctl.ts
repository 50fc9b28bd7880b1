import type { File } from '../kernel/file.js'
import type { Namespace } from '../kernel/namespace.js'
import { openNs } from '../kernel/nsfs.js'
import { PidfdFile } from '../kernel/pidfd_file.js'
import { PTRACE_MODE_READ_FSCREDS, ptraceMayAccess } from '../kernel/ptrace.js'
import type { Task } from '../kernel/task.js'
import {
  PIDFD_GET_CGROUP_NAMESPACE,
  PIDFD_GET_INFO,
  PIDFD_GET_IPC_NAMESPACE,
  PIDFD_GET_MNT_NAMESPACE,
  PIDFD_GET_NET_NAMESPACE,
  PIDFD_GET_PID_FOR_CHILDREN_NAMESPACE,
  PIDFD_GET_PID_NAMESPACE,
  PIDFD_GET_TIME_FOR_CHILDREN_NAMESPACE,
  PIDFD_GET_TIME_NAMESPACE,
  PIDFD_GET_USER_NAMESPACE,
  PIDFD_GET_UTS_NAMESPACE,
} from '../uapi/constants/pidfd.js'
import { EACCES, EINVAL, ENOSYS, ENOTTY, ESRCH } from '../uapi/errno.js'
import { O_RDONLY } from '../uapi/fcntl.js'
import { installFile } from './install_file.js'
import type { Registers } from './registers.js'

/** Each command's namespace of the process. */
const NAMESPACES: ReadonlyMap<number, (target: Task) => Namespace> = new Map<number, (target: Task) => Namespace>([
  [PIDFD_GET_CGROUP_NAMESPACE, (target) => target.nsproxy!.cgroup],
  [PIDFD_GET_IPC_NAMESPACE, (target) => target.nsproxy!.ipc],
  [PIDFD_GET_MNT_NAMESPACE, (target) => target.nsproxy!.mnt],
  [PIDFD_GET_NET_NAMESPACE, (target) => target.nsproxy!.net],
  [PIDFD_GET_PID_NAMESPACE, (target) => target.pidNamespace],
  [PIDFD_GET_PID_FOR_CHILDREN_NAMESPACE, (target) => target.nsproxy!.pidForChildren],
  [PIDFD_GET_TIME_NAMESPACE, (target) => target.nsproxy!.time],
  [PIDFD_GET_TIME_FOR_CHILDREN_NAMESPACE, (target) => target.nsproxy!.timeForChildren],
  [PIDFD_GET_USER_NAMESPACE, (target) => target.cred.userNs],
  [PIDFD_GET_UTS_NAMESPACE, (target) => target.nsproxy!.uts],
])

/** The low 16 bits of a command: type and number, without the size that PIDFD_GET_INFO may vary. */
const commandOf = (command: number): number => command & 0xffff

/** ioctl on a pidfd: a new descriptor of one of the process's namespaces. PIDFD_GET_INFO is not modelled. */
export function pidfdIoctl(task: Task, file: File, command: number, regs: Registers): number {
  if (!(file instanceof PidfdFile)) return -ENOTTY
  if (commandOf(command) === commandOf(PIDFD_GET_INFO)) return -ENOSYS
  const namespaceOf = NAMESPACES.get(command)
  if (namespaceOf === undefined) return -ENOTTY
  const target = file.pid.task
  if (target === null) return -ESRCH
  if (regs.size(2) !== 0) return -EINVAL
  if (target.nsproxy === null && !task.kernel.features.pidfdNamespaceAccessFirst) return -ESRCH
  if (ptraceMayAccess(task, target, PTRACE_MODE_READ_FSCREDS) !== 0) return -EACCES
  if (target.nsproxy === null) return -ESRCH
  return installFile(task, openNs(task, namespaceOf(target), O_RDONLY), true)
}
