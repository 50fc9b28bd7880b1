import { beforeEach, describe, expect, it } from 'vitest'
import { Emulator } from '../../src/abi/index.js'
import type { Task } from '../../src/kernel/index.js'
import {
  CLONE_FILES,
  CLONE_FS,
  CLONE_NEWCGROUP,
  CLONE_NEWIPC,
  CLONE_NEWNET,
  CLONE_NEWNS,
  CLONE_NEWPID,
  CLONE_NEWTIME,
  CLONE_NEWUSER,
  CLONE_NEWUTS,
  CLONE_SIGHAND,
  CLONE_THREAD,
  CLONE_VM,
} from '../../src/uapi/constants/sched.js'
import { EBADF, EINVAL, ENOENT, ENOSPC, ENOSYS, EPERM, ESRCH, EUSERS } from '../../src/uapi/errno.js'
import { call, clone, cloneRoot, list, path } from './calls.js'

const ALL =
  CLONE_NEWUSER |
  CLONE_NEWNS |
  CLONE_NEWUTS |
  CLONE_NEWIPC |
  CLONE_NEWPID |
  CLONE_NEWCGROUP |
  CLONE_NEWNET |
  CLONE_NEWTIME
const THREAD = CLONE_THREAD | CLONE_SIGHAND | CLONE_VM
const SIOCGSKNS = 0x894c
const INITIAL = [1, 2, 3, 4, 5, 6, 7, 8, 10]

let emu: Emulator
let init: Task

beforeEach(() => {
  emu = Emulator.boot({ profile: 'v7.3' })
  init = emu.init
})

const open = (task: Task, name: string): number => call(emu, task, 'openat', -100, path(name), 0, 0)
const unshare = (task: Task, flags: number): number => call(emu, task, 'unshare', flags)
const setns = (task: Task, fd: number, flags = 0): number => call(emu, task, 'setns', fd, flags)
const end = (task: Task, parent: Task = init): void => {
  call(emu, task, 'exit_group', 0)
  call(emu, parent, 'wait4', task.pid.nr, null, 0, null)
}

describe('unshare', () => {
  it('makes them in one order: user, mnt, uts, ipc, pid, cgroup, net, time', () => {
    const task = clone(emu, init)
    expect(unshare(task, ALL)).toBe(0)
    const { mnt, uts, ipc, pidForChildren, cgroup, net, timeForChildren } = task.nsproxy!
    const made = [task.cred.userNs, mnt, uts, ipc, pidForChildren, cgroup, net, timeForChildren]
    expect(made.map((ns) => ns.id)).toEqual([11, 12, 13, 14, 15, 16, 17, 18])
    for (const ns of made.slice(1)) expect(ns.owner).toBe(task.cred.userNs)
  })

  it('what it refuses', () => {
    expect(unshare(init, 0x8000_0000)).toBe(-EINVAL)
    expect(unshare(init, 1)).toBe(-EINVAL)
    expect(unshare(init, 0x10_0000)).toBe(-ENOSYS)
    clone(emu, init, THREAD, 0)
    for (const flags of [CLONE_THREAD, CLONE_SIGHAND, CLONE_VM, CLONE_NEWUSER])
      expect(unshare(init, flags)).toBe(-EINVAL)
    expect(unshare(init, CLONE_NEWUTS)).toBe(0)
  })

  it('on older releases that flag is unknown', () => {
    emu = Emulator.boot({ profile: 'v6.19' })
    expect(unshare(emu.init, 0x10_0000)).toBe(-EINVAL)
  })

  it('needs CAP_SYS_ADMIN, unless a user namespace comes with it', () => {
    const task = clone(emu, init)
    call(emu, task, 'setresuid', 1000, 1000, 1000)
    expect(unshare(task, CLONE_NEWUTS)).toBe(-EPERM)
    expect(unshare(task, CLONE_NEWUTS | CLONE_NEWUSER)).toBe(0)
    expect(unshare(task, CLONE_NEWUTS)).toBe(0)
    // Its uid has no number in the new namespace.
    expect(unshare(task, CLONE_NEWUSER)).toBe(-EPERM)
  })

  it('a failure leaves the set as it was; ids are spent', () => {
    const task = clone(emu, init)
    expect(unshare(task, CLONE_NEWPID)).toBe(0)
    const before = task.nsproxy
    expect(unshare(task, ALL)).toBe(-EINVAL)
    expect(task.nsproxy).toBe(before)
    expect(emu.kernel.nextNsId).toBe(16)
    expect(list(emu, init)).toEqual([...INITIAL, 11])
  })

  it('limits are ENOSPC', () => {
    emu.kernel.initUserNs.ucountMax[1] = 2
    expect(unshare(clone(emu, init), CLONE_NEWUTS)).toBe(0)
    const second = clone(emu, init)
    expect(unshare(second, CLONE_NEWUTS)).toBe(0)
    expect(unshare(clone(emu, init), CLONE_NEWUTS)).toBe(-ENOSPC)
    end(second)
    expect(unshare(clone(emu, init), CLONE_NEWUTS)).toBe(0)
    // They hold below as well: who made the user namespace is charged for what is made in it.
    expect(unshare(cloneRoot(emu, init), CLONE_NEWUTS)).toBe(-ENOSPC)
  })

  it('user and pid namespaces nest 32 deep', () => {
    let inner = init
    for (let depth = 0; depth < 32; depth++) inner = clone(emu, inner, CLONE_NEWPID)
    expect(unshare(inner, CLONE_NEWPID)).toBe(-ENOSPC)
  })

  it('CLONE_FS and CLONE_FILES end sharing', () => {
    const task = clone(emu, init, CLONE_FS | CLONE_FILES)
    expect([task.fs, task.files]).toEqual([init.fs, init.files])
    expect(unshare(task, CLONE_FS | CLONE_FILES)).toBe(0)
    expect(task.fs).not.toBe(init.fs)
    expect(task.files).not.toBe(init.files)
    expect(call(emu, task, 'close', 0)).toBe(0)
    expect(call(emu, init, 'close', 0)).toBe(0)
  })

  it('v6.19: a late failure leaves the root in the dead copy of the tree', () => {
    emu = Emulator.boot({ profile: 'v6.19' })
    const task = clone(emu, emu.init)
    unshare(task, CLONE_NEWPID)
    expect(unshare(task, CLONE_NEWNS | CLONE_NEWPID)).toBe(-EINVAL)
    expect(open(task, '/proc/self/ns/uts')).toBe(-ENOENT)
    expect(unshare(task, CLONE_NEWUSER)).toBe(-EPERM)
    expect(open(emu.init, '/proc/self/ns/uts')).toBe(3)
  })
})

