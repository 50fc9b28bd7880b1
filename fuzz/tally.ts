/** How often each call came to what. */
export class Tally {
  readonly #counts: Map<string, Map<string, number>> = new Map()
  calls = 0
  programs = 0

  add(call: string, outcome: string, count = 1): boolean {
    this.calls += count
    let outcomes = this.#counts.get(call)
    if (outcomes === undefined) {
      outcomes = new Map()
      this.#counts.set(call, outcomes)
    }
    const before = outcomes.get(outcome) ?? 0
    outcomes.set(outcome, before + count)
    return before === 0
  }

  /** How many pairs of call and outcome were seen. */
  get pairs(): number {
    let pairs = 0
    for (const outcomes of this.#counts.values()) pairs += outcomes.size
    return pairs
  }

  merge(other: Tally): void {
    for (const [call, outcomes] of other.#counts)
      for (const [outcome, count] of outcomes) this.add(call, outcome, count)
    this.programs += other.programs
  }

  /** Calls and their outcomes, both by name. */
  toJson(): Record<string, Record<string, number>> {
    const json: Record<string, Record<string, number>> = {}
    for (const call of [...this.#counts.keys()].sort()) {
      const outcomes = this.#counts.get(call) as Map<string, number>
      json[call] = Object.fromEntries([...outcomes].sort(([a], [b]) => (a < b ? -1 : 1)))
    }
    return json
  }

  static fromJson(json: Record<string, Record<string, number>>, programs = 0): Tally {
    const tally = new Tally()
    for (const [call, outcomes] of Object.entries(json)) {
      for (const [outcome, count] of Object.entries(outcomes)) tally.add(call, outcome, count)
    }
    tally.programs = programs
    return tally
  }
}
