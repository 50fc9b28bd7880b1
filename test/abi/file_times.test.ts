import { describe, expect, it } from 'vitest'
import { Emulator } from '../../src/abi/index.js'
import { AT_FDCWD, O_CREAT, O_RDWR } from '../../src/uapi/index.js'

const path = (text: string): Uint8Array => new TextEncoder().encode(`${text}\0`)
const SECOND = 1_000_000_000n

interface Times {
  atime: bigint
  mtime: bigint
  ctime: bigint
}

/** A kernel with a file on a tmpfs, `now` its clock in nanoseconds. */
class World {
  now = 1_800_000_000n * SECOND
  readonly emu: Emulator
  readonly fd: number

  constructor(clock = true) {
    this.emu = Emulator.boot({ profile: 'v7.2', ...(clock ? { clock: () => this.now } : {}) })
    this.call('mkdir', path('/m'), 0o755)
    this.call('mount', path('none'), path('/m'), path('tmpfs'), 0, null)
    this.fd = this.call('openat', AT_FDCWD, path('/m/f'), O_RDWR | O_CREAT, 0o644)
    this.call('write', this.fd, path('text'), 4)
  }

  call(
    name: string,
    ...args: Parameters<Emulator['syscall']> extends [unknown, unknown, ...infer Rest] ? Rest : never
  ): number {
    return this.emu.syscall(this.emu.first, name, ...args) as number
  }

  read(): void {
    expect(this.call('pread64', this.fd, new Uint8Array(4), 4, 0)).toBe(4)
  }

  get times(): Times {
    const bytes = new Uint8Array(144)
    expect(this.call('fstat', this.fd, bytes)).toBe(0)
    const view = new DataView(bytes.buffer)
    const at = (offset: number): bigint => view.getBigInt64(offset, true) * SECOND + view.getBigInt64(offset + 8, true)
    return { atime: at(72), mtime: at(88), ctime: at(104) }
  }
}

describe('times of files', () => {
  it('come from the clock that is handed in', () => {
    const world = new World()
    const made = world.now
    expect(world.times).toEqual({ atime: made, mtime: made, ctime: made })
    world.now += 5n * SECOND
    world.call('fchmod', world.fd, 0o600)
    expect(world.times).toEqual({ atime: made, mtime: made, ctime: world.now })
  })

  it('with relatime: the first read after a change counts, and one a day later', () => {
    const world = new World()
    world.now += SECOND
    world.read()
    const first = world.now
    expect(world.times.atime).toBe(first)
    world.now += 86_399n * SECOND
    world.read()
    expect(world.times.atime).toBe(first)
    world.now += SECOND
    world.read()
    expect(world.times.atime).toBe(first + 86_400n * SECOND)
  })

  it('with relatime: a change of anything since the last read makes the next one count', () => {
    const world = new World()
    const times = new Uint8Array(32)
    const view = new DataView(times.buffer)
    view.setBigInt64(0, world.now / SECOND - 3600n, true)
    view.setBigInt64(16, world.now / SECOND - 7200n, true)
    expect(world.call('utimensat', world.fd, null, times, 0)).toBe(0)
    expect(world.times.atime).toBe(world.now - 3600n * SECOND)
    world.now += SECOND
    world.read()
    expect(world.times.atime).toBe(world.now)
  })

  it('without a clock they still tell what came first', () => {
    const world = new World(false)
    const { mtime, ctime } = world.times
    expect(mtime).toBe(ctime)
    world.call('fchmod', world.fd, 0o600)
    world.read()
    const after = world.times
    expect(after.mtime).toBe(mtime)
    expect(after.ctime).toBeGreaterThan(ctime)
    expect(after.atime).toBeGreaterThan(after.ctime)
  })
})
