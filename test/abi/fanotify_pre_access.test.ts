import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Emulator, type PendingSyscall, type SyscallArg } from '../../src/abi/index.js'
import type { Task } from '../../src/kernel/index.js'
import { parseTranscript } from '../../src/transcript/format.js'
import { EOPNOTSUPP } from '../../src/uapi/errno.js'
import { decodeEvents, encodeResponse } from '../../src/uapi/index.js'
import { call, clone, path, sleeps } from './calls.js'

const PRE_CONTENT = 0x8
const NONBLOCK = 0x2
const PRE_ACCESS = 0x10_0000
const ACCESS_PERM = 0x2_0000
const ON_CHILD = 0x800_0000

/** A recorded boot whose root filesystem is ext4, which has FAN_PRE_ACCESS. */
function ext4Boot(): Emulator {
  const recording = new URL('../golden/transcripts/v7.3/perm-1.jsonl', import.meta.url)
  const { boot } = parseTranscript(readFileSync(recording, 'utf8')).header
  const mountinfo = boot.mountinfo.map((line) => line.replace('- hostfs /dev/root rw,/', '- ext4 /dev/root rw'))
  return Emulator.boot({ profile: 'v7.3', boot: { ...boot, mountinfo } })
}

class World {
  readonly emu = ext4Boot()
  readonly daemon: Task = this.emu.first
  readonly user: Task
  readonly group: number

  constructor(mask: number) {
    const { emu, daemon } = this
    const fd = call(emu, daemon, 'openat', -100, path('/f'), 0x42, 0o644)
    call(emu, daemon, 'write', fd, new Uint8Array(16_384), 16_384)
    call(emu, daemon, 'close', fd)
    this.user = clone(emu, daemon)
    this.group = call(emu, daemon, 'fanotify_init', PRE_CONTENT | NONBLOCK, 0)
    expect(call(emu, daemon, 'fanotify_mark', this.group, 1, mask | ON_CHILD, -100, path('/'))).toBe(0)
    expect(call(emu, this.user, 'openat', -100, path('/f'), 2, 0)).toBe(3)
  }

  asks(name: string, ...args: SyscallArg[]): PendingSyscall {
    return sleeps(this.emu, this.user, name, ...args)
  }

  /** The events that wait, as [mask, offset, count], each allowed. */
  allow(): unknown[] {
    const seen: unknown[] = []
    const buffer = new Uint8Array(4096)
    for (;;) {
      const length = call(this.emu, this.daemon, 'read', this.group, buffer, buffer.length)
      if (length < 0) return seen
      for (const { mask, fd, info } of decodeEvents(buffer.subarray(0, length)).events) {
        const range = info?.[0] as { offset: bigint; count: bigint } | undefined
        seen.push(range === undefined ? [Number(mask)] : [Number(mask), Number(range.offset), Number(range.count)])
        const answer = encodeResponse({ fd, response: 1 })
        call(this.emu, this.daemon, 'write', this.group, answer, answer.length)
        call(this.emu, this.daemon, 'close', fd)
      }
    }
  }
}

// What Linux 6.18 was seen to ask on ext4.
describe('FAN_PRE_ACCESS tells ranges in whole pages', () => {
  const bytes = new Uint8Array(100)
  it.each<[string, SyscallArg[], [number, number], number]>([
    ['read', [3, bytes, 100], [0, 4096], 100],
    ['pread64', [3, bytes, 100, 5000], [4096, 4096], 100],
    ['pread64', [3, bytes, 0, 0], [0, 0], 0],
    ['pread64', [3, bytes, 10, 16_384], [16_384, 4096], 0],
    ['write', [3, bytes, 100], [0, 4096], 100],
    ['pwrite64', [3, bytes, 100, 9000], [8192, 4096], 100],
    ['truncate', [path('/f'), 12_000], [8192, 4096], 0],
    ['ftruncate', [3, 11_000], [8192, 4096], 0],
    ['fallocate', [3, 0, 100, 5000], [0, 8192], 0],
  ])('%s %j', (name, args, range, result) => {
    const world = new World(PRE_ACCESS)
    const pending = world.asks(name, ...args)
    expect(world.allow()).toEqual([[PRE_ACCESS, ...range]])
    expect(pending.result).toBe(result)
  })

  it('a read asks for its range, then for access; an open that truncates asks for neither', () => {
    const world = new World(PRE_ACCESS | ACCESS_PERM)
    const read = world.asks('read', 3, bytes, 100)
    expect(world.allow()).toEqual([[PRE_ACCESS, 0, 4096], [ACCESS_PERM]])
    expect(read.result).toBe(100)
    expect(call(world.emu, world.user, 'openat', -100, path('/f'), 0x201, 0)).toBe(4)
  })

  it('tmpfs has none', () => {
    const world = new World(PRE_ACCESS)
    expect(
      call(world.emu, world.daemon, 'fanotify_mark', world.group, 1, PRE_ACCESS | ON_CHILD, -100, path('/run')),
    ).toBe(-EOPNOTSUPP)
  })
})