describe('setns', () => {
  it('joins what a namespace file or a pidfd stands for', () => {
    const other = clone(emu, init, CLONE_NEWUTS | CLONE_NEWNET | CLONE_NEWNS)
    const task = clone(emu, init)
    expect(setns(task, open(task, '/proc/2/ns/uts'))).toBe(0)
    expect(task.nsproxy!.uts).toBe(other.nsproxy!.uts)
    const pidfd = call(emu, task, 'pidfd_open', 2, 0)
    expect(setns(task, pidfd, CLONE_NEWNET | CLONE_NEWNS)).toBe(0)
    expect(task.nsproxy!.net).toBe(other.nsproxy!.net)
    expect(task.nsproxy!.mnt).toBe(other.nsproxy!.mnt)
  })

  it('what it refuses', () => {
    expect(setns(init, 99)).toBe(-EBADF)
    expect(setns(init, 0)).toBe(-EINVAL)
    const fd = open(init, '/proc/self/ns/uts')
    expect(setns(init, fd, CLONE_NEWNET)).toBe(-EINVAL)
    expect(setns(init, fd, CLONE_NEWUTS)).toBe(0)
    expect(setns(init, call(emu, init, 'openat', -100, path('/proc/self/ns/uts'), 0x20_0000, 0))).toBe(-EBADF)
    expect(setns(init, open(init, '/proc/self/ns/user'))).toBe(-EINVAL)
    const pidfd = call(emu, init, 'pidfd_open', 1, 0)
    expect(setns(init, pidfd)).toBe(-EINVAL)
    expect(setns(init, pidfd, 1)).toBe(-EINVAL)
  })

  it('needs CAP_SYS_ADMIN on both sides', () => {
    const rooted = cloneRoot(emu, init, CLONE_NEWUTS)
    const fd = open(rooted, '/proc/1/ns/uts')
    expect(fd).toBeLessThan(0)
    const task = clone(emu, init)
    const mine = open(task, '/proc/self/ns/uts')
    expect(unshare(task, CLONE_NEWUSER)).toBe(0)
    expect(setns(task, mine)).toBe(-EPERM)
  })

  it('pid namespaces only downwards, for children', () => {
    const inside = clone(emu, init, CLONE_NEWPID)
    const task = clone(emu, init)
    expect(setns(task, open(task, '/proc/2/ns/pid'))).toBe(0)
    expect(call(emu, task, 'getpid')).toBe(3)
    const child = clone(emu, task)
    expect(child.pidNamespace).toBe(inside.pidNamespace)
    expect(call(emu, child, 'getpid')).toBe(2)
    const up = open(child, '/proc/1/ns/pid')
    expect(setns(child, up)).toBe(-EINVAL)
    expect(call(emu, task, 'clone3', new BigUint64Array([BigInt(THREAD), ...new Array(10).fill(0n)]), 88)).toBe(-EINVAL)
  })

  it('time namespaces take a memory of its own', () => {
    const other = clone(emu, init)
    unshare(other, CLONE_NEWTIME)
    const fd = open(init, '/proc/2/ns/time_for_children')
    const sharing = clone(emu, init, CLONE_VM)
    expect(setns(init, fd)).toBe(-EUSERS)
    end(sharing)
    expect(setns(init, fd)).toBe(0)
    expect(init.nsproxy!.time).toBe(other.nsproxy!.timeForChildren)
  })

  it('user namespaces: not one’s own, not with shared fs; all capabilities there', () => {
    clone(emu, init, CLONE_NEWUSER)
    const task = clone(emu, init)
    const fd = open(task, '/proc/2/ns/user')
    const sharing = clone(emu, task, CLONE_FS)
    expect(setns(task, fd)).toBe(-EINVAL)
    end(sharing, task)
    expect(setns(task, fd)).toBe(0)
    expect(setns(task, fd)).toBe(-EINVAL)
    expect(task.cred.userNs.id).toBe(11)
  })

  it('a pidfd of who is gone: the right to look comes first', () => {
    const gone = clone(emu, init)
    const fd = call(emu, init, 'pidfd_open', 2, 0)
    call(emu, gone, 'exit_group', 0)
    expect(setns(init, fd, CLONE_NEWUTS)).toBe(-ESRCH)
    const nobody = clone(emu, init)
    call(emu, nobody, 'setresuid', 1000, 1000, 1000)
    expect(setns(nobody, fd, CLONE_NEWUTS)).toBe(-EPERM)
    call(emu, init, 'wait4', 2, null, 0, null)
    expect(setns(nobody, fd, CLONE_NEWUTS)).toBe(-ESRCH)
  })
})

