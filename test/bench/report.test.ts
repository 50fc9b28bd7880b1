import { describe, expect, it } from 'vitest'
import { replaceSection } from '../../bench/lib/document.js'
import { measure, median } from '../../bench/lib/measure.js'
import { runCase } from '../../bench/lib/result.js'
import { caseTable, figure } from '../../bench/lib/table.js'

const FAST = { rounds: 3, warmUpMs: 0, roundMs: 0 }

/** Stands for a program that times itself: gives these figures in turn. */
const figures = (name: string, ...values: number[]) => ({ name, round: () => values.shift()! })

describe('replaceSection', () => {
  const document = 'a\n<!-- bench:x -->\nold\n<!-- /bench -->\nb\n<!-- bench:y -->\nkept\n<!-- /bench -->\n'

  it('puts text between the markers of its name and nowhere else', () => {
    const once = replaceSection(document, 'x', 'new')
    expect(once).toContain('<!-- bench:x -->\n\nnew\n\n<!-- /bench -->\nb\n<!-- bench:y -->\nkept\n')
    expect(once).not.toContain('old')
    expect(replaceSection(once, 'x', 'new')).toBe(once)
  })

  it('refuses a document that has no place for it', () => {
    expect(() => replaceSection(document, 'z', 'new')).toThrow('bench:z')
  })
})

describe('rounds', () => {
  it('begin with another candidate each time', () => {
    const order: string[] = []
    const candidate = (name: string) => ({ name, round: () => order.push(name) })
    measure([candidate('a'), candidate('b'), candidate('c')], FAST)
    expect(order.join('')).toBe('abcbcacab')
  })

  it('give a median that one bad round does not move', () => {
    expect(median([5, 1, 900])).toBe(5)
    expect(median([1, 2, 3, 4])).toBe(2.5)
  })
})

describe('targets', () => {
  const result = runCase(
    {
      name: 'group/case',
      unit: 'event',
      candidates: [figures('ours', 3, 2, 90), figures('theirs', 6, 6, 6)],
      targets: [
        { of: 'ours', than: 'theirs', atMost: 0.5 },
        { of: 'theirs', than: 'ours', atLeast: 3 },
        { of: 'ours', atMost: 2 },
        { of: 'ours', than: 'not here', atMost: 1 },
      ],
    },
    FAST,
  )

  it('are held against medians, and left out where a candidate is missing', () => {
    expect(result.verdicts.map(({ what, value, met }) => [what, value, met])).toEqual([
      ['ours / theirs', 0.5, true],
      ['theirs / ours', 2, false],
      ['ours', 3, false],
    ])
  })

  it('stand in the table with what was wanted and measured', () => {
    const table = caseTable(result)
    expect(table).toContain('| ours         |   3.00 | 2.00 | 90.0 |')
    expect(table).toMatch(/\| theirs \/ ours \| at least 3\.00 \| +2\.00 \| missed \|/)
  })
})

describe('figure', () => {
  it('has three digits that matter', () => {
    expect([0.123, 1, 12.34, 123.4, 1234567].map(figure)).toEqual(['0.12', '1.00', '12.3', '123', '1,234,567'])
  })
})
