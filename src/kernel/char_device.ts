import { EAGAIN, EFAULT, ENOSPC, ENXIO } from '../uapi/errno.js'
import { POLLOUT, POLLWRNORM } from '../uapi/fcntl.js'
import type { Cred } from './cred.js'
import { DEFAULT_POLLMASK, File, FMODE_CAN_READ, FMODE_CAN_WRITE, FMODE_LSEEK } from './file.js'
import type { Path } from './path.js'
import type { Task } from './task.js'
import type { UserBuffer } from './user_buffer.js'
import { WaitQueue, WOULD_BLOCK } from './wait_queue.js'

/** What a character device does with reads and writes. */
interface Device {
  /** What a read finds: the end of the file, as many zeroes as wanted, or nobody who types. */
  readonly reads: 'nothing' | 'zeroes' | 'silence'
  readonly writes: 'swallowed' | 'no-space'
  readonly seekable: boolean
}

const device = (major: number, minor: number): number => (major << 20) | minor

/** The console, as nobody types at it and nobody looks at it. */
export const CONSOLE_RDEV: number = device(5, 1)
export const NULL_RDEV: number = device(1, 3)
export const ZERO_RDEV: number = device(1, 5)
export const FULL_RDEV: number = device(1, 7)

const CONSOLE: Device = { reads: 'silence', writes: 'swallowed', seekable: false }

const DEVICES: ReadonlyMap<number, Device> = new Map([
  [CONSOLE_RDEV, CONSOLE],
  [NULL_RDEV, { reads: 'nothing', writes: 'swallowed', seekable: true }],
  [ZERO_RDEV, { reads: 'zeroes', writes: 'swallowed', seekable: true }],
  [FULL_RDEV, { reads: 'zeroes', writes: 'no-space', seekable: true }],
])

const ZEROES = new Uint8Array(4096)

/** An open character device. */
class CharDeviceFile extends File {
  readonly kind = 'char'
  readonly #device: Device
  #queue: WaitQueue | null = null

  constructor(path: Path, flags: number, cred: Cred, what: Device) {
    super(path, flags, cred, FMODE_CAN_READ | FMODE_CAN_WRITE | (what.seekable ? FMODE_LSEEK : 0))
    this.#device = what
  }

  get isTerminal(): boolean {
    return this.#device === CONSOLE
  }

  override read(_task: Task, buffer: UserBuffer): number {
    if (this.#device.reads === 'nothing' || buffer.remaining === 0) return 0
    if (this.#device.reads === 'silence') return this.isNonBlocking ? -EAGAIN : WOULD_BLOCK
    let done = 0
    while (buffer.remaining > 0) {
      const piece = Math.min(buffer.remaining, ZEROES.length)
      const copied = buffer.copyOut(ZEROES, 0, piece)
      done += copied
      if (copied < piece) return done > 0 ? done : -EFAULT
    }
    return done
  }

  override write(_task: Task, buffer: UserBuffer): number {
    return this.#device.writes === 'swallowed' ? buffer.remaining : -ENOSPC
  }

  override poll(): number {
    return this.#device.reads === 'silence' ? POLLOUT | POLLWRNORM : DEFAULT_POLLMASK
  }

  override get waitQueue(): WaitQueue | null {
    if (this.#device.reads !== 'silence') return null
    this.#queue ??= new WaitQueue()
    return this.#queue
  }

  override readable(): number {
    return this.#device.reads === 'silence' ? 0 : super.readable()
  }

  override seekExtent(offset: number): number {
    return this.seek(offset)
  }

  override seek(position: number): number {
    return this.#device.seekable ? 0 : super.seek(position)
  }
}

/** True for the console. */
export function isTerminal(file: File): boolean {
  return file instanceof CharDeviceFile && file.isTerminal
}

/** Opens the device that the node at `path` names; -ENXIO when there is none. */
export function openDevice(task: Task, path: Path, flags: number): File | number {
  const what = DEVICES.get(path.dentry.inode.rdev)
  return what === undefined ? -ENXIO : new CharDeviceFile(path, flags, task.cred, what)
}

/** The console as the kernel opens it for its first program. */
export function openConsole(path: Path, flags: number, cred: Cred): File {
  return new CharDeviceFile(path, flags, cred, CONSOLE)
}