describe('active and inactive', () => {
  it('a namespace is listed while a task or a file holds it', () => {
    const task = clone(emu, init, CLONE_NEWUTS)
    expect(list(emu, init)).toEqual([...INITIAL, 11])
    const fd = open(init, '/proc/2/ns/uts')
    end(task)
    expect(list(emu, init)).toEqual([...INITIAL, 11])
    call(emu, init, 'close', fd)
    expect(list(emu, init)).toEqual(INITIAL)
  })

  it('user and pid namespaces last until the task is reaped', () => {
    const task = clone(emu, init, CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWUTS)
    expect(list(emu, init)).toEqual([...INITIAL, 11, 12, 13])
    call(emu, task, 'exit_group', 0)
    expect(list(emu, init)).toEqual([...INITIAL, 11, 13])
    call(emu, init, 'wait4', -1, null, 0, null)
    expect(list(emu, init)).toEqual(INITIAL)
  })

  it('activity climbs the owners', () => {
    const outer = cloneRoot(emu, init)
    const inner = clone(emu, outer, CLONE_NEWUSER | CLONE_NEWNET)
    const fd = open(init, `/proc/${inner.pid.nr}/ns/net`)
    end(inner, outer)
    end(outer)
    expect(list(emu, init)).toEqual([...INITIAL, 11, 12, 13])
    call(emu, init, 'close', fd)
    expect(list(emu, init)).toEqual(INITIAL)
  })

  it('SIOCGSKNS resurrects a net namespace and its owners', () => {
    const outer = cloneRoot(emu, init, CLONE_NEWNET)
    const theirs = call(emu, outer, 'socket', 1, 1, 0)
    const mine = call(emu, init, 'pidfd_getfd', call(emu, init, 'pidfd_open', 2, 0), theirs, 0)
    end(outer)
    expect(list(emu, init)).toEqual(INITIAL)
    const net = call(emu, init, 'ioctl', mine, SIOCGSKNS, 0)
    expect(list(emu, init)).toEqual([...INITIAL, 11, 12])
    call(emu, init, 'close', net)
    expect(list(emu, init)).toEqual(INITIAL)
    call(emu, init, 'close', mine)
    expect(emu.kernel.namespaces.all.size).toBe(INITIAL.length)
  })

  it('nothing is left when all tasks are gone', () => {
    for (let round = 0; round < 20; round++) {
      const outer = cloneRoot(emu, init, round % 2 === 0 ? ALL & ~CLONE_NEWUSER : CLONE_NEWUTS)
      const inner = clone(emu, outer, CLONE_NEWUSER | CLONE_NEWNET)
      unshare(inner, CLONE_NEWUTS)
      call(emu, inner, 'exit_group', 0)
      call(emu, outer, 'exit_group', 0)
      while (call(emu, init, 'wait4', -1, null, 1, null) > 0);
    }
    expect(emu.kernel.namespaces.all.size).toBe(INITIAL.length)
    expect([...emu.tasks()]).toEqual([init])
    const { initUserNs, initPidNs } = emu.kernel
    expect([...initUserNs.ucountsOf(0).counts].every((count) => count === 0)).toBe(true)
    expect(initPidNs.allocated).toBe(1)
    expect(emu.kernel.nsInodeNumbers.take()).toBe(0)
  })

  it('ids are never used again, inode numbers are', () => {
    const first = clone(emu, init, CLONE_NEWUTS)
    const { ino } = first.nsproxy!.uts
    end(first)
    const second = clone(emu, init, CLONE_NEWUTS)
    expect(second.nsproxy!.uts.ino).toBe(ino)
    expect(second.nsproxy!.uts.id).toBe(12)
  })
})
