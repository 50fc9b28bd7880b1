import type { Cred } from './cred.js'
import type { Task } from './task.js'

/** True if having `subset` gives nothing that `set` has not: no new capability, or only in a namespace that `set` owns. */
function capsWithin(set: Cred, subset: Cred): boolean {
  if (set.userNs === subset.userNs && subset.permitted.isSubsetOf(set.permitted)) return true
  for (let ns = subset.userNs; ns.parent !== null; ns = ns.parent) {
    if (ns.parent === set.userNs && ns.ownerUid === set.euid) return true
  }
  return false
}

/**
 * The task takes new credentials. Where ids changed or capabilities grew it is no longer dumpable and loses its
 * parent-death signal. The references on the user namespaces follow, the new one's first.
 */
export function commitCreds(task: Task, next: Cred): void {
  const old = task.cred
  if (old === next) return
  if (
    old.euid !== next.euid ||
    old.egid !== next.egid ||
    old.fsuid !== next.fsuid ||
    old.fsgid !== next.fsgid ||
    !capsWithin(old, next)
  ) {
    if (task.mm !== null) task.mm.dumpable = 0
    task.pdeathSignal = 0
  }
  next.userNs.passive++
  task.cred = next
  if (old.userNs !== next.userNs) {
    next.userNs.activate()
    old.userNs.deactivate()
  }
  old.userNs.put()
}
