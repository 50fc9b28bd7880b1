import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Emulator } from '../../src/abi/emulator.js'
import type { PendingSyscall } from '../../src/abi/pending.js'
import type { ProfileName } from '../../src/abi/profiles.js'
import type { Task } from '../../src/kernel/task.js'
import { decodeEvents, type FanotifyEvent } from '../../src/uapi/index.js'

const CLONE_NEWUTS = 0x0400_0000
const FIONREAD = 0x541b
const EAGAIN = -11
const EINVAL = -22
const EFAULT = -14
const NONBLOCK = 2
const REPORT_PIDFD = 0x80
const REPORT_NSID = 0x8000
const Q_OVERFLOW = 0x4000n

const cString = (text: string): Uint8Array => new TextEncoder().encode(`${text}\0`)

class World {
  readonly emu: Emulator
  readonly task: Task

  constructor(profile: ProfileName = 'proposed-nsid', maxQueued = 16_384) {
    this.emu = Emulator.boot({ profile })
    this.emu.kernel.fanotify.maxQueuedEvents = maxQueued
    this.task = this.emu.init
  }

  call(name: string, ...args: (number | bigint | Uint8Array | null)[]): number {
    const result = this.emu.syscall(this.task, name, ...args)
    if (typeof result !== 'number') throw new Error(`${name} sleeps`)
    return result
  }

  /** A group that watches the initial user namespace. */
  watcher(flags = NONBLOCK): number {
    const fd = this.call('fanotify_init', REPORT_NSID | flags, 0)
    const ns = this.call('openat', -100, cString('/proc/self/ns/user'), 0, 0)
    expect(this.call('fanotify_mark', fd, 0x1001, 0x300, ns, null)).toBe(0)
    this.call('close', ns)
    return fd
  }

  /** Two events from the second time on: a uts namespace comes, the one before goes. */
  makeEvents(): void {
    expect(this.call('unshare', CLONE_NEWUTS)).toBe(0)
  }

  fionread(fd: number): number {
    const out = new Uint8Array(4)
    expect(this.call('ioctl', fd, FIONREAD, out)).toBe(0)
    return new DataView(out.buffer).getUint32(0, true)
  }

  /** POLLIN | POLLRDNORM where it holds. */
  poll(fd: number): number {
    const out = new Uint8Array(8)
    const view = new DataView(out.buffer)
    view.setInt32(0, fd, true)
    view.setInt16(4, 0x7fff, true)
    const ready = this.call('poll', out, 1, 0)
    const revents = view.getUint16(6, true)
    expect(ready).toBe(revents === 0 ? 0 : 1)
    return revents
  }

  /** All that a big read returns. */
  drain(fd: number): Uint8Array {
    const out = new Uint8Array(1 << 20)
    const ret = this.call('read', fd, out, out.length)
    return ret === EAGAIN ? new Uint8Array(0) : out.slice(0, ret)
  }
}

const concat = (parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]))

const masks = (bytes: Uint8Array): bigint[] => decodeEvents(bytes, { group: 'ns' }).events.map(({ mask }) => mask)

/** Pidfd records hold each reader's own descriptors: two groups' streams are alike but for these. */
const withoutPidfds = (bytes: Uint8Array): FanotifyEvent[] =>
  decodeEvents(bytes, { group: 'ns' }).events.map((event) => ({
    ...event,
    info: event.info.map((info) => ('pidfd' in info && info.raw === undefined ? { ...info, pidfd: 0 } : info)),
  }))

type Step = { do: 'events'; times: number } | { do: 'read'; size: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('events' as const), times: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ do: fc.constant('read' as const), size: fc.integer({ min: 0, max: 300 }) }),
)

