import fc from 'fast-check'
import { PLAIN_BOOT } from '../../fuzz/plain_boot.js'
import { ACTIONS, type Action } from './actions.js'
import { Machine } from './machine.js'
import { type Actor, type NsSet, type RuleName, TYPE_NAMES, World } from './world.js'

/** What is looked at after each step of a program, and once more at its end. */
export interface Watch {
  step?(world: World, machine: Machine): void
  end?(world: World, machine: Machine): void
}

/** The machine and the model before anything was done, task 1 in both. */
export function setup(rule: RuleName): { model: World; real: Machine } {
  const machine = new Machine(rule)
  const world = new World()
  const { namespaces, other } = PLAIN_BOOT
  const user = { id: namespaces.user.id, type: 'user', owner: null, parent: null, initial: true, maker: 0 } as const
  world.namespaces.push(user)
  const set: Record<string, unknown> = {}
  for (const type of TYPE_NAMES) {
    if (type === 'user') continue
    const ns = { id: namespaces[type].id, type, owner: user, parent: null, initial: true, maker: 0 }
    world.namespaces.push(ns)
    if (type === 'pid') set.pidForChildren = ns
    else set[type] = ns
    if (type === 'time') set.timeForChildren = ns
  }
  for (const { id, type } of other ?? []) {
    const ns = { id, type, owner: user, parent: null, initial: false, maker: 0 }
    world.namespaces.push(ns)
    world.kept.push(ns)
  }
  world.actors.push({
    number: 1,
    pid: set.pidForChildren as Actor['pid'],
    user,
    uid: 0,
    capable: true,
    set: set as unknown as NsSet,
    table: new Map([0, 1, 2].map((fd) => [fd, { kind: 'other', opener: user }])),
    alive: true,
    reaped: false,
  })
  return { model: world, real: machine }
}

/** Who has ended and who has been reaped is the kernel's to say; what that means for namespaces is the model's. */
export function follow(world: World, machine: Machine): void {
  for (const actor of world.actors) {
    const { state } = machine.task(actor.number)
    actor.alive = state === 'running'
    actor.reaped = state === 'dead'
  }
}

class Command implements fc.Command<World, Machine> {
  readonly #action: Action
  readonly #choices: readonly [who: number, a: number, b: number]
  readonly #watch: Watch

  constructor(action: Action, choices: readonly [number, number, number], watch: Watch) {
    this.#action = action
    this.#choices = choices
    this.#watch = watch
  }

  #actor(world: World): Actor {
    const living = world.actors.filter(({ alive }) => alive)
    return living[this.#choices[0] % living.length]!
  }

  check(world: Readonly<World>): boolean {
    return this.#action.ready?.(this.#actor(world), world) ?? true
  }

  run(world: World, machine: Machine): void {
    const [, a, b] = this.#choices
    this.#action.run(this.#actor(world), machine, world, a, b)
    follow(world, machine)
    this.#watch.step?.(world, machine)
  }

  toString(): string {
    return `${this.#action.name}(${this.#choices.join(', ')})`
  }
}

/** A kernel of each rule that listns has had for who sees what. */
export const anyRule: fc.Arbitrary<RuleName> = fc.constantFrom('v7.2', 'v6.19')

const choices = fc.tuple(fc.nat(15), fc.nat(255), fc.nat(255))

/** Most steps of a program. */
const MOST_STEPS = 120

/** Programs of any steps there are, `more` among them. */
export function programs(
  watch: Watch,
  more: readonly Action[] = [],
): fc.Arbitrary<Iterable<fc.Command<World, Machine>>> {
  const weighted = [...ACTIONS, ...more].map((action) => ({
    weight: action.weight,
    arbitrary: choices.map((drawn) => new Command(action, drawn, watch)),
  }))
  return fc.commands([fc.oneof(...weighted)], { maxCommands: MOST_STEPS, size: 'max' })
}

/** Runs a program; what fails tells the program as a transcript. */
export function runProgramOf(
  name: string,
  rule: RuleName,
  commands: Iterable<fc.Command<World, Machine>>,
  watch: Watch,
): void {
  const { model, real } = setup(rule)
  telling(
    () => real.print(name),
    () => {
      fc.modelRun(() => ({ model, real }), commands)
      watch.end?.(model, real)
    },
  )
}

/** Does something; what it throws brings along the program that did it. */
export function telling(print: () => string, what: () => void): void {
  try {
    what()
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n\nkabinet replay runs this:\n${print()}`)
  }
}

/** How often each property is tried: `KABINET_RUNS`, or a quick share. */
export function runs(quick: number): { numRuns: number } {
  const wanted = process.env.KABINET_RUNS
  return { numRuns: wanted === undefined ? quick : Number(wanted) }
}

/** How long a property may take with that many runs, in milliseconds. */
export const PATIENCE: number = process.env.KABINET_RUNS === undefined ? 180_000 : 3_600_000
