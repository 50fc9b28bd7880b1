import { type Kernel, type MntNamespace, NS_TYPES } from '../../src/kernel/index.js'

type Mount = MntNamespace['root']

const NS_MNT = NS_TYPES.findIndex(({ name }) => name === 'mnt')

/** What mounts hold of numbers that are given back: two states are alike if the next of each are. */
export interface MountInventory {
  /** Mounts that user space made or can reach, in trees or not. */
  mounts: number
  superBlocks: number
  nextDevice: number
  nextGroup: number
}

/** Mounted by the kernel for itself when first needed. */
const KERNELS_OWN: ReadonlySet<string> = new Set(['nsfs', 'pidfs', 'pipefs', 'sockfs', 'anon_inodefs'])

/** Counts the mounts there are. */
export function mountInventory(kernel: Kernel): MountInventory {
  const { vfs } = kernel
  let mounts = 0
  const supers = new Set<Mount['sb']>()
  for (const mount of vfs.liveMounts) {
    if (KERNELS_OWN.has(mount.sb.type)) continue
    mounts++
    supers.add(mount.sb)
  }
  const nextDevice = vfs.newDev()
  vfs.freeDev(nextDevice)
  const nextGroup = vfs.newGroupId()
  vfs.freeGroupId(nextGroup)
  return { mounts, superBlocks: supers.size, nextDevice, nextGroup }
}

/** What is wrong with the mount trees, the lists of them, and the groups that their mounts are in. */
export function checkMounts(kernel: Kernel): string[] {
  const problems: string[] = []
  const list = kernel.namespaces.ofType[NS_MNT]
  for (let ns = list?.after(0) ?? null; ns !== null; ns = list?.after(ns.id) ?? null) {
    checkTree(ns as MntNamespace, problems)
  }
  const groups: Map<number, Mount> = new Map()
  for (const mount of kernel.vfs.liveMounts) checkGroups(mount, groups, problems)
  return problems
}

function checkTree(ns: MntNamespace, problems: string[]): void {
  const { root, mounts } = ns
  const wrong = (mount: Mount, what: string): void =>
    void problems.push(`mount ${mount.id} of mount namespace ${ns.id} ${what}`)
  const seen = new Set<Mount>()
  const pending: Mount[] = [root]
  for (let mount = pending.pop(); mount !== undefined; mount = pending.pop()) {
    if (seen.has(mount)) wrong(mount, 'is in its tree twice')
    seen.add(mount)
    if (mount.ns !== ns) wrong(mount, 'belongs to another')
    if (mount.toldNs !== ns) wrong(mount, 'was told to belong to another')
    if (mount.umounted) wrong(mount, 'has been umounted')
    if (mount.refs < 1) wrong(mount, `has ${mount.refs} references`)
    if (mount.isLocked && mount === root) wrong(mount, 'is its root and locked')
    for (const [dentry, child] of mount.children ?? []) {
      if (child.parent !== mount || child.mountpoint !== dentry) wrong(child, 'hangs elsewhere')
      if (dentry.mounts?.has(child) !== true) wrong(child, 'is not known to its mountpoint')
      if (dentry.sb !== mount.sb || !dentry.isBelow(mount.root)) wrong(child, 'lies on what its parent does not show')
      pending.push(child)
    }
  }
  if (seen.size !== mounts.size)
    problems.push(`mount namespace ${ns.id} counts ${mounts.size} mounts, has ${seen.size}`)
  if (ns.nrMounts !== seen.size - 1)
    problems.push(`mount namespace ${ns.id} tells ${ns.nrMounts} of ${seen.size} mounts`)
  let last = 0
  for (const mount of mounts.all) {
    if (mount.idUnique <= last) wrong(mount, 'is out of order')
    last = mount.idUnique
    if (!seen.has(mount)) wrong(mount, 'is listed and not in the tree')
  }
}

/** The ring of peers and the chain of slaves, from both ends. */
function checkGroups(mount: Mount, groups: Map<number, Mount>, problems: string[]): void {
  const wrong = (what: string): void => void problems.push(`mount ${mount.id} ${what}`)
  const { groupId, nextPeer, previousPeer, master } = mount
  if (nextPeer.previousPeer !== mount || previousPeer.nextPeer !== mount) wrong('is in a broken ring of peers')
  if (nextPeer.groupId !== groupId) wrong(`of group ${groupId} has a peer of group ${nextPeer.groupId}`)
  if (nextPeer.master !== master && nextPeer.master?.groupId !== master?.groupId)
    wrong('and its peer have other masters')
  if (nextPeer.sb !== mount.sb) wrong('has a peer of another filesystem')
  if (groupId === 0) {
    if (nextPeer !== mount) wrong('has peers and no group')
    if (mount.firstSlave !== null) wrong('has slaves and no group')
  } else {
    if (mount.unbindable) wrong('is shared and unbindable')
    const known = groups.get(groupId)
    if (known === undefined) groups.set(groupId, mount)
    else if (!isPeer(known, mount)) wrong(`has the number of another group, ${groupId}`)
  }
  if (master !== null && !isSlave(master, mount)) wrong('is not known to its master')
  for (let slave = mount.firstSlave; slave !== null; slave = slave.nextSlave) {
    if (slave.master !== mount) wrong('has a slave of another master')
    if (slave.nextSlave !== null && slave.nextSlave.previousSlave !== slave) wrong('has a broken chain of slaves')
  }
}

function isPeer(a: Mount, b: Mount): boolean {
  if (a === b) return true
  for (let peer = a.nextPeer; peer !== a; peer = peer.nextPeer) if (peer === b) return true
  return false
}

function isSlave(master: Mount, mount: Mount): boolean {
  for (let slave = master.firstSlave; slave !== null; slave = slave.nextSlave) if (slave === mount) return true
  return false
}
