import { fanotifyInit } from './fanotify_init.js'
import { fanotifyMark } from './fanotify_mark.js'
import type { SyscallRow } from './syscall_row.js'

/** Groups that watch files, mounts and namespaces. */
export const fanotifySyscalls: readonly SyscallRow[] = [
  {
    nr: 300,
    name: 'fanotify_init',
    support: 'partial',
    note: 'FAN_RESTARTABLE_EVENTS passes its checks and is then ENOSYS',
    handler: fanotifyInit,
  },
  {
    nr: 301,
    name: 'fanotify_mark',
    support: 'partial',
    note: 'marks on inodes, mounts and filesystems are kept and shown, but file events are not reported and no access waits for an answer',
    handler: fanotifyMark,
  },
]
