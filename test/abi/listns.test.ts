import { beforeEach, describe, expect, it } from 'vitest'
import { Emulator } from '../../src/abi/index.js'
import type { Task } from '../../src/kernel/index.js'
import { CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWUSER, CLONE_NEWUTS } from '../../src/uapi/constants/sched.js'
import { E2BIG, EFAULT, EINVAL, ENOENT, ENOSYS, EOPNOTSUPP, EOVERFLOW } from '../../src/uapi/errno.js'
import { call, clone, cloneRoot, list, nsIdReq } from './calls.js'

const CURRENT_USER = 0xffff_ffff_ffff_ffffn
const UNMAPPED = 0x7ff0_0000_0000

let emu: Emulator
let init: Task

beforeEach(() => {
  emu = Emulator.boot({ profile: 'v7.3' })
  init = emu.init
})

describe('the request grows', () => {
  const ids = new BigUint64Array(16)
  const ask = (req: Uint8Array | number | null): number => call(emu, init, 'listns', req, ids, 16, 0)

  it.each<[string, Uint8Array | number | null, number]>([
    ['no request', null, -EFAULT],
    ['an unmapped one', UNMAPPED, -EFAULT],
    ['size 0', nsIdReq({ size: 0, length: 32 }), -EINVAL],
    ['one less than the first version', nsIdReq({ size: 31, length: 32 }), -EINVAL],
    ['the first version', nsIdReq({}), 9],
    ['the first version, a byte short of it in memory', nsIdReq({ length: 31 }), -EFAULT],
    ['one byte more that cannot be read', nsIdReq({ size: 33, length: 32 }), -EFAULT],
    ['eight bytes more, all zero', nsIdReq({ size: 40 }), 9],
    ['eight bytes more, not zero', nsIdReq({ size: 40 }).fill(1, 39), -E2BIG],
    ['a page, all zero', nsIdReq({ size: 4096 }), 9],
    ['more than a page', nsIdReq({ size: 4097 }), -E2BIG],
    ['spare', nsIdReq({ spare: 1 }), -EINVAL],
    ['spare2', nsIdReq({ spare2: 1 }), 9],
    ['an unknown type', nsIdReq({ types: 1 }), -EOPNOTSUPP],
    ['spare comes before the types', nsIdReq({ spare: 1, types: 1 }), -EINVAL],
  ])('%s', (_, req, want) => {
    expect(ask(req)).toBe(want)
  })
})

describe('the arguments in their order', () => {
  it('flags, nr, ns_ids, request', () => {
    expect(call(emu, init, 'listns', null, UNMAPPED, 1_000_001, 1)).toBe(-EINVAL)
    expect(call(emu, init, 'listns', null, 2 ** 47, 1_000_001, 0)).toBe(-EOVERFLOW)
    expect(call(emu, init, 'listns', nsIdReq({ size: 0, length: 32 }), 2 ** 47, 1, 0)).toBe(-EFAULT)
    expect(call(emu, init, 'listns', nsIdReq({ size: 0, length: 32 }), UNMAPPED, 1, 0)).toBe(-EINVAL)
    expect(call(emu, init, 'listns', nsIdReq({}), UNMAPPED, 1, 0)).toBe(-EFAULT)
  })

  it('flags are 32 bits, nr is 64', () => {
    const ids = new BigUint64Array(2)
    expect(call(emu, init, 'listns', nsIdReq({}), ids, 2, 0x1_0000_0000n)).toBe(2)
    expect(call(emu, init, 'listns', nsIdReq({}), ids, 0x1_0000_0002n, 0)).toBe(-EOVERFLOW)
  })

  it('writes whole slots before the fault and leaves them', () => {
    const ids = new Uint8Array(20)
    expect(call(emu, init, 'listns', nsIdReq({}), ids, 3, 0)).toBe(-EFAULT)
    expect([...ids]).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
  })

  it('nr 0 gives 0 after all checks', () => {
    expect(call(emu, init, 'listns', nsIdReq({}), null, 0, 0)).toBe(0)
    expect(call(emu, init, 'listns', nsIdReq({ nsId: 100n }), null, 0, 0)).toBe(-ENOENT)
  })
})

it('does not exist on v6.18', () => {
  emu = Emulator.boot({ profile: 'v6.18' })
  expect(call(emu, emu.init, 'listns', nsIdReq({}), null, 0, 0)).toBe(-ENOSYS)
})

