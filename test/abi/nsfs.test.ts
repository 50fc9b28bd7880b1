import { beforeEach, describe, expect, it } from 'vitest'
import { Emulator, type ProfileName } from '../../src/abi/index.js'
import type { Task } from '../../src/kernel/index.js'
import { CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWUSER, CLONE_NEWUTS } from '../../src/uapi/constants/sched.js'
import { call, clone, cloneRoot, list, path } from './calls.js'

let emu: Emulator
let init: Task

function boot(profile: ProfileName): void {
  emu = Emulator.boot({ profile })
  init = emu.init
}

beforeEach(() => boot('v7.3'))

const NS_GET_USERNS = 0xb701
const NS_GET_PARENT = 0xb702
const NS_GET_NSTYPE = 0xb703
const NS_GET_OWNER_UID = 0xb704
const NS_GET_ID = 0x8008_b70d
const NS_GET_MNTNS_ID = 0x8008_b705
const NS_MNT_GET_NEXT = 0x8010_b70b
const NS_MNT_GET_PREV = 0x8010_b70c
const AT_EMPTY_PATH = 0x1000
const FD_NSFS_ROOT = -10003

const open = (task: Task, name: string, flags = 0): number => call(emu, task, 'openat', -100, path(name), flags, 0)
const ownNs = (task: Task, type: string, flags = 0): number => open(task, `/proc/self/ns/${type}`, flags)

function idOf(task: Task, fd: number): number {
  const bytes = new BigUint64Array(1)
  expect(call(emu, task, 'ioctl', fd, NS_GET_ID, bytes)).toBe(0)
  return Number(bytes[0])
}

describe('ioctl on a namespace file', () => {
  it('knows its commands by all of their bits', () => {
    const fd = ownNs(init, 'mnt')
    const out = new Uint8Array(64)
    for (const command of [
      0xb700, 0xb70a, 0xb70e, 0x4010_b70a, 0xc010_b70a, 0x8004_b70d, 0x8010_b70d, 0x8004_b705, 0x5401,
    ])
      expect([command, call(emu, init, 'ioctl', fd, command, out)]).toEqual([command, -25])
    expect(call(emu, init, 'ioctl', fd, NS_GET_NSTYPE)).toBe(CLONE_NEWNS)
    expect(call(emu, init, 'ioctl', fd, NS_GET_PARENT)).toBe(-22)
    expect(call(emu, init, 'ioctl', fd, NS_GET_OWNER_UID, out)).toBe(-22)
    expect(call(emu, init, 'ioctl', fd, NS_GET_ID, null)).toBe(-14)
    expect(call(emu, init, 'ioctl', ownNs(init, 'uts'), NS_GET_MNTNS_ID, out)).toBe(-22)
    expect(call(emu, init, 'ioctl', ownNs(init, 'uts', 0o10000000), NS_GET_NSTYPE)).toBe(-9)
  })

  it.each([
    [0, -25],
    [8, -25],
    [15, -25],
    [16, 0],
    [17, 0],
    [24, 0],
    [0x3fff, 0],
  ])('NS_MNT_GET_INFO with %i bytes', (size, answer) => {
    const fd = ownNs(init, 'mnt')
    const out = new Uint8Array(64).fill(0xaa)
    expect(call(emu, init, 'ioctl', fd, (0x8000_b70a | (size << 16)) >>> 0, out)).toBe(answer)
    const info = [16, 0, 0, 0, 6, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0]
    expect([...out.subarray(0, 24)]).toEqual([...(answer === 0 ? info : Array(16).fill(0xaa)), ...Array(8).fill(0xaa)])
  })

  it('walks the mount namespaces by their ids', () => {
    const children = [clone(emu, init, CLONE_NEWNS), clone(emu, init, CLONE_NEWNS)]
    const ids: number[] = []
    let fd = ownNs(init, 'mnt')
    const out = new Uint8Array(16)
    for (;;) {
      const next = call(emu, init, 'ioctl', fd, NS_MNT_GET_NEXT, out)
      if (next < 0) {
        expect(next).toBe(-2)
        break
      }
      ids.push(idOf(init, next))
      expect(new DataView(out.buffer).getUint32(8, true)).toBe(ids.at(-1))
      expect(call(emu, init, 'fcntl', next, 1, 0)).toBe(1)
      fd = next
    }
    expect(ids).toEqual(list(emu, init, { types: CLONE_NEWNS, nsId: 8n }))
    expect(idOf(init, call(emu, init, 'ioctl', fd, NS_MNT_GET_PREV, out))).toBe(ids.at(-2))
    expect(call(emu, init, 'ioctl', ownNs(init, 'uts'), NS_MNT_GET_NEXT, out)).toBe(-22)
    expect(call(emu, init, 'ioctl', ownNs(init, 'mnt'), NS_MNT_GET_NEXT, null)).toBe(-14)
    const user = cloneRoot(emu, init, CLONE_NEWNS)
    expect(call(emu, user, 'ioctl', ownNs(user, 'uts'), NS_MNT_GET_NEXT, out)).toBe(-1)
    expect(children).toHaveLength(2)
    boot('v6.18')
    expect(call(emu, init, 'ioctl', ownNs(init, 'mnt'), NS_MNT_GET_NEXT, null)).toBe(4)
  })

  it('opens relatives only inside the caller’s own subtree', () => {
    const user = cloneRoot(emu, init, CLONE_NEWUTS)
    const uts = open(init, `/proc/${user.pidIn(emu.kernel.initPidNs)}/ns/uts`)
    const owner = call(emu, init, 'ioctl', uts, NS_GET_USERNS)
    expect(idOf(init, owner)).toBe(user.cred.userNs.id)
    expect(idOf(init, call(emu, init, 'ioctl', owner, NS_GET_PARENT))).toBe(3)
    expect(call(emu, init, 'ioctl', ownNs(init, 'user'), NS_GET_PARENT)).toBe(-1)
    expect(call(emu, user, 'ioctl', ownNs(user, 'uts'), NS_GET_USERNS)).toBeGreaterThan(0)
    expect(call(emu, user, 'ioctl', ownNs(user, 'ipc'), NS_GET_USERNS)).toBe(-1)
    const uid = new Uint32Array(1)
    expect(call(emu, init, 'ioctl', owner, NS_GET_OWNER_UID, uid)).toBe(0)
    expect(uid[0]).toBe(0)
  })

  it('translates pids between the caller’s namespace and its own', () => {
    const inner = clone(emu, init, CLONE_NEWPID)
    const outerPid = inner.pidIn(emu.kernel.initPidNs)
    const fd = open(init, `/proc/${outerPid}/ns/pid`)
    const [FROM, TGID_FROM, IN, TGID_IN] = [0x8004_b706, 0x8004_b707, 0x8004_b708, 0x8004_b709]
    expect(call(emu, init, 'ioctl', fd, FROM, 1)).toBe(outerPid)
    expect(call(emu, init, 'ioctl', fd, TGID_FROM, 1)).toBe(outerPid)
    expect(call(emu, init, 'ioctl', fd, IN, outerPid)).toBe(1)
    expect(call(emu, init, 'ioctl', fd, TGID_IN, outerPid)).toBe(1)
    expect(call(emu, init, 'ioctl', fd, IN, 1)).toBe(-3)
    expect(call(emu, init, 'ioctl', fd, FROM, 99)).toBe(-3)
    expect(call(emu, init, 'ioctl', fd, FROM, -1)).toBe(-3)
    expect(call(emu, init, 'ioctl', ownNs(init, 'uts'), FROM, 1)).toBe(-22)
  })
})

