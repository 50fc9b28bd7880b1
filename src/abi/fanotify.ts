import { fanotifyInit } from './fanotify_init.js'
import { fanotifyMark } from './fanotify_mark.js'
import type { SyscallRow } from './syscall_row.js'

/** Groups that watch files, mounts and namespaces. */
export const fanotifySyscalls: readonly SyscallRow[] = [
  {
    nr: 300,
    name: 'fanotify_init',
    support: 'full',
    handler: fanotifyInit,
  },
  {
    nr: 301,
    name: 'fanotify_mark',
    support: 'partial',
    note: 'mapping a file asks nobody: there is no mmap',
    handler: fanotifyMark,
  },
]
