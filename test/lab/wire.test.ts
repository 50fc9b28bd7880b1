import { describe, expect, it } from 'vitest'
import { asProgram } from '../../lab/as-program.js'
import { checkHostSafety } from '../../lab/host-safety.js'
import { findArchive, sourceFor } from '../../lab/setup.js'
import { compileProgram, frame } from '../../lab/wire.js'
import { diffTranscripts } from '../../src/transcript/diff.js'
import type { Arg, Transcript } from '../../src/transcript/format.js'
import { programOf } from './calls.js'

function compiled(args: Arg[]): string {
  return compileProgram(7, programOf('one', [[1, 'close', args]]).steps, true).toString('hex')
}
const HEAD = '07000000' + '01000000' + '01' + '0300' // id, one step, probe, close

describe('a program on the wire', () => {
  it('puts registers down as signed words, longer ones whole', () => {
    expect(compiled([-1])).toBe(`${HEAD}01000100000001ffffffff`)
    expect(compiled(['0xffffffff'])).toBe(`${HEAD}01000100000000ffffffff00000000`)
    expect(compiled([0x8000_0000])).toBe(`${HEAD}010001000000000000008000000000`)
    expect(compiled([null])).toBe(`${HEAD}0100010000000100000000`)
  })

  it('puts buffers, patches in the order of their offsets, and paths with pids', () => {
    expect(compiled([{ out: 24 }])).toBe(`${HEAD}0100010000000318000000`)
    expect(compiled([{ in: '0102', at: {} }])).toBe(`${HEAD}01000100000002020000000102` + '00')
    expect(compiled([{ in: '00'.repeat(12), at: { 8: { pid: 3 }, 0: { out: 4 } } }])).toBe(
      `${HEAD}010001000000020c000000${'00'.repeat(12)}02` + '00000000' + '0304000000' + '08000000' + '060300',
    )
    expect(compiled([{ str: '/p/$2/x' }])).toBe(`${HEAD}01000100000005030003002f702f` + '010200' + '0002002f78')
  })

  it('refuses what does not exist', () => {
    expect(() => compiled([{ ret: 0 }])).toThrow('there is no step 0 before')
    expect(() => compileProgram(1, programOf('x', [[1, 'nope', []]]).steps, false)).toThrow('no system call nope')
    expect(() => compiled([1, 2, 3, 4, 5, 6, 7])).toThrow('more than six')
  })

  it('frames', () => {
    expect(frame('P', Buffer.from('abc')).toString('latin1')).toBe('\x03\0\0\0Pabc')
  })
})

describe("what this machine's kernel is not asked", () => {
  const refused =
    (str: string): (() => void) =>
    () =>
      checkHostSafety(programOf('x', [[1, 'openat', [-100, { in: '00'.repeat(8), at: { 0: { str } } }]]]).steps)

  it.each([
    '/proc/sys/kernel/ns_last_pid',
    '/proc/sysrq-trigger',
    '/proc/1/root/etc',
    '//proc//$2/cwd',
    '/proc/12/task/12/fd/3',
    '/sys/kernel/mm',
    'devtmpfs',
  ])('%s', (path) => {
    expect(refused(path)).toThrow("is refused on this machine's own kernel")
  })

  it.each([
    '/proc/self/root',
    '/proc/$2/ns/mnt',
    '/proc/self/fd/3',
    '/proc/$3/uid_map',
    '/sys',
    '/sys/fs/cgroup/a',
    '',
  ])('but %j', (path) => {
    expect(refused(path)).not.toThrow()
  })
})

describe('the archive that the kernel comes from', () => {
  it('is found in deb822 sources, not the security one', () => {
    const text =
      'Types: deb\nURIs: http://deb.debian.org/debian-security\nSuites: trixie-security\n\n' +
      'Types: deb\nURIs: http://mirror/debian\nSuites: trixie trixie-updates\nComponents: main\nSigned-By: /k.gpg\n'
    expect(findArchive([text], [])).toEqual({ uri: 'http://mirror/debian', signedBy: '/k.gpg' })
  })

  it('is found in one-line sources', () => {
    const text =
      '# comment\ndeb-src http://a/debian sid main\ndeb [arch=amd64 signed-by=/k.asc] http://b/debian/ sid main\n'
    expect(findArchive([], [text])).toEqual({ uri: 'http://b/debian/', signedBy: '/k.asc' })
    expect(findArchive([], ['deb http://archive.ubuntu.com/ubuntu noble main\n'])).toBeUndefined()
  })

  it('is asked for the other suite', () => {
    expect(sourceFor({ uri: 'http://b/debian', signedBy: '/k.gpg' }, 'sid')).toBe(
      'Types: deb\nURIs: http://b/debian\nSuites: sid\nComponents: main\nArchitectures: amd64\nSigned-By: /k.gpg\n',
    )
  })
})

describe('two runs of one program', () => {
  function run(pid: number, child: number): Transcript {
    const { steps } = programOf('x', [[1, 'clone3', [], 2]])
    return {
      header: {
        transcript: 1,
        name: 'x',
        profile: 'v7.2',
        kernel: '7.2.7',
        machine: 'x86_64',
        boot: {
          task: { pid, ppid: pid - 2, uid: 0, gid: 0 },
          namespaces: Object.fromEntries(
            ['ipc', 'uts', 'user', 'pid', 'cgroup', 'time', 'net', 'mnt'].map((type, i) => [
              type,
              { id: i + 1, ino: 4026531839 - i },
            ]),
          ) as Transcript['header']['boot']['namespaces'],
          next: { nsId: 13, mntIdUnique: 2147483676 },
          nr_mounts: 1,
          mountinfo: [],
        },
      },
      steps: steps.map((step) => ({ ...step, ret: child })),
    }
  }

  it('may use the pids of one another', () => {
    expect(diffTranscripts(run(740, 742), run(736, 738)).steps).toEqual([])
  })
})

describe('a recording as a program', () => {
  it('takes handles from the step that gave them', () => {
    const handle = '0c00000001000000' + '11'.repeat(12)
    const { steps } = programOf('x', [
      [1, 'name_to_handle_at', [3, { str: '' }, { inout: '00'.repeat(20) }, { out: 4 }, 0]],
      [1, 'open_by_handle_at', [3, { in: `${handle}0000` }, 0]],
    ])
    Object.assign(steps[0] as object, { ret: 0, out: [handle, '01000000'] })
    const program = asProgram({ header: { transcript: 1, name: 'x' }, steps })
    expect(program.steps[1]?.args[1]).toEqual({ in: `${handle}0000`, at: { 0: { from: [0, 0, 0, 20] } } })
    expect(program.steps[0]).not.toHaveProperty('ret')
  })
})
