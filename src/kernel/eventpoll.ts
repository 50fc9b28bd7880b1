import { EPOLLERR, EPOLLET, EPOLLEXCLUSIVE, EPOLLHUP, EPOLLONESHOT, EPOLLWAKEUP } from '../uapi/constants/eventpoll.js'
import { EEXIST, EINVAL, ELOOP, ENOENT } from '../uapi/errno.js'
import { O_RDWR, POLLIN, POLLRDNORM } from '../uapi/fcntl.js'
import { anonPath } from './anon_inode.js'
import { File, FMODE_NONOTIFY } from './file.js'
import type { Task } from './task.js'
import { type Sleeper, WaitQueue } from './wait_queue.js'

/** Bits of an item's events that say how it is told, not what of. */
const PRIVATE_BITS: number = EPOLLWAKEUP | EPOLLONESHOT | EPOLLET | EPOLLEXCLUSIVE
/** How deep epoll files may watch one another. */
const MAX_NESTS = 4

/** A descriptor that an epoll file watches. It does not keep the file open. */
export class EpollItem implements Sleeper {
  readonly file: File
  readonly fd: number
  events: number
  /** The caller's own eight bytes, as two words. */
  dataLo: number
  dataHi: number
  /** In the list of those that may have something to say. */
  isListed = false
  readonly owner: EpollFile

  constructor(owner: EpollFile, file: File, fd: number, events: number, dataLo: number, dataHi: number) {
    this.owner = owner
    this.file = file
    this.fd = fd
    this.events = events
    this.dataLo = dataLo
    this.dataHi = dataHi
    file.watchers ??= new Set()
    file.watchers.add(this)
    for (const queue of this.#queues()) queue.add(this)
  }

  /** What of its events holds now. */
  ready(task: Task): number {
    return this.file.poll(task) & this.events
  }

  wake(): void {
    if ((this.events & ~PRIVATE_BITS) !== 0) this.owner.itemHappened(this)
  }

  /** Nothing that sleeps is killed here. */
  kill(): void {}

  /** Its file is closed. */
  fileClosed(): void {
    this.owner.drop(this)
  }

  /** Stops watching. */
  detach(): void {
    for (const queue of this.#queues()) queue.remove(this)
    this.file.watchers?.delete(this)
  }

  #queues(): Set<WaitQueue> {
    const queues: Set<WaitQueue> = new Set()
    const { waitQueue, writeQueue } = this.file
    if (waitQueue !== null) queues.add(waitQueue)
    if (writeQueue !== null) queues.add(writeQueue)
    return queues
  }
}

/** An epoll file: descriptors to watch, and those of them that may have something to say. */
export class EpollFile extends File {
  readonly kind = 'eventpoll'
  /** In the order in which they were added. */
  readonly items: EpollItem[] = []
  /** Tasks that wait for events sleep here; one event wakes one of them. */
  readonly waiters: WaitQueue = new WaitQueue()
  readonly #pollers: WaitQueue = new WaitQueue()
  #listed: EpollItem[] = []

  constructor(task: Task) {
    super(anonPath(task.kernel, '[eventpoll]'), O_RDWR, task.cred, FMODE_NONOTIFY)
  }

  override get ignoresSeek(): boolean {
    return true
  }

  override get waitQueue(): WaitQueue {
    return this.#pollers
  }

  override poll(task: Task): number {
    const listed = this.#listed
    while (listed.length > 0) {
      const [first] = listed as [EpollItem]
      if (first.ready(task) !== 0) return POLLIN | POLLRDNORM
      listed.shift()
      first.isListed = false
    }
    return 0
  }

  override fdinfo(): string {
    let text = ''
    for (const { file, fd, events, dataLo, dataHi } of this.items) {
      const data = ((BigInt(dataHi) << 32n) | BigInt(dataLo)).toString(16).padStart(16)
      const { inode } = file
      text += `tfd: ${String(fd).padStart(8)} events: ${(events >>> 0).toString(16).padStart(8)} data: ${data} `
      text += ` pos:${file.pos} ino:${inode.ino.toString(16)} sdev:${inode.sb.dev.toString(16)}\n`
    }
    return text
  }

  protected override release(): void {
    for (const item of this.items) item.detach()
    this.items.length = 0
    this.#listed.length = 0
  }

  #find(file: File, fd: number): EpollItem | null {
    return this.items.find((item) => item.file === file && item.fd === fd) ?? null
  }

