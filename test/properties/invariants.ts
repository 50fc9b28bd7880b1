import { ENOENT } from '../../src/uapi/errno.js'
import { expectList } from './listing.js'
import type { Machine } from './machine.js'
import { type Actor, FLAG, type Ns, type RuleName, TYPE_NAMES, VISIBILITY, type World } from './world.js'

/** Each namespace is active as often as something holds it so, and is there as long as anything holds it at all. */
export function countsAreWhatHolds(world: World, machine: Machine): void {
  const { active, existing } = world.census()
  const { namespaces } = machine.emulator.kernel
  for (const ns of world.namespaces) {
    const real = namespaces.all.find(ns.id)
    if ((real !== null) !== existing.has(ns)) {
      const what = real === null ? 'is gone, and something holds it' : 'is there, and nothing holds it'
      throw new Error(`${ns.type} namespace ${ns.id} ${what}`)
    }
    if (real === null || ns.initial) continue
    if (real.active !== active.get(ns))
      throw new Error(
        `${ns.type} namespace ${ns.id} is active ${real.active} times, and held so ${active.get(ns)} times`,
      )
  }
  if (namespaces.all.size !== existing.size)
    throw new Error(`there are ${namespaces.all.size} namespaces, and ${existing.size} are held`)
}

/** Ids go up, and none is ever given twice. */
export function idsAreNew(world: World, machine: Machine): void {
  const ids = world.namespaces.map(({ id }) => id)
  if (new Set(ids).size !== ids.length) throw new Error(`an id was given twice: ${ids}`)
  const { nextNsId } = machine.emulator.kernel
  if (ids.some((id) => id >= nextNsId)) throw new Error(`an id of ${ids} is not below the next one, ${nextNsId}`)
}

/** Root of the initial namespaces is shown what is active, what was resurrected too, and nothing else. */
export function rootSeesWhatIsActive(world: World, machine: Machine): void {
  expectList(machine, 1, {}, idsOf(world.active()))
}

/** Every task is shown what its kernel's rule lets it see, for all types, one of them, and what one user namespace owns. */
export function tasksSeeWhatTheRuleAllows(world: World, machine: Machine): void {
  const rule = VISIBILITY[machine.profile as RuleName]
  const active = world.active()
  const users = active.filter(({ type }) => type === 'user')
  for (const actor of world.actors) {
    if (!actor.alive) continue
    const seen = active.filter((ns) => rule(actor, ns, null))
    expectList(machine, actor.number, {}, idsOf(seen))
    for (const type of TYPE_NAMES) {
      const typed = seen.filter((ns) => ns.type === type)
      expectList(machine, actor.number, { types: FLAG[type] }, idsOf(typed))
    }
    for (const owner of users) {
      const owned = active.filter((ns) => ns.owner === owner && rule(actor, ns, owner))
      expectList(machine, actor.number, { owner: owner.id }, idsOf(owned))
    }
  }
}

/** From any cursor, what one page of any size shows is where the list goes on. */
export function cursorsGoOn(actor: Actor, cursor: number, room: number, world: World, machine: Machine): void {
  const rule = VISIBILITY[machine.profile as RuleName]
  const census = world.census()
  // It starts at the first one that exists behind the cursor, and that must be active.
  const [start] = [...census.existing].filter(({ id }) => id > cursor).sort((a, b) => a.id - b.id)
  const active = world.active(census)
  const seen = active.filter((ns) => ns.id > cursor && rule(actor, ns, null))
  const starts = cursor === 0 || (start !== undefined && active.includes(start))
  const expected = starts ? idsOf(seen).slice(0, room) : -ENOENT
  expectList(machine, actor.number, { cursor, room }, expected)
}

export const idsOf = (namespaces: readonly Ns[]): number[] => namespaces.map(({ id }) => id)
