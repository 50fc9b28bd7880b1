import { describe, expect, it } from 'vitest'
import { EAGAIN, EBUSY, EIO, EMFILE, ENOENT, EPERM } from '../../src/uapi/errno.js'
import { call, clone, path } from './calls.js'
import {
  ACCESS_PERM,
  ALLOW,
  CONTENT,
  DENY,
  NONBLOCK,
  ON_CHILD,
  OPEN_PERM,
  PermissionWorld,
  PRE_CONTENT,
} from './permission_world.js'

const CLONE_FILES = 0x400
const REPORT_FD_ERROR = 0x2000
const SIGKILL = 9

describe('an open that asks', () => {
  it('sleeps until it is allowed, and gets its descriptor then', () => {
    const world = new PermissionWorld()
    const reader = world.fork()
    const group = world.group(CONTENT | NONBLOCK)
    const open = world.opens(reader)
    expect(open.done).toBe(false)
    const { mask, pid, fd } = world.readOne(group)
    expect([mask, pid]).toEqual([OPEN_PERM, reader.pid.nr])
    expect(world.answer(group, fd, ALLOW)).toBe(8)
    expect([open.done, open.result]).toEqual([true, 3])
    expect(world.answer(group, fd, ALLOW)).toBe(-ENOENT)
  })

  it('is refused with EPERM, or with the errno of the answer', () => {
    const world = new PermissionWorld()
    const reader = world.fork()
    const group = world.group(PRE_CONTENT | NONBLOCK)
    for (const [response, result] of [
      [DENY, -EPERM],
      [DENY | (EIO << 24), -EIO],
    ] as const) {
      const open = world.opens(reader)
      const { fd } = world.readOne(group)
      expect(world.answer(group, fd, response)).toBe(8)
      expect(open.result).toBe(result)
      world.call('close', fd)
    }
    expect(world.emu.waitingOnPermission()).toEqual([])
  })

  it('leaves a file that it made, and does not cut one that it was to cut', () => {
    const world = new PermissionWorld()
    const writer = world.fork()
    const group = world.group(CONTENT | NONBLOCK)
    for (const [name, flags] of [
      ['new', 0x41],
      ['f', 0x201],
    ] as const) {
      const open = world.opens(writer, name, flags)
      world.answer(group, world.readOne(group).fd, DENY)
      expect(open.result).toBe(-EPERM)
    }
    world.call('close', group)
    expect(world.call('faccessat', -100, path('/run/w/new'), 0)).toBe(0)
    const fd = world.call('openat', -100, path('/run/w/f'), 0, 0)
    expect(world.call('read', fd, new Uint8Array(9), 9)).toBe(5)
  })

  it('holds its descriptor: another thread gets the next, and none can put a file there', () => {
    const world = new PermissionWorld()
    const reader = world.fork()
    const thread = clone(world.emu, reader, CLONE_FILES)
    const group = world.group(CONTENT | NONBLOCK)
    const open = world.opens(reader)
    expect(call(world.emu, thread, 'openat', -100, path('/proc/self'), 0, 0)).toBe(4)
    expect(call(world.emu, thread, 'dup2', 4, 3)).toBe(-EBUSY)
    world.answer(group, world.readOne(group).fd, DENY)
    expect(open.result).toBe(-EPERM)
    expect(call(world.emu, thread, 'dup2', 4, 3)).toBe(3)
  })

  it('is not ended by a signal with a handler', () => {
    const world = new PermissionWorld()
    const reader = world.fork()
    const group = world.group(CONTENT | NONBLOCK)
    const open = world.opens(reader)
    expect(open.interrupt()).toBe(false)
    world.answer(group, world.readOne(group).fd, ALLOW)
    expect(open.result).toBe(3)
  })

  it('shows who waits for whom since when', () => {
    let now = 5n
    const world = new PermissionWorld('v7.3', () => now)
    const [a, b] = [world.fork(), world.fork()]
    const group = world.group(CONTENT | NONBLOCK)
    world.opens(a)
    now = 9n
    world.opens(b, 'g')
    const { fd } = world.readFirst(group)
    const shown = world.emu.waitingOnPermission()
    expect(shown.map(({ task, mask, since, fd }) => [task, mask, since, fd])).toEqual([
      [a, OPEN_PERM, 5n, fd],
      [b, OPEN_PERM, 9n, null],
    ])
    expect(shown[0]!.group).toBe(shown[1]!.group)
    expect(shown[0]!.path.dentry.name).toBe('f')
  })
})

