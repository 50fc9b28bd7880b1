import { beforeEach, describe, expect, it } from 'vitest'
import { Emulator, TaskError } from '../../src/abi/index.js'
import { KernelPanic } from '../../src/kernel/exit.js'
import type { Task } from '../../src/kernel/index.js'
import { CLONE_NEWPID, CLONE_SIGHAND, CLONE_THREAD, CLONE_VM } from '../../src/uapi/constants/sched.js'
import { ECHILD, EFAULT, EINTR, EINVAL, ENOMEM, ENOSYS, EPERM, ESRCH } from '../../src/uapi/errno.js'
import { call, clone, cloneArgs, sleeps } from './calls.js'

const THREAD = CLONE_THREAD | CLONE_SIGHAND | CLONE_VM
const WNOHANG = 1
const WEXITED = 4
const WNOWAIT = 0x100_0000
const WALL = 0x4000_0000
const WCLONE = 0x8000_0000

let emu: Emulator
let init: Task

beforeEach(() => {
  emu = Emulator.boot()
  init = emu.init
})

const exit = (task: Task, status = 0): number => call(emu, task, 'exit_group', status)
const wait = (task: Task, pid = -1, options = 0): number => call(emu, task, 'wait4', pid, null, options, null)

describe('waiting', () => {
  it('a child that has ended is a zombie until it is waited for', () => {
    const child = clone(emu, init)
    expect(wait(init, -1, WNOHANG)).toBe(0)
    exit(child, 3)
    expect(child.state).toBe('zombie')
    const status = new Int32Array(1)
    expect(call(emu, init, 'wait4', 2, status, 0, null)).toBe(2)
    expect(status[0]).toBe(0x300)
    expect(child.state).toBe('dead')
    expect(emu.task(2)).toBeNull()
    expect(wait(init)).toBe(-ECHILD)
  })

  it('sleeps until a child ends, and is told before the exit returns', () => {
    const child = clone(emu, init)
    const status = new Int32Array(1)
    const pending = sleeps(emu, init, 'wait4', -1, status, 0, null)
    const completed: unknown[] = []
    emu.onComplete = (call) => completed.push(call)
    exit(child, 7)
    expect(pending.done).toBe(true)
    expect(pending.result).toBe(2)
    expect(completed).toEqual([pending])
    expect(status[0]).toBe(0x700)
  })

  it('a handled signal ends the sleep with EINTR', async () => {
    clone(emu, init)
    const pending = sleeps(emu, init, 'wait4', -1, null, 0, null)
    expect(pending.interrupt()).toBe(true)
    expect(await pending.promise).toBe(-EINTR)
    expect(pending.interrupt()).toBe(false)
    expect(wait(init, -1, WNOHANG)).toBe(0)
  })

  it('a status that cannot be stored is EFAULT, and the child is gone', () => {
    exit(clone(emu, init))
    expect(call(emu, init, 'wait4', -1, 8, 0, null)).toBe(-EFAULT)
    expect(wait(init)).toBe(-ECHILD)
  })

  it('options and pids', () => {
    const child = clone(emu, init)
    clone(emu, init, 0, 0)
    expect(wait(init, -1, WEXITED)).toBe(-EINVAL)
    expect(wait(init, -0x8000_0000)).toBe(-ESRCH)
    expect(wait(init, 99, WNOHANG)).toBe(-ECHILD)
    expect(wait(child, -1, WNOHANG)).toBe(-ECHILD)
    exit(child)
    expect(wait(init, -1, WNOHANG | WCLONE)).toBe(0)
    expect(wait(init, -1, WNOHANG | WALL)).toBe(2)
    expect(wait(init, -1, WNOHANG)).toBe(-ECHILD)
    expect(wait(init, -1, WNOHANG | WCLONE)).toBe(0)
  })

  it('process groups', () => {
    const child = clone(emu, init)
    call(emu, child, 'setpgid', 0, 0)
    const other = clone(emu, init)
    exit(child)
    exit(other)
    expect(wait(init, -2)).toBe(2)
    expect(wait(init, 0)).toBe(3)
  })

  it('waitid fills siginfo and leaves the zombie with WNOWAIT', () => {
    const child = clone(emu, init)
    exit(child, 5)
    const info = new Uint8Array(128).fill(0xaa)
    expect(call(emu, init, 'waitid', 0, 0, info, WEXITED | WNOWAIT, null)).toBe(0)
    const view = new DataView(info.buffer)
    expect([0, 4, 8, 16, 20, 24].map((at) => view.getInt32(at, true))).toEqual([17, 0, 1, 2, 0, 5])
    expect(info[12]).toBe(0xaa)
    expect(info[28]).toBe(0xaa)
    expect(call(emu, init, 'waitid', 1, 2, null, WEXITED, null)).toBe(0)
    expect(call(emu, init, 'waitid', 0, 0, info, WEXITED, null)).toBe(-ECHILD)
    expect(view.getInt32(0, true)).toBe(0)
    expect(call(emu, init, 'waitid', 0, 0, null, WNOHANG, null)).toBe(-EINVAL)
  })

  it('waitid on a pidfd', () => {
    const child = clone(emu, init)
    const fd = call(emu, init, 'pidfd_open', 2, 0x800)
    expect(call(emu, init, 'waitid', 3, fd, null, WEXITED, null)).toBe(-11)
    call(emu, init, 'kill', 2, 9)
    const info = new Int32Array(32)
    expect(call(emu, init, 'waitid', 3, fd, info, WEXITED, null)).toBe(0)
    expect([info[0], info[2], info[4], info[6]]).toEqual([17, 2, 2, 9])
    expect(child.state).toBe('dead')
  })
})

