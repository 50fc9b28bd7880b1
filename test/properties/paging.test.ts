import fc from 'fast-check'
import { describe, it } from 'vitest'
import { ENOENT } from '../../src/uapi/errno.js'
import type { Action } from './actions.js'
import { anyRule, PATIENCE, programs, runProgramOf, runs, type Watch } from './commands.js'
import { idsOf } from './invariants.js'
import { page } from './listing.js'
import type { Machine } from './machine.js'
import { FLAG, type Ns, TYPE_NAMES, type World } from './world.js'

/** A walk over all namespaces, or those of one type, page by page, while others make and end them. */
class Walk {
  readonly #types: number
  readonly #room: number
  readonly #seen: number[]
  #cursor: number
  #over = false
  /** What was active when the walk began and has been ever since. */
  #lasting: Set<Ns>

  constructor(world: World, types: number, cursor: number, room: number) {
    this.#types = types
    this.#room = room
    this.#cursor = cursor
    this.#seen = []
    const wanted = world.active().filter((ns) => ns.id > cursor && (types === 0 || FLAG[ns.type] === types))
    this.#lasting = new Set(wanted)
  }

  /** Takes note of what has ended since. */
  look(world: World): void {
    const active = new Set(world.active())
    for (const ns of this.#lasting) if (!active.has(ns)) this.#lasting.delete(ns)
  }

  turn(machine: Machine): void {
    if (this.#over) return
    const ids = page(machine, 1, { types: this.#types, cursor: this.#cursor, room: this.#room })
    if (typeof ids === 'number') {
      if (ids !== -ENOENT) throw new Error(`a page gives ${ids}`)
      // Nothing behind the cursor, or just behind it one that is not active: the next id may do better.
      this.#cursor++
      this.#over = this.#cursor >= machine.emulator.kernel.nextNsId
      return
    }
    this.#over = ids.length === 0
    if (this.#over) return
    this.#seen.push(...ids)
    this.#cursor = ids.at(-1)!
  }

  end(machine: Machine): void {
    while (!this.#over) this.turn(machine)
    if (this.#seen.some((id, i) => i > 0 && id <= this.#seen[i - 1]!)) throw new Error(`out of order: ${this.#seen}`)
    const missed = idsOf([...this.#lasting]).filter((id) => !this.#seen.includes(id))
    if (missed.length > 0) throw new Error(`${missed} were there throughout and are not among ${this.#seen}`)
  }
}

const walks = new WeakMap<Machine, Walk>()

const turnPage: Action = {
  name: 'next page',
  weight: 12,
  run(_actor, machine, world, a, b) {
    const walk = walks.get(machine)
    if (walk !== undefined) walk.turn(machine)
    else {
      const types = a % 3 === 0 ? FLAG[TYPE_NAMES[b % 8]!] : 0
      walks.set(machine, new Walk(world, types, a % 2 === 0 ? 0 : b % 30, 1 + (b % 7)))
    }
  },
}

describe('while others make and end namespaces', () => {
  it('a walk in pages shows each that lasts exactly once, in order', { timeout: PATIENCE }, () => {
    const watch: Watch = {
      step: (world, machine) => walks.get(machine)?.look(world),
      end: (_world, machine) => walks.get(machine)?.end(machine),
    }
    fc.assert(
      fc.property(anyRule, programs(watch, [turnPage]), (rule, commands) =>
        runProgramOf('paging', rule, commands, watch),
      ),
      runs(250),
    )
  })
})
