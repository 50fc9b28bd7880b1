import { strictEqual } from 'node:assert'
import { Emulator } from '../src/abi/index.js'
import type { Task } from '../src/kernel/index.js'
import { buildC, runC } from './lib/c-program.js'
import type { AnyCandidate, Case, ForeignCandidate, Group } from './lib/case.js'
import { cpuTime } from './lib/measure.js'

const AT_FDCWD = -100
const CLONE_NEWUTS = 0x0400_0000
const EVENT = 48
const PAIRS = 256
/** At least so many events are queued before reads are timed. */
const READ_EVENTS = 4096
const UNSHARES = 32
const WATCHERS = [1, 100, 1000]

const cString = (text: string): Uint8Array => new TextEncoder().encode(`${text}\0`)

/** A call that must succeed. */
function must(emu: Emulator, task: Task, name: string, ...args: (number | Uint8Array | null)[]): number {
  const result = emu.syscall(task, name, ...args)
  if (typeof result !== 'number' || result < 0) throw new Error(`${name}: ${String(result)}`)
  return result
}

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

/** Loops of about `ms` milliseconds of CPU: `prepare`, which is not counted, and `work`, which is. Nanoseconds per operation of `work`. */
function timed(name: string, operations: number, prepare: () => void, work: () => void): ForeignCandidate {
  const round = (ms: number): number => {
    const until = cpuTime() + ms * 1e6
    let spent = 0
    let count = 0
    for (let now = 0; now < until; count++) {
      prepare()
      const start = cpuTime()
      work()
      now = cpuTime()
      spent += now - start
    }
    return spent / (count * operations)
  }
  round(200)
  return { name, round }
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
    note: 'The emulator reads namespace events of 48 bytes, the kernel mount events of 40.',
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
      return timed(
        `${count.toLocaleString('en')} group${count === 1 ? '' : 's'}`,
        UNSHARES,
        () => {
          for (const group of groups) while ((emu.syscall(task, 0, group, buffer, buffer.length) as number) > 0);
        },
        () => {
          for (let i = 0; i < UNSHARES; i++) emu.syscall(task, 272, CLONE_NEWUTS)
        },
      )
    }),
    targets: [{ of: '1,000 groups', than: '100 groups', atMost: 12 }],
    note: 'Linear in the groups that watch: each is queued two events.',
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
    unshareCase(),
  ],
}
