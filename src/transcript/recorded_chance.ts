/** The way that was taken where there were several. */
interface Pick {
  readonly options: number
  readonly taken: number
}

/** A kernel's chance (`Kernel.chance`): goes the usual way wherever the kernel may go several, but where it was told of another; it remembers both. */
export class RecordedChance {
  readonly picks: Pick[] = []
  readonly #ways: readonly number[]

  /** @param ways what to take, in the order in which it is asked; after that the usual. */
  constructor(ways: readonly number[] = []) {
    this.#ways = ways
  }

  pick(options: number, usual: number): number {
    const way = this.#ways[this.picks.length]
    const taken = way === undefined || way >= options ? usual : way
    this.picks.push({ options, taken })
    return taken
  }

  /** The ways of runs that differ from this one at one point and are the usual behind it, the last point first. */
  *others(): IterableIterator<number[]> {
    const taken = this.picks.map((pick) => pick.taken)
    for (let at = taken.length - 1; at >= 0; at--)
      for (let way = 0; way < this.picks[at]!.options; way++) if (way !== taken[at]) yield [...taken.slice(0, at), way]
  }
}
