import { Emulator, type PendingSyscall, type ProfileName } from '../../src/abi/index.js'
import type { Task } from '../../src/kernel/index.js'
import { call, clone, path, sleeps } from './calls.js'

export const CONTENT = 0x4
export const PRE_CONTENT = 0x8
export const NONBLOCK = 0x2
export const OPEN_PERM = 0x1_0000
export const ACCESS_PERM = 0x2_0000
export const PRE_ACCESS = 0x10_0000
export const ON_CHILD = 0x800_0000
export const ALLOW = 1
export const DENY = 2

/** An event as it was read: what the tests look at. */
export interface ReadEvent {
  mask: number
  fd: number
  pid: number
  /** What follows the 24 bytes of metadata. */
  records: Uint8Array
}

/** A tmpfs at /run/w with the files f, g and h, and tasks that may fall asleep opening them. */
export class PermissionWorld {
  readonly emu: Emulator
  /** The daemon. */
  readonly task: Task

  constructor(profile: ProfileName = 'v7.3', clock: () => bigint = () => 0n) {
    this.emu = Emulator.boot({ profile, clock })
    this.task = this.emu.init
    const { emu, task } = this
    for (const made of [
      call(emu, task, 'mkdirat', -100, path('/run/w'), 0o755),
      call(emu, task, 'mount', path('none'), path('/run/w'), path('tmpfs'), 0, null),
    ])
      if (made !== 0) throw new Error(`${made}`)
    for (const name of ['f', 'g', 'h']) {
      const fd = call(emu, task, 'openat', -100, path(`/run/w/${name}`), 0x42, 0o644)
      call(emu, task, 'write', fd, path('hello'), 5)
      call(emu, task, 'close', fd)
    }
  }

  /** A syscall of the daemon. */
  call(
    name: string,
    ...args: Parameters<typeof call> extends [unknown, unknown, unknown, ...infer A] ? A : never
  ): number {
    return call(this.emu, this.task, name, ...args)
  }

  /** A new process, made before there are descriptors that it would inherit. */
  fork(): Task {
    return clone(this.emu, this.task)
  }

  /** A group that watches what is opened in /run/w. */
  group(flags: number, mask = OPEN_PERM | ON_CHILD, eventFlags = 0): number {
    const fd = this.call('fanotify_init', flags, eventFlags)
    if (fd < 0) throw new Error(`fanotify_init: ${fd}`)
    this.mark(fd, mask)
    return fd
  }

  mark(fd: number, mask: number, name = '/run/w', flags = 1): void {
    const result = this.call('fanotify_mark', fd, flags, mask, -100, path(name))
    if (result !== 0) throw new Error(`fanotify_mark: ${result}`)
  }

  /** `task` falls asleep opening a file. */
  opens(task: Task, name = 'f', flags = 0): PendingSyscall {
    return sleeps(this.emu, task, 'openat', -100, path(`/run/w/${name}`), flags, 0o644)
  }

  /** Reads once: the events, or -errno. */
  read(fd: number, room = 4096): ReadEvent[] | number {
    const bytes = new Uint8Array(room)
    const length = this.call('read', fd, bytes, room)
    if (length < 0) return length
    const view = new DataView(bytes.buffer)
    const events: ReadEvent[] = []
    for (let at = 0; at < length; at += view.getUint32(at, true))
      events.push({
        mask: Number(view.getBigUint64(at + 8, true)),
        fd: view.getInt32(at + 16, true),
        pid: view.getInt32(at + 20, true),
        records: bytes.slice(at + 24, at + view.getUint32(at, true)),
      })
    return events
  }

  /** Reads as many of the events that wait as have room; there are some. */
  readAll(fd: number, room = 4096): ReadEvent[] {
    const events = this.read(fd, room)
    if (typeof events === 'number') throw new Error(`read: ${events}`)
    return events
  }

  /** Reads the event that waits longest. */
  readFirst(fd: number): ReadEvent {
    return this.readAll(fd, 24)[0]!
  }

  /** Reads the only event that waits. */
  readOne(fd: number): ReadEvent {
    const events = this.readAll(fd)
    if (events.length !== 1) throw new Error(`${events.length} events`)
    return events[0]!
  }

  /** Answers an event: what the write returned. */
  answer(fd: number, event: number, response: number): number {
    const bytes = new Uint8Array(8)
    const view = new DataView(bytes.buffer)
    view.setInt32(0, event, true)
    view.setUint32(4, response, true)
    return this.call('write', fd, bytes, 8)
  }
}
