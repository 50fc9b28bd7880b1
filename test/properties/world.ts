/**
 * A naive model of who holds which namespace. It counts nothing as it goes: whenever it is asked, it looks at everybody who
 * holds something and adds up.
 */

export const TYPE_NAMES = ['mnt', 'uts', 'ipc', 'pid', 'cgroup', 'net', 'time', 'user'] as const
export type TypeName = (typeof TYPE_NAMES)[number]

/** The order in which one clone or unshare numbers what it makes. */
export const MAKING_ORDER: readonly TypeName[] = ['user', 'mnt', 'uts', 'ipc', 'pid', 'cgroup', 'net', 'time']

export const FLAG: Readonly<Record<TypeName, number>> = {
  mnt: 0x0002_0000,
  cgroup: 0x0200_0000,
  uts: 0x0400_0000,
  ipc: 0x0800_0000,
  user: 0x1000_0000,
  pid: 0x2000_0000,
  net: 0x4000_0000,
  time: 0x80,
}

export interface Ns {
  readonly id: number
  readonly type: TypeName
  readonly owner: Ns | null
  /** What it cannot be without, beside its owner: a pid namespace's parent. */
  readonly parent: Ns | null
  /** There from boot on and for ever. */
  readonly initial: boolean
  /** Who made it, in the initial user namespace's numbers; it matters for user namespaces. */
  readonly maker: number
}

/** The namespaces of a task, shared by those that were forked and changed nothing. */
export interface NsSet {
  readonly mnt: Ns
  readonly uts: Ns
  readonly ipc: Ns
  readonly pidForChildren: Ns
  readonly cgroup: Ns
  readonly net: Ns
  readonly time: Ns
  readonly timeForChildren: Ns
}

/** An open file description, and whose credentials opened it. */
export type Description = { readonly opener: Ns } & (
  | { readonly kind: 'other' }
  | { readonly kind: 'ns'; readonly ns: Ns }
  | { readonly kind: 'socket'; readonly net: Ns }
  /** One of a pair, and the pid namespace of who made it. */
  | { readonly kind: 'unix'; readonly net: Ns; readonly maker: Ns; readonly queue: Description[] }
  | { readonly kind: 'pidfd'; readonly task: Actor }
)

export type Table = Map<number, Description>

export interface Actor {
  readonly number: number
  readonly pid: Ns
  user: Ns
  uid: number
  /** Has every capability in its user namespace, or none. */
  capable: boolean
  set: NsSet
  table: Table
  /** Makes calls. */
  alive: boolean
  /** Has been waited for: nothing of it is left. */
  reaped: boolean
}

/** What holds a namespace, added up. */
export interface Census {
  readonly active: ReadonlyMap<Ns, number>
  readonly existing: ReadonlySet<Ns>
}

export class World {
  readonly namespaces: Ns[] = []
  readonly actors: Actor[] = []
  /** Mounts that the kernel itself keeps, each of them active for ever. */
  readonly kept: Ns[] = []

  ns(id: number): Ns {
    const found = this.namespaces.find((ns) => ns.id === id)
    if (found === undefined) throw new RangeError(`no namespace ${id} was ever made`)
    return found
  }

  /** Every open file description that a living task can reach, by its descriptors or by what lies in a socket. */
  files(): Set<Description> {
    const found = new Set<Description>()
    const visit = (description: Description): void => {
      if (found.has(description)) return
      found.add(description)
      if (description.kind === 'unix') for (const sent of description.queue) visit(sent)
    }
    for (const { alive, table } of this.actors) if (alive) for (const description of table.values()) visit(description)
    return found
  }

  census(): Census {
    const active = new Map<Ns, number>(this.namespaces.map((ns) => [ns, 0]))
    const existing = new Set<Ns>()
    const count = (ns: Ns): void => {
      active.set(ns, (active.get(ns) ?? 0) + 1)
      existing.add(ns)
    }
    for (const ns of this.kept) count(ns)
    const files = [...this.files()]
    for (const set of new Set(this.actors.filter(({ alive }) => alive).map((actor) => actor.set)))
      for (const ns of Object.values(set)) count(ns)
    for (const { reaped, pid, user } of this.actors) {
      if (reaped) continue
      count(pid)
      count(user)
    }
    for (const ns of new Set(files.flatMap((file) => (file.kind === 'ns' ? [file.ns] : [])))) count(ns)
    for (const file of files) {
      existing.add(file.opener)
      if (file.kind === 'socket' || file.kind === 'unix') existing.add(file.net)
      // A process number is one of its pid namespace, also when its process is long gone.
      if (file.kind === 'unix') existing.add(file.maker)
      if (file.kind === 'pidfd') existing.add(file.task.pid)
    }
    // Whoever owns has a lower number than what it owns.
    for (const ns of [...this.namespaces].sort((a, b) => b.id - a.id)) {
      if (ns.initial) existing.add(ns)
      if (ns.initial || !existing.has(ns)) continue
      if (ns.owner !== null) existing.add(ns.owner)
      if (ns.parent !== null) existing.add(ns.parent)
      if ((active.get(ns) ?? 0) > 0 && ns.owner !== null) count(ns.owner)
    }
    return { active, existing }
  }

  /** The ids that are active, in order. */
  active(census: Census = this.census()): Ns[] {
    const shown = this.namespaces.filter((ns) => ns.initial || (census.active.get(ns) ?? 0) > 0)
    return shown.sort((a, b) => a.id - b.id)
  }
}

/** Whether `actor` has CAP_SYS_ADMIN in a user namespace. */
export function capableIn(actor: Actor, user: Ns): boolean {
  for (let at: Ns | null = user; at !== null; at = at.owner) {
    if (at === actor.user) return actor.capable
    if (at.owner === actor.user && at.maker === actor.uid) return true
  }
  return false
}

export function isIn(actor: Actor, ns: Ns): boolean {
  const { mnt, uts, ipc, cgroup, net, time } = actor.set
  return [mnt, uts, ipc, cgroup, net, time, actor.pid, actor.user].includes(ns)
}

/** Which namespaces listns shows to whom. */
export const VISIBILITY = {
  /** Capable in the owner, or in it. */
  'v6.19': (actor: Actor, ns: Ns, filter: Ns | null): boolean =>
    isIn(actor, ns) || (ns.type === 'user' && capableIn(actor, ns)) || capableIn(actor, filter ?? ns.owner ?? ns),
  /** All for the initial namespaces' root, for everybody else what they are in. */
  'v7.2': (actor: Actor, ns: Ns, _filter: Ns | null): boolean => isIn(actor, ns) || seesAll(actor),
} as const

export type RuleName = keyof typeof VISIBILITY

function seesAll(actor: Actor): boolean {
  const root = (ns: Ns): Ns => (ns.owner === null ? ns : root(ns.owner))
  return actor.pid.initial && capableIn(actor, root(actor.user))
}
