import { beforeEach, describe, expect, it } from 'vitest'
import { Emulator } from '../../src/abi/index.js'
import type { Task } from '../../src/kernel/index.js'
import { CLONE_NEWNET, CLONE_NEWUSER, CLONE_NEWUTS } from '../../src/uapi/constants/sched.js'
import { call, clone, list, path, sleeps } from './calls.js'

let emu: Emulator
let init: Task

beforeEach(() => {
  emu = Emulator.boot({ profile: 'v7.3' })
  init = emu.init
})

const [AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET] = [1, 2, 10, 16, 17]
const [STREAM, DGRAM, RAW, RDM, SEQPACKET] = [1, 2, 3, 4, 5]
const SOCK_NONBLOCK = 0o4000
const [EAGAIN, EPIPE] = [-11, -32]
const [DONTWAIT, NOSIGNAL, PEEK, TRUNC, CTRUNC, CMSG_CLOEXEC] = [0x40, 0x4000, 2, 0x20, 8, 0x4000_0000]

function pair(type: number): [number, number] {
  const fds = new Int32Array(2)
  expect(call(emu, init, 'socketpair', AF_UNIX, type, 0, fds)).toBe(0)
  return [fds[0] as number, fds[1] as number]
}

describe('socket', () => {
  // As Linux 6.18 answered.
  it.each([
    [0, STREAM, 0, -97],
    [3, STREAM, 0, -97],
    [46, 11, 0, -97],
    [-1, STREAM, 0, -97],
    [AF_UNIX, STREAM, 1, 3],
    [AF_UNIX, RAW, 0, 3],
    [AF_UNIX, RDM, 0, -94],
    [AF_UNIX, 0, 2, -93],
    [AF_UNIX, 11, 0, -22],
    [AF_UNIX, STREAM | 0x1000, 0, -22],
    [AF_UNIX, STREAM | 0x80800, 0, 3],
    [AF_INET, STREAM, 0, 3],
    [AF_INET, STREAM, 6, 3],
    [AF_INET, STREAM, 262, 3],
    [AF_INET, STREAM, 17, -93],
    [AF_INET, STREAM, 263, -22],
    [AF_INET, STREAM, -1, -22],
    [AF_INET, DGRAM, 1, -13],
    [AF_INET, DGRAM, 58, -93],
    [AF_INET, RAW, 0, -93],
    [AF_INET, RAW, 255, 3],
    [AF_INET, SEQPACKET, 0, -94],
    [AF_INET, 10, 0, 3],
    [AF_INET6, DGRAM, 58, -13],
    [AF_INET6, DGRAM, 1, -93],
    [AF_NETLINK, DGRAM, 0, 3],
    [AF_NETLINK, STREAM, 0, -94],
    [AF_NETLINK, RAW, 32, -93],
    [AF_PACKET, DGRAM, 0, 3],
    [AF_PACKET, STREAM, 0, -94],
  ])('family %i, type %i, protocol %i', (family, type, protocol, answer) => {
    expect(call(emu, init, 'socket', family, type, protocol)).toBe(answer)
  })

  it('asks for CAP_NET_RAW where it takes the raw', () => {
    const child = clone(emu, init)
    call(emu, child, 'setresuid', 1000, 1000, 1000)
    expect(call(emu, child, 'socket', AF_INET, RAW, 1)).toBe(-1)
    expect(call(emu, child, 'socket', AF_INET, RAW, 0)).toBe(-93)
    expect(call(emu, child, 'socket', AF_PACKET, STREAM, 0)).toBe(-1)
    call(emu, child, 'unshare', CLONE_NEWUSER)
    expect(call(emu, child, 'socket', AF_INET, RAW, 1)).toBe(-1)
    call(emu, child, 'unshare', CLONE_NEWNET)
    expect(call(emu, child, 'socket', AF_INET, RAW, 1)).toBe(3)
  })

  it('knows no IPv6 on a kernel that was built without', () => {
    const without = Emulator.boot({ profile: 'v7.3', config: { ipv6: false } })
    expect(call(without, without.init, 'socket', AF_INET6, STREAM, 0)).toBe(-97)
  })

  it('alone has nobody to talk to', () => {
    const bytes = new Uint8Array(4)
    const answers = (family: number, type: number): number[] => {
      const fd = call(emu, init, 'socket', family, type | SOCK_NONBLOCK, 0)
      return [
        call(emu, init, 'read', fd, bytes, 4),
        call(emu, init, 'sendto', fd, bytes, 4, NOSIGNAL, null, 0),
        call(emu, init, 'read', fd, bytes, 0),
      ]
    }
    expect(answers(AF_UNIX, STREAM)).toEqual([-22, -107, 0])
    expect(answers(AF_UNIX, DGRAM)).toEqual([EAGAIN, -107, 0])
    expect(answers(AF_UNIX, SEQPACKET)).toEqual([-107, -107, 0])
    expect(answers(AF_INET, DGRAM)).toEqual([EAGAIN, -89, 0])
  })

  it('keeps its net namespace, and gives a descriptor of it', () => {
    const child = clone(emu, init, CLONE_NEWNET)
    const { net } = child.nsproxy!
    const fd = call(emu, child, 'socket', AF_INET, DGRAM, 0)
    const pidfd = call(emu, init, 'pidfd_open', child.pid.nr, 0)
    const own = call(emu, init, 'pidfd_getfd', pidfd, fd, 0)
    call(emu, child, 'exit_group', 0)
    expect(list(emu, init)).not.toContain(net.id)
    const nsFd = call(emu, init, 'ioctl', own, 0x894c)
    expect(list(emu, init)).toContain(net.id)
    call(emu, init, 'close', nsFd)
    call(emu, init, 'close', own)
    call(emu, init, 'wait4', -1, null, 0, null)
    expect(net.passive).toBe(0)
    expect(call(emu, init, 'ioctl', call(emu, init, 'openat', -100, path('/run'), 0), 0x894c)).toBe(-25)
  })
})

