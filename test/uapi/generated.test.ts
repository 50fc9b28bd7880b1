import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { emitAll } from '../../src/uapi/schema/emit.js'

const folder = new URL('../../src/uapi/generated/', import.meta.url)

it('is what the generator writes now', () => {
  const present = new Map(readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder), 'utf8')]))
  expect([...present.keys()].sort()).toEqual([...emitAll().keys()].sort())
  for (const [name, text] of emitAll()) expect(present.get(name), name).toBe(text)
})
