import { EINVAL, ENOENT } from '../uapi/errno.js'
import { CAP_SYS_ADMIN } from './capability.js'
import { nsCapable } from './cred.js'
import type { Namespace } from './namespace.js'
import { type NamespaceSlots, STATE_ACTIVE, STATE_TYPE } from './namespace_slots.js'
import { CHUNK_STRIDE, type NsChunk, NsList } from './ns_list.js'
import { NS_TYPES, NS_USER } from './ns_type.js'
import type { Task } from './task.js'
import type { UserNamespace } from './user_namespace.js'
import { maySeeAllNamespaces } from './visibility.js'

/** What a listns asks for. */
export interface NamespaceQuery {
  /** Start behind this id; 0 for the first. */
  readonly after: number
  /** CLONE_NEW* bits of the types wanted; 0 for all. */
  readonly types: number
  /** Only what this user namespace directly owns; 0 for all there are, -1 for what the caller's own one owns. */
  readonly userNsId: number
}

/** More lists than this are not merged: a walk over all namespaces is cheaper. */
const MOST_MERGED = 32
const ALL_TYPES = (1 << NS_TYPES.length) - 1

const NO_CHUNK: NsChunk = { ids: [], slots: [] }

/** A place in one list. */
class Place {
  readonly chunks: readonly NsChunk[]
  chunk: NsChunk
  chunkIndex: number
  index: number

  constructor(list: NsList, after: number) {
    const position = list.position(after)
    this.chunks = list.chunks
    this.chunkIndex = Math.floor(position / CHUNK_STRIDE)
    this.chunk = this.chunks[this.chunkIndex] ?? NO_CHUNK
    this.index = position % CHUNK_STRIDE
    if (this.index >= this.chunk.ids.length) this.nextChunk()
  }

  /** Moves to the next chunk; past the last one it stands on an empty one. */
  nextChunk(): void {
    this.chunkIndex++
    this.chunk = this.chunks[this.chunkIndex] ?? NO_CHUNK
    this.index = 0
  }

  get id(): number {
    const { ids } = this.chunk
    return this.index < ids.length ? ids[this.index]! : Number.POSITIVE_INFINITY
  }
}

/**
 * The namespaces that one listns shows, in the order of their ids: active ones, of the types asked for, that the caller
 * may see. {@link fill} gives them batch by batch; the lists must not change meanwhile.
 */
export class NamespaceWalk {
  readonly #places: readonly Place[]
  /** Bits by type index. */
  readonly #types: number
  /** Asked of each namespace where the lists hold more than the caller may see. */
  readonly #sees: ((ns: Namespace) => boolean) | null
  readonly #slots: NamespaceSlots
  #last = 0

  constructor(
    slots: NamespaceSlots,
    lists: readonly NsList[],
    after: number,
    types: number,
    sees: ((ns: Namespace) => boolean) | null,
  ) {
    this.#slots = slots
    this.#places = lists.map((list) => new Place(list, after))
    this.#types = types
    this.#sees = sees
  }

  /** Puts the next ids, at most `max`, into `ids`; how many, 0 at the end. */
  fill(ids: Float64Array, max: number): number {
    const places = this.#places
    if (places.length === 1) return this.#run(places[0]!, Number.POSITIVE_INFINITY, ids, 0, max)
    let count = 0
    while (count < max) {
      let first: Place | null = null
      let firstId = Number.POSITIVE_INFINITY
      let limit = Number.POSITIVE_INFINITY
      for (let at = 0; at < places.length; at++) {
        const { id } = places[at]!
        if (id < firstId) {
          limit = firstId
          firstId = id
          first = places[at]!
        } else if (id < limit) limit = id
      }
      if (first === null) break
      // Everything in this list up to the next list's first id comes in one run; a namespace on both comes once.
      count = this.#run(first, limit, ids, count, max)
    }
    return count
  }

