import { expect, it } from 'vitest'
import { main } from '../../examples/permission-daemon.js'

it('the permission daemon crashes twice and loses no access', () => {
  const log: string[] = []
  expect(main((line) => log.push(line))).toEqual([3, 3, -1, 3, 3])
  expect(log.filter((line) => line.startsWith('crashed'))).toHaveLength(2)
  expect(log.filter((line) => line.endsWith('yes') || line.endsWith('no'))).toHaveLength(5)
  expect(log.at(-1)).toBe('0 accesses wait')
})
