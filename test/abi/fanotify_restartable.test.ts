import { describe, expect, it } from 'vitest'
import type { ProfileName } from '../../src/abi/index.js'
import type { Task } from '../../src/kernel/index.js'
import { EAGAIN, EBADF, EBUSY, EINVAL, ENOTTY } from '../../src/uapi/errno.js'
import { call, path, readFile, sleeps } from './calls.js'
import {
  ALLOW,
  CONTENT,
  DENY,
  NONBLOCK,
  ON_CHILD,
  OPEN_PERM,
  PermissionWorld,
  PRE_CONTENT,
} from './permission_world.js'

const OPEN_QUEUE = 0x46f0
const FIONREAD = 0x541b
const CLOEXEC = 1
const OPEN = 0x20

class RestartableWorld extends PermissionWorld {
  readonly restartable: number

  constructor(profile: ProfileName = 'proposed-restartable') {
    super(profile)
    this.restartable = this.emu.profile.fanotify.restartableEvents
  }

  control(flags = CONTENT | NONBLOCK): number {
    return this.group(this.restartable | flags)
  }

  queue(control: number): number {
    return this.call('ioctl', control, OPEN_QUEUE, 0)
  }

  link(fd: number): string {
    const bytes = new Uint8Array(100)
    return new TextDecoder().decode(
      bytes.subarray(0, this.call('readlinkat', -100, path(`/proc/self/fd/${fd}`), bytes, 100)),
    )
  }

  pids(fd: number): number[] {
    const events = this.read(fd)
    return typeof events === 'number' ? [] : events.map(({ pid }) => pid)
  }
}

