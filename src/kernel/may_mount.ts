import { CAP_SYS_ADMIN } from './capability.js'
import { nsCapable } from './cred.js'
import type { Task } from './task.js'

/** True when the task may change its mount namespace. */
export function mayMount(task: Task): boolean {
  return nsCapable(task.cred, task.nsproxy!.mnt.owner!, CAP_SYS_ADMIN)
}