describe('orphans', () => {
  it('go to pid 1 of their pid namespace', () => {
    const middle = clone(emu, init)
    const leaf = clone(emu, middle)
    expect(call(emu, leaf, 'getppid')).toBe(2)
    exit(middle)
    expect(call(emu, leaf, 'getppid')).toBe(1)
    exit(leaf)
    expect(wait(init)).toBe(2)
    expect(wait(init)).toBe(3)
  })

  it('go to the nearest subreaper, made before or after them', () => {
    const reaper = clone(emu, init)
    const middle = clone(emu, reaper)
    const leaf = clone(emu, middle)
    call(emu, reaper, 'prctl', 36, 1, 0, 0, 0)
    exit(middle)
    expect(call(emu, leaf, 'getppid')).toBe(2)
    const value = new Int32Array(1)
    call(emu, reaper, 'prctl', 37, value, 0, 0, 0)
    expect(value[0]).toBe(1)
  })

  it('zombies are handed on too', () => {
    const middle = clone(emu, init)
    exit(clone(emu, middle))
    exit(middle)
    expect(wait(init)).toBe(2)
    expect(wait(init)).toBe(3)
  })

  it('a death signal comes with the parent’s death', () => {
    const parent = clone(emu, init)
    const child = clone(emu, parent)
    call(emu, child, 'prctl', 1, 9, 0, 0, 0)
    exit(parent)
    expect(child.state).toBe('zombie')
  })
})

describe('pid namespaces', () => {
  it('number their own; the outside sees them too', () => {
    const inside = clone(emu, init, CLONE_NEWPID)
    expect(call(emu, inside, 'getpid')).toBe(1)
    expect(call(emu, inside, 'getppid')).toBe(0)
    const second = clone(emu, inside)
    expect(call(emu, second, 'getpid')).toBe(2)
    expect(second.pidIn(emu.kernel.initPidNs)).toBe(3)
    expect(call(emu, inside, 'kill', 3, 0)).toBe(-ESRCH)
    expect(call(emu, init, 'kill', 3, 0)).toBe(0)
  })

  it('die with their pid 1, everybody in them first', () => {
    const inside = clone(emu, init, CLONE_NEWPID)
    const second = clone(emu, inside)
    const third = clone(emu, second)
    const nested = clone(emu, inside, CLONE_NEWPID)
    const deep = clone(emu, nested)
    exit(inside)
    for (const task of [second, third, nested, deep]) expect(task.state).toBe('dead')
    expect(inside.state).toBe('zombie')
    expect(wait(init)).toBe(2)
  })

  it('a pid 1 cannot be waited for while a zombie with a parent outside is left', () => {
    const inside = clone(emu, init, CLONE_NEWPID)
    const outer = clone(emu, init)
    const fd = call(emu, outer, 'pidfd_open', 2, 0)
    expect(call(emu, outer, 'setns', fd, CLONE_NEWPID)).toBe(0)
    const joined = clone(emu, outer)
    exit(inside)
    expect(joined.state).toBe('zombie')
    expect(inside.state).toBe('exiting')
    expect(wait(init, 2, WNOHANG)).toBe(0)
    expect(wait(outer)).toBe(4)
    expect(inside.state).toBe('zombie')
    expect(wait(init, 2, WNOHANG)).toBe(2)
    expect(call(emu, outer, 'clone3', cloneArgs(0, 17), 88)).toBe(-ENOMEM)
  })

  it('signals from inside do not kill a pid 1, SIGKILL from outside does', () => {
    const inside = clone(emu, init, CLONE_NEWPID)
    const second = clone(emu, inside)
    expect(call(emu, second, 'kill', 1, 9)).toBe(0)
    expect(inside.alive).toBe(true)
    expect(call(emu, init, 'kill', 2, 15)).toBe(0)
    expect(inside.alive).toBe(true)
    expect(call(emu, init, 'kill', 2, 9)).toBe(0)
    expect(inside.alive).toBe(false)
    expect(second.state).toBe('dead')
  })
})

