import { beforeEach, describe, expect, it } from 'vitest'
import { Emulator } from '../../src/abi/index.js'
import type { Task } from '../../src/kernel/index.js'
import { CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWUSER } from '../../src/uapi/constants/sched.js'
import { call, clone, cloneRoot, path, readFile, writeFile } from './calls.js'

let emu: Emulator
let init: Task

beforeEach(() => {
  emu = Emulator.boot({ profile: 'v7.3' })
  init = emu.init
})

const open = (task: Task, name: string, flags = 0): number => call(emu, task, 'openat', -100, path(name), flags, 0)
const pidOf = (task: Task): number => task.pidIn(emu.kernel.initPidNs)

/** Owner and mode as fstatat gives them. */
function stat(name: string): { mode: number; uid: number; size: number } {
  const bytes = new Uint8Array(144)
  expect(call(emu, init, 'newfstatat', -100, path(name), bytes, 0)).toBe(0)
  const view = new DataView(bytes.buffer)
  return { mode: view.getUint32(24, true), uid: view.getUint32(28, true), size: view.getUint32(48, true) }
}

describe('/proc/<pid>', () => {
  it('is there for processes of its pid namespace, until they are reaped', () => {
    const child = clone(emu, init)
    expect(open(init, `/proc/${pidOf(child)}`)).toBeGreaterThan(0)
    const uidMap = open(init, `/proc/${pidOf(child)}/uid_map`)
    call(emu, child, 'exit_group', 0)
    expect(open(init, `/proc/${pidOf(child)}/ns/user`)).toBeGreaterThan(0)
    expect(open(init, `/proc/${pidOf(child)}/ns/pid`)).toBeGreaterThan(0)
    for (const type of ['uts', 'ipc', 'net', 'mnt', 'cgroup', 'time', 'pid_for_children', 'time_for_children'])
      expect(open(init, `/proc/${pidOf(child)}/ns/${type}`)).toBe(-2)
    const number = pidOf(child)
    call(emu, init, 'wait4', -1, null, 0, null)
    expect(open(init, `/proc/${number}`)).toBe(-2)
    expect(call(emu, init, 'read', uidMap, new Uint8Array(64), 64)).toBe(33)
  })

  it('shows the pids of the namespace it belongs to, to whoever looks', () => {
    const inner = clone(emu, init, CLONE_NEWPID)
    const bytes = new Uint8Array(16)
    // The procfs is the initial namespace's: self is the number there.
    const length = call(emu, inner, 'readlinkat', -100, path('/proc/self'), bytes, 16)
    expect(new TextDecoder().decode(bytes.subarray(0, length))).toBe(String(pidOf(inner)))
    expect(readFile(emu, inner, '/proc/self/status')).toContain(`NSpid:\t${pidOf(inner)}\t1\n`)
  })

  it('belongs to the effective user, or to root once it may not be looked into', () => {
    const child = clone(emu, init)
    const dir = `/proc/${pidOf(child)}`
    expect([stat(dir), stat(`${dir}/status`)].map(({ uid }) => uid)).toEqual([0, 0])
    call(emu, child, 'setresuid', 1000, 1000, 1000)
    expect(stat(dir).uid).toBe(1000)
    expect(stat(`${dir}/fdinfo`).uid).toBe(1000)
    expect(stat(`${dir}/status`).uid).toBe(0)
    expect(stat(`${dir}/ns`).uid).toBe(0)
    call(emu, child, 'prctl', 4, 1, 0, 0, 0)
    expect(stat(`${dir}/status`).uid).toBe(1000)
  })

  it('keeps its namespaces from who may not look', () => {
    const user = cloneRoot(emu, init)
    expect(open(user, '/proc/1/ns/uts')).toBe(-13)
    expect(call(emu, user, 'readlinkat', -100, path('/proc/1/ns/uts'), new Uint8Array(64), 64)).toBe(-13)
    expect(open(user, '/proc/1/fd/0', 0o10000000)).toBe(-13)
    expect(open(user, '/proc/1/fdinfo/0')).toBe(-13)
    expect(open(user, '/proc/self/fd')).toBeGreaterThan(0)
    expect(open(init, `/proc/${pidOf(user)}/ns/uts`)).toBeGreaterThan(0)
  })

  it('modes are those of a kernel', () => {
    expect(stat('/proc/self/ns').mode).toBe(0o40511)
    expect(stat('/proc/self/fd').mode).toBe(0o40500)
    expect(stat('/proc/self/fd').size).toBe(3)
    expect(stat('/proc/self/fdinfo').mode).toBe(0o40555)
    expect(stat('/proc/self/uid_map').mode).toBe(0o100644)
    expect(stat('/proc/self/mountinfo').mode).toBe(0o100444)
  })

  it('says loudly what is not modelled', () => {
    expect(open(init, '/proc/self/smaps')).toBe(-38)
    expect(open(init, '/proc/cpuinfo')).toBe(-38)
    expect(open(init, '/proc/sys/vm/swappiness')).toBe(-38)
    expect(open(init, '/proc/sys/nope')).toBe(-2)
  })
})