describe.each(['proposed-restartable', 'proposed-all'] as const)('%s', (profile) => {
  it('FAN_RESTARTABLE_EVENTS needs a class that asks', () => {
    const world = new RestartableWorld(profile)
    expect(world.call('fanotify_init', world.restartable, 0)).toBe(-EINVAL)
    for (const flags of [CONTENT, PRE_CONTENT])
      expect(world.call('fanotify_init', world.restartable | flags, 0)).toBeGreaterThan(0)
  })

  it('the control descriptor marks and opens the queue, and does nothing else', () => {
    const world = new RestartableWorld(profile)
    const control = world.control(CONTENT | NONBLOCK)
    const bytes = new Uint8Array(64)
    expect(world.call('read', control, bytes, 64)).toBe(-EINVAL)
    expect(world.call('write', control, bytes, 8)).toBe(-EBADF)
    expect(world.call('ioctl', control, FIONREAD, bytes)).toBe(-ENOTTY)
    // F_GETFL: O_RDONLY, and not O_NONBLOCK.
    expect(world.call('fcntl', control, 3) & 0o4003).toBe(0)
    expect(world.link(control)).toBe('anon_inode:[fanotify]')
    const info = readFile(world.emu, world.task, `/proc/self/fdinfo/${control}`)
    expect(info).toContain(`fanotify flags:${(world.restartable | CONTENT | NONBLOCK).toString(16)} event-flags:`)
    expect(info).toContain('mask:8010000')
  })

  it('the queue descriptor takes no marks', () => {
    const world = new RestartableWorld(profile)
    const queue = world.queue(world.control())
    expect(world.call('fanotify_mark', queue, 1, OPEN_PERM, -100, path('/'))).toBe(-EINVAL)
    expect(world.call('fanotify_mark', queue, 0x80, 0, -100, null)).toBe(-EINVAL)
  })

  it('every mark names a permission event', () => {
    const world = new RestartableWorld(profile)
    const control = world.control()
    expect(world.call('fanotify_mark', control, 1, OPEN, -100, path('/run/w'))).toBe(-EINVAL)
    expect(world.call('fanotify_mark', control, 1, OPEN | OPEN_PERM, -100, path('/run/w'))).toBe(0)
  })

  it('there is one queue at a time', () => {
    const world = new RestartableWorld(profile)
    const control = world.control(CONTENT | NONBLOCK | CLOEXEC)
    const queue = world.queue(control)
    expect(world.queue(control)).toBe(-EBUSY)
    expect(world.link(queue)).toBe('anon_inode:[fanotify-queue]')
    expect(readFile(world.emu, world.task, `/proc/self/fdinfo/${queue}`)).not.toContain('fanotify')
    expect(world.call('fcntl', queue, 3) & 0o4003).toBe(0o4002)
    expect(world.call('fcntl', queue, 1)).toBe(1)
    expect(world.call('fanotify_mark', queue, 1, OPEN_PERM, -100, path('/run/w'))).toBe(-EINVAL)
    expect(world.call('ioctl', queue, OPEN_QUEUE, 0)).toBe(-ENOTTY)
    expect(world.read(queue)).toBe(-EAGAIN)
    const second = world.call('dup', queue)
    world.call('close', queue)
    expect(world.queue(control)).toBe(-EBUSY)
    world.call('close', second)
    expect(world.queue(control)).toBe(queue)
  })

  it('what was read and not answered is read again, ahead of the rest and in its old order; nobody wakes', () => {
    const world = new RestartableWorld(profile)
    const tasks = [world.fork(), world.fork(), world.fork(), world.fork()] as [Task, Task, Task, Task]
    const control = world.control()
    let queue = world.queue(control)
    const opens = tasks.map((task) => world.opens(task))
    const pids = tasks.map((task) => task.pid.nr)
    const read = world.readAll(queue, 72)
    expect(read.map(({ pid }) => pid)).toEqual(pids.slice(0, 3))
    world.answer(queue, read[1]!.fd, ALLOW)
    expect(world.call('close', queue)).toBe(0)
    expect(opens.map(({ done }) => done)).toEqual([false, true, false, false])
    queue = world.queue(control)
    // The descriptors of the events are open still, and stand for nothing now.
    expect(world.answer(queue, read[0]!.fd, DENY)).toBe(-2)
    const again = world.readAll(queue)
    expect(again.map(({ pid }) => pid)).toEqual([pids[0], pids[2], pids[3]])
    expect(again.map(({ fd }) => fd).filter((fd) => read.some((old) => old.fd === fd))).toEqual([])
    for (const { fd } of again) world.answer(queue, fd, ALLOW)
    expect(opens.map(({ result }) => result)).toEqual([3, 3, 3, 3])
  })

  it('a waiter that is killed between two queues is not asked about again', () => {
    const world = new RestartableWorld(profile)
    const [a, b] = [world.fork(), world.fork()]
    const control = world.control()
    const queue = world.queue(control)
    world.opens(a)
    world.opens(b)
    world.read(queue)
    world.call('kill', a.pid.nr, 9)
    world.call('close', queue)
    expect(world.pids(world.queue(control))).toEqual([b.pid.nr])
  })

  it('events come in while there is no queue', () => {
    const world = new RestartableWorld(profile)
    const reader = world.fork()
    const control = world.control()
    const open = world.opens(reader)
    const queue = world.queue(control)
    world.answer(queue, world.readOne(queue).fd, ALLOW)
    expect(open.result).toBe(3)
  })

  it('without queue and control the group ends, and allows', () => {
    const world = new RestartableWorld(profile)
    const reader = world.fork()
    const control = world.control()
    const queue = world.queue(control)
    const open = world.opens(reader)
    world.call('close', queue)
    expect(open.done).toBe(false)
    world.call('close', control)
    expect(open.result).toBe(3)
    expect(call(world.emu, reader, 'openat', -100, path('/run/w/f'), 0, 0)).toBe(4)
  })

  it('a queue outlives the control descriptor, is at its end when it is empty, and ends the group', () => {
    const world = new RestartableWorld(profile)
    const [a, b] = [world.fork(), world.fork()]
    const control = world.control(CONTENT)
    const queue = world.queue(control)
    const bytes = new Uint8Array(24)
    const first = world.opens(a)
    world.call('close', control)
    const { fd } = world.readOne(queue)
    expect(world.call('read', queue, bytes, 24)).toBe(0)
    const second = world.opens(b)
    expect(world.answer(queue, fd, DENY)).toBe(8)
    expect(first.result).toBe(-1)
    expect(second.done).toBe(false)
    world.call('close', queue)
    expect(second.result).toBe(3)
  })

  it('a reader that sleeps learns that the control descriptor is gone', () => {
    const world = new RestartableWorld(profile)
    const control = world.control(CONTENT)
    const queue = world.queue(control)
    const reader = world.fork()
    call(world.emu, reader, 'close', control)
    const read = sleeps(world.emu, reader, 'read', queue, new Uint8Array(64), 64)
    world.call('close', control)
    expect(read.result).toBe(0)
  })
})

it('a group without the flag opens no queue, a kernel without it does not know the call', () => {
  const plain = new RestartableWorld()
  expect(plain.queue(plain.group(CONTENT | NONBLOCK))).toBe(-EINVAL)
  const released = new PermissionWorld('v7.3')
  const group = released.group(CONTENT | NONBLOCK, OPEN_PERM | ON_CHILD)
  expect(released.call('ioctl', group, OPEN_QUEUE, 0)).toBe(-ENOTTY)
})
