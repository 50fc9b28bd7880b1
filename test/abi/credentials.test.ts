import { beforeEach, describe, expect, it } from 'vitest'
import { Emulator } from '../../src/abi/index.js'
import type { Task } from '../../src/kernel/index.js'
import { EFAULT, EINVAL, ENOSYS, EPERM, ESRCH } from '../../src/uapi/errno.js'
import { call, clone, cloneRoot, readFile, writeFile } from './calls.js'

const VERSION_3 = 0x2008_0522
const SYS_ADMIN = 1 << 21
const SETPCAP = 1 << 8

let emu: Emulator
let init: Task

beforeEach(() => {
  emu = Emulator.boot()
  init = emu.init
})

const become = (task: Task, uid: number): number => call(emu, task, 'setresuid', uid, uid, uid)

function ids(task: Task, name: 'getresuid' | 'getresgid'): number[] {
  const out = new Uint32Array(3)
  call(emu, task, name, out.subarray(0, 1), out.subarray(1, 2), out.subarray(2, 3))
  return [...out]
}

function capget(task: Task): number[] {
  const data = new Uint32Array(6)
  expect(call(emu, task, 'capget', new Uint32Array([VERSION_3, 0]), data)).toBe(0)
  return [...data]
}

const capset = (task: Task, effective: number, permitted: number, inheritable: number): number =>
  call(
    emu,
    task,
    'capset',
    new Uint32Array([VERSION_3, 0]),
    new Uint32Array([effective, permitted, inheritable, 0, 0, 0]),
  )

describe('user and group ids', () => {
  it('setuid by root sets all three, by others only back to what they had', () => {
    const task = clone(emu, init)
    expect(call(emu, task, 'setresuid', 1000, 0, 2000)).toBe(0)
    expect(call(emu, task, 'setuid', 1000)).toBe(0)
    expect(ids(task, 'getresuid')).toEqual([1000, 1000, 1000])
    expect(call(emu, task, 'setuid', 2000)).toBe(-EPERM)
    expect(call(emu, task, 'setuid', 1000)).toBe(0)
  })

  it('setresuid moves between the three without the right to', () => {
    const task = clone(emu, init)
    call(emu, task, 'setresuid', 1, 2, 3)
    expect(call(emu, task, 'setresuid', 3, 1, 2)).toBe(0)
    expect(call(emu, task, 'setresuid', -1, 4, -1)).toBe(-EPERM)
    expect(call(emu, task, 'setreuid', -1, 2)).toBe(0)
    expect(ids(task, 'getresuid')).toEqual([3, 2, 2])
    expect(call(emu, task, 'setreuid', 9, -1)).toBe(-EPERM)
  })

  it('-1 is no id', () => {
    for (const name of ['setuid', 'setgid']) expect(call(emu, init, name, -1)).toBe(-EINVAL)
    expect(call(emu, init, 'setfsuid', -1)).toBe(0)
  })

  it('setfsuid gives the old one, allowed or not', () => {
    const task = clone(emu, init)
    expect(call(emu, task, 'setfsuid', 1000)).toBe(0)
    expect(call(emu, task, 'setfsuid', 0)).toBe(1000)
    become(task, 1)
    expect(call(emu, task, 'setfsuid', 5)).toBe(1)
    expect(call(emu, task, 'setfsuid', 1)).toBe(1)
  })

  it('groups', () => {
    const task = clone(emu, init)
    expect(call(emu, task, 'setgroups', 3, new Uint32Array([9, 3, 5]))).toBe(0)
    const out = new Uint32Array(4)
    expect(call(emu, task, 'getgroups', 4, out)).toBe(3)
    expect([...out]).toEqual([3, 5, 9, 0])
    expect(call(emu, task, 'getgroups', 0, null)).toBe(3)
    expect(call(emu, task, 'getgroups', 2, out)).toBe(-EINVAL)
    expect(call(emu, task, 'getgroups', -1, out)).toBe(-EINVAL)
    expect(call(emu, task, 'setgroups', 65_537, out)).toBe(-EINVAL)
    expect(call(emu, task, 'setgroups', 5, out)).toBe(-EFAULT)
    become(task, 1000)
    expect(call(emu, task, 'setgroups', 65_537, out)).toBe(-EPERM)
  })

  it('setgroups needs a gid map, and no deny', () => {
    const task = clone(emu, init, 0x1000_0000)
    expect(call(emu, task, 'setgroups', 0, null)).toBe(-EPERM)
    writeFile(emu, init, `/proc/2/gid_map`, '0 0 1')
    expect(call(emu, task, 'setgroups', 0, null)).toBe(0)
    expect(writeFile(emu, init, `/proc/2/setgroups`, 'deny')).toBe(-EPERM)
    const other = clone(emu, init, 0x1000_0000)
    writeFile(emu, init, `/proc/3/setgroups`, 'deny')
    writeFile(emu, init, `/proc/3/gid_map`, '0 0 1')
    expect(call(emu, other, 'setgroups', 0, null)).toBe(-EPERM)
  })
})

