import type { ProfileName } from '../src/abi/index.js'
import type { Boot, Program } from '../src/transcript/index.js'
import { SeededChoices } from './choices.js'
import type { Family } from './draft.js'
import { MakerTable, Walk, type WalkObserver } from './walk.js'

/** Which programs to make. */
export interface ProgramsOptions {
  families: readonly Family[]
  profile: ProfileName
  /** Where the kernel stands at the start. */
  boot: Boot
  seed: number
  /** Names of makers, and of what makers may do, that are left out. */
  without?: ReadonlySet<string>
}

/** A program of one family, not walked yet. */
export interface Begun {
  family: Family
  walk: Walk
  /** Makes its calls. */
  run(): void
}

/** Calls of a program: at least, and at most so many more. */
const SHORTEST = 30
const SPREAD = 70

/** The programs of a seed: number `index` is always the same one, on every machine whose kernel booted alike. */
export class Programs {
  readonly #options: ProgramsOptions
  readonly #tables: readonly MakerTable[]

  constructor(options: ProgramsOptions) {
    this.#options = options
    this.#tables = options.families.map((family) => new MakerTable(family, options.without))
  }

  /** Program `index`, on an emulator on which nothing ran yet. */
  begin(index: number, observer: WalkObserver | null = null): Begun {
    const choices = new SeededChoices(this.#options.seed, index)
    const table = this.#tables[choices.below(this.#tables.length)] as MakerTable
    const walk = new Walk(this.#options, table, observer)
    return { family: table.family, walk, run: () => walk.run(choices, SHORTEST + choices.below(SPREAD)) }
  }

  /** Program `index`, with its calls. */
  make(index: number): { family: Family; program: Program } {
    const { family, walk, run } = this.begin(index)
    run()
    return { family, program: walk.program(`${this.#options.seed}-${index}`) }
  }
}