describe('socketpair', () => {
  it('stores the numbers first', () => {
    expect(call(emu, init, 'socketpair', AF_INET, STREAM, 0, null)).toBe(-14)
    expect(call(emu, init, 'socketpair', AF_INET, STREAM, 0, new Int32Array(2))).toBe(-95)
    expect(call(emu, init, 'socketpair', 99, STREAM, 0, new Int32Array(2))).toBe(-97)
    expect(call(emu, init, 'socketpair', AF_UNIX, STREAM | 0x10, 0, new Int32Array(2))).toBe(-22)
    expect(call(emu, init, 'dup', 0)).toBe(3)
  })

  // Messages that fit before EAGAIN, as Linux 6.18 counted them.
  it.each([
    [STREAM, 1, 278],
    [STREAM, 1000, 93],
    [STREAM, 4096, 44],
    [STREAM, 16_000, 13],
    [STREAM, 32_768, 7],
    [DGRAM, 500, 167],
    [DGRAM, 4000, 26],
    [DGRAM, 30_000, 7],
    [DGRAM, 100_000, 3],
    [SEQPACKET, 65_536, 4],
  ])('type %i takes messages of %i bytes %i times', (type, size, count) => {
    const [a, b] = pair(type | SOCK_NONBLOCK)
    const bytes = new Uint8Array(size)
    for (let n = 0; n < count; n++) expect(call(emu, init, 'write', a, bytes, size)).toBe(size)
    expect(call(emu, init, 'write', a, bytes, size)).toBe(EAGAIN)
    expect(call(emu, init, 'read', b, bytes, size)).toBe(size)
    expect(call(emu, init, 'write', a, bytes, 1)).toBe(1)
  })

  it('a stream goes on where a datagram ends', () => {
    const bytes = new Uint8Array(3)
    const sendTwo = (fd: number): void => {
      for (const word of ['abcd', 'ef']) call(emu, init, 'write', fd, new TextEncoder().encode(word), word.length)
    }
    const [s, t] = pair(STREAM | SOCK_NONBLOCK)
    sendTwo(s)
    expect([0, 0, 0].map(() => call(emu, init, 'read', t, bytes, 3))).toEqual([3, 3, EAGAIN])
    const [d, e] = pair(DGRAM | SOCK_NONBLOCK)
    sendTwo(d)
    expect(call(emu, init, 'recvfrom', e, bytes, 3, PEEK | TRUNC, null, null)).toBe(4)
    expect([0, 0, 0].map(() => call(emu, init, 'read', e, bytes, 3))).toEqual([3, 2, EAGAIN])
    expect(call(emu, init, 'sendto', d, new Uint8Array(300_000), 300_000, 0, null, 0)).toBe(-90)
  })

  it('an end that is gone', () => {
    const [s, t] = pair(STREAM | SOCK_NONBLOCK)
    call(emu, init, 'write', s, new Uint8Array(1), 1)
    call(emu, init, 'close', t)
    expect(call(emu, init, 'read', s, new Uint8Array(1), 1)).toBe(-104)
    expect(call(emu, init, 'read', s, new Uint8Array(1), 1)).toBe(0)
    expect(call(emu, init, 'sendto', s, new Uint8Array(1), 1, NOSIGNAL, null, 0)).toBe(EPIPE)
    const [d, e] = pair(DGRAM | SOCK_NONBLOCK)
    call(emu, init, 'close', e)
    expect(call(emu, init, 'write', d, new Uint8Array(1), 1)).toBe(-111)
    expect(call(emu, init, 'write', d, new Uint8Array(1), 1)).toBe(-107)
  })

  it('a reader waits', () => {
    const [s, t] = pair(STREAM)
    const child = clone(emu, init)
    const bytes = new Uint8Array(4)
    const waiting = sleeps(emu, child, 'read', t, bytes, 4)
    call(emu, init, 'write', s, new Uint8Array([7]), 1)
    expect(waiting.result).toBe(1)
    expect(bytes[0]).toBe(7)
  })
})

