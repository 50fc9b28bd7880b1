import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fc, test } from '@fast-check/vitest'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type Finished, kabinet, type RunOptions, recorded } from './kabinet.js'
import { manifest } from './walk.js'

const decode = (args: readonly string[], options?: RunOptions): Promise<Finished> =>
  kabinet(['decode', ...args], options)
const file = (name: string): string => `${recorded}${name}.bin`
const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '')

// An event as hex text: 24 bytes of metadata with pid 42.
const OPEN_EVENT = '18000000 03 00 1800 2000000000000000 ffffffff 2a000000'

let scratch: string
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'kabinet-decode-'))
})
afterAll(() => rmSync(scratch, { recursive: true }))

describe('formats', () => {
  it('text is a line an event', async () => {
    const { stdout, code } = await decode([file('mounts')])
    expect(code).toBe(0)
    expect(lines(stdout)).toHaveLength(11)
    expect(lines(stdout)[2]).toMatch(/^pid=1 FAN_MNT_ATTACH\|FAN_MNT_DETACH MNT\{mnt_id=\d+\}$/)
  })

  it('text shows what stands in fd and pidfd slots', async () => {
    const { stdout } = await decode([file('fd_error')])
    expect(lines(stdout).map((line) => line.replace(/pid=\d+ /, ''))).toEqual([
      'FAN_OPEN fd=7 PIDFD{pidfd=8}',
      expect.stringMatching(/^FAN_OPEN fd=9 PIDFD\{pidfd=1\d\}$/),
      expect.stringMatching(/^FAN_OPEN fd=1\d PIDFD\{pidfd=-ESRCH\}$/),
      'FAN_OPEN fd=-ETXTBSY PIDFD{pidfd=-ESRCH}',
      'FAN_OPEN|FAN_OPEN_EXEC fd=-ETXTBSY PIDFD{pidfd=7}',
      'FAN_OPEN fd=-EMFILE PIDFD{pidfd=-EMFILE}',
    ])
    const pidfds = await decode([file('pidfd')])
    expect(lines(pidfds.stdout).map((line) => /pidfd=(.*)\}/.exec(line)?.[1])).toEqual([
      '7',
      'FAN_NOPIDFD',
      'FAN_EPIDFD',
    ])
    const overflow = await decode(['--mask', 'Q_OVERFLOW', file('overflow_fd_error')])
    expect(overflow.stdout).toBe('pid=0 FAN_Q_OVERFLOW fd=-EBADF\n')
  })

  it('json is one array with what ndjson has line by line', async () => {
    const json = await decode(['--format', 'json', file('names')])
    const ndjson = await decode(['--format', 'ndjson', file('names')])
    expect(JSON.parse(json.stdout)).toEqual(lines(ndjson.stdout).map((line) => JSON.parse(line)))
  })

  it('json keeps its contract', async () => {
    const [event] = JSON.parse((await decode(['-f', 'json', file('fs_error')])).stdout)
    expect(event).toEqual({
      event_len: 56,
      vers: 3,
      metadata_len: 24,
      mask: '0x8000',
      events: ['FAN_FS_ERROR'],
      fd: -1,
      pid: event.pid,
      info: [
        {
          info_type: 1,
          len: 20,
          fsid: event.info[0].fsid,
          handle: { handle_bytes: 0, handle_type: 255, f_handle: '' },
        },
        { info_type: 5, len: 12, error: 117, error_count: 2 },
      ],
    })
  })

  it('an empty stream is no events, and an empty array', async () => {
    expect(await decode([], { stdin: '' })).toEqual({ stdout: '', stderr: '', code: 0 })
    expect(await decode(['-f', 'json'], { stdin: '' })).toEqual({ stdout: '[\n]\n', stderr: '', code: 0 })
  })

  it('hex shows every byte once, in order, and is read back', async () => {
    const all = join(scratch, 'all')
    writeFileSync(all, Buffer.concat(manifest().map(({ name }) => readFileSync(file(name)))))
    const { stdout, code } = await decode(['--format', 'hex', all])
    expect(code).toBe(0)
    const dumped = lines(stdout)
      .filter((line) => !line.startsWith('#'))
      .map((line) => line.slice(10, 34).replaceAll(' ', ''))
    expect(dumped.join('')).toBe(readFileSync(all).toString('hex'))
    const again = await decode(['--format', 'ndjson'], { stdin: stdout })
    expect(again.stdout).toBe((await decode(['--format', 'ndjson', all])).stdout)
  })

  it('hex names the hole that only some machines leave', async () => {
    const i386 = '24000000 03 00 1800 0000000100000000 ffffffff 01000000 07 00 0c00 0500000000000000'
    const holes = async (args: string[], stdin: string): Promise<string[]> =>
      lines((await decode(['-f', 'hex', ...args], { stdin })).stdout).filter((line) => /hole|mnt_id/.test(line))
    expect(await holes(['-M', 'i386'], i386)).toEqual(['0000001c  05 00 00 00 00 00 00 00  | mnt_id       5'])
    const x86 = i386.replace('24', '28').replace('0c00', '1000 00000000')
    expect(await holes([], x86)).toEqual([
      '0000001c  00 00 00 00              | (hole)',
      '00000020  05 00 00 00 00 00 00 00  | mnt_id       5',
    ])
  })
})

