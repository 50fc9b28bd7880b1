import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { renderConformance, withBlock } from '../../scripts/conformance_md.js'

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

it('docs/conformance.md and the totals in README.md are what npm run conformance writes', () => {
  const { page, block } = renderConformance()
  expect(read('docs/conformance.md')).toBe(page)
  expect(read('README.md')).toBe(withBlock(read('README.md'), block))
})
