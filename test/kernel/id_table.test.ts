import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { IdTable } from '../../src/kernel/id_table.js'

const id = fc.oneof(fc.nat(10), fc.nat(300), fc.nat(100_000))

test.prop([fc.array(fc.tuple(fc.constantFrom('set', 'delete', 'next'), id), { maxLength: 300 })])(
  'is a sorted map',
  (steps) => {
    const table = new IdTable<string>()
    const model = new Map<number, string>()
    for (const [what, n] of steps) {
      if (what === 'set') {
        table.set(n, `at ${n}`)
        model.set(n, `at ${n}`)
      } else if (what === 'delete') {
        table.delete(n)
        model.delete(n)
      } else {
        const after = [...model.keys()].filter((key) => key > n).sort((a, b) => a - b)[0]
        expect(table.nextAfter(n)).toBe(after === undefined ? null : model.get(after))
      }
      expect(table.get(n)).toBe(model.get(n) ?? null)
    }
  },
)
