import { EFAULT } from '../uapi/errno.js'
import { POLLERR, POLLIN, POLLPRI, POLLRDNORM } from '../uapi/fcntl.js'
import type { Cred } from './cred.js'
import { File, FMODE_CAN_READ, FMODE_LSEEK } from './file.js'
import type { MntNamespace } from './mnt_namespace.js'
import type { Mount } from './mount.js'
import type { Path } from './path.js'
import type { Task } from './task.js'
import type { UserBuffer } from './user_buffer.js'
import type { WaitQueue } from './wait_queue.js'

/** Text that is made at once: as many lines as stay below this. */
const BUFFER_SIZE = 4096

/** What a table says of a mount as seen from a root directory: a line, or '' for one that lies elsewhere. */
export type MountLine = (mount: Mount, root: Path) => string

/**
 * An open `mountinfo`, `mounts` or `mountstats`: the mounts of the namespace that its task was in, as that task's root saw
 * them. A read makes whole lines until a page is full; the next one goes on with the mounts that are there by then.
 */
export class MountTableFile extends File {
  readonly kind = 'proc'
  readonly #ns: MntNamespace
  readonly #root: Path
  readonly #line: MountLine
  /** Made and not yet read. */
  #rest = ''
  /** Unique id from which on mounts have not been told. */
  #next = 0
  /** The position that `#rest` and `#next` belong to. */
  #at = 0
  /** The change of the namespace that poll told of last. */
  #told: number

  constructor(path: Path, flags: number, cred: Cred, ns: MntNamespace, root: Path, line: MountLine) {
    super(path, flags, cred, FMODE_LSEEK | FMODE_CAN_READ)
    this.#ns = ns
    this.#root = { mnt: root.mnt.get(), dentry: root.dentry.get() }
    this.#line = line
    this.#told = ns.changes
    ns.get()
  }

  protected override release(): void {
    this.#root.dentry.put()
    this.#root.mnt.put()
    this.#ns.put()
  }

  /** The next line that is not empty, or '' at the end. */
  #nextLine(): { text: string; after: number } | null {
    const { mounts } = this.#ns
    for (let at = mounts.position(this.#next); at < mounts.size; at++) {
      const mount = mounts.all[at]!
      const text = this.#line(mount, this.#root)
      if (text !== '') return { text, after: mount.idUnique + 1 }
    }
    return null
  }

  /** Makes lines until `wanted` characters are there or the page is full; a line longer than that comes alone. */
  #fill(wanted: number): void {
    while (this.#rest.length < wanted) {
      const line = this.#nextLine()
      if (line === null || (this.#rest !== '' && this.#rest.length + line.text.length >= BUFFER_SIZE)) return
      this.#rest += line.text
      this.#next = line.after
    }
  }

  /** Goes to where the position is, if it was moved. */
  #seek(): void {
    if (this.#at === this.pos && this.pos !== 0) return
    this.#rest = ''
    this.#next = 0
    this.#at = 0
    while (this.#at < this.pos) {
      this.#fill(1)
      if (this.#rest === '') return
      const skipped = Math.min(this.#rest.length, this.pos - this.#at)
      this.#rest = this.#rest.slice(skipped)
      this.#at += skipped
    }
  }

  override read(_task: Task, buffer: UserBuffer): number {
    this.#seek()
    let done = this.#give(buffer)
    if (this.#rest === '' && buffer.remaining > 0) {
      this.#fill(buffer.remaining)
      done += this.#give(buffer)
    }
    if (done === 0 && this.#rest !== '' && buffer.remaining > 0) return -EFAULT
    if (done > 0) {
      this.pos += done
      this.#at = this.pos
    }
    return done
  }

  /** Hands out what was made, up to where memory faults. */
  #give(buffer: UserBuffer): number {
    const length = Math.min(buffer.remaining, this.#rest.length)
    if (length === 0) return 0
    const bytes = new Uint8Array(length)
    for (let at = 0; at < length; at++) bytes[at] = this.#rest.charCodeAt(at)
    const done = buffer.copyOut(bytes, 0, length)
    this.#rest = this.#rest.slice(done)
    return done
  }

  /** Readable at any time; an error too when mounts have changed since that was told last. */
  override poll(): number {
    const { changes } = this.#ns
    if (this.#told === changes) return POLLIN | POLLRDNORM
    this.#told = changes
    return POLLIN | POLLRDNORM | POLLERR | POLLPRI
  }

  override get waitQueue(): WaitQueue {
    return this.#ns.changed
  }
}
