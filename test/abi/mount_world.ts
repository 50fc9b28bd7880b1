import { Emulator, type SyscallArg } from '../../src/abi/index.js'
import type { ProfileName } from '../../src/abi/profiles.js'
import type { Task } from '../../src/kernel/index.js'
import { call, path } from './calls.js'

export const AT_FDCWD = -100
export const CLONE_NEWNS = 0x2_0000
export const CLONE_NEWUSER = 0x1000_0000
export const MS_REMOUNT = 0x20
export const MS_BIND = 0x1000
export const MS_MOVE = 0x2000
export const MS_REC = 0x4000
export const MS_UNBINDABLE = 0x2_0000
export const MS_PRIVATE = 0x4_0000
export const MS_SLAVE = 0x8_0000
export const MS_SHARED = 0x10_0000
export const MNT_DETACH = 2
export const MNT_EXPIRE = 4

/** An emulator with a tmpfs on `/run/w` in a mount namespace of its first task, and calls on mounts by their paths. */
export class MountWorld {
  readonly emu: Emulator
  readonly task: Task

  constructor(profile: ProfileName = 'v7.2') {
    this.emu = Emulator.boot({ profile })
    this.task = this.emu.first
    this.call('unshare', CLONE_NEWNS)
    this.mkdir('/run/w')
    this.tmpfs('/run/w')
  }

  call(name: string, ...args: SyscallArg[]): number {
    return call(this.emu, this.task, name, ...args)
  }

  mkdir(...names: string[]): void {
    for (const name of names) {
      const made = this.call('mkdir', path(name), 0o755)
      if (made !== 0) throw new Error(`mkdir ${name}: ${made}`)
    }
  }

  mount(source: string | null, target: string, type: string | null, flags: number, data: string | null = null): number {
    const text = (value: string | null): SyscallArg => (value === null ? null : path(value))
    return this.call('mount', text(source), path(target), text(type), flags, text(data))
  }

  /** A new tmpfs; its name is its source. */
  tmpfs(target: string, name = 'none', flags = 0): number {
    return this.mount(name, target, 'tmpfs', flags)
  }

  bind(source: string, target: string, flags = 0): number {
    return this.mount(source, target, null, MS_BIND | flags)
  }

  propagate(target: string, flags: number): number {
    return this.mount(null, target, null, flags)
  }

  umount(target: string, flags = 0): number {
    return this.call('umount2', path(target), flags)
  }

  move(from: string, to: string, flags = 0): number {
    return this.call('move_mount', AT_FDCWD, path(from), AT_FDCWD, path(to), flags)
  }

  /** A detached tmpfs: its descriptor. */
  fsmount(name = 'detached'): number {
    const context = this.call('fsopen', path('tmpfs'), 0)
    this.call('fsconfig', context, 1, path('source'), path(name), 0)
    this.call('fsconfig', context, 6, null, null, 0)
    const fd = this.call('fsmount', context, 0, 0)
    this.call('close', context)
    return fd
  }

  /** Attaches a detached tree: the move's return. */
  attach(fd: number, to: string, flags = 0): number {
    return this.call('move_mount', fd, path(''), AT_FDCWD, path(to), 4 | flags)
  }

  /** The lines of mountinfo below `/run/w`, as `root mountpoint options propagation source`, for `task` or the world's own. */
  info(task: Task = this.task): string[] {
    const fd = call(this.emu, task, 'openat', AT_FDCWD, path('/proc/self/mountinfo'), 0, 0)
    let text = ''
    const bytes = new Uint8Array(4096)
    for (;;) {
      const got = call(this.emu, task, 'read', fd, bytes, bytes.length)
      if (got <= 0) break
      text += new TextDecoder().decode(bytes.subarray(0, got))
    }
    call(this.emu, task, 'close', fd)
    return text
      .split('\n')
      .map((line) => line.split(' '))
      .filter((fields) => fields[4]?.startsWith('/run/w'))
      .map((fields) => {
        const dash = fields.indexOf('-')
        return [fields[4], fields[3], fields[dash + 2], ...fields.slice(6, dash)].join(' ')
      })
  }

  /** The 64-bit id of the mount at a path. */
  id(name: string): number {
    const bytes = new Uint8Array(256)
    const result = this.call('statx', AT_FDCWD, path(name), 0, 0x4000, bytes)
    if (result !== 0) throw new Error(`statx ${name}: ${result}`)
    return Number(new DataView(bytes.buffer).getBigUint64(0x90, true))
  }

  /** A fanotify group on the mount namespace of `task`. */
  watch(task: Task = this.task): () => [mask: number, id: number][] {
    const group = call(this.emu, task, 'fanotify_init', 0x4002, 0)
    call(this.emu, task, 'fanotify_mark', group, 0x111, 0x300_0000, AT_FDCWD, path('/proc/self/ns/mnt'))
    return () => {
      const events: [number, number][] = []
      const bytes = new Uint8Array(4096)
      const got = call(this.emu, task, 'read', group, bytes, bytes.length)
      const view = new DataView(bytes.buffer)
      for (let at = 0; at < got; at += view.getUint32(at, true))
        events.push([view.getUint32(at + 8, true), Number(view.getBigUint64(at + 32, true))])
      return events
    }
  }
}
