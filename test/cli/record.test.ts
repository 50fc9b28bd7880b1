import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hostUnavailable } from '../../lab/host.js'
import { parseTranscript } from '../../src/transcript/format.js'
import { kabinet } from './kabinet.js'

const PROGRAM = `{"transcript":1,"name":"sleeper"}
{"step":0,"task":1,"call":"pipe2","args":[{"out":12},0]}
{"step":1,"task":1,"call":"clone3","args":[{"in":"${'00'.repeat(32)}11${'00'.repeat(55)}"},88],"child":2}
{"step":2,"task":1,"call":"fcntl","args":[3,1,0]}
{"step":3,"task":2,"call":"read","args":[3,{"out":4},4]}
{"step":4,"task":1,"call":"write","args":[4,{"in":"6869"},2]}
`

let folder: string
const path = (name: string): string => join(folder, name)
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kabinet-record-'))
  writeFileSync(path('sleeper.jsonl'), PROGRAM)
})
afterAll(() => rmSync(folder, { recursive: true }))

const reason =
  hostUnavailable() ?? (spawnSync('gcc', ['--version']).status === 0 ? undefined : 'gcc is not on this machine')
if (reason !== undefined) console.warn(`skipped: kabinet record on this machine's kernel: ${reason}`)

describe.skipIf(reason !== undefined)("kabinet record on this machine's kernel", () => {
  it('writes a transcript that replay accepts', async () => {
    const { stdout, stderr, code } = await kabinet(['record', path('sleeper.jsonl')])
    expect(stderr).toBe('')
    expect(code).toBe(0)
    const { header, steps } = parseTranscript(stdout)
    expect(header).toMatchObject({ name: 'sleeper', machine: 'x86_64', boot: { task: { uid: 0 } } })
    expect(steps.slice(2)).toMatchObject([
      { step: 2, ret: 0 },
      { step: 3, blocked: true },
      { step: 4, ret: 2, completes: [{ step: 3, ret: 2, out: ['6869'] }] },
    ])
  })

  it('asks a transcript anew, and fills a folder with a file a program', async () => {
    expect((await kabinet(['record', path('sleeper.jsonl'), '-o', path('first.jsonl')])).code).toBe(0)
    const again = await kabinet(['record', path('first.jsonl'), path('sleeper.jsonl'), '-o', path('all/')])
    expect(again).toMatchObject({ stdout: '', stderr: '', code: 0 })
    expect(readdirSync(path('all')).sort()).toEqual(['first.jsonl', 'sleeper.jsonl'])
    const diff = await kabinet(['diff', path('first.jsonl'), path('all/first.jsonl')])
    expect(diff).toMatchObject({ stdout: '5 steps compared, 0 differ\n', code: 0 })
  })

  it('reads stdin', async () => {
    const { stdout, code } = await kabinet(['record', '-'], { stdin: PROGRAM })
    expect(parseTranscript(stdout).steps).toHaveLength(5)
    expect(code).toBe(0)
  })

  it('says what it refuses to do to this machine', async () => {
    writeFileSync(
      path('unsafe.jsonl'),
      '{"transcript":1,"name":"unsafe"}\n{"step":0,"task":1,"call":"openat","args":[-100,{"str":"/proc/sys/kernel/pid_max"},1]}\n',
    )
    const { stderr, code } = await kabinet(['record', path('unsafe.jsonl')])
    expect(stderr).toMatch(/^kabinet: step 0: openat of \/proc\/sys\/kernel\/pid_max is refused .*\n$/)
    expect(code).toBe(2)
  })

  it('says so when gcc is missing', async () => {
    const env = { XDG_CACHE_HOME: path('cache'), PATH: folder }
    const { stderr, code } = await kabinet(['record', path('sleeper.jsonl')], { env })
    expect(stderr).toMatch(/^kabinet: gcc cannot build lab\/agent\.c: .*\n$/)
    expect(code).toBe(2)
  })
})

describe('kabinet record', () => {
  it('wants programs that are there and can be read', async () => {
    const nothing = await kabinet(['record', path('nothing.jsonl')])
    expect(nothing).toMatchObject({
      stdout: '',
      stderr: `kabinet: ${path('nothing.jsonl')}: no such file or folder\n`,
      code: 2,
    })
    writeFileSync(path('damaged.jsonl'), '{"transcript":1,"name":"damaged"}\n{"step":0,\n')
    const damaged = await kabinet(['record', path('damaged.jsonl')])
    expect(damaged.stderr).toMatch(/damaged\.jsonl: line 2: not JSON/)
    expect(damaged.code).toBe(2)
  })

  it('wants a backend that there is', async () => {
    const { stderr, code } = await kabinet(['record', path('sleeper.jsonl'), '--backend', 'vax'])
    expect(stderr).toMatch(/Allowed choices are host, uml/)
    expect(code).toBe(2)
  })

  it('says how to get a user-mode Linux', async () => {
    const env = { XDG_CACHE_HOME: path('no-kernel'), KABINET_UML: '' }
    const { stderr, code } = await kabinet(['record', '-b', 'uml', path('sleeper.jsonl')], { env })
    expect(stderr).toMatch(/^kabinet: .*(npm run lab:setup|needs Linux).*\n$/)
    expect(code).toBe(2)
  })
})
