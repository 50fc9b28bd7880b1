import type { SingleBar } from 'cli-progress'

const WORTH_SHOWING = 2

/** A progress bar over files, on stderr when that is a terminal; else it does nothing. */
export class FileProgress {
  readonly #bar: SingleBar | undefined
  #done = 0

  private constructor(bar: SingleBar | undefined) {
    this.#bar = bar
  }

  static async start(files: number): Promise<FileProgress> {
    if (!process.stderr.isTTY || files < WORTH_SHOWING) return new FileProgress(undefined)
    const { default: progress } = await import('cli-progress')
    const bar = new progress.SingleBar({
      stream: process.stderr,
      clearOnComplete: true,
      format: '{bar} {value}/{total} {name}',
    })
    bar.start(files, 0, { name: '' })
    return new FileProgress(bar)
  }

  /** Another file begins. */
  next(name: string): void {
    this.#bar?.update(this.#done++, { name })
  }

  /** Clears the bar's line before something else is printed there. */
  hide(): void {
    if (this.#bar !== undefined && process.stdout.isTTY) process.stderr.write('\r\x1b[2K')
  }

  stop(): void {
    this.#bar?.stop()
  }
}
