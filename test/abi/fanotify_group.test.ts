import { describe, expect, it } from 'vitest'
import { Emulator } from '../../src/abi/emulator.js'
import type { ProfileName } from '../../src/abi/profiles.js'
import type { Task } from '../../src/kernel/task.js'
import { decodeEvents } from '../../src/uapi/index.js'

// What is asked here was asked of Linux 6.18 first.

const AT_FDCWD = -100
const ADD = 1
const REMOVE = 2
const CLONE_NEWUTS = 0x0400_0000

const cString = (text: string): Uint8Array => new TextEncoder().encode(`${text}\0`)
type Arg = number | bigint | string | Uint8Array | null

class World {
  readonly emu: Emulator
  readonly task: Task

  constructor(profile: ProfileName = 'proposed-nsid') {
    this.emu = Emulator.boot({ profile })
    this.task = this.emu.init
  }

  /** Strings are paths. */
  as(task: Task, name: string, ...args: Arg[]): number {
    const result = this.emu.syscall(task, name, ...args.map((arg) => (typeof arg === 'string' ? cString(arg) : arg)))
    if (typeof result !== 'number') throw new Error(`${name} sleeps`)
    return result
  }

  call(name: string, ...args: Arg[]): number {
    return this.as(this.task, name, ...args)
  }

  init(flags: number): number {
    const fd = this.call('fanotify_init', flags, 0)
    expect(fd).toBeGreaterThan(0)
    return fd
  }

  mark(group: number, flags: number, mask: number, path: string): number {
    return this.call('fanotify_mark', group, flags, mask, AT_FDCWD, path)
  }

  file(path: string): void {
    const fd = this.call('openat', AT_FDCWD, path, 0o102, 0o644)
    expect(fd).toBeGreaterThan(0)
    this.call('close', fd)
  }

  text(path: string): string {
    const fd = this.call('openat', AT_FDCWD, path, 0)
    const out = new Uint8Array(4096)
    const length = this.call('read', fd, out, out.length)
    this.call('close', fd)
    return new TextDecoder().decode(out.subarray(0, length))
  }

  write(path: string, text: string): number {
    const fd = this.call('openat', AT_FDCWD, path, 1)
    const bytes = new TextEncoder().encode(text)
    const ret = this.call('write', fd, bytes, bytes.length)
    this.call('close', fd)
    return ret
  }

  /** The marks in a group's fdinfo, without what names the object beyond its kind. */
  marks(group: number): string[] {
    return this.text(`/proc/self/fdinfo/${group}`)
      .split('\n')
      .slice(5, -1)
      .map((line) => line.replace(/ fhandle-.*/, '').replace(/(sdev|mnt_id|mnt_ns|mnt_ns_id|user_ns_id|ino):\w+/, '$1'))
  }

  child(flags = 0): Task {
    const args = new Uint8Array(88)
    new DataView(args.buffer).setBigUint64(0, BigInt(flags), true)
    new DataView(args.buffer).setBigUint64(32, 17n, true)
    expect(this.call('clone3', args, 88)).toBeGreaterThan(0)
    return this.emu.lastChild!
  }

  exit(task: Task): void {
    this.as(task, 'exit_group', 0)
    this.call('wait4', -1, null, 0, null)
  }
}