describe('capabilities follow the ids', () => {
  it('leaving uid 0 drops them, unless they are to be kept', () => {
    const task = clone(emu, init)
    call(emu, task, 'setresuid', -1, 1000, -1)
    expect(capget(task)).toEqual([0, 0xffff_ffff, 0, 0, 0x1ff, 0])
    call(emu, task, 'setresuid', -1, 0, -1)
    expect(capget(task)[0]).toBe(0xffff_ffff)
    become(task, 1000)
    expect(capget(task)).toEqual([0, 0, 0, 0, 0, 0])
    const keeper = clone(emu, init)
    expect(call(emu, keeper, 'prctl', 8, 1, 0, 0, 0)).toBe(0)
    become(keeper, 1000)
    expect(capget(keeper)).toEqual([0, 0xffff_ffff, 0, 0, 0x1ff, 0])
  })

  it('a changed id makes the task undumpable', () => {
    const task = clone(emu, init)
    expect(call(emu, task, 'prctl', 3, 0, 0, 0, 0)).toBe(1)
    call(emu, task, 'setresgid', 5, 5, 5)
    expect(call(emu, task, 'prctl', 3, 0, 0, 0, 0)).toBe(0)
    expect(call(emu, task, 'prctl', 4, 1, 0, 0, 0)).toBe(0)
    expect(call(emu, task, 'prctl', 4, 2, 0, 0, 0)).toBe(-EINVAL)
  })
})

describe('capset', () => {
  it('only ever takes away', () => {
    const task = clone(emu, init)
    expect(capset(task, 0, SYS_ADMIN | SETPCAP, 0)).toBe(0)
    expect(capset(task, SYS_ADMIN, SYS_ADMIN, 0)).toBe(0)
    expect(capset(task, SETPCAP, SYS_ADMIN, 0)).toBe(-EPERM)
    expect(capset(task, SYS_ADMIN, SYS_ADMIN | SETPCAP, 0)).toBe(-EPERM)
    expect(capset(task, 0, SYS_ADMIN, SETPCAP)).toBe(-EPERM)
    expect(capset(task, 0, SYS_ADMIN, SYS_ADMIN)).toBe(0)
  })

  it('versions', () => {
    const header = new Uint32Array([1, 0])
    expect(call(emu, init, 'capget', header, null)).toBe(0)
    expect(header[0]).toBe(VERSION_3)
    header[0] = 1
    expect(call(emu, init, 'capget', header, new Uint32Array(6))).toBe(-EINVAL)
    const old = new Uint32Array(6).fill(7)
    expect(call(emu, init, 'capget', new Uint32Array([0x1998_0330, 0]), old)).toBe(0)
    expect([...old]).toEqual([0xffff_ffff, 0xffff_ffff, 0, 7, 7, 7])
    expect(call(emu, init, 'capget', null, null)).toBe(-EFAULT)
    expect(call(emu, init, 'capget', new Int32Array([VERSION_3, -1]), old)).toBe(-EINVAL)
    expect(call(emu, init, 'capget', new Int32Array([VERSION_3, 99]), old)).toBe(-ESRCH)
    expect(call(emu, init, 'capset', new Int32Array([VERSION_3, 99]), old)).toBe(-EPERM)
  })
})

describe('prctl', () => {
  const prctl = (task: Task, ...args: number[]): number => {
    const [option = 0, a = 0, b = 0, c = 0, d = 0] = args
    return call(emu, task, 'prctl', option, a, b, c, d)
  }

  it('bounding and ambient sets', () => {
    const task = clone(emu, init)
    expect(prctl(task, 23, 21)).toBe(1)
    expect(prctl(task, 24, 21)).toBe(0)
    expect(prctl(task, 23, 21)).toBe(0)
    expect(prctl(task, 23, 41)).toBe(-EINVAL)
    expect(prctl(task, 47, 2, 12)).toBe(-EPERM)
    expect(capset(task, 0xffff_ffff, 0xffff_ffff, 1 << 12)).toBe(0)
    expect(prctl(task, 47, 2, 12)).toBe(0)
    expect(prctl(task, 47, 1, 12)).toBe(1)
    expect(prctl(task, 47, 3, 12)).toBe(0)
    expect(prctl(task, 47, 1, 12)).toBe(0)
    expect(prctl(task, 47, 4, 1)).toBe(-EINVAL)
    expect(prctl(task, 47, 9, 1)).toBe(-EINVAL)
    become(task, 1000)
    expect(prctl(task, 24, 41)).toBe(-EPERM)
  })

  it('secure bits: locks hold, and what a program only promises itself is free', () => {
    const task = clone(emu, init)
    expect(prctl(task, 28, 0x700)).toBe(0)
    expect(prctl(task, 28, 0x500)).toBe(-EPERM)
    expect(prctl(task, 28, 0x1000)).toBe(-EPERM)
    expect(prctl(task, 28, 0xfff)).toBe(0)
    expect(prctl(task, 27)).toBe(0xfff)
    const other = clone(emu, init)
    become(other, 1000)
    expect(prctl(other, 28, 0x100)).toBe(0)
    expect(prctl(other, 28, 0x100)).toBe(-EPERM)
    expect(prctl(other, 28, 0x401)).toBe(-EPERM)
    expect(prctl(other, 28, 0xf00)).toBe(0)
  })

  it('no_new_privs cannot be taken back', () => {
    const task = clone(emu, init)
    expect(prctl(task, 38, 0)).toBe(-EINVAL)
    expect(prctl(task, 38, 1, 1)).toBe(-EINVAL)
    expect(prctl(task, 38, 1)).toBe(0)
    expect(prctl(task, 39)).toBe(1)
    expect(prctl(clone(emu, task), 39)).toBe(1)
  })

  it('name', () => {
    const name = new TextEncoder().encode('a name that is too long\0')
    const out = new Uint8Array(16)
    expect(call(emu, init, 'prctl', 15, name, 0, 0, 0)).toBe(0)
    expect(call(emu, init, 'prctl', 16, out, 0, 0, 0)).toBe(0)
    expect(new TextDecoder().decode(out)).toBe('a name that is \0')
    expect(readFile(emu, init, '/proc/self/comm')).toBe('a name that is \n')
  })

  it('what is not modelled says so, what does not exist is EINVAL', () => {
    expect(prctl(init, 22, 2)).toBe(-ENOSYS)
    expect(prctl(init, 9999)).toBe(-EINVAL)
  })
})

