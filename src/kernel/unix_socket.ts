import { EAGAIN, ECONNREFUSED, ECONNRESET, EFAULT, EINVAL, EMSGSIZE, ENOTCONN, EPIPE } from '../uapi/errno.js'
import {
  AF_UNIX,
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLOUT,
  POLLRDBAND,
  POLLRDHUP,
  POLLRDNORM,
  POLLWRBAND,
  POLLWRNORM,
  SOCK_DGRAM,
  SOCK_SEQPACKET,
  SOCK_STREAM,
} from '../uapi/fcntl.js'
import type { File } from './file.js'
import type { Pid } from './pid.js'
import { raiseSigpipe } from './sigpipe.js'
import { Socket } from './socket.js'
import type { Task } from './task.js'
import { CollectUnixGarbage } from './unix_gc.js'
import type { UserBuffer } from './user_buffer.js'
import { WOULD_BLOCK } from './wait_queue.js'

/** What a sender may have in flight (`net.core.wmem_default`), counted with the kernel's own overhead. */
const SEND_BUFFER = 212_992
const PAGE_SIZE = 4096
const PAGE_SHIFT_UP = (bytes: number): number => Math.ceil(bytes / PAGE_SIZE) * PAGE_SIZE
/** What a message costs beside its bytes: the buffer's head, and what stands behind the bytes. */
const HEAD_COST = 256
const TAIL_COST = 320
const SMALLEST_ALLOCATION = 512
/** Bytes of a stream that go into one message: a page's worth, and eight pages behind it. */
const STREAM_LINEAR = PAGE_SIZE - TAIL_COST
const STREAM_PIECE = STREAM_LINEAR + 8 * PAGE_SIZE
/** Bytes of a datagram before pages are added. */
const DATAGRAM_LINEAR = 4 * PAGE_SIZE - TAIL_COST
const DATAGRAM_MAX_PAGED = 17 * PAGE_SIZE

interface Message {
  readonly data: Uint8Array
  /** Bytes of it that were read. */
  offset: number
  /** Files that travel with it; null once they were taken. */
  files: readonly File[] | null
  readonly cost: number
  readonly sender: UnixSocket
}

/** Files on their way: a send that takes them along takes them out. */
export interface Cargo {
  files: readonly File[] | null
}

/** What a receive found beside bytes. */
export interface Received {
  files: File[] | null
  /** A datagram was longer than the buffer. */
  truncated: boolean
  /** Its whole length. */
  fullLength: number
}

function messageCost(length: number, paged: number): number {
  let linear = SMALLEST_ALLOCATION
  while (linear < length - paged + TAIL_COST) linear *= 2
  return HEAD_COST + linear + PAGE_SHIFT_UP(paged)
}

const isUnixSocket = (file: File): file is UnixSocket => file instanceof UnixSocket

/** An AF_UNIX socket: one of a pair, or alone. */
export class UnixSocket extends Socket {
  peer: UnixSocket | null = null
  #peerPid: Pid | null = null
  /** It had a peer at some time. */
  #connected = false
  readonly #messages: Message[] = []
  /** What its own messages cost that are still unread. */
  #inFlight = 0
  #peerGone = false
  /** An error that the next call reports. */
  #error = 0
  receiveShut = false
  sendShut = false

  constructor(task: Task, type: number, flags: number) {
    super(task, AF_UNIX, type, 0, flags)
  }

  /** Makes two sockets each other's peer; each remembers the process that did it. */
  static pair(a: UnixSocket, b: UnixSocket, maker: Pid): void {
    a.peer = b
    b.peer = a
    a.#connected = true
    b.#connected = true
    a.#peerPid = maker.hold()
    b.#peerPid = maker.hold()
  }

  get isDatagram(): boolean {
    return this.type === SOCK_DGRAM
  }

  protected override release(): void {
    const { peer } = this
    this.peer = null
    if (peer !== null) {
      if (this.isDatagram) {
        if (peer.peer === this) peer.#peerGone = true
      } else {
        peer.receiveShut = true
        peer.sendShut = true
        peer.#peerGone = true
        if (this.#unread() > 0) peer.#error = ECONNRESET
      }
      peer.queue.wakeAll()
    }
    this.#peerPid?.unhold()
    this.#purge()
    const { kernel } = this.mnt.sb
    if (kernel.vfs.unixGarbage.isDue) kernel.runQueue.push(new CollectUnixGarbage(kernel.vfs.unixGarbage, isUnixSocket))
    super.release()
  }

  /** The files in its unread messages. */
  unreadFiles(): File[] {
    return this.#messages.flatMap(({ files }) => files ?? [])
  }

  /** Throws its unread messages away; the references on the files in them are the caller's. */
  takeUnread(): File[] {
    const files = this.unreadFiles()
    for (const message of this.#messages.splice(0)) message.sender.#inFlight -= message.cost
    return files
  }

  #purge(): void {
    for (const file of this.takeUnread()) file.put()
  }

  #takeError(): number {
    const error = this.#error
    this.#error = 0
    return error
  }

