import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import * as uapi from '../../src/uapi/index.js'

const facts = JSON.parse(readFileSync(new URL('../golden/facts/constants.json', import.meta.url), 'utf8')) as Record<
  string,
  Record<string, string>
>
const values = uapi as unknown as Record<string, unknown>

/** The 64-bit register a C program would print for the value. */
function asRegister(value: unknown): string {
  if (typeof value !== 'number' && typeof value !== 'bigint') return String(value)
  return `0x${BigInt.asUintN(64, BigInt(value)).toString(16)}`
}

describe.each(Object.entries(facts))('%s', (header, constants) => {
  it('has every constant at the value the compiler printed', () => {
    const ours = Object.fromEntries(Object.keys(constants).map((name) => [name, asRegister(values[name])]))
    expect(ours).toEqual(constants)
  })

  it('documents every constant', () => {
    const file = new URL(`../../src/uapi/constants/${header.replace('.h', '.ts')}`, import.meta.url)
    const text = readFileSync(file, 'utf8')
    for (const name of Object.keys(constants))
      expect(text).toMatch(new RegExp(`/\\*\\* .+ \\*/\\nexport const ${name} =`))
  })
})

it('has the constants that no header of the user side holds', () => {
  expect(uapi.FD_NSFS_ROOT).toBe(-10003)
  expect(uapi.FILEID_NSFS).toBe(0xf1)
  expect(uapi.FAN_IOC_OPEN_QUEUE_FD).toBe(('F'.charCodeAt(0) << 8) | 0xf0)
})
