import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import type { Namespace } from '../../src/kernel/namespace.js'
import { NamespaceSlots } from '../../src/kernel/namespace_slots.js'
import { NsList } from '../../src/kernel/ns_list.js'

/** Runs of additions and removals long enough for chunks to fill, empty and merge. */
const step = fc.oneof(
  fc.record({ add: fc.integer({ min: 1, max: 700 }) }),
  fc.record({ removeFrom: fc.double({ min: 0, max: 1, noNaN: true }), count: fc.integer({ min: 1, max: 500 }) }),
)

describe('NsList', () => {
  test.prop([fc.array(step, { maxLength: 12 }), fc.array(fc.nat(6000), { maxLength: 20 })], { numRuns: 200 })(
    'finds and walks what a sorted array holds',
    (steps, probes) => {
      const slots = new NamespaceSlots()
      const list = new NsList(slots)
      let model: Namespace[] = []
      let nextId = 3
      for (const one of steps) {
        if ('add' in one) {
          for (let n = 0; n < one.add; n++) {
            const ns = { id: nextId, type: 0, slot: 0 }
            ns.slot = slots.take(ns as Namespace, true)
            nextId += 1 + (n % 3)
            list.add(ns as Namespace)
            model.push(ns as Namespace)
          }
        } else {
          const from = Math.floor(one.removeFrom * model.length)
          for (const ns of model.slice(from, from + one.count)) {
            list.remove(ns)
            slots.give(ns.slot)
          }
          model = [...model.slice(0, from), ...model.slice(from + one.count)]
        }
      }
      expect([...list].map(({ id }) => id)).toEqual(model.map(({ id }) => id))
      expect(list.size).toBe(model.length)
      for (const id of [...probes, ...model.slice(0, 3).map((ns) => ns.id), 0, nextId]) {
        expect(list.find(id)).toBe(model.find((ns) => ns.id === id) ?? null)
        expect(list.after(id)).toBe(model.find((ns) => ns.id > id) ?? null)
        expect(list.before(id)).toBe(model.findLast((ns) => ns.id < id) ?? null)
        expect(list.hasAfter(id)).toBe(model.some((ns) => ns.id > id))
      }
    },
  )
})
