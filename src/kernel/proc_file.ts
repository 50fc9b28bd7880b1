import { EFAULT, EINVAL } from '../uapi/errno.js'
import type { Cred } from './cred.js'
import { DEFAULT_POLLMASK, File, FMODE_CAN_READ, FMODE_CAN_WRITE, FMODE_LSEEK } from './file.js'
import type { Path } from './path.js'
import type { Task } from './task.js'
import type { UserBuffer } from './user_buffer.js'

/** What a procfs file says and takes. */
export interface ProcContent {
  /** The whole text, made anew when a read starts at the beginning; or -errno. */
  read?(file: ProcFile, task: Task): string | number
  /** Takes one write at the file's position: how many bytes were taken, or -errno. */
  write?(file: ProcFile, task: Task, buffer: UserBuffer): number
  /** What SEEK_END counts from; such files refuse it unless they say. */
  readonly seekEnd?: number
  /** What poll says, where it is not that anything goes. */
  readonly pollMask?: number
  /** Drops what the open file holds. */
  release?(): void
}

/** An open file of procfs whose text is made when it is read. */
export class ProcFile extends File {
  readonly kind = 'proc'
  readonly content: ProcContent
  #text: string | null = null
  /** Where the text at hand can be read on; elsewhere it is made anew. */
  #textPos = -1

  constructor(path: Path, flags: number, cred: Cred, content: ProcContent) {
    const abilities =
      FMODE_LSEEK |
      (content.read === undefined ? 0 : FMODE_CAN_READ) |
      (content.write === undefined ? 0 : FMODE_CAN_WRITE)
    super(path, flags, cred, abilities)
    this.content = content
  }

  protected override release(): void {
    this.content.release?.()
  }

  override read(task: Task, buffer: UserBuffer): number {
    if (this.#text === null || this.pos !== this.#textPos || this.pos === 0) {
      const text = this.content.read!(this, task)
      if (typeof text === 'number') return text
      this.#text = text
    }
    const text = this.#text
    const want = Math.min(buffer.remaining, text.length - this.pos)
    if (want <= 0) return 0
    const bytes = new Uint8Array(want)
    for (let i = 0; i < want; i++) bytes[i] = text.charCodeAt(this.pos + i)
    const done = buffer.copyOut(bytes, 0, want)
    if (done === 0) return -EFAULT
    this.pos += done
    this.#textPos = this.pos
    return done
  }

  override write(task: Task, buffer: UserBuffer): number {
    const result = this.content.write!(this, task, buffer)
    if (result > 0) this.pos += result
    return result
  }

  override poll(): number {
    return this.content.pollMask ?? DEFAULT_POLLMASK
  }

  /** Going anywhere but to the start or on means making the text up to there, which may fail. */
  override seek(position: number): number {
    if (position > 0 && position !== this.pos && this.content.read !== undefined) {
      const text = this.content.read(this, this.mnt.sb.kernel.current)
      if (typeof text === 'number') {
        this.pos = 0
        return text
      }
    }
    return super.seek(position)
  }

  override seekEnd(): number {
    return this.content.seekEnd ?? -EINVAL
  }
}

/** The first `length` bytes of a write, or -EFAULT. */
export function takeBytes(buffer: UserBuffer, length: number): Uint8Array | number {
  const bytes = new Uint8Array(length)
  return buffer.copyIn(bytes, 0, length) < length ? -EFAULT : bytes
}

/** Bytes as a string, one code unit a byte. */
export function latin1(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}
