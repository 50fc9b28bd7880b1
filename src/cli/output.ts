const FLUSH_AT = 1 << 16

/** Collects text and writes it to stdout in large pieces. */
export class Output {
  #pending = ''

  /** Adds text to what is to be written. */
  write(text: string): void {
    this.#pending += text
  }

  /** Whether enough was added to be worth a {@link flush}. */
  get full(): boolean {
    return this.#pending.length >= FLUSH_AT
  }

  /** Hands everything to stdout; resolves when that has room for more. */
  async flush(): Promise<void> {
    const text = this.#pending
    this.#pending = ''
    if (text !== '' && !process.stdout.write(text))
      await new Promise((resolve) => process.stdout.once('drain', resolve))
  }
}