describe('input', () => {
  it.each([
    ['hex text', OPEN_EVENT],
    ['raw bytes', Buffer.from(OPEN_EVENT.replaceAll(' ', ''), 'hex')],
    [
      'hexdump -C',
      '00000000  18 00 00 00 03 00 18 00  20 00 00 00 00 00 00 00  |........ .......|\n00000010  ff ff ff ff 2a 00 00 00                           |....*...|\n00000018\n',
    ],
  ])('on stdin: %s', async (_, stdin) => {
    expect(await decode(['-'], { stdin })).toEqual({ stdout: 'pid=42 FAN_OPEN\n', stderr: '', code: 0 })
    expect((await decode([], { stdin })).stdout).toBe('pid=42 FAN_OPEN\n')
  })

  it('--input settles the form', async () => {
    const raw = await decode(['--input', 'raw'], { stdin: OPEN_EVENT })
    expect(raw).toMatchObject({ stdout: '', code: 1 })
    const hex = await decode(['--input', 'hex'], { stdin: Buffer.from(OPEN_EVENT.replaceAll(' ', ''), 'hex') })
    expect(hex).toMatchObject({ stdout: '', code: 2, stderr: expect.stringContaining('hex text, line 1') })
  })

  it('from other machines', async () => {
    const s390x =
      '00000030 03 00 0018 0000000000000200 ffffffff 0000002a 08 00 0018 00000000 00000000f0000007 00000000effffffd'
    const { stdout } = await decode(['--machine', 's390x'], { stdin: s390x })
    expect(stdout).toBe('pid=42 FAN_NS_DELETE NS{self_nsid=4026531847 owner_nsid=4026531837}\n')
  })

  it('a namespace watcher says what 0x100 means, where no record does', async () => {
    const stdin = OPEN_EVENT.replace('2000', '0001')
    expect((await decode([], { stdin })).stdout).toBe('pid=42 FAN_CREATE\n')
    expect((await decode(['--group', 'ns'], { stdin })).stdout).toBe('pid=42 FAN_NS_CREATE\n')
  })
})

