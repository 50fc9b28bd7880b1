import type { Kernel, Namespace, NsProxy, Task } from '../../src/kernel/index.js'

/** Every task that has not been released, threads too. */
export function allTasks(kernel: Kernel): Task[] {
  const tasks: Task[] = []
  const ns = kernel.initPidNs
  for (let pid = ns.nextAfter(0); pid !== null; pid = ns.nextAfter(pid.nr)) if (pid.task !== null) tasks.push(pid.task)
  return tasks
}

/**
 * Counts from nothing but tasks, numbers, files and owners what holds each namespace active, and says where the kernel's own
 * count is another.
 */
export function recount(kernel: Kernel): string[] {
  const held: Map<Namespace, number> = new Map()
  const hold = (ns: Namespace): void => void held.set(ns, (held.get(ns) ?? 0) + 1)
  const proxies: Set<NsProxy> = new Set([kernel.initNsProxy])
  for (const task of allTasks(kernel)) {
    if (task.nsproxy !== null) proxies.add(task.nsproxy)
    hold(task.cred.userNs)
  }
  for (const proxy of proxies) {
    for (const ns of [proxy.mnt, proxy.uts, proxy.ipc, proxy.pidForChildren]) hold(ns)
    for (const ns of [proxy.cgroup, proxy.net, proxy.time, proxy.timeForChildren]) hold(ns)
  }
  const { initPidNs } = kernel
  for (let pid = initPidNs.nextAfter(0); pid !== null; pid = initPidNs.nextAfter(pid.nr)) hold(pid.ns)
  const kernelOwn = new Set(kernel.boot?.other?.map(({ id }) => id))
  const problems: string[] = []
  const { all } = kernel.namespaces
  for (let ns = all.after(0); ns !== null; ns = all.after(ns.id)) {
    if (ns.nsfsDentry !== null) hold(ns)
    if (kernelOwn.has(ns.id)) hold(ns)
    if (ns.isActive && ns.owner !== null) hold(ns.owner)
    if (ns.passive <= 0) problems.push(`${ns.linkText} is on the list with ${ns.passive} passive references`)
  }
  for (let ns = all.after(0); ns !== null; ns = all.after(ns.id)) {
    const wanted = held.get(ns) ?? 0
    if (!ns.initial && ns.active !== wanted) {
      problems.push(`${ns.linkText} (id ${ns.id}) has ${ns.active} active references, ${wanted} things hold it`)
    }
  }
  return problems
}
