import { describe, expect, it } from 'vitest'
import { Emulator, type UserMemory } from '../../src/abi/index.js'
import { EFAULT, EINVAL, EOVERFLOW } from '../../src/uapi/errno.js'
import { call, cloneArgs, nsIdReq, path, sleeps } from './calls.js'

/** Memory of one page at an address; everything else faults. */
class OnePage implements UserMemory {
  readonly base: bigint
  readonly bytes: Uint8Array = new Uint8Array(4096)

  constructor(base: bigint) {
    this.base = base
  }

  read(addr: bigint, len: number): Uint8Array {
    const at = Number(addr - this.base)
    return at < 0 || at > this.bytes.length ? new Uint8Array(0) : this.bytes.slice(at, at + len)
  }

  write(addr: bigint, bytes: Uint8Array): number {
    const at = Number(addr - this.base)
    if (at < 0 || at >= this.bytes.length) return 0
    const fits = bytes.subarray(0, this.bytes.length - at)
    this.bytes.set(fits, at)
    return fits.length
  }
}

describe('pointers that are views', () => {
  const emu = Emulator.boot({ profile: 'v7.3' })
  const { init } = emu

  it('any view of any buffer, from where it starts', () => {
    const buffer = new ArrayBuffer(64)
    const request = new Uint8Array(buffer, 8, 32)
    request.set(nsIdReq({}))
    expect(call(emu, init, 'listns', request, new DataView(buffer, 48, 16), 2, 0)).toBe(2)
    expect([...new BigUint64Array(buffer, 48, 2)]).toEqual([1n, 2n])
    expect(call(emu, init, 'listns', request, new Float64Array(16), 16, 0)).toBe(9)
    expect(call(emu, init, 'listns', nsIdReq({}).buffer, new SharedArrayBuffer(16), 2, 0)).toBe(2)
  })

  it('past its end nothing is mapped, and what came before stays', () => {
    const bytes = new Uint8Array(12)
    expect(call(emu, init, 'listns', nsIdReq({}), bytes, 2, 0)).toBe(-EFAULT)
    expect([...bytes]).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    expect(call(emu, init, 'getresuid', new Uint32Array(1), new Uint8Array(3), null)).toBe(-EFAULT)
    expect(call(emu, init, 'listns', new Uint8Array(0), null, 0, 0)).toBe(-EFAULT)
    expect(call(emu, init, 'openat', -100, path('/proc').subarray(0, 5), 0, 0)).toBe(-EFAULT)
  })

  it('a view of an earlier call is not mapped in the next one', () => {
    call(emu, init, 'listns', nsIdReq({}), new BigUint64Array(16), 16, 0)
    expect(call(emu, init, 'listns', 0x1000_0000_0000, null, 0, 0)).toBe(-EFAULT)
  })

  it('an address stands for a view inside a struct, for good and only as long as the view is', () => {
    const fd = new Int32Array(1)
    const address = emu.address(init, fd)
    expect(emu.address(init, fd)).toBe(address)
    expect(emu.address(init, new Int32Array(1))).not.toBe(address)
    const args = cloneArgs(0x1000, 17)
    new DataView(args.buffer).setBigUint64(8, address, true)
    expect(call(emu, init, 'clone3', args, 88)).toBe(2)
    expect(fd[0]).toBe(3)
    new DataView(args.buffer).setBigUint64(8, address + 1n, true)
    expect(call(emu, init, 'clone3', args, 88)).toBe(-EFAULT)
  })
})

describe('registers', () => {
  const emu = Emulator.boot({ profile: 'v7.3' })
  const { init } = emu

  it('32-bit arguments ignore the upper half, 64-bit ones do not', () => {
    expect(call(emu, init, 'kill', 0xdead_0000_0001n, 0x1_0000_0000n)).toBe(0)
    expect(call(emu, init, 'getpgid', 2 ** 40)).toBe(0)
    expect(call(emu, init, 'listns', nsIdReq({}), null, 1n << 32n, 0)).toBe(-EOVERFLOW)
    expect(call(emu, init, 'clone3', cloneArgs(0, 17), -1)).toBe(-7)
  })

  it('numbers and bigints mean the same', () => {
    for (const minusOne of [-1, 0xffff_ffff, -1n, 0xffff_ffff_ffff_ffffn, 2n ** 70n - 1n])
      expect(call(emu, init, 'setuid', minusOne)).toBe(-EINVAL)
    expect(call(emu, init, 'getpgid', null)).toBe(0)
    expect(call(emu, init, 'getpgid')).toBe(0)
  })
})

describe('an embedder’s own memory', () => {
  it('is read and written where the registers point', () => {
    const emu = Emulator.boot({ profile: 'v7.3' })
    const memory = new OnePage(0x7000_0000n)
    memory.bytes.set(nsIdReq({}), 100)
    const regs = new BigUint64Array([0x7000_0000n + 100n, 0x7000_0000n + 512n, 16n, 0xffff_ffff_0000_0000n, 0n, 0n])
    expect(emu.syscallRegs(emu.init, 470, regs, memory)).toBe(9)
    expect(new BigUint64Array(memory.bytes.buffer, 512, 10).join()).toBe('1,2,3,4,5,6,7,8,10,0')
    regs[1] = 0x7000_0000n + 4096n - 16n
    expect(emu.syscallRegs(emu.init, 470, regs, memory)).toBe(-EFAULT)
    expect(new BigUint64Array(memory.bytes.buffer, 4080, 2).join()).toBe('1,2')
    regs[0] = 1n << 63n
    expect(emu.syscallRegs(emu.init, 470, regs, memory)).toBe(-EFAULT)
  })

  it('a call that sleeps finishes in it', () => {
    const emu = Emulator.boot()
    const memory = new OnePage(0x1000n)
    call(emu, emu.init, 'fork')
    const pending = emu.syscallRegs(
      emu.init,
      61,
      new BigUint64Array([0xffff_ffff_ffff_ffffn, 0x1010n, 0n, 0n, 0n, 0n]),
      memory,
    )
    expect(typeof pending).toBe('object')
    call(emu, emu.lastChild!, 'exit_group', 5)
    expect(memory.bytes[0x11]).toBe(5)
  })
  it('that throws has its error come out of the call, and later calls wake who sleeps all the same', () => {
    const emu = Emulator.boot()
    const broken: UserMemory = {
      read: () => {
        throw new Error('broken')
      },
      write: () => {
        throw new Error('broken')
      },
    }
    call(emu, emu.init, 'fork')
    expect(() => emu.syscallRegs(emu.init, 22, new BigUint64Array([0x1000n]), broken)).toThrow('broken')
    const waiting = sleeps(emu, emu.init, 'wait4', -1, null, 0, null)
    call(emu, emu.lastChild!, 'exit_group', 5)
    expect(waiting.done).toBe(true)
  })
})