describe('in a user namespace', () => {
  it('unmapped ids show as 65534, and cannot be taken', () => {
    const task = clone(emu, init, 0x1000_0000)
    expect(call(emu, task, 'getuid')).toBe(65_534)
    expect(call(emu, task, 'setuid', 0)).toBe(-EINVAL)
    expect(capget(task)[0]).toBe(0xffff_ffff)
    expect(call(emu, init, 'getuid')).toBe(0)
  })

  it('ids are those of the map', () => {
    const task = clone(emu, init, 0x1000_0000)
    expect(writeFile(emu, init, '/proc/2/uid_map', '0 100000 1000\n5000 0 1\n')).toBe(23)
    expect(call(emu, task, 'getuid')).toBe(5000)
    expect(become(task, 5)).toBe(0)
    expect(task.cred.uid).toBe(100_005)
    expect(become(task, 1000)).toBe(-EINVAL)
    expect(readFile(emu, init, '/proc/2/uid_map')).toBe(
      '         0     100000       1000\n      5000          0          1\n',
    )
  })

  it('its root is root over what it owns, not above', () => {
    const task = cloneRoot(emu, init)
    expect(call(emu, task, 'unshare', 0x400_0000)).toBe(0)
    const socket = call(emu, task, 'socket', 1, 1, 0)
    expect(call(emu, task, 'ioctl', socket, 0x894c, 0)).toBe(-EPERM)
  })
})

describe('maps', () => {
  it.each([
    ['', -EINVAL],
    ['0', -EINVAL],
    ['0 0', -EINVAL],
    ['0 0 0', -EINVAL],
    ['0 0 1 x', -EINVAL],
    ['a 0 1', -EINVAL],
    ['0 4294967295 1', -EINVAL],
    ['4294967290 0 100', -EINVAL],
    ['0 0 10\n5 100 10', -EINVAL],
    ['0 0 10\n20 5 10', -EINVAL],
    ['0 0 1\n\n', -EINVAL],
    ['  0\t0  1  \n', 11],
    ['0 0 4294967295', 14],
    ['0 0 1\n1 5 1', 11],
  ])('%j', (text, want) => {
    clone(emu, init, 0x1000_0000)
    expect(writeFile(emu, init, '/proc/2/uid_map', text)).toBe(want)
  })

  it('are written once', () => {
    clone(emu, init, 0x1000_0000)
    expect(writeFile(emu, init, '/proc/2/uid_map', '0 0 1')).toBe(5)
    expect(writeFile(emu, init, '/proc/2/uid_map', '0 0 1')).toBe(-EPERM)
  })

  it('without privilege hold oneself only, and for groups after deny', () => {
    const task = clone(emu, init)
    call(emu, task, 'setresgid', 1000, 1000, 1000)
    become(task, 1000)
    call(emu, task, 'prctl', 4, 1, 0, 0, 0)
    expect(call(emu, task, 'unshare', 0x1000_0000)).toBe(0)
    expect(writeFile(emu, task, '/proc/self/uid_map', '0 0 1')).toBe(-EPERM)
    expect(writeFile(emu, task, '/proc/self/uid_map', '0 1000 2')).toBe(-EPERM)
    expect(writeFile(emu, task, '/proc/self/uid_map', '0 1000 1')).toBe(8)
    expect(writeFile(emu, task, '/proc/self/gid_map', '0 1000 1')).toBe(-EPERM)
    expect(writeFile(emu, task, '/proc/self/setgroups', 'deny\n')).toBe(5)
    expect(writeFile(emu, task, '/proc/self/gid_map', '0 1000 1')).toBe(8)
    expect(call(emu, task, 'getuid')).toBe(0)
    expect(call(emu, task, 'getgid')).toBe(0)
  })
})