describe('several groups', () => {
  it('are asked by class, and the first no is the last question', () => {
    const world = new PermissionWorld()
    const reader = world.fork()
    const content = world.group(CONTENT | NONBLOCK)
    const preContent = world.group(PRE_CONTENT | NONBLOCK)
    const open = world.opens(reader)
    expect(world.read(content)).toBe(-EAGAIN)
    world.answer(preContent, world.readOne(preContent).fd, ALLOW)
    expect(open.done).toBe(false)
    world.answer(content, world.readOne(content).fd, ALLOW)
    expect(open.result).toBe(3)
    const refused = world.opens(reader)
    world.answer(preContent, world.readOne(preContent).fd, DENY)
    expect(refused.result).toBe(-EPERM)
    expect(world.read(content)).toBe(-EAGAIN)
  })

  it('lose a group without losing its question: a closed group allows, and the next is asked', () => {
    const world = new PermissionWorld()
    const [a, b] = [world.fork(), world.fork()]
    const content = world.group(CONTENT | NONBLOCK)
    const preContent = world.group(PRE_CONTENT | NONBLOCK)
    const opens = [world.opens(a), world.opens(b)]
    world.read(preContent, 24)
    expect(world.call('close', preContent)).toBe(0)
    expect(opens.map(({ done }) => done)).toEqual([false, false])
    const events = world.readAll(content)
    expect(events.map(({ pid }) => pid)).toEqual([a.pid.nr, b.pid.nr])
    for (const { fd } of events) world.answer(content, fd, ALLOW)
    expect(opens.map(({ result }) => result)).toEqual([3, 3])
  })

  it('an ignore mask spares the file, a full queue lets through', () => {
    const world = new PermissionWorld()
    const [a, b] = [world.fork(), world.fork()]
    world.emu.kernel.fanotify.maxQueuedEvents = 1
    const group = world.group(CONTENT | NONBLOCK)
    world.mark(group, OPEN_PERM, '/run/w/g', 0x61)
    expect(call(world.emu, a, 'openat', -100, path('/run/w/g'), 0, 0)).toBe(3)
    world.opens(a)
    expect(call(world.emu, b, 'openat', -100, path('/run/w/f'), 0, 0)).toBe(3)
  })
})

describe('a waiter that is killed', () => {
  it('takes its unread question along; for one that was read an answer is still taken, once', () => {
    const world = new PermissionWorld()
    const [a, b] = [world.fork(), world.fork()]
    const group = world.group(CONTENT | NONBLOCK)
    const opens = [world.opens(a), world.opens(b)]
    const { fd } = world.readFirst(group)
    for (const task of [a, b]) world.call('kill', task.pid.nr, SIGKILL)
    expect(opens.map(({ killed }) => killed)).toEqual([true, true])
    expect(world.emu.waitingOnPermission()).toEqual([])
    expect(world.read(group)).toBe(-EAGAIN)
    expect(world.answer(group, fd, DENY)).toBe(8)
    expect(world.answer(group, fd, DENY)).toBe(-ENOENT)
  })
})

describe('a question that cannot be read', () => {
  const full = (flags: number) => {
    const world = new PermissionWorld()
    const reader = world.fork()
    const group = world.group(flags)
    world.task.group.rlimits.nofile = group + 1
    return { world, group, open: world.opens(reader) }
  }

  it('is answered no, and the read says why', () => {
    const { world, group, open } = full(CONTENT | NONBLOCK)
    expect(world.read(group)).toBe(-EMFILE)
    expect(open.result).toBe(-EPERM)
    expect(world.read(group)).toBe(-EAGAIN)
  })

  it('is answered no, and shows the errno as its descriptor with FAN_REPORT_FD_ERROR', () => {
    const { world, group, open } = full(CONTENT | NONBLOCK | REPORT_FD_ERROR)
    expect(world.readOne(group).fd).toBe(-EMFILE)
    expect(open.result).toBe(-EPERM)
  })
})

describe('reads', () => {
  it('ask only through files that were opened while somebody watched', () => {
    const world = new PermissionWorld()
    const [early, late] = [world.fork(), world.fork()]
    expect(call(world.emu, early, 'openat', -100, path('/run/w/f'), 0, 0)).toBe(3)
    const group = world.group(CONTENT | NONBLOCK, ACCESS_PERM | ON_CHILD)
    expect(call(world.emu, late, 'openat', -100, path('/run/w/f'), 0, 0)).toBe(3)
    expect(call(world.emu, early, 'read', 3, new Uint8Array(9), 9)).toBe(5)
    const bytes = new Uint8Array(9)
    const read = world.emu.syscall(late, 'read', 3, bytes, 9)
    if (typeof read === 'number') throw new Error(`${read}`)
    world.answer(group, world.readOne(group).fd, ALLOW)
    expect(read.result).toBe(5)
    expect(new TextDecoder().decode(bytes.subarray(0, 5))).toBe('hello')
  })

  it('of the daemon through the descriptors of events ask nobody', () => {
    const world = new PermissionWorld()
    const reader = world.fork()
    const group = world.group(CONTENT | NONBLOCK, OPEN_PERM | ACCESS_PERM | ON_CHILD)
    world.opens(reader)
    const { fd } = world.readOne(group)
    expect(world.call('read', fd, new Uint8Array(9), 9)).toBe(5)
    expect(world.call('close', fd)).toBe(0)
  })
})

it('refuses classes and errnos that do not go together', () => {
  const world = new PermissionWorld()
  const reader = world.fork()
  const group = world.group(CONTENT | NONBLOCK)
  const open = world.opens(reader)
  const { fd } = world.readOne(group)
  for (const response of [0, 3, DENY | (EIO << 24), ALLOW | (EIO << 24), ALLOW | 0x10]) {
    expect(world.answer(group, fd, response)).toBe(-22)
    expect(open.done).toBe(false)
  }
  expect(world.answer(group, fd, ALLOW)).toBe(8)
})