/** struct msghdr over one buffer and control data. */
function message(data: Uint8Array, control: Uint8Array | null): Uint8Array<ArrayBuffer> {
  const iovec = new BigUint64Array([emu.address(init, data), BigInt(data.length)])
  const header = new BigUint64Array(7)
  header[2] = emu.address(init, iovec)
  header[3] = 1n
  if (control !== null) {
    header[4] = emu.address(init, control)
    header[5] = BigInt(control.length)
  }
  return new Uint8Array(header.buffer)
}

/** Control data with an SCM_RIGHTS of these descriptors. */
function rights(...fds: number[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(16 + 4 * fds.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, bytes.length, true)
  view.setInt32(8, 1, true)
  view.setInt32(12, 1, true)
  for (const [n, fd] of fds.entries()) view.setInt32(16 + 4 * n, fd, true)
  return bytes
}

describe('descriptors in messages', () => {
  function receive(
    fd: number,
    room: number,
    flags = DONTWAIT,
  ): { ret: number; fds: number[]; flags: number; used: number } {
    const control = new Uint8Array(room)
    const header = message(new Uint8Array(16), room === 0 ? null : control)
    const ret = call(emu, init, 'recvmsg', fd, header, flags)
    const view = new DataView(header.buffer)
    const used = Number(view.getBigUint64(40, true))
    const fds: number[] = []
    for (let at = 16; at + 4 <= used && at < new DataView(control.buffer).getUint32(0, true); at += 4)
      fds.push(new DataView(control.buffer).getInt32(at, true))
    return { ret, fds, flags: view.getInt32(48, true), used }
  }

  it('keep files, and what those keep, while they travel', () => {
    const [s, t] = pair(STREAM)
    const child = clone(emu, init, CLONE_NEWUTS)
    const { uts } = child.nsproxy!
    const fd = call(emu, init, 'openat', -100, path(`/proc/${child.pid.nr}/ns/uts`), 0)
    expect(call(emu, init, 'sendmsg', s, message(new Uint8Array(1), rights(fd)), 0)).toBe(1)
    call(emu, init, 'close', fd)
    call(emu, child, 'exit_group', 0)
    expect(list(emu, init)).toContain(uts.id)
    expect(receive(t, 24)).toEqual({ ret: 1, fds: [5], flags: 0, used: 24 })
    call(emu, init, 'close', 5)
    expect(list(emu, init)).not.toContain(uts.id)
  })

  it('are lost to who has no room for them', () => {
    const [s, t] = pair(STREAM)
    const send = (): void => {
      expect(call(emu, init, 'sendmsg', s, message(new Uint8Array(1), rights(0, 1, 2)), 0)).toBe(1)
    }
    send()
    expect(receive(t, 0)).toEqual({ ret: 1, fds: [], flags: CTRUNC, used: 0 })
    send()
    expect(receive(t, 24)).toEqual({ ret: 1, fds: [5, 6], flags: CTRUNC, used: 24 })
    send()
    expect(receive(t, 32, DONTWAIT | CMSG_CLOEXEC)).toEqual({ ret: 1, fds: [7, 8, 9], flags: CMSG_CLOEXEC, used: 32 })
    expect(call(emu, init, 'fcntl', 7, 1, 0)).toBe(1)
    expect(call(emu, init, 'fcntl', 5, 1, 0)).toBe(0)
    for (let n = 10; n < 1023; n++) call(emu, init, 'dup', 0)
    send()
    expect(receive(t, 32)).toEqual({ ret: 1, fds: [1023], flags: CTRUNC, used: 24 })
    send()
    expect(call(emu, init, 'read', t, new Uint8Array(1), 1)).toBe(1)
  })

  it('end a read of a stream', () => {
    const [s, t] = pair(STREAM | SOCK_NONBLOCK)
    call(emu, init, 'write', s, new Uint8Array(2), 2)
    call(emu, init, 'sendmsg', s, message(new Uint8Array(2), rights(0)), 0)
    call(emu, init, 'write', s, new Uint8Array(2), 2)
    expect(receive(t, 24)).toMatchObject({ ret: 4, fds: [5] })
    expect(receive(t, 24)).toMatchObject({ ret: 2, fds: [] })
  })

  it('come along with an empty datagram', () => {
    const [s, t] = pair(DGRAM)
    const before = call(emu, init, 'openat', -100, path('/run'), 0)
    expect(call(emu, init, 'sendmsg', s, message(new Uint8Array(0), rights(before)), 0)).toBe(0)
    call(emu, init, 'close', before)
    expect(receive(t, 24)).toMatchObject({ ret: 0, fds: [before] })
    expect(call(emu, init, 'fchdir', before)).toBe(0)
  })

  it.each([
    ['a descriptor that is not open', rights(99), -9],
    ['more than 253', rights(...Array<number>(254).fill(0)), -22],
    ['a header longer than the data', rights(0).slice(0, 18), -22],
  ])('are refused: %s', (_what, control, errno) => {
    const [s, t] = pair(STREAM | SOCK_NONBLOCK)
    expect(call(emu, init, 'sendmsg', s, message(new Uint8Array(1), control), 0)).toBe(errno)
    expect(call(emu, init, 'read', t, new Uint8Array(1), 1)).toBe(EAGAIN)
  })
})
