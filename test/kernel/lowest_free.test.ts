import { fc, test } from '@fast-check/vitest'
import { expect, it } from 'vitest'
import { LowestFree } from '../../src/kernel/lowest_free.js'

it('counts up through full words and levels', () => {
  const ids = new LowestFree()
  for (let n = 0; n < 40_000; n++) expect(ids.take()).toBe(n)
  for (const n of [39_999, 5, 1024, 32]) ids.give(n)
  expect([ids.take(), ids.take(), ids.take(), ids.take(), ids.take()]).toEqual([5, 32, 1024, 39_999, 40_000])
})

it('takes a number far away, once', () => {
  const ids = new LowestFree()
  expect(ids.takeExactly(100_000)).toBe(true)
  expect(ids.takeExactly(100_000)).toBe(false)
  expect(ids.taken(100_000)).toBe(true)
  expect(ids.take()).toBe(0)
})

const step = fc.oneof(
  fc.record({ kind: fc.constant('take' as const) }),
  fc.record({ kind: fc.constant('give' as const), id: fc.nat(200) }),
  fc.record({ kind: fc.constant('takeExactly' as const), id: fc.nat(3000) }),
)

test.prop([fc.array(step, { maxLength: 400 })])('is the lowest number that a set does not have', (steps) => {
  const ids = new LowestFree()
  const taken = new Set<number>()
  for (const { kind, ...rest } of steps) {
    const id = 'id' in rest ? rest.id : 0
    if (kind === 'take') {
      let lowest = 0
      while (taken.has(lowest)) lowest++
      expect(ids.take()).toBe(lowest)
      taken.add(lowest)
    } else if (kind === 'give') {
      if (taken.delete(id)) ids.give(id)
    } else {
      expect(ids.takeExactly(id)).toBe(!taken.has(id))
      taken.add(id)
    }
  }
})
