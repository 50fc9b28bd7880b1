import type { Emulator } from '../abi/emulator.js'
import { type Boot, type BootNamespace, NAMESPACE_TYPES, type NamespaceTypeName } from './format.js'

/**
 * What a transcript's header says of an emulator on which nothing has run yet: what it was booted with, or the same for the
 * plain boot.
 */
export function describeBoot(emulator: Emulator): Boot {
  const { kernel } = emulator
  if (kernel.boot !== null) return kernel.boot
  const { first, initNsProxy } = kernel
  const namespaces = {} as Record<NamespaceTypeName, BootNamespace>
  for (const type of NAMESPACE_TYPES) {
    const ns = { ...initNsProxy, user: kernel.initUserNs, pid: kernel.initPidNs }[type]
    namespaces[type] = { id: ns.id, ino: ns.ino }
  }
  return {
    task: { pid: first.pid.nr, ppid: 0, uid: 0, gid: 0 },
    namespaces,
    next: { nsId: kernel.nextNsId, mntIdUnique: kernel.vfs.nextMountIdUnique },
    config: kernel.config,
    nr_mounts: initNsProxy.mnt.nrMounts,
    mountinfo: initNsProxy.mnt.mountinfo(first.fs!.root).split('\n').slice(0, -1),
  }
}