/** struct file_handle with a body. */
function handle(type: number, body: Uint8Array, length = body.length): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(8 + body.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, length, true)
  view.setInt32(4, type, true)
  bytes.set(body, 8)
  return bytes
}

function nsBody(id: number, type: number, ino: number, length = 16): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, id, true)
  view.setUint32(8, type, true)
  view.setUint32(12, ino, true)
  return bytes
}

const UTS_INO = 0xefff_fffe
const openHandle = (task: Task, bytes: Uint8Array, flags = 0): number =>
  call(emu, task, 'open_by_handle_at', FD_NSFS_ROOT, bytes, flags)

describe('file handles of namespaces', () => {
  it.each([
    [0, -75],
    [12, -75],
    [16, 0],
    [20, 0],
    [128, 0],
    [129, -22],
  ])('are given to a buffer of %i bytes', (room, answer) => {
    const bytes = handle(0, new Uint8Array(128), room)
    const mntId = new Int32Array(1).fill(-1)
    expect(call(emu, init, 'name_to_handle_at', ownNs(init, 'uts'), path(''), bytes, mntId, AT_EMPTY_PATH)).toBe(answer)
    const view = new DataView(bytes.buffer)
    if (answer === -22) return
    expect(view.getUint32(0, true)).toBe(16)
    expect(view.getInt32(4, true)).toBe(answer === 0 ? 0xf1 : 0xff)
    expect(bytes.subarray(8, 24)).toEqual(answer === 0 ? nsBody(2, CLONE_NEWUTS, UTS_INO) : new Uint8Array(16))
    expect(mntId[0]).toBe(4)
  })

  it.each([
    ['as it is', handle(0xf1, nsBody(2, CLONE_NEWUTS, UTS_INO)), 3],
    ['by its id alone', handle(0xf1, nsBody(2, 0, 0)), 3],
    ['with a type but no inode', handle(0xf1, nsBody(2, CLONE_NEWUTS, 0)), -116],
    ['with an inode but no type', handle(0xf1, nsBody(2, 0, UTS_INO)), -116],
    ['of another type', handle(0xf1, nsBody(2, CLONE_NEWNS, UTS_INO)), -116],
    ['of another inode', handle(0xf1, nsBody(2, CLONE_NEWUTS, UTS_INO - 1)), -116],
    ['of no namespace', handle(0xf1, nsBody(999, 0, 0)), -116],
    ['of id 0', handle(0xf1, nsBody(0, 0, 0)), -116],
    ['too short', handle(0xf1, nsBody(2, 0, 0), 15), -116],
    ['of another kind', handle(1, nsBody(2, 0, 0)), -116],
    ['with a flag above the kind', handle(0x1_00f1, nsBody(2, 0, 0)), -116],
    ['with an unknown flag above the kind', handle(0x10_00f1, nsBody(2, 0, 0)), -22],
    ['of no bytes', handle(0xf1, nsBody(2, 0, 0), 0), -22],
    ['of too many bytes', handle(0xf1, new Uint8Array(132)), -22],
    ['padded, its upper words zero', handle(0xf1, nsBody(2, 0, 0, 128)), 3],
    [
      'padded, where the type is not zero in a byte that is judged',
      handle(0xf1, nsBody(2, CLONE_NEWUTS, UTS_INO, 128)),
      -116,
    ],
    ['cut by a fault', handle(0xf1, nsBody(2, 0, 0)).slice(0, 20), -14],
  ])('open %s', (_what, bytes, answer) => {
    expect(openHandle(init, bytes)).toBe(answer)
  })

  it.each([
    [0o100, 3],
    [0o300, -17],
    [1, -1],
    [0o1000, -1],
    [0o40000, -22],
    [0o200000, -20],
    [0o400000, 3],
    [0o10000000, 3],
    [0o20000000, -22],
  ])('open with flags %o', (flags, answer) => {
    expect(openHandle(init, handle(0xf1, nsBody(2, 0, 0)), flags)).toBe(answer)
  })

  it('open what the caller is in, or may see', () => {
    const user = cloneRoot(emu, init, CLONE_NEWUTS)
    const uts = user.nsproxy!.uts
    expect(openHandle(init, handle(0xf1, nsBody(uts.id, 0, 0)))).toBe(3)
    expect(openHandle(user, handle(0xf1, nsBody(uts.id, 0, 0)))).toBeGreaterThan(0)
    expect(openHandle(user, handle(0xf1, nsBody(1, 0, 0)))).toBeGreaterThan(0)
    expect(openHandle(user, handle(0xf1, nsBody(2, 0, 0)))).toBe(-116)
    expect(openHandle(user, handle(0xf1, nsBody(2, 0, 0)), 1)).toBe(-116)
    call(emu, init, 'close', 3)
    call(emu, user, 'exit_group', 0)
    expect(openHandle(init, handle(0xf1, nsBody(uts.id, 0, 0)))).toBe(-116)
    boot('v6.18')
    expect(openHandle(init, handle(0xf1, nsBody(1, 0, 0)))).toBe(-116)
    expect(openHandle(init, handle(0xf1, nsBody(1, CLONE_NEWUTS, UTS_INO)))).toBe(3)
  })
})

