import { strictEqual } from 'node:assert'
import { Emulator } from '../src/abi/index.js'
import { buildC, runC } from './lib/c-program.js'
import type { AnyCandidate, Case, ForeignCandidate, Group } from './lib/case.js'
import { cString, must } from './lib/population.js'
import { timed } from './lib/timed.js'

const AT_FDCWD = -100
const CLONE_NEWUTS = 0x0400_0000
const EVENT = 48
const PAIRS = 256
/** At least so many events are queued before reads are timed. */
const READ_EVENTS = 16384
/** At least so many events are queued while unshare or mount is timed. */
const QUEUED_EVENTS = 16384
/** As many as a queue is allowed to hold. */
const MOUNTS = 1024
const WATCHERS = [1, 100, 1000]

function watcher(emu: Emulator): number {
  const group = must(emu, emu.init, 'fanotify_init', 0x8012, 0)
  must(emu, emu.init, 'fanotify_mark', group, 0x1001, 0x300, AT_FDCWD, cString('/proc/self/ns/user'))
  return group
}

/** What bench/fanotify.c measures of this machine's kernel; nothing where there is no gcc, no root or no such mark. */
function kernel(what: string, number: number): ForeignCandidate[] {
  const program = buildC('fanotify')
  if (program === undefined) return []
  const run = (ms: number): string => runC(program, [what, String(number), String(ms)])
  if (run(1).startsWith('unsupported')) return []
  return [{ name: 'this kernel', round: (ms) => Number(run(ms)) }]
}

/** A mark added and removed again. */
function markCase(what: 'mntns' | 'inode', init: number, type: number, mask: number): Case {
  const emu = Emulator.boot({ profile: 'v7.3' })
  const task = emu.init
  const group = must(emu, task, 'fanotify_init', init, 0)
  const ns = must(emu, task, 'openat', AT_FDCWD, cString('/proc/self/ns/mnt'), 0)
  const pair = (): number => {
    let sum = 0
    for (let i = 0; i < PAIRS; i++) {
      sum |= emu.syscall(task, 301, group, type | 1, mask, ns, null) as number
      sum |= emu.syscall(task, 301, group, type | 2, mask, ns, null) as number
    }
    return sum
  }
  strictEqual(pair(), 0)
  return {
    name: `fanotify/mark-${what}`,
    unit: 'add and remove',
    candidates: [{ name: 'emulator', operations: PAIRS, run: pair }, ...kernel(`mark-${what}`, 0)],
    targets: [{ of: 'emulator', than: 'this kernel', atMost: 0.5 }],
  }
}

/** One read that returns `count` events. */
function readCase(count: number): Case {
  const emu = Emulator.boot({ profile: 'proposed-nsid' })
  const task = emu.init
  must(emu, task, 'unshare', CLONE_NEWUTS)
  const group = watcher(emu)
  const buffer = new Uint8Array(count * EVENT)
  const rest = new Uint8Array(EVENT)
  const reads = Math.ceil(READ_EVENTS / count)
  const emulator = timed(
    'emulator',
    reads,
    () => {
      while (emu.syscall(task, 0, group, rest, EVENT) !== -11);
      for (let i = 0; i < reads * count; i += 2) emu.syscall(task, 272, CLONE_NEWUTS)
    },
    () => {
      for (let i = 0; i < reads; i++) emu.syscall(task, 0, group, buffer, buffer.length)
    },
  )
  const candidates: AnyCandidate[] = [emulator, ...kernel('read', count)]
  return {
    name: `fanotify/read-${count}`,
    unit: `read of ${count} event${count === 1 ? '' : 's'}`,
    candidates,
    targets: [{ of: 'emulator', than: 'this kernel', atMost: 0.5 }],
    note:
      'The emulator reads namespace events of 48 bytes, the kernel mount events of 40.' +
      (count === 1
        ? ' Of a read of one event most is the call: getting in and out, finding the file, and copying byte by byte into the view.'
        : ''),
  }
}

/** unshare(CLONE_NEWUTS), two events, with so many groups watching. */
function unshareCase(): Case {
  return {
    name: 'fanotify/unshare-watched',
    unit: 'unshare(CLONE_NEWUTS)',
    candidates: WATCHERS.map((count) => {
      const emu = Emulator.boot({ profile: 'proposed-nsid' })
      const task = emu.init
      const limit = must(emu, task, 'openat', AT_FDCWD, cString('/proc/sys/fs/fanotify/max_user_groups'), 1)
      must(emu, task, 'write', limit, cString('2000'), 4)
      task.group.rlimits.nofile = 4096
      const groups = Array.from({ length: count }, () => watcher(emu))
      const buffer = new Uint8Array(64 * 1024)
      const unshares = Math.max(8, Math.ceil(QUEUED_EVENTS / 2 / count))
      return timed(
        `${count.toLocaleString('en')} group${count === 1 ? '' : 's'}`,
        unshares,
        () => {
          for (const group of groups) while ((emu.syscall(task, 0, group, buffer, buffer.length) as number) > 0);
        },
        () => {
          for (let i = 0; i < unshares; i++) emu.syscall(task, 272, CLONE_NEWUTS)
        },
      )
    }),
    targets: [{ of: '1,000 groups', than: '100 groups', atMost: 12 }],
    note: 'Linear in the groups that watch: each is queued two events.',
  }
}

/** A mount and its end, two events, with so many groups watching. */
function mountCase(count: number): Case {
  const emu = Emulator.boot({ profile: 'v7.3' })
  const task = emu.init
  const [device, place, tmpfs] = ['bench', '/run', 'tmpfs'].map(cString) as [Uint8Array, Uint8Array, Uint8Array]
  const ns = must(emu, task, 'openat', AT_FDCWD, cString('/proc/self/ns/mnt'), 0)
  const groups = Array.from({ length: count }, () => {
    const group = must(emu, task, 'fanotify_init', 0x4002, 0)
    must(emu, task, 'fanotify_mark', group, 0x111, 0x300_0000, ns, null)
    return group
  })
  const buffer = new Uint8Array(64 * 1024)
  const emulator = timed(
    'emulator',
    MOUNTS,
    () => {
      for (const group of groups) while ((emu.syscall(task, 0, group, buffer, buffer.length) as number) > 0);
    },
    () => {
      let errors = 0
      for (let i = 0; i < MOUNTS; i++) {
        errors |= emu.syscall(task, 165, device, place, tmpfs, 0, null) as number
        errors |= emu.syscall(task, 166, place, 2) as number
      }
      strictEqual(errors, 0)
    },
  )
  return {
    name: `fanotify/mount, ${count} group${count === 1 ? '' : 's'}`,
    unit: 'mount and umount',
    candidates: [emulator, ...kernel('mount', count)],
    targets: [{ of: 'emulator', than: 'this kernel', atMost: 0.5 }],
  }
}

export const group: Group = {
  name: 'fanotify',
  title: 'fanotify',
  about:
    'Marks and reads beside this machine’s kernel (timed in C, the same calls, a mount namespace as the object), and what watchers cost the emulator.',
  cases: () => [
    markCase('mntns', 0x4002, 0x110, 0x300_0000),
    markCase('inode', 0x2, 0, 0x20),
    ...[1, 64, 4096].map(readCase),
    ...[1, 10, 100].map(mountCase),
    unshareCase(),
  ],
}
