import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { renderSyscalls } from '../../scripts/syscalls_md.js'

it('docs/syscalls.md is what npm run docs writes', () => {
  expect(readFileSync(new URL('../../docs/syscalls.md', import.meta.url), 'utf8')).toBe(renderSyscalls())
})
