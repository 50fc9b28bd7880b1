import type { Emulator } from '../../src/abi/index.js'
import type { Kernel } from '../../src/kernel/index.js'
import { UCOUNT_FANOTIFY_GROUPS, UCOUNT_FANOTIFY_MARKS } from '../../src/kernel/ucounts.js'
import { AF_UNIX, SIGKILL, SOCK_STREAM } from '../../src/uapi/index.js'
import { type MountInventory, mountInventory } from './mounts.js'
import { allTasks } from './recount.js'

/** What a kernel holds when only the boot's own tasks are there. */
export interface Inventory {
  namespaces: number
  pids: number
  mounts: number
  /** Everything mounted anywhere, and what is counted with it. */
  mounted: MountInventory
  /** Groups and marks that users of the initial user namespace have. */
  watched: string
}

/** Users that programs become, before the map of a namespace of theirs. */
const USERS: readonly number[] = [0, 1, 999, 1000, 65_534, 100_000]

function watchedBy(kernel: Kernel): string {
  return USERS.map((uid) => {
    const { counts } = kernel.initUserNs.ucountsOf(uid)
    return `${uid}: ${counts[UCOUNT_FANOTIFY_GROUPS]} groups, ${counts[UCOUNT_FANOTIFY_MARKS]} marks`
  }).join('; ')
}

/** Counts what there is. */
export function inventory(kernel: Kernel): Inventory {
  let pids = 0
  const ns = kernel.initPidNs
  for (let pid = ns.nextAfter(0); pid !== null; pid = ns.nextAfter(pid.nr)) {
    // The kernel's own threads are made when somebody looks for one.
    if (pid.nr === 1 || pid.nr >= ns.kernelThreads) pids++
  }
  return {
    namespaces: kernel.namespaces.all.size,
    pids,
    mounts: kernel.initNsProxy.mnt.nrMounts,
    mounted: mountInventory(kernel),
    watched: watchedBy(kernel),
  }
}

/**
 * Kills everything that the first task and its children left, has the first task's parent reap it, and says what is there
 * that was not before. The first task itself is gone, too: `before` was counted with it.
 */
export function checkLeaks(emulator: Emulator, before: Inventory): string[] {
  const { kernel } = emulator
  const { first } = emulator
  const recorder = first.parent ?? kernel.init
  const own = new Set([kernel.init, recorder, recorder.parent])
  for (const task of allTasks(kernel)) {
    if (own.has(task) || task.state === 'zombie' || task.mm === null) continue
    emulator.syscall(recorder, 'kill', task.pid.nr, SIGKILL)
  }
  for (;;) {
    const reaped = emulator.syscall(recorder, 'wait4', -1, null, 1, null)
    if (typeof reaped !== 'number' || reaped <= 0) break
  }
  // Sockets that only lie in each other's queues go when the next one is closed.
  const socket = emulator.syscall(recorder, 'socket', AF_UNIX, SOCK_STREAM, 0)
  emulator.syscall(recorder, 'close', socket as number)
  const after = inventory(kernel)
  const problems: string[] = []
  if (after.pids > before.pids - 1) problems.push(`${after.pids - before.pids + 1} pids are left`)
  if (after.watched !== before.watched) problems.push(`fanotify counts ${after.watched}, not ${before.watched}`)
  if (kernel.fanotify.waiting.size > 0) problems.push(`${kernel.fanotify.waiting.size} questions wait of nobody`)
  if (kernel.notify !== null && before.watched === watchedBy(kernel)) problems.push('namespaces are watched by nobody')
  for (const { sb } of kernel.initNsProxy.mnt.mounts.all)
    if (sb.watchers !== 0) problems.push(`${sb.type} has ${sb.watchers} watchers too many`)
  const mounted = JSON.stringify(after.mounted)
  if (mounted !== JSON.stringify(before.mounted)) {
    problems.push(`mounted in the end: ${mounted}, in the beginning: ${JSON.stringify(before.mounted)}`)
  }
  if (after.mounts !== before.mounts) problems.push(`${after.mounts} mounts instead of ${before.mounts}`)
  if (after.namespaces !== before.namespaces) {
    const left: string[] = []
    const { all } = kernel.namespaces
    for (let ns = all.after(0); ns !== null; ns = all.after(ns.id)) {
      if (!ns.initial) left.push(`${ns.linkText} (id ${ns.id}, ${ns.passive} passive, ${ns.active} active)`)
    }
    problems.push(`${after.namespaces - before.namespaces} namespaces are left: ${left.join(', ')}`)
  }
  return problems
}
