import type { Emulator } from '../abi/index.js'

/** What decides where a kernel may go several ways. */
type Chance = NonNullable<Emulator['kernel']['chance']>

/** What a {@link RecordedChance} takes where a kernel may go several ways. */
interface Ways {
  /** Groups by the order in which they are asked; those that are not there come behind, the oldest first. */
  readonly order: readonly number[]
  /** What was taken of the other ways, in the order in which they are asked for; after that the usual. */
  readonly picks: readonly number[]
}

/**
 * A kernel's chance, held to one choice for a whole recording: the order of two groups never changes while both are there,
 * since it is that of their addresses. Remembers what mattered, so that other choices can be tried.
 */
export class RecordedChance implements Chance {
  readonly #ways: Ways
  readonly #picks: { options: number; taken: number }[] = []
  /** Groups whose order decided whom an access asked, in that order; the latest at the end. */
  readonly #asked: Map<string, readonly number[]> = new Map()
  /** Groups by their place. */
  readonly #groups: Map<number, number> = new Map()

  constructor(ways: Ways = { order: [], picks: [] }) {
    this.#ways = ways
  }

  pick(options: number, usual: number): number {
    const way = this.#ways.picks[this.#picks.length]
    const taken = way === undefined || way >= options ? usual : way
    this.#picks.push({ options, taken })
    return taken
  }

  placeOf(group: number): number {
    const at = this.#ways.order.indexOf(group)
    const place = at < 0 ? this.#ways.order.length + group : at
    this.#groups.set(place, group)
    return place
  }

  asked(places: readonly number[]): void {
    if (places.length < 2) return
    const groups = places.map((place) => this.#groups.get(place)!)
    const key = [...groups].sort((a, b) => a - b).join(' ')
    this.#asked.delete(key)
    this.#asked.set(key, groups)
  }

  /**
   * Choices that differ from this one in which two groups come first of those that an access asked, in two neighbours of them, or
   * in one other way, the latest first.
   */
  *others(): IterableIterator<RecordedChance> {
    const order = this.#order()
    const taken = this.#picks.map((pick) => pick.taken)
    for (const groups of [...this.#asked.values()].reverse()) {
      for (const first of groups) {
        for (const second of groups) {
          if (first === second || (first === groups[0] && second === groups[1])) continue
          yield new RecordedChance({ order: moved(order, [first, second], groups[0]!), picks: taken })
        }
      }
      for (let at = 2; at < groups.length; at++)
        yield new RecordedChance({ order: moved(order, [groups[at]!, groups[at - 1]!], groups[at - 1]!), picks: taken })
      for (const first of groups.slice(1)) {
        const behind = groups.slice(0, groups.indexOf(first))
        yield new RecordedChance({ order: moved(order, [first, ...behind], first), picks: taken })
      }
    }
    for (let at = taken.length - 1; at >= 0; at--) {
      for (let way = 0; way < this.#picks[at]!.options; way++) {
        if (way !== taken[at]) yield new RecordedChance({ order, picks: [...taken.slice(0, at), way] })
      }
    }
  }

  /** Two choices with the same name are the same. */
  get name(): string {
    return `${this.#ways.order.join(' ')}|${this.#ways.picks.join(' ')}`
  }

  #order(): number[] {
    const order = [...this.#ways.order]
    for (const group of this.#groups.values()) if (!order.includes(group)) order.push(group)
    return order
  }
}

/** `order` with `groups` one after the other, just before where `at` stood. */
function moved(order: readonly number[], groups: readonly number[], at: number): number[] {
  const result: number[] = []
  for (const group of order) {
    if (group === at) result.push(...groups)
    if (!groups.includes(group)) result.push(group)
  }
  return result
}