describe('the queue', () => {
  it.each([
    ['plain', 0],
    ['with pidfds', REPORT_PIDFD],
  ])('%s: reads of any size give whole events in order, and FIONREAD and poll agree with them', (_, flags) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const world = new World()
        const fd = world.watcher(NONBLOCK | flags)
        const twin = world.watcher(NONBLOCK | flags)
        const length = flags === 0 ? 48 : 56
        const pieces: Uint8Array[] = []
        let queued = 0
        let made = 0
        for (const s of steps) {
          if (s.do === 'events') {
            for (let i = 0; i < s.times; i++) {
              world.makeEvents()
              queued += made++ === 0 ? 1 : 2
            }
          } else {
            const out = new Uint8Array(s.size).fill(0xaa)
            const ret = world.call('read', fd, out, s.size)
            const fits = Math.min(queued, Math.floor(s.size / length))
            expect(ret).toBe(queued === 0 ? EAGAIN : fits === 0 ? EINVAL : fits * length)
            const used = Math.max(0, ret)
            expect(out.subarray(used).every((byte) => byte === 0xaa)).toBe(true)
            pieces.push(out.slice(0, used))
            queued -= used / length
          }
          expect(world.fionread(fd)).toBe(queued * length)
          expect(world.poll(fd)).toBe(queued === 0 ? 0 : 0x41)
        }
        pieces.push(world.drain(fd))
        expect(withoutPidfds(concat(pieces))).toEqual(withoutPidfds(world.drain(twin)))
      }),
      { numRuns: 150 },
    )
  })

  it.each([
    ['v6.18', () => 24],
    ['v7.2', (length: number) => length],
  ] as const)('%s: events of every length are read whole and in order, whatever the buffer', (profile, counted) => {
    const action = fc.oneof(
      fc.record({ do: fc.constant('make' as const), name: fc.integer({ min: 1, max: 40 }) }),
      fc.record({ do: fc.constant('read' as const), size: fc.integer({ min: 0, max: 400 }) }),
    )
    fc.assert(
      fc.property(fc.array(action, { maxLength: 25 }), (actions) => {
        const world = new World(profile)
        const [fd, twin] = [0x1e02, 0x1e02].map((flags) => {
          const group = world.call('fanotify_init', flags, 0)
          expect(world.call('fanotify_mark', group, 1, 0x100, -100, cString('/run'))).toBe(0)
          return group
        }) as [number, number]
        const pieces: Uint8Array[] = []
        /** event_len of what is queued. */
        const queued: number[] = []
        for (const [at, step] of actions.entries()) {
          if (step.do === 'make') {
            const name = `${at}`.padStart(step.name + 1, 'n')
            expect(world.call('mknodat', -100, cString(`/run/${name}`), 0o100644, 0)).toBe(0)
            // Metadata, the directory's record with its name, padded to 4, and the file's.
            queued.push(24 + ((32 + name.length + 1 + 3) & ~3) + 32)
          } else {
            const out = new Uint8Array(step.size).fill(0xaa)
            const ret = world.call('read', fd, out, step.size)
            let fits = 0
            let bytes = 0
            while (fits < queued.length && bytes + queued[fits]! <= step.size) bytes += queued[fits++]!
            expect(ret).toBe(queued.length === 0 ? EAGAIN : fits === 0 ? EINVAL : bytes)
            expect(out.subarray(bytes).every((byte) => byte === 0xaa)).toBe(true)
            pieces.push(out.slice(0, bytes))
            queued.splice(0, fits)
          }
          expect(world.fionread(fd)).toBe(queued.reduce((sum, length) => sum + counted(length), 0))
          expect(world.poll(fd)).toBe(queued.length === 0 ? 0 : 0x41)
        }
        pieces.push(world.drain(fd))
        expect(concat(pieces)).toEqual(world.drain(twin))
      }),
      { numRuns: 100 },
    )
  })

  it('FIONREAD of v6.18 leaves records out of the count', () => {
    const world = new World('v6.18')
    const fd = world.call('fanotify_init', 0x4002, 0)
    expect(world.call('unshare', 0x20000)).toBe(0) // CLONE_NEWNS
    const path = cString('/proc/self/ns/mnt')
    expect(world.call('fanotify_mark', fd, 0x111, 0x3000000, -100, path)).toBe(0)
    // The namespace that is left dies, and its mounts with it.
    const length = world.task.nsproxy!.mnt.nrMounts + 1
    expect(world.call('unshare', 0x20000)).toBe(0)
    expect(world.fionread(fd)).toBe(24 * length)
    expect(world.drain(fd).length).toBe(40 * length)
  })

  it('a full queue gets one overflow event, and no second until that is read', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5 }), fc.array(fc.boolean(), { maxLength: 20 }), (limit, steps) => {
        const world = new World('proposed-nsid', limit)
        const fd = world.watcher()
        let queue: bigint[] = []
        let made = 0
        const offer = (mask: bigint): void => {
          if (queue.length < limit) queue.push(mask)
          else if (!queue.includes(Q_OVERFLOW)) queue.push(Q_OVERFLOW)
        }
        for (const makes of steps) {
          if (makes) {
            world.makeEvents()
            offer(0x100n)
            if (made++ > 0) offer(0x200n)
          } else {
            const out = new Uint8Array(48)
            const ret = world.call('read', fd, out, 48)
            const first = queue.shift()
            expect(ret).toBe(first === undefined ? EAGAIN : first === Q_OVERFLOW ? 24 : 48)
            if (first === undefined) continue
            // A small event may leave room for no other: the next one takes 48 bytes or is none.
            expect(masks(out.subarray(0, ret))).toEqual([first])
          }
        }
        expect(masks(world.drain(fd))).toEqual(queue)
        queue = []
      }),
      { numRuns: 200 },
    )
  })

  it('a read that faults loses the event that it was copying, and what was before it', () => {
    const world = new World()
    const fd = world.watcher()
    for (let i = 0; i < 2; i++) world.makeEvents()
    expect(world.fionread(fd)).toBe(3 * 48)
    const out = new Uint8Array(60).fill(0xaa)
    expect(world.call('read', fd, out, 4096)).toBe(EFAULT)
    // One whole event and 12 bytes of the next are there, as the kernel leaves them.
    expect(masks(out.subarray(0, 48))).toEqual([0x100n])
    expect(out[48]).toBe(48)
    expect(out[59]).toBe(0)
    expect(world.fionread(fd)).toBe(48)
    expect(masks(world.drain(fd))).toEqual([0x200n])
  })

  it('a pidfd that the reader cannot be given takes no descriptor', () => {
    const world = new World()
    const fd = world.watcher(NONBLOCK | REPORT_PIDFD)
    world.makeEvents()
    const before = [...world.task.files!.descriptors()]
    expect(world.call('read', fd, new Uint8Array(20), 4096)).toBe(EFAULT)
    expect([...world.task.files!.descriptors()]).toEqual(before)
    expect(world.fionread(fd)).toBe(0)
  })

  it('a blocking read sleeps until an event comes, and is handed it before the call that made it returns', () => {
    const world = new World()
    const fd = world.watcher(0)
    const reader = world.emu.init
    // A second task reads: the first makes the events.
    const args = new Uint8Array(88)
    new DataView(args.buffer).setBigUint64(0, 0x400n, true) // CLONE_FILES
    new DataView(args.buffer).setBigUint64(32, 17n, true) // SIGCHLD
    expect(world.call('clone3', args, 88)).toBeGreaterThan(0)
    const child = world.emu.lastChild!
    const out = new Uint8Array(100)
    const pending = world.emu.syscall(child, 'read', fd, out, 100) as PendingSyscall
    expect(pending.done).toBe(false)
    world.task satisfies Task
    expect(reader).toBe(world.task)
    world.makeEvents()
    expect(pending.done).toBe(true)
    expect(pending.result).toBe(48)
    expect(masks(out.subarray(0, 48))).toEqual([0x100n])
    const again = world.emu.syscall(child, 'read', fd, out, 100) as PendingSyscall
    expect(again.done).toBe(false)
    expect(again.interrupt()).toBe(true)
    expect(again.result).toBe(-4)
  })
})