describe('threads', () => {
  it('share the pid, have tids of their own and end alone', () => {
    const leader = clone(emu, init)
    const thread = clone(emu, leader, THREAD, 0)
    expect(call(emu, thread, 'getpid')).toBe(2)
    expect(call(emu, thread, 'gettid')).toBe(3)
    expect(call(emu, thread, 'getppid')).toBe(1)
    call(emu, thread, 'exit', 4)
    expect(thread.state).toBe('dead')
    expect(leader.alive).toBe(true)
    expect(wait(init, -1, WNOHANG)).toBe(0)
  })

  it('the process can be waited for when the last thread has ended, whose status it has', () => {
    const leader = clone(emu, init)
    const thread = clone(emu, leader, THREAD, 0)
    call(emu, leader, 'exit', 1)
    expect(leader.state).toBe('zombie')
    expect(wait(init, -1, WNOHANG)).toBe(0)
    call(emu, thread, 'exit', 2)
    const status = new Int32Array(1)
    expect(call(emu, init, 'wait4', -1, status, 0, null)).toBe(2)
    expect(status[0]).toBe(0x200)
  })

  it('exit_group ends them all with one status', () => {
    const leader = clone(emu, init)
    const thread = clone(emu, leader, THREAD, 0)
    const asleep = sleeps(emu, leader, 'poll', null, 0, -1)
    call(emu, thread, 'exit_group', 9)
    expect(asleep.killed).toBe(true)
    expect(asleep.done).toBe(false)
    const status = new Int32Array(1)
    expect(call(emu, init, 'wait4', -1, status, 0, null)).toBe(2)
    expect(status[0]).toBe(0x900)
  })

  it('wait for each other’s children, and inherit them', () => {
    const leader = clone(emu, init)
    const thread = clone(emu, leader, THREAD, 0)
    const child = clone(emu, thread)
    call(emu, thread, 'exit', 0)
    expect(child.parent).toBe(leader)
    exit(child)
    expect(wait(leader)).toBe(4)
  })
})

describe('signals', () => {
  it('kill what has no handler, unless they are ignored by default', () => {
    const child = clone(emu, init)
    for (const signal of [0, 17, 18, 23, 28]) expect(call(emu, init, 'kill', 2, signal)).toBe(0)
    expect(child.alive).toBe(true)
    expect(call(emu, init, 'kill', 2, 65)).toBe(-EINVAL)
    expect(call(emu, init, 'kill', 2, 19)).toBe(-ENOSYS)
    expect(call(emu, init, 'kill', 2, 15)).toBe(0)
    const status = new Int32Array(1)
    call(emu, init, 'wait4', -1, status, 0, null)
    expect(status[0]).toBe(15)
  })

  it('need the right to', () => {
    const child = clone(emu, init)
    call(emu, child, 'setresuid', 1000, 1000, 1000)
    const other = clone(emu, init)
    expect(call(emu, child, 'kill', 3, 9)).toBe(-EPERM)
    call(emu, other, 'setresuid', 1, 1000, 1)
    expect(call(emu, child, 'kill', 3, 9)).toBe(-EPERM)
    call(emu, other, 'setuid', 1)
    // For all, what one may not kill does not count.
    expect(call(emu, child, 'kill', -1, 9)).toBe(0)
    expect(call(emu, init, 'kill', -1, 9)).toBe(0)
    expect([child.state, other.state]).toEqual(['zombie', 'zombie'])
  })

  it('end the sleep of whom they kill', () => {
    const child = clone(emu, init)
    clone(emu, child)
    const pending = sleeps(emu, child, 'wait4', -1, null, 0, null)
    call(emu, init, 'kill', 2, 9)
    expect([pending.done, pending.killed]).toEqual([false, true])
    expect(child.state).toBe('zombie')
  })

  it('the exit signal reaches the parent', () => {
    const parent = clone(emu, init)
    const child = clone(emu, parent, 0, 15)
    exit(child)
    expect(parent.state).toBe('zombie')
  })
})

describe('who may call', () => {
  it('not a task that has ended, nor one that sleeps', () => {
    const child = clone(emu, init)
    sleeps(emu, init, 'wait4', -1, null, 0, null)
    expect(() => emu.syscall(init, 'getpid')).toThrow(TaskError)
    exit(child)
    expect(() => emu.syscall(child, 'getpid')).toThrow(TaskError)
    expect(call(emu, init, 'getpid')).toBe(1)
  })

  it('pid 1 never ends', () => {
    expect(() => emu.syscall(init, 'exit_group', 0)).toThrow(KernelPanic)
  })

  it('unknown syscalls are ENOSYS, by number and by name', () => {
    expect(emu.syscall(init, 9999)).toBe(-ENOSYS)
    expect(emu.syscall(init, 'bpf')).toBe(-ENOSYS)
    expect(emu.syscall(init, -1)).toBe(-ENOSYS)
    expect(emu.syscall(init, 39)).toBe(1)
  })
})

describe('sessions', () => {
  it('setsid makes a session and a group, once', () => {
    const child = clone(emu, init)
    expect(call(emu, child, 'setsid')).toBe(2)
    expect(call(emu, child, 'getpgid', 0)).toBe(2)
    expect(call(emu, child, 'setsid')).toBe(-EPERM)
    const grandchild = clone(emu, child)
    expect(call(emu, grandchild, 'getsid', 0)).toBe(2)
    exit(child)
    wait(init)
    expect(call(emu, grandchild, 'getsid', 0)).toBe(2)
    // The number is taken while the session lives.
    emu.kernel.initPidNs.nextPid = 2
    expect(clone(emu, init).pid.nr).toBe(4)
  })
})