describe('an instantiated namespace file', () => {
  const visible = (id: number): boolean => (list(emu, init) as number[]).includes(id)

  it.each([
    ['an open file', 0],
    ['an O_PATH descriptor', 0o10000000],
  ])('%s keeps the namespace active, once however many there are', (_what, flags) => {
    const child = clone(emu, init, CLONE_NEWUTS)
    const { uts } = child.nsproxy!
    const name = `/proc/${child.pidIn(emu.kernel.initPidNs)}/ns/uts`
    const fds = [open(init, name, flags), open(init, name, flags)]
    expect(uts.active).toBe(2)
    call(emu, child, 'exit_group', 0)
    expect(uts.active).toBe(1)
    expect(visible(uts.id)).toBe(true)
    call(emu, init, 'close', fds[0] as number)
    expect(visible(uts.id)).toBe(true)
    call(emu, init, 'close', fds[1] as number)
    expect(visible(uts.id)).toBe(false)
    expect(uts.passive).toBe(0)
  })

  it('is gone again after a mere look', () => {
    const child = clone(emu, init, CLONE_NEWUSER)
    const ns = child.cred.userNs
    const before = [ns.active, ns.passive]
    const name = path(`/proc/${child.pidIn(emu.kernel.initPidNs)}/ns/user`)
    expect(call(emu, init, 'newfstatat', -100, name, new Uint8Array(144), 0)).toBe(0)
    expect(call(emu, init, 'openat', -100, name, 1, 0)).toBe(-1)
    expect(call(emu, init, 'openat', -100, name, 0o200000, 0)).toBe(-20)
    expect(call(emu, init, 'chdir', name)).toBe(-20)
    expect([ns.active, ns.passive]).toEqual(before)
    expect(ns.nsfsDentry).toBe(null)
  })
})
