import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import type { PendingSyscall } from '../../src/abi/index.js'
import type { Task } from '../../src/kernel/index.js'
import { EAGAIN, EPERM } from '../../src/uapi/errno.js'
import { ALLOW, CONTENT, DENY, NONBLOCK, PermissionWorld } from '../abi/permission_world.js'
import { PATIENCE, runs } from './commands.js'

const OPEN_QUEUE = 0x46f0
const EVENT = 24
const TASKS = 6
const SIGKILL = 9

/** An access that was begun. */
interface Access {
  readonly task: Task
  readonly open: PendingSyscall
  /** What it has to come back with; null while it has no answer. */
  answer: 'allowed' | 'denied' | 'killed' | null
}

/** What the daemon has of an access that it read. */
interface Held {
  readonly access: Access
  readonly fd: number
}

/** A group with a daemon that crashes, beside lists of what has to be queued and what the daemon has. */
class Restarts {
  readonly #world = new PermissionWorld('proposed-restartable')
  readonly #idle: Task[] = []
  readonly #accesses: Access[] = []
  readonly #completions: Map<PendingSyscall, number> = new Map()
  readonly #control: number
  #queueFd = -1
  #queued: Access[] = []
  #held: Held[] = []

  constructor() {
    const world = this.#world
    for (let i = 0; i < TASKS; i++) this.#idle.push(world.fork())
    this.#control = world.group(world.emu.profile.fanotify.restartableEvents | CONTENT | NONBLOCK)
    world.emu.onComplete = (pending) => this.#completions.set(pending, (this.#completions.get(pending) ?? 0) + 1)
  }

  /** A task that has nothing to do opens a file. */
  access(which: number): void {
    const task = this.#idle.splice(which % Math.max(1, this.#idle.length), 1)[0]
    if (task === undefined) return
    const access: Access = { task, open: this.#world.opens(task, 'fgh'[which % 3]), answer: null }
    this.#accesses.push(access)
    this.#queued.push(access)
  }

  openQueue(): void {
    const fd = this.#world.call('ioctl', this.#control, OPEN_QUEUE, 0)
    if (this.#queueFd >= 0) expect(fd).toBe(-16)
    else {
      expect(fd).toBeGreaterThan(this.#control)
      this.#queueFd = fd
    }
  }

  /** The daemon crashes: what it had read goes back to the front. */
  crash(): void {
    if (this.#queueFd < 0) return
    expect(this.#world.call('close', this.#queueFd)).toBe(0)
    this.#queueFd = -1
    for (const { fd } of this.#held) this.#world.call('close', fd)
    this.#queued.unshift(...this.#held.filter(({ access }) => access.answer === null).map(({ access }) => access))
    this.#held = []
  }

  read(count: number): void {
    if (this.#queueFd < 0) return
    const events = this.#world.read(this.#queueFd, count * EVENT)
    const expected = this.#queued.splice(0, count)
    if (expected.length === 0) {
      expect(events).toBe(-EAGAIN)
      return
    }
    if (typeof events === 'number') throw new Error(`read: ${events}`)
    expect(events.map(({ pid }) => pid)).toEqual(expected.map(({ task }) => task.pid.nr))
    for (const [at, { fd }] of events.entries()) this.#held.push({ access: expected[at]!, fd })
  }

  answer(which: number, allow: boolean): void {
    const held = this.#held.splice(which % Math.max(1, this.#held.length), 1)[0]
    if (held === undefined) return
    const { access, fd } = held
    expect(this.#world.answer(this.#queueFd, fd, allow ? ALLOW : DENY)).toBe(8)
    this.#world.call('close', fd)
    if (access.answer !== null) return
    access.answer = allow ? 'allowed' : 'denied'
    this.#idle.push(access.task)
  }

  /** A task that waits is killed. */
  kill(which: number): void {
    const waiting = this.#accesses.filter(({ answer }) => answer === null)
    const access = waiting[which % Math.max(1, waiting.length)]
    if (access === undefined) return
    this.#world.call('kill', access.task.pid.nr, SIGKILL)
    access.answer = 'killed'
    this.#queued = this.#queued.filter((queued) => queued !== access)
  }

  /** Every access came back if and only if it was answered, once, and as it was answered. */
  check(): void {
    for (const { open, answer } of this.#accesses) {
      expect(open.done).toBe(answer === 'allowed' || answer === 'denied')
      expect(this.#completions.get(open) ?? 0).toBe(open.done ? 1 : 0)
      if (answer === 'allowed') expect(open.result).toBeGreaterThanOrEqual(0)
      if (answer === 'denied') expect(open.result).toBe(-EPERM)
    }
    const waiting = new Set(this.#world.emu.waitingOnPermission().map(({ task }) => task))
    expect(waiting).toEqual(new Set(this.#accesses.filter(({ answer }) => answer === null).map(({ task }) => task)))
  }

  /** A last daemon finds everything that is left. */
  finish(): void {
    this.crash()
    this.openQueue()
    const left = this.#queued.length
    this.read(left + 1)
    expect(this.#held.length).toBe(left)
    while (this.#held.length > 0) this.answer(0, true)
    this.check()
    expect(this.#world.emu.waitingOnPermission()).toEqual([])
  }
}

const number = fc.nat({ max: 7 })
const action = fc.oneof(
  { weight: 5, arbitrary: number.map((n) => (it: Restarts) => it.access(n)) },
  { weight: 4, arbitrary: number.map((n) => (it: Restarts) => it.read(1 + (n % 3))) },
  {
    weight: 4,
    arbitrary: fc.tuple(number, fc.boolean()).map(
      ([n, allow]) =>
        (it: Restarts) =>
          it.answer(n, allow),
    ),
  },
  { weight: 2, arbitrary: fc.constant((it: Restarts) => it.openQueue()) },
  { weight: 2, arbitrary: fc.constant((it: Restarts) => it.crash()) },
  { weight: 1, arbitrary: number.map((n) => (it: Restarts) => it.kill(n)) },
)

test.prop([fc.array(action, { minLength: 5, maxLength: 60 })], runs(300))(
  'whatever crashes, every access is answered once, in the order of the queue, and none is lost',
  (actions) => {
    const restarts = new Restarts()
    restarts.openQueue()
    for (const run of actions) {
      run(restarts)
      restarts.check()
    }
    restarts.finish()
  },
  PATIENCE,
)
