import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Emulator } from '../../src/abi/emulator.js'
import type { Task } from '../../src/kernel/task.js'
import {
  CLONE_FILES,
  CLONE_NEWCGROUP,
  CLONE_NEWIPC,
  CLONE_NEWNET,
  CLONE_NEWNS,
  CLONE_NEWPID,
  CLONE_NEWTIME,
  CLONE_NEWUSER,
  CLONE_NEWUTS,
  decodeEvents,
  type FanotifyEvent,
  ns_id_req,
} from '../../src/uapi/index.js'

const AT_FDCWD = -100
const AF_UNIX = 1
const SOCK_STREAM = 1
const SIOCGSKNS = 0x894c
const NEW = [
  CLONE_NEWUSER,
  CLONE_NEWUTS,
  CLONE_NEWIPC,
  CLONE_NEWNET,
  CLONE_NEWPID,
  CLONE_NEWNS,
  CLONE_NEWCGROUP,
  CLONE_NEWTIME,
]
const FILES = ['user', 'uts', 'ipc', 'net', 'pid', 'mnt', 'cgroup', 'time', 'pid_for_children']

const cString = (text: string): Uint8Array => new TextEncoder().encode(`${text}\0`)

type Step =
  | { do: 'clone' | 'unshare'; task: number; flags: number }
  | { do: 'exit'; task: number }
  | { do: 'open' | 'openPath'; task: number; target: number; file: string }
  | { do: 'close' | 'setns' | 'sockns'; task: number; fd: number }
  | { do: 'socket'; task: number }
  | { do: 'mark'; target: number }

const index = fc.nat({ max: 20 })
const flags = fc.subarray(NEW).map((some) => some.reduce((all, flag) => all | flag, 0))

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constantFrom('clone' as const, 'unshare' as const), task: index, flags }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('exit' as const), task: index }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('open' as const, 'openPath' as const),
      task: index,
      target: index,
      file: fc.constantFrom(...FILES),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('close' as const, 'setns' as const, 'sockns' as const),
      task: index,
      fd: fc.integer({ min: 3, max: 9 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('socket' as const), task: index }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('mark' as const), target: index }) },
)

/** Tasks that make, join and leave namespaces, and one group of pid 1's that marks their user namespaces. */
class World {
  readonly emu: Emulator = Emulator.boot({ profile: 'proposed-nsid' })
  readonly init: Task = this.emu.init
  readonly group: number
  /** By id of a marked user namespace: the ids that its watcher takes to be active. */
  readonly seen: Map<bigint, Set<bigint>> = new Map()

  constructor() {
    this.group = this.call(this.init, 'fanotify_init', 0x8002, 0)
    this.mark(this.init)
  }

  call(task: Task, name: string, ...args: (number | bigint | Uint8Array | null)[]): number {
    const result = this.emu.syscall(task, name, ...args)
    if (typeof result !== 'number') throw new Error(`${name} sleeps`)
    return result
  }

  /** One of the tasks that can make a syscall. Pid 1 only looks on: it makes a child when there is nobody else. */
  pick(n: number): Task {
    const running = [...this.emu.tasks()].filter((task) => task !== this.init && task.alive && task.sleep === null)
    if (running.length > 0) return running[n % running.length]!
    this.clone(this.init, 0)
    return this.emu.lastChild!
  }

  clone(task: Task, what: number): void {
    const args = new Uint8Array(88)
    const view = new DataView(args.buffer)
    view.setBigUint64(0, BigInt(what), true)
    view.setBigUint64(32, 17n, true)
    this.call(task, 'clone3', args, 88)
  }

  /** Ids of the active namespaces that the user namespace `owner` owns; null where it is unknown or inactive. */
  listns(owner: bigint): Set<bigint> | null {
    const request = new Uint8Array(ns_id_req.size)
    ns_id_req.write(request, 0, { size: ns_id_req.size, ns_id: 0n, ns_type: 0, user_ns_id: owner })
    const ids = new BigUint64Array(1000)
    const count = this.call(this.init, 'listns', request, new Uint8Array(ids.buffer), 1000, 0)
    return count < 0 ? null : new Set(ids.subarray(0, count))
  }

  mark(target: Task): void {
    const { id } = target.cred.userNs
    const file = cString(`/proc/${target.pid.nr}/ns/user`)
    const ret = this.call(this.init, 'fanotify_mark', this.group, 0x1001, 0x300, AT_FDCWD, file)
    // A task that ran into the end of its pid namespace may be gone.
    if (ret !== 0) return
    this.readEvents()
    this.seen.set(BigInt(id), this.listns(BigInt(id)) ?? new Set())
  }

  readEvents(): FanotifyEvent[] {
    const out = new Uint8Array(1 << 16)
    const ret = this.call(this.init, 'read', this.group, out, out.length)
    const { events } = decodeEvents(out.subarray(0, Math.max(0, ret)), { group: 'ns' })
    for (const event of events) {
      const [info] = event.info
      if (info === undefined || info.raw !== undefined || !('self_nsid' in info)) throw new Error('no NS record')
      const set = this.seen.get(info.owner_nsid)
      // Creations between the mark and the first listns are in both.
      if (event.mask === 0x100n) set?.add(info.self_nsid)
      else set?.delete(info.self_nsid)
    }
    return events
  }

