import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { kabinet, recorded } from './kabinet.js'
import { manifest, walkOf } from './walk.js'

/** What the command and what the recorder's C structures read in all recordings of a folder, under the name of each. */
async function compare(folder: string): Promise<void> {
  const recordings = manifest(folder)
  const streams = recordings.map(({ name }) => readFileSync(join(folder, `${name}.bin`)))
  const { stdout, stderr, code } = await kabinet(['decode', '-f', 'ndjson'], { stdin: Buffer.concat(streams) })
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
  const lines = stdout.trimEnd().split('\n')
  for (const [i, { name, bytes, events, reads }] of recordings.entries()) {
    expect(streams[i]).toHaveLength(bytes)
    expect(reads.reduce((sum, read) => sum + read, 0)).toBe(bytes)
    const walk = readFileSync(join(folder, `${name}.walk`), 'utf8')
    expect(`${name}\n${walkOf(lines.splice(0, events).join('\n'))}`).toBe(`${name}\n${walk}`)
  }
  expect(lines).toEqual([])
}

describe('the recorded streams, decoded by the command', () => {
  it('are what the C structures of the recorder read', () => compare(recorded))
})

function whyNoKernel(): string | undefined {
  if (process.platform !== 'linux') return 'not Linux'
  if (process.getuid?.() !== 0) return 'not root'
  try {
    execFileSync('cc', ['--version'], { stdio: 'ignore' })
    execFileSync('unshare', ['-mp', '--fork', 'true'], { stdio: 'ignore' })
  } catch (error) {
    return (error as Error).message
  }
  return existsSync('/proc/sys/fs/fanotify') ? undefined : 'a kernel without fanotify'
}

const reason = whyNoKernel()

describe.skipIf(reason !== undefined)(
  `this machine's kernel${reason === undefined ? '' : ` (skipped: ${reason})`}`,
  () => {
    it('writes streams that the command reads as the C structures do', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'kabinet-live-'))
      try {
        execFileSync('cc', ['-O2', '-Wall', '-pthread', '-o', join(folder, 'record'), join(recorded, 'record.c')])
        // Older kernels refuse some of the groups, so not every recording need succeed.
        try {
          execFileSync(join(folder, 'record'), [folder, '--no-loop'], { stdio: 'ignore' })
        } catch (error) {
          expect((error as { status: number }).status).toBe(1)
        }
        const names = manifest(folder).map(({ name }) => name)
        expect(names).toEqual(expect.arrayContaining(['fid', 'dfid_name', 'fd', 'pidfd', 'overflow']))
        await compare(folder)
      } finally {
        rmSync(folder, { recursive: true })
      }
    })
  },
)