describe('a file of procfs', () => {
  it('is read in pieces, and anew from the start', () => {
    const fd = open(init, '/proc/self/uid_map')
    const bytes = new Uint8Array(64)
    expect(call(emu, init, 'read', fd, bytes, 5)).toBe(5)
    expect(call(emu, init, 'read', fd, bytes, 64)).toBe(28)
    expect(call(emu, init, 'read', fd, bytes, 64)).toBe(0)
    expect(call(emu, init, 'lseek', fd, 0, 0)).toBe(0)
    expect(call(emu, init, 'read', fd, bytes, 64)).toBe(33)
    expect(call(emu, init, 'pread64', fd, bytes, 64, 23)).toBe(10)
    expect(call(emu, init, 'lseek', fd, 0, 2)).toBe(-22)
    expect(call(emu, init, 'read', fd, 0x7fff_0000, 4)).toBe(0)
    expect(call(emu, init, 'pread64', fd, 0x7fff_0000, 4, 0)).toBe(-14)
    expect(call(emu, init, 'write', fd, bytes, 4)).toBe(-9)
    expect(call(emu, init, 'ioctl', fd, 0x541b, bytes)).toBe(0)
    expect(new DataView(bytes.buffer).getInt32(0, true)).toBe(-33)
  })

  it('setgroups: who may open it for writing, and what it takes', () => {
    expect(writeFile(emu, init, '/proc/self/setgroups', 'deny')).toBe(-1)
    expect(writeFile(emu, init, '/proc/self/setgroups', 'allow\n')).toBe(6)
    expect(writeFile(emu, init, '/proc/self/setgroups', 'allow  \n')).toBe(-22)
    const user = clone(emu, init, CLONE_NEWUSER)
    const other = clone(emu, init)
    call(emu, other, 'setresuid', 1000, 1000, 1000)
    expect(open(other, `/proc/${pidOf(user)}/setgroups`, 1)).toBe(-13)
    expect(writeFile(emu, user, '/proc/self/setgroups', 'nope')).toBe(-22)
    expect(writeFile(emu, user, '/proc/self/setgroups', 'deny\n')).toBe(5)
    expect(readFile(emu, user, '/proc/self/setgroups')).toBe('deny\n')
    expect(writeFile(emu, user, '/proc/self/setgroups', 'allow')).toBe(-1)
  })

  it('mountinfo is that of the namespace and the root at the opening', () => {
    const child = clone(emu, init, CLONE_NEWNS)
    const own = readFile(emu, init, '/proc/self/mountinfo')
    expect(own.split('\n')[0]).toBe('20 1 0:18 / / rw,relatime - hostfs /dev/root rw,/')
    expect(own.trim().split('\n')).toHaveLength(6)
    const copy = readFile(emu, child, '/proc/self/mountinfo')
    expect(
      copy
        .trim()
        .split('\n')
        .map((line) => line.split(' ')[4]),
    ).toEqual(['/', '/dev', '/proc', '/sys', '/sys/fs/cgroup', '/run'])
    call(emu, child, 'chroot', path('/sys'))
    expect(
      readFile(emu, init, `/proc/${pidOf(child)}/mountinfo`)
        .trim()
        .split('\n'),
    ).toHaveLength(2)
  })

  it('a write too long, at the wrong place or from the wrong namespace', () => {
    const user = clone(emu, init, CLONE_NEWUSER)
    const fd = open(init, `/proc/${pidOf(user)}/uid_map`, 2)
    const line = new TextEncoder().encode('0 0 1\n')
    expect(call(emu, init, 'pwrite64', fd, line, 6, 3)).toBe(-22)
    expect(call(emu, init, 'write', fd, new Uint8Array(4096), 4096)).toBe(-22)
    expect(call(emu, init, 'write', fd, 0x7fff_0000, 6)).toBe(-14)
    expect(call(emu, init, 'write', fd, line, 6)).toBe(6)
    expect(call(emu, init, 'pwrite64', fd, line, 6, 0)).toBe(-1)
    expect(writeFile(emu, init, '/proc/self/uid_map', '0 0 1')).toBe(-1)
  })
})

describe('/proc/sys', () => {
  it('user limits belong to the user namespace of who looks', () => {
    const name = '/proc/sys/user/max_uts_namespaces'
    expect(writeFile(emu, init, name, '7\n')).toBe(2)
    expect(readFile(emu, init, name)).toBe('7\n')
    const user = cloneRoot(emu, init)
    expect(readFile(emu, user, name)).toBe('2147483647\n')
    expect(writeFile(emu, user, name, '0')).toBe(1)
    expect(call(emu, user, 'unshare', 0x400_0000)).toBe(-28)
    expect(readFile(emu, init, name)).toBe('7\n')
    expect(writeFile(emu, init, name, '-1')).toBe(-22)
    expect(writeFile(emu, init, name, 'x')).toBe(-22)
    expect(writeFile(emu, init, name, '2147483648')).toBe(-22)
  })

  it('is root to open for writing, whatever one is capable of', () => {
    const other = clone(emu, init)
    call(emu, other, 'prctl', 8, 1, 0, 0, 0)
    call(emu, other, 'setresuid', 1000, 1000, 1000)
    expect(open(other, '/proc/sys/fs/fanotify/max_user_marks', 1)).toBe(-13)
    expect(readFile(emu, other, '/proc/sys/fs/fanotify/max_user_marks')).toMatch(/^\d+\n$/)
  })
})
