import type { SyscallRow } from './syscall_row.js'

/** User and group ids, capabilities and what else credentials hold. */
export const credentialSyscalls: readonly SyscallRow[] = [
  { nr: 102, name: 'getuid', support: 'full', handler: (task) => task.cred.userNs.uidOfMunged(task.cred.uid) },
]
