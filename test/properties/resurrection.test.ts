import fc from 'fast-check'
import { describe, it } from 'vitest'
import { ACTIONS } from './actions.js'
import { anyRule, follow, PATIENCE, runs, setup, telling } from './commands.js'
import { countsAreWhatHolds, idsOf, rootSeesWhatIsActive } from './invariants.js'
import type { Machine } from './machine.js'
import { type Actor, FLAG, type Ns, TYPE_NAMES, type World } from './world.js'

/** Has a task do what an action says; numbers choose as in a drawn program. */
function act(world: World, machine: Machine, number: number, name: string, a = 0, b = 0): void {
  const actor = world.actors.find((one) => one.number === number) as Actor
  const action = ACTIONS.find((one) => one.name === name)
  action?.run(actor, machine, world, a, b)
  follow(world, machine)
  countsAreWhatHolds(world, machine)
  rootSeesWhatIsActive(world, machine)
}

/** The number with which unshare makes a user namespace and one of this type. */
const WITH_USER = 2
const NET = TYPE_NAMES.indexOf('net')

/** `ns` and all user namespaces above it. */
function chain(ns: Ns): Ns[] {
  return ns.owner === null ? [ns] : [...chain(ns.owner), ns]
}

function expectActive(world: World, namespaces: readonly Ns[], wanted: boolean): void {
  const active = world.active()
  for (const ns of namespaces)
    if (!ns.initial && active.includes(ns) !== wanted)
      throw new Error(`${ns.type} namespace ${ns.id} of ${idsOf(namespaces)} is ${wanted ? 'not ' : ''}active`)
}

describe('a tree of namespaces that only a socket keeps', () => {
  it('is hidden, and is shown again as long as a file of its net namespace is open', { timeout: PATIENCE }, () => {
    fc.assert(
      fc.property(anyRule, fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 3 }), (rule, depth, times) => {
        const { model: world, real: machine } = setup(rule)
        telling(
          () => machine.print('resurrection'),
          () => {
            // Task 2 descends, task 1 is sent its socket and outlives it.
            act(world, machine, 1, 'socketpair')
            act(world, machine, 1, 'fork')
            for (let level = 1; level < depth; level++) act(world, machine, 2, 'unshare', 0, TYPE_NAMES.indexOf('user'))
            act(world, machine, 2, 'unshare', WITH_USER, NET)
            const child = world.actors[1] as Actor
            const tree = chain(child.set.net)
            act(world, machine, 2, 'socket')
            act(world, machine, 2, 'sendmsg', 0, 0)
            act(world, machine, 1, 'recvmsg', 1)
            expectActive(world, tree, true)
            act(world, machine, 2, 'exit')
            act(world, machine, 1, 'wait4')
            expectActive(world, tree, false)
            for (let time = 0; time < times; time++) {
              act(world, machine, 1, 'SIOCGSKNS', 2)
              expectActive(world, tree, true)
              act(world, machine, 1, 'close', 3)
              expectActive(world, tree, false)
            }
            act(world, machine, 1, 'close', 2)
            const left = tree.filter((ns) => !ns.initial && machine.emulator.kernel.namespaces.all.find(ns.id) !== null)
            if (left.length > 0) throw new Error(`${idsOf(left)} are left`)
            if (FLAG[tree.at(-1)?.type ?? 'user'] !== FLAG.net)
              throw new Error('the tree does not end in a net namespace')
          },
        )
      }),
      runs(40),
    )
  })
})
