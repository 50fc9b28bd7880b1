import { EBADF, EINVAL, EMFILE } from '../uapi/errno.js'
import type { File } from './file.js'
import { LateCloses } from './late_closes.js'
import type { Task } from './task.js'

/** A table of descriptors (`struct files_struct`), shared by tasks cloned with CLONE_FILES. */
export class FdTable {
  refs = 1
  #files: (File | null)[]
  /** The descriptors with FD_CLOEXEC, 32 to a word; null until there is one. */
  #cloexec: number[] | null
  /** No descriptor below this one is free. */
  #next: number
  /** Descriptors that calls which sleep will fill; null until there is one. */
  #reserved: Set<number> | null = null

  constructor(files: (File | null)[] = [], cloexec: number[] | null = null, next = 0) {
    this.#files = files
    this.#cloexec = cloexec
    this.#next = next
  }

  /** A copy for a forked child: the same files, each with one more reference. */
  clone(): FdTable {
    const files = this.#files.slice()
    for (let fd = 0; fd < files.length; fd++) {
      const file = files[fd]!
      if (file !== null) file.refs++
    }
    const cloexec = this.#cloexec
    return new FdTable(files, cloexec === null ? null : cloexec.slice(), this.#next)
  }

  get(): this {
    this.refs++
    return this
  }

  /** Drops a sharer; the last one closes every descriptor. */
  put(task: Task): void {
    if (--this.refs !== 0) return
    const closed: File[] = []
    this.#closeAll(task, 0, this.#files.length - 1, closed)
    this.#files.length = 0
    this.#next = 0
    letGo(task, closed)
  }

  #closeAll(task: Task, first: number, last: number, closed: File[]): void {
    const files = this.#files
    for (let fd = first; fd <= last; fd++) {
      const file = files[fd]!
      if (file === null) continue
      files[fd] = null
      this.setCloexec(fd, false)
      file.flush(task)
      closed.push(file)
    }
    if (first < this.#next) this.#next = first
  }

  /** The file behind `fd`, O_PATH ones too, or null. */
  file(fd: number): File | null {
    return this.#files[fd] ?? null
  }

  /** The lowest free descriptor from `from` on, or -EMFILE when that is not below `limit`. */
  free(limit: number, from = 0): number {
    const files = this.#files
    let fd = from > this.#next ? from : this.#next
    while (fd < files.length && files[fd] !== null) fd++
    if (from <= this.#next) this.#next = fd
    if (this.#reserved !== null) while ((fd < files.length && files[fd] !== null) || this.#reserved.has(fd)) fd++
    return fd < limit ? fd : -EMFILE
  }

  /** Keeps a free descriptor for a call that will fill it, or give it back. */
  reserve(fd: number): void {
    this.#reserved ??= new Set()
    this.#reserved.add(fd)
  }

  /** Gives back what {@link reserve} kept. */
  unreserve(fd: number): void {
    this.#reserved?.delete(fd)
    if (this.#reserved?.size === 0) this.#reserved = null
  }

  isReserved(fd: number): boolean {
    return this.#reserved?.has(fd) ?? false
  }

  /** Puts `file` at the free descriptor `fd`. */
  set(fd: number, file: File, cloexec: boolean): void {
    const files = this.#files
    while (files.length < fd) files.push(null)
    files[fd] = file
    if (fd === this.#next) this.#next = fd + 1
    if (cloexec) this.setCloexec(fd, true)
  }

  /** Puts `file` at `fd`, closing what was there (`dup2`). */
  replace(task: Task, fd: number, file: File, cloexec: boolean): void {
    const old = this.file(fd)
    this.setCloexec(fd, false)
    this.set(fd, file, cloexec)
    if (old !== null) {
      old.flush(task)
      old.put()
    }
  }

  /** Closes `fd`: 0 or -EBADF. */
  close(task: Task, fd: number): number {
    const file = this.file(fd)
    if (file === null) return -EBADF
    this.#files[fd] = null
    if (fd < this.#next) this.#next = fd
    this.setCloexec(fd, false)
    file.flush(task)
    file.put()
    return 0
  }

  /** Closes `first` to `last` (both included); with `onlyMark` sets FD_CLOEXEC on them instead. */
  closeRange(task: Task, first: number, last: number, onlyMark: boolean): number {
    if (first > last) return -EINVAL
    const end = Math.min(last, this.#files.length - 1)
    if (onlyMark) {
      for (let fd = first; fd <= end; fd++) if (this.file(fd) !== null) this.setCloexec(fd, true)
      return 0
    }
    const closed: File[] = []
    this.#closeAll(task, first, end, closed)
    letGo(task, closed)
    return 0
  }

  isCloexec(fd: number): boolean {
    const words = this.#cloexec
    const word = fd >>> 5
    return words !== null && word < words.length && (words[word]! & (1 << fd)) !== 0
  }

  setCloexec(fd: number, on: boolean): void {
    const word = fd >>> 5
    let words = this.#cloexec
    if (words === null || word >= words.length) {
      if (!on) return
      words ??= []
      while (words.length <= word) words.push(0)
      this.#cloexec = words
    }
    if (on) words[word]! |= 1 << fd
    else words[word]! &= ~(1 << fd)
  }

  /** Open descriptors, lowest first. */
  *descriptors(): IterableIterator<number> {
    for (let fd = 0; fd < this.#files.length; fd++) if (this.#files[fd] !== null) yield fd
  }

  /** How many descriptors are open. */
  get count(): number {
    let count = 0
    for (const file of this.#files) if (file !== null) count++
    return count
  }

  /** One more than the highest descriptor that was ever in use since the table was made. */
  get size(): number {
    return this.#files.length
  }
}

/** The files are let go of on the way out, the one that was closed last first. */
function letGo({ kernel }: Task, files: File[]): void {
  const closes = new LateCloses(kernel, files)
  if (closes.isHeld) kernel.returnWait = closes
}