  do(s: Step): void {
    switch (s.do) {
      case 'clone':
        this.clone(this.pick(s.task), s.flags & ~CLONE_NEWTIME)
        break
      case 'unshare':
        this.call(this.pick(s.task), 'unshare', s.flags)
        break
      case 'exit': {
        const task = this.pick(s.task)
        const { parent } = task
        this.call(task, 'exit_group', 0)
        if (parent?.alive && parent.sleep === null) this.call(parent, 'wait4', -1, null, 1, null)
        break
      }
      case 'open':
      case 'openPath': {
        const path = cString(`/proc/${this.pick(s.target).pid.nr}/ns/${s.file}`)
        this.call(this.pick(s.task), 'openat', AT_FDCWD, path, s.do === 'open' ? 0 : 0x200000, 0)
        break
      }
      case 'close':
        this.call(this.pick(s.task), 'close', s.fd)
        break
      case 'setns':
        this.call(this.pick(s.task), 'setns', s.fd, 0)
        break
      case 'sockns':
        this.call(this.pick(s.task), 'ioctl', s.fd, SIOCGSKNS, 0)
        break
      case 'socket':
        this.call(this.pick(s.task), 'socket', AF_UNIX, SOCK_STREAM, 0)
        break
      case 'mark':
        this.mark(this.pick(s.target))
        break
    }
  }
}

describe('namespace events', () => {
  it('what listns shows of an owner, plus creations, minus deletions, is what it shows afterwards', () => {
    let deletions = 0
    let owners = 0
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 50 }), (steps) => {
        const world = new World()
        for (const s of steps) {
          world.do(s)
          deletions += world.readEvents().filter(({ mask }) => mask === 0x200n).length
          owners = Math.max(owners, world.seen.size)
          for (const [owner, ids] of world.seen)
            expect([...ids].sort()).toEqual([...(world.listns(owner) ?? [])].sort())
        }
      }),
      { numRuns: 200 },
    )
    // The programs are worth something only if they come to this.
    expect(deletions).toBeGreaterThan(100)
    expect(owners).toBeGreaterThan(2)
  })

  it('each group that marks the owner is told, in an order and with numbers of its own', () => {
    const world = new World()
    const { init } = world
    const second = world.call(init, 'fanotify_init', 0x8002, 0)
    const path = cString('/proc/self/ns/user')
    expect(world.call(init, 'fanotify_mark', second, 0x1001, 0x200, AT_FDCWD, path)).toBe(0)
    for (let i = 0; i < 3; i++) world.call(init, 'unshare', CLONE_NEWUTS)
    const firstEvents = world.readEvents().map(({ mask }) => mask)
    expect(firstEvents).toEqual([0x100n, 0x100n, 0x200n, 0x100n, 0x200n])
    const out = new Uint8Array(4096)
    expect(world.call(init, 'read', second, out, 4096)).toBe(2 * 48)
  })

  it('FAN_MARK_IGNORED_MASK keeps an event away, and removing it brings it back', () => {
    const world = new World()
    const { init, group } = world
    const path = cString('/proc/self/ns/user')
    const mark = (what: number): number => world.call(init, 'fanotify_mark', group, what, 0x100, AT_FDCWD, path)
    expect(mark(0x1001 | 0x20)).toBe(0)
    world.call(init, 'unshare', CLONE_NEWUTS)
    expect(world.readEvents()).toEqual([])
    expect(mark(0x1002 | 0x20)).toBe(0)
    world.call(init, 'unshare', CLONE_NEWUTS)
    expect(world.readEvents().map(({ mask }) => mask)).toEqual([0x100n, 0x200n])
  })

  it('FAN_MARK_FLUSH and the last close end it, and then an event costs no watcher anything', () => {
    const world = new World()
    const { init, group } = world
    expect(world.emu.kernel.notify).not.toBeNull()
    expect(world.call(init, 'fanotify_mark', group, 0x1080, 0, AT_FDCWD, null)).toBe(0)
    expect(world.emu.kernel.notify).toBeNull()
    world.call(init, 'unshare', CLONE_NEWUTS)
    expect(world.readEvents()).toEqual([])
    world.mark(init)
    const copy = world.call(init, 'dup', group)
    world.call(init, 'close', group)
    expect(world.emu.kernel.notify).not.toBeNull()
    world.call(init, 'close', copy)
    expect(world.emu.kernel.notify).toBeNull()
  })
})

describe('mount events of a dying mount namespace', () => {
  // Asked of Linux 6.18: one MNT_DETACH for each mount, the root mount too, then the mark is gone.
  it('every mount is reported, and the mark goes with it', () => {
    const world = new World()
    const { init } = world
    const group = world.call(init, 'fanotify_init', 0x4002, 0)
    world.clone(init, CLONE_FILES)
    const child = world.emu.lastChild!
    expect(world.call(child, 'unshare', CLONE_NEWNS)).toBe(0)
    // Without the root mount, as NS_MNT_GET_INFO counts.
    const mounts = child.nsproxy!.mnt.nrMounts + 1
    expect(mounts).toBeGreaterThan(1)
    expect(world.call(child, 'fanotify_mark', group, 0x111, 0x3000000, AT_FDCWD, cString('/proc/self/ns/mnt'))).toBe(0)
    world.call(child, 'exit_group', 0)
    const out = new Uint8Array(4096)
    const ret = world.call(init, 'read', group, out, out.length)
    const { events } = decodeEvents(out.subarray(0, ret), { group: 'ns' })
    expect(events.map(({ mask }) => mask)).toEqual(new Array(mounts).fill(0x2000000n))
    const ids = events.map(({ info }) => (info[0] as { mnt_id: bigint }).mnt_id)
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => Number(a - b)))
    expect(events.every(({ pid }) => pid === child.pid.nr)).toBe(true)
    const fd = world.call(init, 'openat', AT_FDCWD, cString(`/proc/self/fdinfo/${group}`), 0)
    const text = new Uint8Array(1000)
    const length = world.call(init, 'read', fd, text, text.length)
    expect(new TextDecoder().decode(text.subarray(0, length))).not.toMatch(/mnt_ns/)
  })
})
