import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Emulator } from '../../src/abi/index.js'
import { describeBoot } from '../../src/transcript/describe_boot.js'
import { parseProgram, serialiseTranscript, type Transcript } from '../../src/transcript/format.js'
import { runProgram } from '../../src/transcript/run.js'
import { kabinet } from './kabinet.js'

const CALLS = `{"transcript":1,"name":"story"}
{"step":0,"task":1,"call":"unshare","args":["0x4000000"]}
{"step":1,"task":1,"call":"listns","args":[{"in":"2000000000000000000000000000000000000004000000000000000000000000"},{"out":32},4,0]}
{"step":2,"task":1,"call":"getpid","args":[]}
`

const boot = (pid: number): Emulator => {
  const plain = describeBoot(Emulator.boot({ profile: 'v7.3' }))
  return Emulator.boot({ profile: 'v7.3', boot: { ...plain, task: { ...plain.task, pid, ppid: pid - 2 } } })
}
const story = (pid = 55): Transcript => runProgram(parseProgram(CALLS), boot(pid))

let folder: string
const path = (name: string): string => join(folder, name)
const write = (name: string, text: string): string => {
  mkdirSync(dirname(path(name)), { recursive: true })
  writeFileSync(path(name), text)
  return path(name)
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kabinet-replay-'))
  write('good/story-2.jsonl', serialiseTranscript(story()))
  write('good/story-10.jsonl', serialiseTranscript(story()))
  const bytes = story()
  bytes.steps[1] = { ...bytes.steps[1]!, out: ['02000000000000000c00000000000000'] }
  write('bad/bytes.jsonl', serialiseTranscript(bytes))
  const ret = story()
  ret.steps[0] = { ...ret.steps[0]!, ret: -1 }
  write('bad/ret.jsonl', serialiseTranscript(ret))
  write('damaged.jsonl', `${serialiseTranscript(story())}{"step":3,\n`)
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('kabinet replay', () => {
  it('prints a line a file, in natural order, and how many passed', async () => {
    const { stdout, stderr, code } = await kabinet(['replay', path('good')])
    expect(stdout).toBe('ok story-2 3 steps\nok story-10 3 steps\n2 passed, 0 failed\n')
    expect(stderr).toBe('')
    expect(code).toBe(0)
  })

  it('shows a return that differs', async () => {
    const { stdout, code } = await kabinet(['replay', path('bad/ret.jsonl'), path('good/story-2.jsonl')])
    expect(stdout).toMatchInlineSnapshot(`
      "FAIL ret step 0 unshare: want -1 (EPERM), got 0
        task 1: unshare(0x4000000)
      ok story-2 3 steps
      1 passed, 1 failed
      "
    `)
    expect(code).toBe(1)
  })

  it('shows bytes that differ field by field, and marks the first', async () => {
    const { stdout, code } = await kabinet(['replay', path('bad/bytes.jsonl')])
    expect(stdout).toMatchInlineSnapshot(`
      "FAIL bytes step 1 listns: byte 8 (ns_ids[1]): not equal
        task 1: listns([32 bytes in: 2000000000000000000000000000000000000004000000000000000000000000], [32 bytes out], 4, 0)
        both returned 2
        argument 1:
          offset field      want                                          got
          0x0    ns_ids[0]  2                                             2
        ! 0x8    ns_ids[1]  12                                            11
          0x10   (bytes)    untouched (16 bytes)                          untouched (16 bytes)
        first difference: byte 8 (0x8)
          want 0000 02 00 00 00 00 00 00 00 [0c] 00 00 00 00 00 00 00
          got  0000 02 00 00 00 00 00 00 00 [0b] 00 00 00 00 00 00 00
      0 passed, 1 failed
      "
    `)
    expect(code).toBe(1)
  })

  it('names the line of a damaged transcript', async () => {
    const { stdout, code } = await kabinet(['replay', path('damaged.jsonl')])
    expect(stdout).toMatch(/^FAIL damaged damaged: line 5: not JSON: .*\n0 passed, 1 failed\n$/)
    expect(code).toBe(1)
  })

  it('--json is an array with an object a file', async () => {
    const { stdout, code } = await kabinet(['replay', '--json', path('bad'), path('damaged.jsonl')])
    const [bytes, ret, damaged] = JSON.parse(stdout)
    expect(bytes).toMatchObject({ name: 'bytes', profile: 'v7.3', steps: 3, matched: 1 })
    expect(bytes.firstDivergence).toMatchObject({ step: 1, call: 'listns', what: 'out', want: 2, got: 2 })
    expect(bytes.firstDivergence.buffers[0].difference).toMatchObject({ offset: 8, field: 'ns_ids[1]' })
    expect(ret).toMatchObject({ name: 'ret', matched: 0, firstDivergence: { step: 0, what: 'ret', want: -1, got: 0 } })
    expect(damaged).toMatchObject({ name: 'damaged', firstDivergence: null, error: { line: 5 } })
    expect(code).toBe(1)
  })

  it('replays on another profile', async () => {
    const { stdout } = await kabinet(['replay', '--profile', 'v6.18', path('good/story-2.jsonl')])
    expect(stdout).toContain('want 2, got -38 (ENOSYS)')
  })

  it('wants a path that is there, with transcripts in it', async () => {
    const nothing = await kabinet(['replay', path('nothing')])
    expect(nothing).toMatchObject({
      stdout: '',
      stderr: `kabinet: ${path('nothing')}: no such file or folder\n`,
      code: 2,
    })
    mkdirSync(path('empty'))
    const empty = await kabinet(['replay', path('empty')])
    expect(empty).toMatchObject({ stderr: `kabinet: ${path('empty')}: no transcript in it\n`, code: 2 })
  })

  it('replays a truth table', async () => {
    const matrix = {
      matrix: 'fanotify_init',
      profile: 'v7.3',
      kernel: '7.3.4',
      table: [
        {
          caller: 'root',
          samples: [
            [0x200, 0, 0],
            [0x8000, 0, -22],
            [0xc, 0, 0],
          ],
        },
      ],
    }
    const file = write('fanotify_init.here.json', JSON.stringify(matrix))
    const { stdout, code } = await kabinet(['replay', file])
    expect(stdout).toBe(
      'FAIL fanotify_init.here root: fanotify_init(0xc, 0x0): want 0, got -22 (EINVAL)\n0 passed, 1 failed\n',
    )
    expect(code).toBe(1)
  })
})

describe('kabinet diff', () => {
  it('finds nothing between a transcript and itself', async () => {
    const { stdout, code } = await kabinet(['diff', path('good/story-2.jsonl'), path('good/story-10.jsonl')])
    expect(stdout).toBe('3 steps compared, 0 differ\n')
    expect(code).toBe(0)
  })

  it('shows the fields that differ', async () => {
    const { stdout, code } = await kabinet(['diff', path('good/story-2.jsonl'), path('bad/bytes.jsonl')])
    expect(stdout).toMatchInlineSnapshot(`
      "step 1 task 1 listns([32 bytes in: 2000000000000000000000000000000000000004000000000000000000000000], [32 bytes out], 4, 0): both return 2
        0x0008 ns_ids[1]  11 | 12
      3 steps compared, 1 differ
      "
    `)
    expect(code).toBe(1)
  })

  it('lets values of chance differ where they keep to each other', async () => {
    const other = write('pids.jsonl', serialiseTranscript(story(700)))
    expect(readFileSync(other, 'utf8')).toContain('"ret":700')
    expect((await kabinet(['diff', path('good/story-2.jsonl'), other])).stdout).toBe('3 steps compared, 0 differ\n')
  })

  it('names the line of a damaged transcript', async () => {
    const { stderr, code } = await kabinet(['diff', path('good/story-2.jsonl'), path('damaged.jsonl')])
    expect(stderr).toMatch(/damaged\.jsonl: line 5: not JSON/)
    expect(code).toBe(2)
  })
  it('wants two files', async () => {
    const { stderr, code } = await kabinet(['diff', path('good/story-2.jsonl'), path('good')])
    expect(stderr).toBe(`kabinet: ${path('good')}: is a directory\n`)
    expect(code).toBe(2)
  })
})