  /** Takes from one list up to and including id `limit`. */
  #run(place: Place, limit: number, ids: Float64Array, start: number, max: number): number {
    const types = this.#types
    const sees = this.#sees
    const { states } = this.#slots
    let count = start
    let last = this.#last
    while (count < max) {
      const { ids: chunkIds, slots } = place.chunk
      let { index } = place
      const end = chunkIds.length
      if (end === 0) break
      let stop = false
      while (index < end && count < max) {
        const id = chunkIds[index]!
        if (id > limit) {
          stop = true
          break
        }
        const slot = slots[index]!
        const state = states[slot]!
        index++
        if ((state & STATE_ACTIVE) === 0 || (types & (1 << (state & STATE_TYPE))) === 0 || id === last) continue
        if (sees !== null && !sees(this.#slots.at(slot))) continue
        last = id
        ids[count++] = id
      }
      place.index = index
      if (stop) break
      if (index >= end) place.nextChunk()
    }
    this.#last = last
    return count
  }
}

/** The namespaces that the task is in: its own pid and time namespace, not those for its children. */
function ownNamespaces(task: Task): Namespace[] {
  const { mnt, uts, ipc, cgroup, net, time } = task.nsproxy!
  return [mnt, uts, ipc, task.pidNamespace, cgroup, net, time, task.cred.userNs]
}

/** A list of a few namespaces, those of them that `owner` owns where one is given. */
function listOf(slots: NamespaceSlots, namespaces: Namespace[], owner: UserNamespace | null): NsList {
  // An insertion sort: they are few, and mostly in order.
  for (let at = 1; at < namespaces.length; at++) {
    const ns = namespaces[at]!
    let to = at
    for (; to > 0 && namespaces[to - 1]!.id > ns.id; to--) namespaces[to] = namespaces[to - 1]!
    namespaces[to] = ns
  }
  const list = new NsList(slots)
  let last: Namespace | null = null
  for (let at = 0; at < namespaces.length; at++) {
    const ns = namespaces[at]!
    if (ns !== last && (owner === null || ns.owner === owner)) list.add(ns)
    last = ns
  }
  return list
}

/** The user namespaces closest to the root in which the task has CAP_SYS_ADMIN. */
function capableRoots(task: Task): UserNamespace[] {
  const { cred } = task
  if (cred.effective.has(CAP_SYS_ADMIN)) return [cred.userNs]
  const roots: UserNamespace[] = []
  for (const ns of cred.userNs.ownedOfType(NS_USER)) {
    if ((ns as UserNamespace).ownerUid === cred.euid) roots.push(ns as UserNamespace)
  }
  return roots
}

/** The lists of all that `roots` and the user namespaces below them own; null for more than {@link MOST_MERGED}. */
function listsBelow(roots: readonly UserNamespace[], types: number): NsList[] | null {
  const lists: NsList[] = []
  const todo = [...roots]
  for (let owner = todo.pop(); owner !== undefined; owner = todo.pop()) {
    if (types === ALL_TYPES) lists.push(owner.owned)
    else lists.push(...ownedLists(owner, types))
    const below = owner.ownedOfType(NS_USER)
    if (lists.length > MOST_MERGED || todo.length + below.size > MOST_MERGED) return null
    if (below.size > 0) todo.push(...(below as Iterable<UserNamespace>))
  }
  return lists
}

/** The lists that hold the namespaces of those types; a single one where there is one. */
function listsOfTypes(task: Task, types: number): NsList[] {
  const { namespaces } = task.kernel
  if (types === ALL_TYPES) return [namespaces.all]
  return namespaces.ofType.filter((_, type) => (types & (1 << type)) !== 0)
}

/** The owner's lists of those types: a single one for all of them. */
function ownedLists(owner: UserNamespace, types: number): NsList[] {
  if (types === ALL_TYPES) return [owner.owned]
  const lists: NsList[] = []
  for (let type = 0; type < NS_TYPES.length; type++)
    if ((types & (1 << type)) !== 0) lists.push(owner.ownedOfType(type))
  return lists
}

/** True if the lists have an id above `after`, and the namespace with the lowest such id is active. */
function canStart(slots: NamespaceSlots, lists: readonly NsList[], after: number): boolean {
  let first = -1
  for (const list of lists) {
    const next = list.slotAfter(after)
    if (next >= 0 && (first < 0 || slots.at(next).id < slots.at(first).id)) first = next
  }
  return first >= 0 && (slots.states[first]! & STATE_ACTIVE) !== 0
}

function typeBits(flags: number): number {
  if (flags === 0) return ALL_TYPES
  let bits = 0
  for (const type of NS_TYPES) if ((flags & type.flag) !== 0) bits |= 1 << type.index
  return bits
}

/**
 * What `query` shows to `task`.
 *
 * @returns the walk; -EINVAL for a user namespace that does not exist or is inactive, -ENOENT for a cursor behind
 *   which the list has nothing, shown or not, or first an inactive namespace (observed on 7.2).
 */
export function listNamespaces(task: Task, query: NamespaceQuery): NamespaceWalk | number {
  const { kernel } = task
  const { after, userNsId } = query
  const types = typeBits(query.types)
  let owner: UserNamespace | null = null
  if (userNsId !== 0) {
    const found = userNsId === -1 ? task.cred.userNs : kernel.namespaces.ofType[NS_USER]!.find(userNsId)
    if (found === null || !found.isActive) return -EINVAL
    owner = found as UserNamespace
  }
  if (after !== 0) {
    // A single type has a list of its own; several are looked for in the list of all.
    const single = (types & (types - 1)) === 0
    const lists =
      owner !== null ? ownedLists(owner, ALL_TYPES) : single ? listsOfTypes(task, types) : [kernel.namespaces.all]
    if (!canStart(kernel.namespaces.slots, lists, after)) return -ENOENT
  }
  const ownerCapable = kernel.features.listnsVisibility === 'owner-capable'
  return ownerCapable ? walkOwnerCapable(task, owner, after, types) : walkInitOnly(task, owner, after, types)
}

function walkInitOnly(task: Task, owner: UserNamespace | null, after: number, types: number): NamespaceWalk {
  const { slots } = task.kernel.namespaces
  if (maySeeAllNamespaces(task)) {
    return new NamespaceWalk(
      slots,
      owner === null ? listsOfTypes(task, types) : ownedLists(owner, types),
      after,
      types,
      null,
    )
  }
  return new NamespaceWalk(slots, [listOf(slots, ownNamespaces(task), owner)], after, types, null)
}

/** What is shown to a task whoever owns it: the namespaces it is in, and the roots of those in which it is capable. */
function shownAnyway(task: Task, roots: readonly UserNamespace[]): Namespace[] {
  const shown = ownNamespaces(task)
  for (const root of roots) shown.push(root)
  return shown
}

function walkOwnerCapable(task: Task, owner: UserNamespace | null, after: number, types: number): NamespaceWalk {
  const { cred, kernel } = task
  const { slots } = kernel.namespaces
  const roots = capableRoots(task)
  if (owner !== null) {
    if (nsCapable(cred, owner, CAP_SYS_ADMIN))
      return new NamespaceWalk(slots, ownedLists(owner, types), after, types, null)
    return new NamespaceWalk(slots, [listOf(slots, shownAnyway(task, roots), owner)], after, types, null)
  }
  if (roots[0] === kernel.initUserNs) return new NamespaceWalk(slots, listsOfTypes(task, types), after, types, null)
  const shown = shownAnyway(task, roots)
  const lists = listsBelow(roots, types)
  if (lists !== null) {
    lists.push(listOf(slots, shown, null))
    return new NamespaceWalk(slots, lists, after, types, null)
  }
  const sees = (ns: Namespace): boolean =>
    shown.includes(ns) || (ns.owner !== null && nsCapable(cred, ns.owner, CAP_SYS_ADMIN))
  return new NamespaceWalk(slots, listsOfTypes(task, types), after, types, sees)
}