describe('fdinfo of a group', () => {
  it('shows flags and marks, the newest first', () => {
    const w = new World('v7.3')
    w.call('mkdirat', AT_FDCWD, '/run/d', 0o755)
    w.file('/run/f')
    const g = w.init(0x602)
    expect(w.mark(g, ADD, 0x20, '/run/f')).toBe(0)
    expect(w.mark(g, ADD | 0x20, 0x1, '/run/f')).toBe(0)
    expect(w.mark(g, ADD | 0x200, 0x10, '/run/d')).toBe(0)
    expect(w.mark(g, ADD | 0x60, 0x1, '/run/d')).toBe(0)
    expect(w.mark(g, ADD | 0x10, 0x4800_0001, '/run/f')).toBe(0)
    expect(w.mark(g, ADD | 0x100, 0x4800_0001, '/run/f')).toBe(0)
    expect(w.mark(g, ADD, 0x0800_0001, '/run')).toBe(0)
    expect(w.text(`/proc/self/fdinfo/${g}`)).toMatch(/\nfanotify flags:602 event-flags:8000\n/)
    expect(w.marks(g)).toEqual([
      expect.stringMatching(/^fanotify ino sdev:\w+ mflags:0 mask:8000001 ignored_mask:0$/),
      'fanotify sdev mflags:0 mask:48000001 ignored_mask:0',
      'fanotify mnt_id mflags:0 mask:48000001 ignored_mask:0',
      expect.stringMatching(/^fanotify ino sdev:\w+ mflags:40 mask:10 ignored_mask:1$/),
      expect.stringMatching(/^fanotify ino sdev:\w+ mflags:0 mask:8000020 ignored_mask:1$/),
    ])
  })

  it('has the child flag set in secret for a group that reports directories, and the mark goes without it', () => {
    const w = new World('v7.3')
    w.file('/run/f')
    const g = w.init(0x602)
    w.mark(g, ADD | 0x100, 0x4000_0001, '/run/f')
    expect(w.marks(g)).toEqual(['fanotify sdev mflags:0 mask:48000001 ignored_mask:0'])
    expect(w.mark(g, REMOVE | 0x100, 0x4000_0001, '/run/f')).toBe(0)
    expect(w.marks(g)).toEqual([])
    // A directory's own mark keeps the flag until it is taken away.
    w.mark(g, ADD, 0x0800_0001, '/run')
    w.mark(g, REMOVE, 0x1, '/run')
    expect(w.marks(g)).toEqual([expect.stringMatching(/mask:8000000 ignored_mask:0$/)])
    expect(w.mark(g, REMOVE, 0x1, '/run')).toBe(0)
    w.mark(g, REMOVE, 0x0800_0000, '/run')
    expect(w.marks(g)).toEqual([])
    // A group that opens files has no such secret.
    const plain = w.init(0x2)
    w.mark(plain, ADD, 0x4800_0020, '/run/f')
    expect(w.marks(plain)).toEqual([expect.stringMatching(/mask:40000020 ignored_mask:0$/)])
  })

  it('leaves FAN_ENABLE_AUDIT out', () => {
    const w = new World()
    expect(w.text(`/proc/self/fdinfo/${w.init(0x42)}`)).toMatch(/\nfanotify flags:2 event-flags:8000\n/)
  })

  it('names a mount namespace by its inode, with seed 000 by its id', () => {
    for (const [profile, want] of [
      ['v7.3', 'fanotify mnt_ns mflags:0 mask:3000000 ignored_mask:0'],
      ['proposed-nsid', 'fanotify mnt_ns_id mflags:0 mask:3000000 ignored_mask:0'],
    ] as const) {
      const w = new World(profile)
      const g = w.init(0x4002)
      expect(w.mark(g, 0x111, 0x300_0000, '/proc/self/ns/mnt')).toBe(0)
      expect(w.marks(g)).toEqual([want])
    }
  })
})

describe('an ignore mask that the next write would clear', () => {
  it('is not set at all', () => {
    const w = new World('v7.3')
    const fd = w.call('openat', AT_FDCWD, '/run/f', 0o102, 0o644)
    const g = w.init(0x602)
    expect(w.mark(g, ADD | 0x20, 0x20, '/run/f')).toBe(0)
    expect(w.mark(g, ADD | 0x400, 0x20, '/run/f')).toBe(0)
    expect(w.marks(g)).toEqual([])
    expect(w.mark(g, REMOVE | 0x20, 0x20, '/run/f')).toBe(-2)
    w.call('close', fd)
    expect(w.mark(g, ADD | 0x20, 0x20, '/run/f')).toBe(0)
    expect(w.marks(g).length).toBe(1)
  })
})