  override write(task: Task, buffer: UserBuffer): number {
    return this.send(task, buffer, null, this.isNonBlocking, false)
  }

  /**
   * Sends what is left in `buffer`, and the files of `cargo` with the first message.
   * The bytes moved, -errno, or WOULD_BLOCK.
   */
  send(task: Task, buffer: UserBuffer, cargo: Cargo | null, nonBlocking: boolean, noSignal: boolean): number {
    if (this.type === SOCK_STREAM) return this.#sendStream(task, buffer, cargo, nonBlocking, noSignal)
    return this.#sendDatagram(task, buffer, cargo, nonBlocking, noSignal)
  }

  /** What a SEQPACKET socket says before anybody looks at the message: 0 or -errno. */
  refusesToSend(): number {
    if (this.type !== SOCK_SEQPACKET) return 0
    const error = this.#takeError()
    if (error !== 0) return -error
    return this.#connected ? 0 : -ENOTCONN
  }

  #brokenPipe(task: Task, moved: number, noSignal: boolean): number {
    if (moved > 0) return moved
    if (!noSignal) raiseSigpipe(task)
    return -EPIPE
  }

  #sendStream(task: Task, buffer: UserBuffer, cargo: Cargo | null, nonBlocking: boolean, noSignal: boolean): number {
    if (!this.#connected) return -ENOTCONN
    if (this.sendShut) return this.#brokenPipe(task, buffer.moved, noSignal)
    while (buffer.remaining > 0) {
      const { peer } = this
      if (peer === null || this.#peerGone || peer.receiveShut) return this.#brokenPipe(task, buffer.moved, noSignal)
      if (this.#inFlight >= SEND_BUFFER) {
        if (!nonBlocking) return WOULD_BLOCK
        return buffer.moved > 0 ? buffer.moved : -EAGAIN
      }
      const length = Math.min(buffer.remaining, (SEND_BUFFER >> 1) - 64, STREAM_PIECE)
      const paged = length > STREAM_LINEAR ? Math.min(length, PAGE_SHIFT_UP(length - STREAM_LINEAR)) : 0
      const data = new Uint8Array(length)
      const before = buffer.moved
      if (buffer.copyIn(data, 0, length) < length) return before > 0 ? before : -EFAULT
      this.#post(peer, data, cargo, messageCost(length, paged))
    }
    return buffer.moved
  }

  #sendDatagram(task: Task, buffer: UserBuffer, cargo: Cargo | null, nonBlocking: boolean, noSignal: boolean): number {
    const length = buffer.remaining
    const refused = this.refusesToSend()
    if (refused !== 0) return refused
    if (length > SEND_BUFFER - 32) return -EMSGSIZE
    const error = this.#takeError()
    if (error !== 0) return -error
    if (this.sendShut) return this.#brokenPipe(task, 0, noSignal)
    if (this.#inFlight >= SEND_BUFFER) return nonBlocking ? -EAGAIN : WOULD_BLOCK
    const data = new Uint8Array(length)
    if (buffer.copyIn(data, 0, length) < length) return -EFAULT
    const { peer } = this
    if (peer === null && this.isDatagram) return -ENOTCONN
    if (peer === null || this.#peerGone) {
      if (!this.isDatagram) return this.#brokenPipe(task, 0, noSignal)
      // What the dead peer had sent is lost with it.
      this.peer = null
      this.#peerGone = false
      this.#purge()
      return -ECONNREFUSED
    }
    if (peer.receiveShut) return -EPIPE
    const over = length - DATAGRAM_LINEAR
    const paged = over > 0 ? Math.min(PAGE_SHIFT_UP(over), DATAGRAM_MAX_PAGED, length) : 0
    this.#post(peer, data, cargo, messageCost(length, paged))
    return length
  }

  #post(peer: UnixSocket, data: Uint8Array, cargo: Cargo | null, cost: number): void {
    const files = cargo === null ? null : cargo.files
    if (cargo !== null) cargo.files = null
    if (files?.some(isUnixSocket)) this.mnt.sb.kernel.vfs.unixGarbage.sent(peer)
    peer.#messages.push({ data, offset: 0, files, cost, sender: this })
    this.#inFlight += cost
    peer.queue.wakeAll()
  }

  override read(_task: Task, buffer: UserBuffer): number {
    if (buffer.remaining === 0) return 0
    const found: Received = { files: null, truncated: false, fullLength: 0 }
    const result = this.receive(buffer, found, this.isNonBlocking, false)
    // Without room for them, files that came along are closed.
    if (found.files !== null) for (const file of found.files) file.put()
    return result
  }

  /** Takes bytes and the files that came with them: how many bytes, -errno, or WOULD_BLOCK. With `peek` all stays. */
  receive(buffer: UserBuffer, found: Received, nonBlocking: boolean, peek: boolean): number {
    if (this.type === SOCK_STREAM) return this.#receiveStream(buffer, found, nonBlocking, peek)
    return this.#receiveDatagram(buffer, found, nonBlocking, peek)
  }

  #take(message: Message, peek: boolean): File[] | null {
    if (message.files === null) return null
    const files = [...message.files]
    if (peek) for (const file of files) file.get()
    else message.files = null
    return files
  }

  #consume(): void {
    const message = this.#messages.shift()!
    const { sender } = message
    sender.#inFlight -= message.cost
    sender.queue.wakeAll()
  }

  #receiveStream(buffer: UserBuffer, found: Received, nonBlocking: boolean, peek: boolean): number {
    if (!this.#connected) return -EINVAL
    let index = 0
    let copied = 0
    for (;;) {
      const message = this.#messages[index]
      if (message === undefined) break
      const length = Math.min(message.data.length - message.offset, buffer.remaining)
      if (buffer.copyOut(message.data, message.offset, length) < length) return copied > 0 ? copied : -EFAULT
      copied += length
      const files = this.#take(message, peek)
      if (files !== null) found.files = files
      if (peek) {
        index++
        // A full buffer does not end a peek: it goes on to the next files there are.
        if (files !== null) break
        continue
      }
      message.offset += length
      if (message.offset < message.data.length) break
      this.#consume()
      if (files !== null || buffer.remaining === 0) break
    }
    if (copied > 0 || this.#messages.length > 0) return copied
    const error = this.#takeError()
    if (error !== 0) return -error
    if (this.receiveShut) return 0
    return nonBlocking ? -EAGAIN : WOULD_BLOCK
  }

  #receiveDatagram(buffer: UserBuffer, found: Received, nonBlocking: boolean, peek: boolean): number {
    if (this.type === SOCK_SEQPACKET && !this.#connected) return -ENOTCONN
    const error = this.#takeError()
    if (error !== 0) return -error
    const message = this.#messages[0]
    if (message === undefined) {
      if (this.receiveShut && (this.type === SOCK_SEQPACKET || !nonBlocking)) return 0
      return nonBlocking ? -EAGAIN : WOULD_BLOCK
    }
    const { data } = message
    const length = Math.min(data.length, buffer.remaining)
    const fault = buffer.copyOut(data, 0, length) < length
    if (!fault) {
      found.files = this.#take(message, peek)
      found.truncated = length < data.length
      found.fullLength = data.length
    }
    if (!peek) {
      const { files } = message
      message.files = null
      if (files !== null && fault) for (const file of files) file.put()
      this.#consume()
    }
    return fault ? -EFAULT : length
  }

  override poll(): number {
    let mask = 0
    const stream = !this.isDatagram
    if (this.#error !== 0) mask |= POLLERR
    if (this.receiveShut && this.sendShut) mask |= POLLHUP
    if (this.receiveShut) mask |= POLLRDHUP | POLLIN | POLLRDNORM
    if (this.#messages.length > 0) mask |= POLLIN | POLLRDNORM
    if (stream && !this.#connected) mask |= POLLHUP
    if (this.#inFlight * 4 <= SEND_BUFFER) mask |= POLLOUT | POLLWRNORM | POLLWRBAND
    return mask & ~POLLRDBAND
  }

  override readable(): number {
    if (this.isDatagram || this.type === SOCK_SEQPACKET) {
      if (this.type === SOCK_SEQPACKET) return this.#unread()
      return this.#messages[0]?.data.length ?? 0
    }
    return this.#unread()
  }

  #unread(): number {
    let bytes = 0
    for (const message of this.#messages) bytes += message.data.length - message.offset
    return bytes
  }

  override fdinfo(): string {
    let files = 0
    for (const message of this.#messages) if (message.files !== null) files += message.files.length
    return `scm_fds: ${files}\n`
  }

  /** Ends one or both directions: 0 is receiving, 1 sending, 2 both; 0 or -errno. */
  override shutdown(how: number): number {
    if (how < 0 || how > 2) return -EINVAL
    const { peer } = this
    const receive = how !== 1
    const send = how !== 0
    if (receive) this.receiveShut = true
    if (send) this.sendShut = true
    if (peer !== null && !this.isDatagram) {
      if (receive) peer.sendShut = true
      if (send) peer.receiveShut = true
      peer.queue.wakeAll()
    }
    this.queue.wakeAll()
    return 0
  }
}