describe('what is listed', () => {
  it('the initial namespaces and the one that the kernel holds', () => {
    expect(list(emu, init)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 10])
    expect(list(emu, init, { types: CLONE_NEWNS })).toEqual([8, 10])
    expect(list(emu, init, { types: CLONE_NEWNS | CLONE_NEWUSER | CLONE_NEWUTS })).toEqual([2, 3, 8, 10])
    expect(list(emu, init, { userNs: 3n })).toEqual([1, 2, 4, 5, 6, 7, 8, 10])
  })

  it('pages of any size from any cursor join up', () => {
    for (let n = 0; n < 40; n++) clone(emu, init, n % 3 === 0 ? CLONE_NEWUTS : CLONE_NEWNET)
    const all = list(emu, init) as number[]
    expect(all).toHaveLength(49)
    for (const size of [1, 2, 7, 64]) {
      const pages: number[] = []
      for (let after = 0; ; after = pages[pages.length - 1]!) {
        const page = list(emu, init, { nsId: BigInt(after) }, size)
        if (page === -ENOENT) break
        pages.push(...(page as number[]))
      }
      expect(pages).toEqual(all)
    }
  })

  it('a cursor that is no namespace any more, one behind the end, one of all ones', () => {
    const child = clone(emu, init, CLONE_NEWUTS)
    clone(emu, init, CLONE_NEWUTS)
    call(emu, child, 'exit_group', 0)
    expect(list(emu, init, { nsId: 11n })).toEqual([12])
    expect(list(emu, init, { nsId: 12n })).toBe(-ENOENT)
    expect(list(emu, init, { nsId: CURRENT_USER })).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 10, 12])
  })

  it('a cursor just before an inactive namespace is ENOENT', () => {
    const child = cloneRoot(emu, init, CLONE_NEWNET)
    const theirs = call(emu, child, 'socket', 1, 1, 0)
    call(emu, init, 'pidfd_getfd', call(emu, init, 'pidfd_open', 2, 0), theirs, 0)
    call(emu, child, 'exit_group', 0)
    call(emu, init, 'wait4', -1, null, 0, null)
    clone(emu, init, CLONE_NEWNET)
    expect(list(emu, init, { nsId: 10n })).toBe(-ENOENT)
    expect(list(emu, init, { nsId: 11n })).toBe(-ENOENT)
    expect(list(emu, init, { nsId: 12n })).toEqual([13])
    expect(list(emu, init, { nsId: 7n, types: CLONE_NEWNET })).toBe(-ENOENT)
    expect(list(emu, init, { nsId: 7n, types: CLONE_NEWNET | CLONE_NEWUSER })).toEqual([13])
    expect(list(emu, init, { nsId: 10n, userNs: 3n })).toBe(-ENOENT)
    expect(list(emu, init)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 10, 13])
  })

  it('by owner: directly owned ones only; unknown and inactive owners are EINVAL', () => {
    const child = cloneRoot(emu, init, CLONE_NEWUTS)
    const grandchild = clone(emu, child, CLONE_NEWUSER | CLONE_NEWNET)
    expect(list(emu, init, { userNs: 11n })).toEqual([12, 13])
    expect(list(emu, init, { userNs: 13n })).toEqual([14])
    expect(list(emu, init, { userNs: 11n, nsId: 12n })).toEqual([13])
    expect(list(emu, init, { userNs: 11n, types: CLONE_NEWUSER })).toEqual([13])
    expect(list(emu, init, { userNs: 12n })).toBe(-EINVAL)
    expect(list(emu, init, { userNs: 99n })).toBe(-EINVAL)
    call(emu, grandchild, 'exit_group', 0)
    expect(list(emu, init, { userNs: 13n })).toEqual([])
    call(emu, child, 'wait4', -1, null, 0, null)
    expect(list(emu, init, { userNs: 13n })).toBe(-EINVAL)
  })

  it('LISTNS_CURRENT_USER is the user namespace of the caller', () => {
    const child = clone(emu, init, CLONE_NEWUSER | CLONE_NEWUTS)
    expect(list(emu, child, { userNs: CURRENT_USER })).toEqual([12])
    expect(list(emu, init, { userNs: CURRENT_USER, types: CLONE_NEWUSER })).toEqual([11])
  })
})

describe('who sees what', () => {
  it('init-only: the initial pid namespace and root of the initial user namespace see all, others what they are in', () => {
    const inUserNs = clone(emu, init, CLONE_NEWUSER | CLONE_NEWUTS)
    expect(list(emu, inUserNs)).toEqual([1, 4, 5, 6, 7, 8, 11, 12])
    const inPidNs = clone(emu, init, CLONE_NEWPID)
    expect(list(emu, inPidNs)).toEqual([1, 2, 3, 5, 6, 7, 8, 13])
    const unprivileged = clone(emu, init)
    call(emu, unprivileged, 'setresuid', 1000, 1000, 1000)
    expect(list(emu, unprivileged)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(list(emu, unprivileged, { userNs: 11n })).toEqual([])
    expect(list(emu, inUserNs, { userNs: 3n })).toEqual([1, 4, 5, 6, 7, 8, 11])
  })

  it('owner-capable: what one is root over as well', () => {
    emu = Emulator.boot({ profile: 'v6.19' })
    const outer = cloneRoot(emu, emu.init, CLONE_NEWUTS)
    const inner = clone(emu, outer, CLONE_NEWUSER | CLONE_NEWNET)
    const other = clone(emu, emu.init, CLONE_NEWUTS)
    expect(list(emu, outer)).toEqual([1, 4, 5, 6, 7, 8, 11, 12, 13, 14])
    expect(list(emu, inner)).toEqual([1, 4, 5, 6, 8, 12, 13, 14])
    expect(list(emu, outer, { userNs: 13n })).toEqual([14])
    expect(list(emu, emu.init)).toContain(15)
    call(emu, other, 'setresuid', 1000, 1000, 1000)
    expect(list(emu, other)).toEqual([1, 3, 4, 5, 6, 7, 8, 15])
  })

  it('owner-capable over more user namespaces than are merged', () => {
    emu = Emulator.boot({ profile: 'v6.19' })
    const outer = cloneRoot(emu, emu.init)
    const wanted = [1, 2, 4, 5, 6, 7, 8, 11]
    for (let n = 0; n < 50; n++) {
      clone(emu, outer, CLONE_NEWUSER | CLONE_NEWUTS)
      wanted.push(12 + n * 3, 13 + n * 3)
      clone(emu, emu.init, CLONE_NEWUTS)
    }
    expect(list(emu, outer, {}, 200)).toEqual(wanted)
  })
})