describe('a group as a file', () => {
  it('has no position', () => {
    const w = new World()
    const g = w.init(0x2)
    expect(w.call('lseek', g, 5, 0)).toBe(0)
    expect(w.call('lseek', g, 5, 9)).toBe(-22)
    expect(w.call('pread64', g, new Uint8Array(100), 100, 0)).toBe(-29)
    expect(w.call('pwrite64', g, new Uint8Array(8), 8, 0)).toBe(-29)
    expect(w.call('read', g, new Uint8Array(0), 0)).toBe(-11)
    expect(w.call('ioctl', g, 0x1234, 0)).toBe(-25)
    expect(w.call('ioctl', g, 0x46f0, 0)).toBe(-25)
    expect(w.call('ioctl', g, 0x541b, 1)).toBe(-14)
    expect(w.call('fcntl', g, 3, 0)).toBe(0o4002)
    expect(w.call('fcntl', w.init(1), 1, 0)).toBe(1)
    const out = new Uint8Array(64)
    expect(w.call('readlinkat', AT_FDCWD, `/proc/self/fd/${g}`, out, 64)).toBe(21)
    expect(new TextDecoder().decode(out.subarray(0, 21))).toBe('anon_inode:[fanotify]')
  })

  const answer = (fd: number, response: number, info: number[] = []): Uint8Array => {
    const bytes = new Uint8Array(8 + info.length)
    new DataView(bytes.buffer).setInt32(0, fd, true)
    new DataView(bytes.buffer).setUint32(4, response, true)
    bytes.set(info, 8)
    return bytes
  }
  const rule = (type = 1, pad = 0, length = 16, size = 16): number[] =>
    [type, pad, length, 0].concat(new Array(size - 4).fill(0))
  const NOTIF = 0x2
  const PRE_CONTENT = 0xa
  const AUDIT = 0x40

  it.each<[string, number, Uint8Array, number]>([
    ['allow', NOTIF, answer(5, 1), -2],
    ['deny', NOTIF, answer(5, 2), -2],
    ['neither', NOTIF, answer(5, 0), -22],
    ['both', NOTIF, answer(5, 3), -22],
    ['an unknown bit', NOTIF, answer(5, 0x41), -22],
    ['no fd', NOTIF, answer(-1, 1), -22],
    ['too short', NOTIF, answer(5, 1).subarray(0, 7), -22],
    ['longer than it need be', NOTIF, answer(5, 1, [0]), -2],
    ['deny with EPERM, class NOTIF', NOTIF, answer(5, 0x100_0002), -22],
    ['deny with EPERM', PRE_CONTENT, answer(5, 0x100_0002), -2],
    ['deny with EDQUOT', PRE_CONTENT, answer(5, 0x7a00_0002), -2],
    ['deny with EACCES', PRE_CONTENT, answer(5, 0xd00_0002), -22],
    ['allow with EPERM', PRE_CONTENT, answer(5, 0x100_0001), -22],
    ['audit without the flag', NOTIF, answer(5, 0x11), -22],
    ['audit', NOTIF | AUDIT, answer(5, 0x11), -2],
    ['a rule, no fd', NOTIF, answer(-1, 0x21, rule()), 24],
    ['a rule', NOTIF, answer(5, 0x21, rule()), -2],
    ['a rule, another negative fd', NOTIF, answer(-2, 0x21, rule()), -22],
    ['a rule that is not there', NOTIF, answer(5, 0x21), -22],
    ['a rule and a byte', NOTIF, answer(-1, 0x21, [...rule(), 0]), -22],
    ['a rule of another type', NOTIF, answer(-1, 0x21, rule(0)), -22],
    ['a rule with padding', NOTIF, answer(-1, 0x21, rule(1, 1)), -22],
    ['a rule of another length', NOTIF, answer(-1, 0x21, rule(1, 0, 12)), -22],
    ['a rule and both answers', NOTIF, answer(-1, 0x23, rule()), -22],
  ])('write: %s', (_, flags, bytes, want) => {
    const w = new World()
    expect(w.call('write', w.init(flags), bytes, bytes.length)).toBe(want)
  })

  it('takes no answers where the kernel has no permission events', () => {
    const emu = Emulator.boot({ profile: 'v7.2', config: { fanotifyPermissions: false } })
    const g = emu.syscall(emu.init, 'fanotify_init', 2, 0) as number
    expect(emu.syscall(emu.init, 'write', g, answer(5, 1), 8)).toBe(-22)
    expect(emu.syscall(emu.init, 'write', g, 0x7fff_0000, 8)).toBe(-22)
  })
})

