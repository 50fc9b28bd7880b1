import { NsFile } from '../kernel/nsfs.js'
import { PidfdFile } from '../kernel/pidfd_file.js'
import { setnsToNamespace, setnsToTask } from '../kernel/setns.js'
import type { Task } from '../kernel/task.js'
import { unshare } from '../kernel/unshare.js'
import { EBADF, EINVAL } from '../uapi/errno.js'
import type { Registers } from './registers.js'
import type { SyscallRow } from './syscall_row.js'

function setns(task: Task, regs: Registers): number {
  const file = task.files!.file(regs.i32(0))
  if (file === null || file.isPathOnly) return -EBADF
  const flags = regs.i32(1)
  if (file instanceof NsFile) return setnsToNamespace(task, file.ns, flags)
  if (file instanceof PidfdFile) return setnsToTask(task, file.pid, flags)
  return -EINVAL
}

/** Leaving and joining namespaces. */
export const namespaceSyscalls: readonly SyscallRow[] = [
  {
    nr: 272,
    name: 'unshare',
    support: 'partial',
    note: 'UNSHARE_EMPTY_MNTNS: ENOSYS',
    // The flags are an unsigned long: none is above 32 bits.
    handler: (task, regs) => (regs.hi(0) !== 0 ? -EINVAL : unshare(task, regs.i32(0))),
  },
  { nr: 308, name: 'setns', support: 'full', handler: setns },
]
