import { describe, expect, it } from 'vitest'
import { Binder, EXACT } from '../../src/transcript/bind.js'

describe('a value of chance', () => {
  it('is bound on first sight and required from then on', () => {
    const binder = new Binder()
    expect(binder.match('pid', 100, 741)).toBeUndefined()
    expect(binder.match('pid', 100, 741)).toBeUndefined()
    expect(binder.match('pid', 100, 742)).toBe('stood for 741 before')
    expect(binder.match('pid', 101, 741)).toBe('741 stands for 100 already')
    expect(binder.match('pid', 101, 742)).toBeUndefined()
  })

  it('is bound for its kind and scope alone', () => {
    const binder = new Binder()
    expect(binder.match('ino', 7, 70, 'mnt_id:1')).toBeUndefined()
    expect(binder.match('ino', 7, 71, 'mnt_id:2')).toBeUndefined()
    expect(binder.match('mnt_id', 7, 72)).toBeUndefined()
  })

  it('never stands for 0 or all ones', () => {
    const binder = new Binder({ shared: true })
    expect(binder.match('pid', 5, 0)).toBe('not equal')
    expect(binder.match('pid', 0, 5)).toBe('not equal')
    expect(binder.match('fsid', '0000000000000000', '1234567812345678')).toBe('not equal')
    expect(binder.match('ns_id', '18446744073709551615', 5)).toBe('not equal')
    expect(binder.match('ns_id', '18446744073709551615', '18446744073709551615')).toBeUndefined()
  })

  it('is not left to chance where nobody else takes part in handing it out', () => {
    const binder = new Binder({ isExact: (kind, value) => kind === 'mnt_id' && Number(value) > 25 })
    expect(binder.match('mnt_id', 26, 27)).toBe('not equal')
    expect(binder.match('mnt_id', 26, 26)).toBeUndefined()
    expect(binder.match('mnt_id', 25, 24)).toBeUndefined()
    expect(binder.match('dev', 26, 27)).toBeUndefined()
  })

  it('is not left to chance where the scope says so', () => {
    const binder = new Binder()
    expect(binder.match('pid', 2, 3, EXACT)).toBe('not equal')
    expect(binder.match('pid', 2, 2, EXACT)).toBeUndefined()
  })
})

describe('ids', () => {
  it('are never bound on a kernel of its own', () => {
    const binder = new Binder()
    expect(binder.match('ns_id', 13, 14)).toBe('not equal')
    expect(binder.match('mnt_id_unique', 13, 14)).toBe('not equal')
    expect(binder.toModel('ns_id', 14)).toBe(14)
  })

  it('of a shared kernel are bound, and keep their order', () => {
    const binder = new Binder({ shared: true })
    expect(binder.match('ns_id', 13, 4_000_100)).toBeUndefined()
    expect(binder.match('ns_id', 15, 4_000_200)).toBeUndefined()
    expect(binder.match('ns_id', 14, 4_000_300)).toBe('4000300 is not less than 4000200')
    expect(binder.match('ns_id', 14, 4_000_099)).toBe('4000099 is not greater than 4000100')
    expect(binder.match('ns_id', 14, 4_000_150)).toBeUndefined()
    expect(binder.toModel('ns_id', 4_000_150)).toBe(14)
  })
})

describe('numbers that are used again', () => {
  it('are told apart by the object that has them', () => {
    const [first, second] = [{ n: 1 }, { n: 2 }]
    const living = new Map<unknown, object>([[40, first]])
    const binder = new Binder({ identify: (_, value) => living.get(value) })
    expect(binder.match('mnt_id', 40, 33)).toBeUndefined()
    // The recorded kernel gives 33 to the next mount, ours 41.
    living.set(41, second)
    expect(binder.match('mnt_id', 41, 33)).toBe('33 stands for 40 already')
    living.delete(40)
    expect(binder.match('mnt_id', 41, 33)).toBeUndefined()
    // And the other way round: ours gives 40 again, the recorded kernel 34.
    living.set(40, { n: 3 })
    expect(binder.match('mnt_id', 40, 34)).toBeUndefined()
  })
})

describe('inputs', () => {
  it('get our value for a recorded one', () => {
    const binder = new Binder()
    binder.match('ns_inum', 0xf000_0001, 0xf000_0139)
    expect(binder.toModel('ns_inum', 0xf000_0139)).toBe(0xf000_0001)
    expect(binder.toModel('ns_inum', 0xf000_0140)).toBe(0xf000_0140)
  })

  it('do not hit by accident what stands for another recorded value', () => {
    const binder = new Binder()
    binder.match('ns_inum', 0xf000_0140, 0xf000_0139)
    expect(binder.toModel('ns_inum', 0xf000_0140)).not.toBe(0xf000_0140)
  })
})
