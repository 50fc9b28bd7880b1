import { CAP_SYS_ADMIN } from './capability.js'
import { nsCapable } from './cred.js'
import type { Task } from './task.js'

/** True if the task may see every namespace there is: it is in the initial pid namespace and is root of the initial user namespace. */
export function maySeeAllNamespaces(task: Task): boolean {
  const { kernel } = task
  return task.pidNamespace === kernel.initPidNs && nsCapable(task.cred, kernel.initUserNs, CAP_SYS_ADMIN)
}