describe('filters', () => {
  const count = async (args: string[], name = 'dfid_name_unmerged'): Promise<number> =>
    lines((await decode([...args, file(name)])).stdout).length

  it('by mask', async () => {
    expect(await count(['--mask', 'FAN_RENAME'])).toBe(2)
    expect(await count(['--mask', 'rename'])).toBe(2)
    expect(await count(['--mask', '0x10000000'])).toBe(2)
    expect(await count(['--mask', 'CREATE,DELETE'])).toBe(8)
    expect(await count(['--mask', 'CREATE|DELETE'])).toBe(8)
    expect(await count(['--mask', 'MOVE'])).toBe(4)
    expect(await count(['--mask', 'NS_CREATE'])).toBe(0)
    expect(await count(['--mask', 'FS_ERROR'])).toBe(0)
  })

  it('by pid', async () => {
    expect(await count(['--pid', '2'], 'pidfd')).toBe(1)
    expect(await count(['--pid', '1,2'], 'pidfd')).toBe(3)
    expect(await count(['--pid', '0'], 'unprivileged')).toBe(1)
  })

  it('by record type', async () => {
    expect(await count(['--type', 'OLD_DFID_NAME'], 'rename_one_side')).toBe(2)
    expect(await count(['--type', '12'], 'rename_one_side')).toBe(2)
    expect(await count(['--type', 'old_dfid_name,FAN_EVENT_INFO_TYPE_NEW_DFID_NAME'], 'rename_one_side')).toBe(3)
    expect(await count(['--type', 'MNT'], 'rename_one_side')).toBe(0)
  })

  it('all together', async () => {
    expect(await count(['--type', 'DFID_NAME', '--mask', 'OPEN', '--pid', '1'], 'dfid_name_fid')).toBe(0)
    expect(await count(['--type', 'FID', '--mask', 'OPEN', '--pid', '2'], 'dfid_name_fid')).toBe(1)
  })

  it('leave json an array', async () => {
    const json = await decode(['-f', 'json', '--mask', 'RENAME', file('dfid_name_unmerged')])
    expect(JSON.parse(json.stdout)).toHaveLength(2)
  })

  it.each([
    [['--mask', 'FAN_NONSENSE'], 'kabinet: --mask: no event is named FAN_NONSENSE\n'],
    [['--mask', 'MARK_ADD'], 'kabinet: --mask: no event is named MARK_ADD\n'],
    [['--mask', ''], 'kabinet: --mask: nothing is named\n'],
    [['--pid', '1,x'], 'kabinet: --pid: x is not a pid\n'],
    [['--type', 'XYZ'], expect.stringMatching(/^kabinet: --type: no record is named XYZ; there are FID, .*\n$/)],
  ])('%j is refused', async (args, stderr) => {
    expect(await decode([...args, file('fid')])).toEqual({ stdout: '', stderr, code: 2 })
  })
})

describe('a stream that is cut or wrong', () => {
  it.each([3, 23, 24, 55, 56 + 4, 335])('cut after %i bytes', async (length) => {
    const bytes = readFileSync(file('fid')).subarray(0, length)
    const { stdout, stderr, code } = await decode(['-f', 'ndjson'], { stdin: bytes })
    const whole = Math.floor(length / 56)
    const before = whole === 0 ? 'no whole event' : `${whole} whole events?`
    expect(lines(stdout)).toHaveLength(whole)
    expect(lines(stderr)).toHaveLength(1)
    expect(stderr).toMatch(
      new RegExp(`^kabinet: stdin: byte \\d+ \\(0x[0-9a-f]+\\): event_len: .*; ${before} before it`),
    )
    expect(code).toBe(1)
  })

  it('leaves json an array', async () => {
    const json = await decode(['-f', 'json'], { stdin: readFileSync(file('fid')).subarray(0, 100) })
    expect(JSON.parse(json.stdout)).toHaveLength(1)
    expect(json.code).toBe(1)
  })

  it.each([
    ['vers', OPEN_EVENT.replace('03', '02'), 'kabinet: stdin: byte 28 (0x1c): vers: '],
    ['an event_len below the metadata', OPEN_EVENT.replace('18', '17'), 'kabinet: stdin: byte 24 (0x18): event_len: '],
    [
      'an event_len beyond any event',
      `ffffff7f${OPEN_EVENT.slice(8)} ${'00'.repeat(1 << 21)}`,
      'kabinet: stdin: byte 24 (0x18): event_len: ',
    ],
  ])('%s', async (_, second, message) => {
    const { stdout, stderr, code } = await decode([], { stdin: `${OPEN_EVENT}\n${second}` })
    expect(stdout).toBe('pid=42 FAN_OPEN\n')
    expect(stderr).toContain(message)
    expect(lines(stderr)).toHaveLength(1)
    expect(code).toBe(1)
  })

  it('shows a broken record raw and goes on', async () => {
    const broken = '20000000 03 00 1800 2000000000000000 ffffffff 2a000000 04 00 ff00 01000000'
    const { stdout, code } = await decode([], { stdin: `${broken} ${OPEN_EVENT}` })
    expect(stdout).toMatch(/^pid=42 FAN_OPEN PIDFD\{raw=0400ff0001000000 broken: .*\}\npid=42 FAN_OPEN\n$/)
    expect(code).toBe(0)
    const hex = await decode(['-f', 'hex'], { stdin: broken })
    expect(hex.stdout).toContain('| raw')
  })

  test.prop([fc.uint8Array({ maxLength: 400 }), fc.constantFrom('text', 'hex', 'ndjson')], { numRuns: 12 })(
    'any bytes give a result or one line on stderr',
    async (bytes, format) => {
      const { stderr, code } = await decode(['--input', 'raw', '--format', format], { stdin: bytes })
      expect(lines(stderr)).toHaveLength(code === 0 ? 0 : 1)
      expect([0, 1]).toContain(code)
    },
  )
})