  /** EPOLL_CTL_ADD: 0; -ELOOP where epoll files would watch one another in a circle or too deep; -EEXIST. */
  add(task: Task, file: File, fd: number, events: number, dataLo: number, dataHi: number): number {
    if (file instanceof EpollFile) {
      const below = depthBelow(file, this, 0)
      if (below > MAX_NESTS || below + 1 + depthAbove(this, 0) > MAX_NESTS) return -ELOOP
    }
    if (this.#find(file, fd) !== null) return -EEXIST
    const item = new EpollItem(this, file, fd, events | EPOLLERR | EPOLLHUP, dataLo, dataHi)
    this.items.push(item)
    if (item.ready(task) !== 0) this.itemHappened(item)
    return 0
  }

  /** EPOLL_CTL_MOD: 0; -ENOENT; -EINVAL for one that wakes one of several waiters. */
  modify(task: Task, file: File, fd: number, events: number, dataLo: number, dataHi: number): number {
    const item = this.#find(file, fd)
    if (item === null) return -ENOENT
    if ((item.events & EPOLLEXCLUSIVE) !== 0) return -EINVAL
    item.events = events | EPOLLERR | EPOLLHUP
    item.dataLo = dataLo
    item.dataHi = dataHi
    if (item.ready(task) !== 0) this.itemHappened(item)
    return 0
  }

  /** EPOLL_CTL_DEL: 0 or -ENOENT. */
  remove(file: File, fd: number): number {
    const item = this.#find(file, fd)
    if (item === null) return -ENOENT
    this.drop(item)
    return 0
  }

  /** @internal Stops watching with `item`. */
  drop(item: EpollItem): void {
    item.detach()
    this.items.splice(this.items.indexOf(item), 1)
    if (item.isListed) this.#listed.splice(this.#listed.indexOf(item), 1)
  }

  /** @internal Something happened to an item: it may have something to say. */
  itemHappened(item: EpollItem): void {
    if (!item.isListed) {
      item.isListed = true
      this.#listed.push(item)
    }
    this.waiters.wakeOne()
    this.#pollers.wakeAll()
  }

  /**
   * Gives up to `most` items that have something to say to `emit`, which says whether it could take it: how many it took, or -errno of
   * `fault` when not even the first.
   */
  collect(task: Task, most: number, fault: number, emit: (item: EpollItem, events: number) => boolean): number {
    const looked = this.#listed
    const { chance } = task.kernel
    if (chance !== null) chance.asked(placesOf(looked))
    this.#listed = []
    let taken = 0
    let at = 0
    let failed = false
    for (; at < looked.length && taken < most; at++) {
      const item = looked[at]!
      const events = item.ready(task)
      item.isListed = false
      if (events === 0) continue
      if (!emit(item, events)) {
        item.isListed = true
        failed = true
        break
      }
      taken++
      if ((item.events & EPOLLONESHOT) !== 0) item.events &= PRIVATE_BITS
      else if ((item.events & EPOLLET) === 0) {
        item.isListed = true
        this.#listed.push(item)
      }
    }
    this.#listed.unshift(...looked.slice(at))
    if (this.#listed.length > 0) this.waiters.wakeOne()
    return taken === 0 && failed ? -fault : taken
  }
}

/** The places of the groups among them: in which order they came into the list was theirs. */
function placesOf(items: readonly EpollItem[]): number[] {
  const places = new Set(items.map(({ file }) => file.place).filter((place) => place >= 0))
  return [...places].sort((a, b) => a - b)
}

/** How many epoll files lie below `epoll`, counting only the longest way; more than is allowed where `adding` is among them. */
function depthBelow(epoll: EpollFile, adding: EpollFile, depth: number): number {
  let below = 0
  if (epoll === adding) return MAX_NESTS + 1
  for (const { file } of epoll.items) {
    if (!(file instanceof EpollFile)) continue
    if (file === adding || depth > MAX_NESTS) return MAX_NESTS + 1
    below = Math.max(below, depthBelow(file, adding, depth + 1) + 1)
    if (below > MAX_NESTS) break
  }
  return below
}

/** How many epoll files lie above `epoll`, counting only the longest way. */
function depthAbove(epoll: EpollFile, depth: number): number {
  if (depth > MAX_NESTS || epoll.watchers === null) return 0
  let above = 0
  for (const watcher of epoll.watchers) above = Math.max(above, depthAbove(watcher.owner, depth + 1) + 1)
  return above
}
