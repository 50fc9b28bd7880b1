import type { Emulator } from '../../src/abi/index.js'
import { type Namespace, NS_TYPES, type Task } from '../../src/kernel/index.js'
import { ENOENT } from '../../src/uapi/index.js'

const REQUEST = new Uint8Array(32)
const REQUEST_VIEW = new DataView(REQUEST.buffer)
const MOST = 4096
const IDS = new Uint8Array(MOST * 8)
const IDS_VIEW = new DataView(IDS.buffer)
const CURRENT_USER = -1

/**
 * Whether the list goes on with a namespace that is not active: a released kernel then says ENOENT, though more may follow.
 */
function stopsBefore(emulator: Emulator, cursor: number): boolean {
  const next = emulator.kernel.namespaces.all.after(cursor)
  return next !== null && !next.isActive
}

interface Ask {
  cursor?: number
  types?: number
  owner?: number
  room?: number
}

function put64(at: number, value: number): void {
  REQUEST_VIEW.setUint32(at, value === CURRENT_USER ? 0xffff_ffff : value, true)
  REQUEST_VIEW.setUint32(at + 4, value === CURRENT_USER ? 0xffff_ffff : Math.floor(value / 0x1_0000_0000), true)
}

/** What listns gives, an errno where it fails; an exhausted cursor is an empty list. */
function list(
  emulator: Emulator,
  task: Task,
  { cursor = 0, types = 0, owner = 0, room = MOST }: Ask,
): number[] | number {
  REQUEST_VIEW.setUint32(0, REQUEST.length, true)
  put64(8, cursor)
  REQUEST_VIEW.setUint32(16, types, true)
  put64(24, owner)
  const ret = emulator.syscall(task, 'listns', REQUEST, IDS, room, 0) as number
  if (ret === -ENOENT && cursor !== 0) return []
  if (ret < 0) return ret
  const ids: number[] = []
  for (let i = 0; i < ret; i++) {
    ids.push(IDS_VIEW.getUint32(i * 8, true) + IDS_VIEW.getUint32(i * 8 + 4, true) * 0x1_0000_0000)
  }
  return ids
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((id, i) => id === b[i])
}

/** Everything that must hold of listns in any state; `root` sees all, `others` are asked what they see. */
export function checkListing(emulator: Emulator, root: Task, others: readonly Task[], pageSize: number): string[] {
  if (!emulator.kernel.features.listns) return []
  const problems: string[] = []
  const full = list(emulator, root, {})
  if (typeof full === 'number') return [`listns of everything failed with ${full}`]
  const active: Namespace[] = []
  const { all } = emulator.kernel.namespaces
  for (let ns = all.after(0); ns !== null; ns = all.after(ns.id)) if (ns.isActive) active.push(ns)
  const wanted = active.map(({ id }) => id)
  if (!same(full, wanted)) problems.push(`listns shows ${full}, active are ${wanted}`)
  for (let i = 1; i < full.length; i++)
    if ((full[i] as number) <= (full[i - 1] as number)) problems.push(`ids do not grow: ${full}`)

  const paged: number[] = []
  for (let cursor = 0; ; ) {
    const page = list(emulator, root, { cursor, room: pageSize })
    if (typeof page === 'number' || page.length === 0) {
      if (stopsBefore(emulator, cursor)) paged.push(...full.slice(paged.length))
      break
    }
    paged.push(...page)
    cursor = page.at(-1) as number
  }
  if (!same(full, paged)) problems.push(`pages of ${pageSize} give ${paged}, one call gives ${full}`)

  for (const { flag, index } of NS_TYPES) {
    const ofType = list(emulator, root, { types: flag })
    const filtered = active.filter((ns) => ns.type === index).map(({ id }) => id)
    if (typeof ofType === 'number' || !same(ofType, filtered))
      problems.push(`of type ${flag}: ${ofType}, not ${filtered}`)
  }
  for (const owner of active) {
    if (owner.flag !== NS_TYPES.find(({ name }) => name === 'user')?.flag) continue
    const owned = list(emulator, root, { owner: owner.id })
    const filtered = active.filter((ns) => ns.owner === owner).map(({ id }) => id)
    if (typeof owned === 'number' || !same(owned, filtered))
      problems.push(`owned by ${owner.id}: ${owned}, not ${filtered}`)
  }

  const everything = new Set(full)
  for (const task of others) {
    const seen = list(emulator, task, {})
    if (typeof seen === 'number') problems.push(`pid ${task.pid.nr} cannot list: ${seen}`)
    else if (seen.some((id) => !everything.has(id))) problems.push(`pid ${task.pid.nr} sees ${seen}, root ${full}`)
    else if (seen.length > 1) {
      const after = list(emulator, task, { cursor: seen[0] as number })
      const stopped = typeof after !== 'number' && after.length === 0 && stopsBefore(emulator, seen[0] as number)
      if (!stopped && (typeof after === 'number' || !same(after, seen.slice(1)))) {
        problems.push(`pid ${task.pid.nr} sees ${after} after ${seen[0]}, and ${seen} in all`)
      }
    }
  }
  return problems
}
