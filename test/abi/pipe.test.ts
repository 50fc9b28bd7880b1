import { fc, test } from '@fast-check/vitest'
import { beforeEach, describe, expect, it } from 'vitest'
import { Emulator } from '../../src/abi/index.js'
import type { Task } from '../../src/kernel/index.js'
import { call, clone, path, sleeps } from './calls.js'

let emu: Emulator
let init: Task

beforeEach(() => {
  emu = Emulator.boot({ profile: 'v7.3' })
  init = emu.init
})

const O_NONBLOCK = 0o4000
const O_DIRECT = 0o40000
const EAGAIN = -11
const EPIPE = -32

function pipe(flags = O_NONBLOCK): [reader: number, writer: number] {
  const ends = new Int32Array(2)
  expect(call(emu, init, 'pipe2', ends, flags)).toBe(0)
  return [ends[0] as number, ends[1] as number]
}

const text = (characters: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(characters)

function read(fd: number, size: number): string | number {
  const bytes = new Uint8Array(size)
  const length = call(emu, init, 'read', fd, bytes, size)
  return length < 0 ? length : new TextDecoder().decode(bytes.subarray(0, length))
}

function poll(fd: number): number {
  const pollfd = new Uint8Array(8)
  new DataView(pollfd.buffer).setInt32(0, fd, true)
  new DataView(pollfd.buffer).setInt16(4, 0x7fff, true)
  call(emu, init, 'poll', pollfd, 1, 0)
  return new DataView(pollfd.buffer).getUint16(6, true)
}

describe('a pipe', () => {
  it('refuses flags that it does not know, and lets nothing open when the numbers cannot be stored', () => {
    expect(call(emu, init, 'pipe2', new Int32Array(2), 1)).toBe(-22)
    expect(call(emu, init, 'pipe2', null, 0)).toBe(-14)
    expect(call(emu, init, 'pipe2', new Int32Array(1), 0)).toBe(-14)
    expect(call(emu, init, 'dup', 0)).toBe(3)
  })

  it('says what holds', () => {
    const [reader, writer] = pipe()
    expect(read(reader, 4)).toBe(EAGAIN)
    expect(read(reader, 0)).toBe('')
    expect(call(emu, init, 'read', writer, new Uint8Array(4), 4)).toBe(-9)
    expect(call(emu, init, 'write', reader, text('x'), 1)).toBe(-9)
    expect(call(emu, init, 'lseek', reader, 0, 0)).toBe(-29)
    expect(call(emu, init, 'pread64', reader, new Uint8Array(4), 4, 0)).toBe(-29)
    expect([poll(reader), poll(writer)]).toEqual([0, 0x104])
    expect(call(emu, init, 'write', writer, text('hello'), 5)).toBe(5)
    const bytes = new Int32Array(1)
    expect(call(emu, init, 'ioctl', reader, 0x541b, bytes)).toBe(0)
    expect(bytes[0]).toBe(5)
    expect([poll(reader), poll(writer)]).toEqual([0x41, 0x104])
    expect(read(reader, 3)).toBe('hel')
    call(emu, init, 'close', writer)
    expect(poll(reader)).toBe(0x51)
    expect(read(reader, 9)).toBe('lo')
    expect(poll(reader)).toBe(0x10)
    expect(read(reader, 9)).toBe('')
  })

  it('holds sixteen pages, whole or not', () => {
    const [reader, writer] = pipe()
    expect(call(emu, init, 'write', writer, new Uint8Array(70_000), 70_000)).toBe(65_536)
    expect(poll(writer)).toBe(0)
    expect(call(emu, init, 'write', writer, text('x'), 1)).toBe(EAGAIN)
    read(reader, 4095)
    expect(call(emu, init, 'write', writer, text('x'), 1)).toBe(EAGAIN)
    read(reader, 1)
    expect(call(emu, init, 'write', writer, text('x'), 1)).toBe(1)

    // A page that a write does not fit into any more stays as it is.
    const [, other] = pipe()
    for (let n = 0; n < 16; n++) expect(call(emu, init, 'write', other, new Uint8Array(3000), 3000)).toBe(3000)
    expect(call(emu, init, 'write', other, new Uint8Array(1097), 1097)).toBe(EAGAIN)
    expect(call(emu, init, 'write', other, new Uint8Array(1096), 1096)).toBe(1096)
  })

  it('can be made larger and smaller', () => {
    const [, writer] = pipe()
    const [F_SETPIPE_SZ, F_GETPIPE_SZ] = [1031, 1032]
    expect(call(emu, init, 'fcntl', writer, F_GETPIPE_SZ, 0)).toBe(65_536)
    expect(call(emu, init, 'fcntl', writer, F_SETPIPE_SZ, 5000)).toBe(8192)
    expect(call(emu, init, 'write', writer, new Uint8Array(9000), 9000)).toBe(8192)
    expect(call(emu, init, 'fcntl', writer, F_SETPIPE_SZ, 1)).toBe(-16)
    expect(call(emu, init, 'fcntl', writer, F_SETPIPE_SZ, 1 << 21)).toBe(1 << 21)
    const user = clone(emu, init)
    call(emu, user, 'setresuid', 1000, 1000, 1000)
    expect(call(emu, user, 'fcntl', writer, F_SETPIPE_SZ, 1 << 22)).toBe(-1)
    expect(call(emu, init, 'fcntl', 0, F_GETPIPE_SZ, 0)).toBe(-9)
  })

  it('keeps packets apart', () => {
    const [reader, writer] = pipe(O_NONBLOCK | O_DIRECT)
    for (const packet of ['one', 'two']) call(emu, init, 'write', writer, text(packet), 3)
    expect(read(reader, 2)).toBe('on')
    expect(read(reader, 9)).toBe('two')
  })

  it('without readers is a broken one, and its writer dies of it', () => {
    const [reader, writer] = pipe()
    const child = clone(emu, init)
    call(emu, init, 'close', reader)
    call(emu, child, 'close', reader)
    expect(poll(writer)).toBe(0x10c)
    expect(call(emu, child, 'write', writer, text('x'), 1)).toBe(EPIPE)
    const status = new Int32Array(1)
    expect(call(emu, init, 'wait4', -1, status, 1, null)).toBe(child.pid.nr)
    expect(status[0]).toBe(13)
  })

  it('lets readers and writers wait for each other', () => {
    const [reader, writer] = pipe(0)
    const child = clone(emu, init)
    const bytes = new Uint8Array(8)
    const waiting = sleeps(emu, child, 'read', reader, bytes, 8)
    expect(waiting.done).toBe(false)
    expect(call(emu, init, 'write', writer, text('ping'), 4)).toBe(4)
    expect(waiting.result).toBe(4)
    expect(new TextDecoder().decode(bytes.subarray(0, 4))).toBe('ping')

    const large = new Uint8Array(100_000).fill(0x61)
    const writing = sleeps(emu, child, 'write', writer, large, 100_000)
    expect(call(emu, init, 'read', reader, new Uint8Array(50_000), 50_000)).toBe(50_000)
    expect(writing.done).toBe(true)
    expect(writing.result).toBe(100_000)

    const pollfd = new Uint8Array([reader, 0, 0, 0, 1, 0, 0, 0])
    read(reader, 60_000)
    const polling = sleeps(emu, child, 'poll', pollfd, 1, -1)
    expect(call(emu, init, 'write', writer, text('x'), 1)).toBe(1)
    expect(polling.result).toBe(1)
    expect(pollfd[6]).toBe(1)
    read(reader, 1)
    const again = sleeps(emu, child, 'read', reader, bytes, 8)
    expect(again.interrupt()).toBe(true)
    expect(again.result).toBe(-4)
  })

  it('a fault takes a page’s bytes or none', () => {
    const [reader, writer] = pipe()
    expect(call(emu, init, 'write', writer, new Uint8Array(100), 200)).toBe(-14)
    expect(call(emu, init, 'write', writer, new Uint8Array(100), 100)).toBe(100)
    expect(call(emu, init, 'read', reader, new Uint8Array(50), 100)).toBe(-14)
    expect(read(reader, 100)).toHaveLength(100)
  })

  test.prop([
    fc.array(fc.oneof(fc.record({ write: fc.nat({ max: 9000 }) }), fc.record({ read: fc.nat({ max: 20_000 }) }))),
  ])('loses, doubles and reorders nothing', (actions) => {
    const [reader, writer] = pipe()
    let written = 0
    let done = 0
    for (const action of actions) {
      if ('write' in action) {
        const bytes = Uint8Array.from({ length: action.write }, (_, i) => (written + i) % 251)
        written += Math.max(0, call(emu, init, 'write', writer, bytes, bytes.length))
      } else {
        const bytes = new Uint8Array(action.read)
        const length = Math.max(0, call(emu, init, 'read', reader, bytes, bytes.length))
        expect(length).toBe(Math.min(action.read, written - done))
        for (let i = 0; i < length; i++) if (bytes[i] !== (done + i) % 251) expect.fail(`byte ${done + i}`)
        done += length
      }
      const left = new Int32Array(1)
      call(emu, init, 'ioctl', reader, 0x541b, left)
      expect(left[0]).toBe(written - done)
      expect((poll(reader) & 1) !== 0).toBe(written > done)
    }
  })
})

describe('a FIFO', () => {
  const open = (task: Task, flags: number): number => call(emu, task, 'openat', -100, path('/run/p'), flags, 0)

  beforeEach(() => {
    expect(call(emu, init, 'mknodat', -100, path('/run/p'), 0o10644, 0)).toBe(0)
  })

  it('is opened by both sides at once', () => {
    const child = clone(emu, init)
    const reader = sleeps(emu, child, 'openat', -100, path('/run/p'), 0, 0)
    expect(reader.done).toBe(false)
    expect(open(init, 1)).toBe(3)
    expect(reader.result).toBe(3)
    const other = sleeps(emu, clone(emu, init), 'read', 0, new Uint8Array(1), 1)
    expect(other.done).toBe(false)
  })

  it('does not wait when told so', () => {
    expect(open(init, 1 | O_NONBLOCK)).toBe(-6)
    expect(open(init, O_NONBLOCK)).toBe(3)
    expect(poll(3)).toBe(0)
    expect(read(3, 4)).toBe('')
    expect(open(init, 1 | O_NONBLOCK)).toBe(4)
    call(emu, init, 'write', 4, text('abc'), 3)
    call(emu, init, 'close', 4)
    expect(poll(3)).toBe(0x51)
    // What was left unread goes with the last descriptor.
    call(emu, init, 'close', 3)
    expect(open(init, 2 | O_NONBLOCK)).toBe(3)
    expect(read(3, 4)).toBe(EAGAIN)
  })
})
