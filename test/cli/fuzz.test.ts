import { spawn } from 'node:child_process'
import { expect, inject, it } from 'vitest'
import { kabinet } from './kabinet.js'

it('kabinet fuzz ends on an interrupt, and says how far it came', async () => {
  const child = spawn(process.execPath, [inject('kabinetMain'), 'fuzz', '--seed', '1', '--time', '60s'])
  let stdout = ''
  const started = new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk) => {
      stdout += chunk
      resolve()
    })
  })
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.on('close', (_code, signal) => resolve(signal)))
  await started
  await new Promise((resolve) => setTimeout(resolve, 500))
  child.kill('SIGINT')
  expect(await ended).toBeNull()
  expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^\d+ s .*programs/)
}, 20_000)

it.each(['--corpus', '--stats'])('%s without a kernel to compare with is refused', async (option) => {
  const { stdout, stderr, code } = await kabinet(['fuzz', '--runs', '1', option, '/tmp/nowhere'])
  expect({ stdout, stderr, code }).toEqual({
    stdout: '',
    stderr: `kabinet: ${option} is for comparing with a kernel: give a --backend\n`,
    code: 2,
  })
})
