import { ENOSPC } from '../uapi/errno.js'
import { cloneMount, lockTree } from './copy_tree.js'
import { MntNamespace } from './mnt_namespace.js'
import { MNT_LOCKED, type Mount } from './mount.js'
import { enterOwner } from './mount_attach.js'
import { NS_MNT } from './ns_type.js'
import type { Task } from './task.js'

/**
 * A new mount namespace in which the tree that `copy` makes is all there is (OPEN_TREE_NAMESPACE, FSMOUNT_NAMESPACE), over a
 * copy of the own namespace's root mount; or -errno. `copy` is told whether to make slaves. The namespace's reference belongs
 * to the caller.
 */
export function namespaceOf(task: Task, copy: (slave: boolean) => Mount | number): MntNamespace | number {
  const { kernel } = task
  const own = task.nsproxy!.mnt
  const owner = task.cred.userNs
  const ucounts = owner.ucountsOf(task.cred.euid)
  if (!ucounts.increment(NS_MNT)) return -ENOSPC
  const ns = new MntNamespace(kernel, owner, kernel.nextNsId++, kernel.nsInodeNumbers.take(), ucounts)
  const foreign = owner !== own.owner
  const root = cloneMount(own.root, own.root.root, { slave: foreign })
  ns.root = root
  ns.add(root)
  const top = copy(foreign)
  if (typeof top === 'number') {
    ns.put()
    return top
  }
  enterOwner(top.subtree(), ns)
  top.attach(root, root.root)
  if (foreign) lockTree(top)
  // The empty root below it is for nobody to see but the initial user namespace's root.
  if (owner !== kernel.initUserNs) top.flags |= MNT_LOCKED
  kernel.vfs.changes.end()
  return ns
}