describe('limits', () => {
  it('of groups: EMFILE, for each user of a user namespace and for all it is made of', () => {
    const w = new World()
    expect(w.text('/proc/sys/fs/fanotify/max_user_groups')).toBe('128\n')
    expect(w.write('/proc/sys/fs/fanotify/max_user_groups', '2\n')).toBe(2)
    expect(w.text('/proc/sys/user/max_fanotify_groups')).toBe('2\n')
    const child = w.child()
    expect(w.as(child, 'unshare', 0x1000_0000)).toBe(0)
    expect(w.as(child, 'fanotify_init', 0x202, 0)).toBeGreaterThan(0)
    const g = w.init(0x2)
    expect(w.call('fanotify_init', 0x32, 0)).toBe(-24)
    expect(w.as(child, 'fanotify_init', 0x202, 0)).toBe(-24)
    w.call('close', g)
    expect(w.as(child, 'fanotify_init', 0x202, 0)).toBeGreaterThan(0)
    expect(w.call('fanotify_init', 0x2, 0)).toBe(-24)
    w.exit(child)
    expect(w.init(0x2)).toBeGreaterThan(0)
  })

  it('of marks: ENOSPC for a new one; FAN_UNLIMITED_MARKS knows none', () => {
    const w = new World()
    w.write('/proc/sys/fs/fanotify/max_user_marks', '1')
    w.file('/run/f')
    const g = w.init(0x2)
    expect(w.mark(g, ADD, 0x20, '/run')).toBe(0)
    expect(w.mark(g, ADD, 0x10, '/run')).toBe(0)
    expect(w.mark(g, ADD, 0x20, '/run/f')).toBe(-28)
    expect(w.mark(g, REMOVE, 0x20, '/run/f')).toBe(-2)
    const unlimited = w.init(0x22)
    expect(w.mark(unlimited, ADD, 0x20, '/run/f')).toBe(0)
    expect(w.mark(w.init(0x2), ADD, 0x20, '/run/f')).toBe(-28)
    w.call('close', g)
    expect(w.mark(w.init(0x2), ADD, 0x20, '/run/f')).toBe(0)
  })

  it('of events: a new group takes the sysctl, an old one keeps what it had', () => {
    const w = new World()
    const old = w.init(0x8002)
    w.write('/proc/sys/fs/fanotify/max_queued_events', '1')
    const small = w.init(0x8002 | 0x80)
    w.mark(old, 0x1001, 0x300, '/proc/self/ns/user')
    w.mark(small, 0x1001, 0x300, '/proc/self/ns/user')
    for (let i = 0; i < 3; i++) w.call('unshare', CLONE_NEWUTS)
    const out = new Uint8Array(4096)
    expect(w.call('read', old, out, 4096)).toBe(5 * 48)
    const { events } = decodeEvents(out.subarray(0, w.call('read', small, out, 4096)), { group: 'ns' })
    expect(events.map(({ mask }) => mask)).toEqual([0x100n, 0x4000n])
    // An overflow has a pidfd record as well, and nobody in it.
    expect(events[1]).toMatchObject({ pid: 0, fd: -1, event_len: 32, info: [{ info_type: 4, pidfd: -1 }] })
  })
})

describe('an inode mark on a namespace', () => {
  const utsAfter = (w: World, flags: number): number => {
    const g = w.init(0x602)
    const child = w.child()
    w.as(child, 'unshare', CLONE_NEWUTS)
    const ns = child.nsproxy!.uts
    expect(w.mark(g, ADD | flags, 0x20, `/proc/${child.pid.nr}/ns/uts`)).toBe(0)
    w.exit(child)
    const active = ns.isActive
    expect(w.marks(g).length).toBe(active ? 1 : 0)
    w.call('fanotify_mark', g, 0x80, 0, AT_FDCWD, null)
    expect(ns.isActive).toBe(false)
    return active ? 1 : 0
  }

  it('keeps it active until the mark goes; an evictable one does not even stay', () => {
    expect(utsAfter(new World(), 0)).toBe(1)
    expect(utsAfter(new World(), 0x200)).toBe(0)
  })
})

describe('who is told of whom', () => {
  it.each([
    ['v6.18', -1],
    ['v7.2', 4],
  ] as const)('%s: a process that was reaped keeps its number in the event; its pidfd is %i', (profile, pidfd) => {
    const w = new World(profile)
    const g = w.init(0x282)
    w.file('/run/x')
    w.mark(g, ADD, 0x20, '/run/x')
    const child = w.child()
    const nr = child.pid.nr
    w.as(child, 'openat', AT_FDCWD, '/run/x', 0)
    w.exit(child)
    const out = new Uint8Array(4096)
    const { events } = decodeEvents(out.subarray(0, w.call('read', g, out, 4096)))
    expect(events.map(({ pid }) => pid)).toEqual([nr])
    expect(events.map(({ info }) => (info.at(-1) as { pidfd: number }).pidfd)).toEqual([pidfd])
  })

  it('an unprivileged group sees no pid but its own', () => {
    const w = new World()
    const child = w.child()
    expect(w.as(child, 'unshare', 0x1000_0000)).toBe(0)
    const g = w.as(child, 'fanotify_init', 0x8002, 0)
    expect(w.as(child, 'fanotify_mark', g, 0x1001, 0x300, AT_FDCWD, '/proc/self/ns/user')).toBe(0)
    expect(w.as(child, 'unshare', CLONE_NEWUTS)).toBe(0)
    const args = new Uint8Array(88)
    new DataView(args.buffer).setBigUint64(0, BigInt(CLONE_NEWUTS), true)
    new DataView(args.buffer).setBigUint64(32, 17n, true)
    w.as(child, 'clone3', args, 88)
    const grandchild = w.emu.lastChild!
    w.as(grandchild, 'unshare', CLONE_NEWUTS)
    const out = new Uint8Array(4096)
    const { events } = decodeEvents(out.subarray(0, w.as(child, 'read', g, out, 4096)), { group: 'ns' })
    const own = child.pid.nr
    expect(events.map(({ mask, pid }) => [mask, pid])).toEqual([
      [0x100n, own],
      [0x100n, own],
      [0x100n, 0],
      [0x200n, 0],
    ])
  })
})