describe('as a process', () => {
  it.each([
    [['decode', '/nonexistent/stream'], 'kabinet: /nonexistent/stream: no such file or folder\n'],
    [['decode', recorded], `kabinet: ${recorded}: is a directory\n`],
    [
      ['decode', '--format', 'xml'],
      expect.stringMatching(/^kabinet: option '-f, --format <format>' argument 'xml' is invalid\. .*\n$/),
    ],
    [['decode', '--machine', 'vax'], expect.stringMatching(/^kabinet: .*Allowed choices are x86_64, i386, s390x\.\n$/)],
    [['decode', 'a', 'b'], expect.stringMatching(/^kabinet: too many arguments.*\n$/)],
    [['decode', '--nonsense'], "kabinet: unknown option '--nonsense'\n"],
    [['decoed'], "kabinet: unknown command 'decoed' (Did you mean decode?)\n"],
    [['--nonsense'], "kabinet: unknown option '--nonsense'\n"],
  ])('%j is refused in one line', async (args, stderr) => {
    expect(await kabinet(args)).toEqual({ stdout: '', stderr, code: 2 })
  })

  it('helps', async () => {
    const help = await kabinet(['--help'])
    expect(help).toMatchObject({ stderr: '', code: 0 })
    expect(help.stdout).toMatch(/decode +print a fanotify event stream/)
    for (const args of [
      ['decode', '--help'],
      ['help', 'decode'],
    ]) {
      const { stdout, code } = await kabinet(args)
      expect(stdout).toContain('--machine <machine>')
      expect(code).toBe(0)
    }
    const nothing = await kabinet([])
    expect(nothing.stderr).toContain('Usage: kabinet')
    expect(nothing.code).toBe(2)
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
    expect((await kabinet(['--version'])).stdout).toBe(`${version}\n`)
  })

  it('colours when told to, never a pipe on its own', async () => {
    const escapes = async (format: string, env: Record<string, string>): Promise<boolean> =>
      (await decode(['--format', format, file('mounts')], { env })).stdout.includes('\x1b[')
    for (const format of ['text', 'hex']) {
      expect(await escapes(format, {})).toBe(false)
      expect(await escapes(format, { CI: 'true' })).toBe(false)
      expect(await escapes(format, { FORCE_COLOR: '1' })).toBe(true)
      expect(await escapes(format, { FORCE_COLOR: '0' })).toBe(false)
      expect(await escapes(format, { FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false)
    }
    expect(await escapes('ndjson', { FORCE_COLOR: '1' })).toBe(false)
  })

  it('ends quietly when the reader goes away', async () => {
    const large = join(scratch, 'large')
    writeFileSync(large, Buffer.concat(Array(100_000).fill(readFileSync(file('mounts')).subarray(0, 40))))
    for (const format of ['text', 'ndjson', 'json', 'hex']) {
      const script = `${process.execPath} ${inject('kabinetMain')} decode -f ${format} ${large} | head -n 1 >/dev/null; echo "\${PIPESTATUS[0]}"`
      const output = await new Promise<string>((resolve) => {
        execFile('bash', ['-c', script], (_, stdout, stderr) => resolve(stdout + stderr))
      })
      expect(output).toBe('0\n')
    }
  })

  it('shows progress on a terminal, for a large file, when the output goes elsewhere', async () => {
    const large = join(scratch, 'large-enough')
    writeFileSync(large, Buffer.alloc((1 << 24) + 8, readFileSync(file('fd')).subarray(0, 24)))
    const onTerminal = (command: string): Promise<string> =>
      new Promise((resolve) => {
        const script = `${process.execPath} ${inject('kabinetMain')} ${command}`
        execFile('script', ['-qec', script, '/dev/null'], { maxBuffer: 1 << 26 }, (_, stdout) => resolve(stdout))
      })
    expect(await onTerminal(`decode --mask FS_ERROR ${large} >/dev/null`)).toMatch(/large-enough [=-]+ 100%/)
    expect(await onTerminal(`decode --mask FS_ERROR ${large}`)).toBe('')
    expect(await onTerminal(`decode --mask FS_ERROR ${file('fd')} >/dev/null`)).toBe('')
  })

  it('says in one line that its output cannot be written', async () => {
    const script = `${process.execPath} ${inject('kabinetMain')} decode ${file('mounts')} > /dev/full; echo "$?"`
    const [stdout, stderr] = await new Promise<[string, string]>((resolve) => {
      execFile('bash', ['-c', script], (_, ...output) => resolve(output))
    })
    expect(stdout).toBe('1\n')
    expect(stderr).toMatch(/^kabinet: stdout: ENOSPC.*\n$/)
  })

  it('refuses a directory on stdin', async () => {
    const script = `${process.execPath} ${inject('kabinetMain')} decode < /tmp; echo "$?"`
    const output = await new Promise<string>((resolve) => {
      execFile('bash', ['-c', script], (_, stdout, stderr) => resolve(stdout + stderr))
    })
    expect(output).toBe('2\nkabinet: stdin: is a directory\n')
  })

  it('reads a large file in constant memory', async () => {
    const report = join(scratch, 'report.mjs')
    writeFileSync(report, "process.on('exit', () => console.error(process.resourceUsage().maxRSS))")
    const kilobytes = async (megabytes: number): Promise<number> => {
      const path = join(scratch, `${megabytes}m`)
      const events = readFileSync(file('mounts')).subarray(0, 440)
      writeFileSync(path, Buffer.alloc(Math.floor((megabytes << 20) / 440) * 440, events))
      const { stderr } = await decode(['--mask', 'FS_ERROR', path], { env: { NODE_OPTIONS: `--import=${report}` } })
      return Number(stderr)
    }
    const small = await kilobytes(8)
    const large = await kilobytes(96)
    expect(small).toBeGreaterThan(10_000)
    // The garbage collector is free to let some heap stand; keeping the bytes or the events would cost far more than this.
    expect(large - small).toBeLessThan(80_000)
  })
})

describe('kabinet demo', () => {
  it('shows every format and ends well', async () => {
    const { stdout, stderr, code } = await kabinet(['demo'], { cwd: scratch })
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
    expect(stdout).toMatch(/^\$ kabinet decode --mask CREATE,RENAME,DELETE \/.*dfid_name_unmerged\.bin$/m)
    expect(stdout).toContain('FAN_MNT_ATTACH|FAN_MNT_DETACH')
    expect(stdout).toContain('"events":["FAN_Q_OVERFLOW"]')
    expect(stdout).toMatch(/error_count +2$/m)
  })
})
