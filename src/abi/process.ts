import type { SyscallRow } from './syscall_row.js'

/** Processes: who one is, making them, ending them, waiting for them. */
export const processSyscalls: readonly SyscallRow[] = [
  { nr: 39, name: 'getpid', support: 'full', handler: (task) => task.pidIn(task.pidNamespace) },
  { nr: 186, name: 'gettid', support: 'full', handler: (task) => task.tidIn(task.pidNamespace) },
]
