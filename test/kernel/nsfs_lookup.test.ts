import { describe, expect, it } from 'vitest'
import { Emulator } from '../../src/abi/index.js'
import { EINVAL, ELOOP } from '../../src/uapi/errno.js'
import { O_DIRECT, RESOLVE_NO_MAGICLINKS } from '../../src/uapi/fcntl.js'
import { call, path } from '../abi/calls.js'

describe('an open of a namespace that fails late', () => {
  const counts = (emu: Emulator): [number, boolean] => [
    emu.kernel.initNsProxy.net.passive,
    emu.kernel.initNsProxy.net.nsfsDentry === null,
  ]

  it('holds nothing when the link may not be followed', () => {
    const emu = Emulator.boot({ profile: 'v7.2' })
    const before = counts(emu)
    const how = new BigUint64Array([0n, 0n, BigInt(RESOLVE_NO_MAGICLINKS)])
    expect(call(emu, emu.init, 'openat2', -100, path('/proc/self/ns/net'), how, 24)).toBe(-ELOOP)
    expect(counts(emu)).toEqual(before)
  })

  it('lets go once when the file cannot do direct I/O', () => {
    const emu = Emulator.boot({ profile: 'v7.2' })
    const before = counts(emu)
    expect(call(emu, emu.init, 'openat', -100, path('/proc/self/ns/net'), O_DIRECT, 0)).toBe(-EINVAL)
    expect(counts(emu)).toEqual(before)
  })
})
