import type { File } from './file.js'
import type { Kernel } from './kernel.js'
import type { ReturnWait } from './wait_queue.js'

/**
 * Files that a task lets go of on its way out of a call or of life: the last that it closed first, and none before the close
 * of the one ahead of it is over.
 */
export class LateCloses implements ReturnWait {
  readonly #kernel: Kernel
  readonly #files: File[]
  /** What the close of the file taken last waits for. */
  #wait: ReturnWait | null = null

  constructor(kernel: Kernel, files: File[]) {
    this.#kernel = kernel
    this.#files = files
  }

  /** Goes on as far as it can. True while a close has to wait. */
  get isHeld(): boolean {
    for (;;) {
      if (this.#wait?.isHeld) return true
      const file = this.#files.pop()
      if (file === undefined) return false
      const outer = this.#kernel.takeReturnWait()
      file.put()
      this.#wait = this.#kernel.takeReturnWait()
      this.#kernel.returnWait = outer
    }
  }
}
