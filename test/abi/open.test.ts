import { beforeEach, describe, expect, it } from 'vitest'
import { Emulator } from '../../src/abi/index.js'
import type { Task } from '../../src/kernel/index.js'
import { call, path, readFile } from './calls.js'

let emu: Emulator
let init: Task

beforeEach(() => {
  emu = Emulator.boot({ profile: 'v7.3' })
  init = emu.init
})

const open = (name: string, flags = 0, mode = 0): number => call(emu, init, 'openat', -100, path(name), flags, mode)

/** What Linux 6.18 answered for `open("/proc/self/ns/uts", flags)`: the flags of the open file, or the errno. */
const NS_FLAGS: readonly (readonly [flags: number, answer: number])[] = [
  [0, 0o100000],
  [1, -1],
  [2, -1],
  [3, -1],
  [0o100, 0o100000],
  [0o300, -17],
  [0o1000, -1],
  [0o2000, 0o102000],
  [0o1001, -1],
  [0o200000, -20],
  [0o400000, -40],
  [0o1000000, 0o1100000],
  [0o10000000, 0o10000000],
  [0o10400000, 0o10400000],
  [0o10200000, -20],
  [0o40000, -22],
  [0o4000, 0o104000],
  [0o20200001, -20],
  [0o20200000, -22],
  [0o20000000, -22],
  [0x8000_0000, 0o100000],
  [0o10000, 0o110000],
  [0o20000, 0o120000],
  [0o200100, -22],
]

describe('openat', () => {
  it.each(NS_FLAGS)('of a namespace file with flags %o', (flags, answer) => {
    const fd = open('/proc/self/ns/uts', flags, 0o644)
    expect(fd < 0 ? fd : call(emu, init, 'fcntl', fd, 3, 0)).toBe(answer)
  })

  it.each([
    ['/proc/self/ns/uts/', -20],
    ['/proc/self/ns/uts/x', -20],
    ['/proc/self/ns/nope', -2],
    ['/proc/0', -2],
    ['/proc/01', -2],
    ['/proc/-1', -2],
    ['/proc/99999999', -2],
    ['/proc/self/fd/999', -2],
    ['/proc/self/fd/01', -2],
    ['/proc/self/fdinfo/-1', -2],
    ['', -2],
    [`/proc/${'a'.repeat(300)}`, -2],
    [`/run/${'a'.repeat(300)}`, -36],
    [`/${'a/'.repeat(2048)}`, -36],
  ])('of %s', (name, errno) => {
    expect(open(name)).toBe(errno)
  })

  it('reads its path before anything else, and the descriptor after it', () => {
    expect(call(emu, init, 'openat', 999, 0x7fff_0000, 0)).toBe(-14)
    expect(call(emu, init, 'openat', 999, path('relative'), 0)).toBe(-9)
    expect(call(emu, init, 'openat', 0, path('relative'), 0)).toBe(-20)
    expect(call(emu, init, 'openat', 999, path('/run'), 0)).toBe(3)
  })

  it('creates, and says when it cannot', () => {
    expect(open('/run/f', 0o101, 0o666)).toBe(3)
    expect(open('/run/f', 0o301, 0o666)).toBe(-17)
    expect(open('/run/g/', 0o101, 0o666)).toBe(-21)
    expect(open('/run', 0o101, 0o666)).toBe(-21)
    expect(open('/run/nope/f', 0o101, 0o666)).toBe(-2)
    expect(open('/proc/nope', 0o101, 0o666)).toBe(-2)
    const st = new Uint8Array(144)
    expect(call(emu, init, 'fstat', 3, st)).toBe(0)
    expect(new DataView(st.buffer).getUint32(24, true)).toBe(0o100644)
  })

  it('follows links, forty of them', () => {
    for (let n = 0; n < 41; n++) call(emu, init, 'symlinkat', path(`/run/l${n + 1}`), -100, path(`/run/l${n}`))
    expect(open('/run/l0')).toBe(-40)
    expect(open('/run/l1')).toBe(-2)
    expect(open('/run/l1', 0o101, 0o600)).toBe(3)
    expect(open('/run/l0')).toBe(-40)
    expect(open('/run/l1')).toBe(4)
    expect(open('/run/l41', 0o400000)).toBe(5)
    expect(open('/run/l40', 0o400000)).toBe(-40)
    expect(open('/run/l40', 0o300)).toBe(-17)
  })

  it('goes up to the root and not beyond', () => {
    expect(open('/run/../../..')).toBe(3)
    const cwd = new Uint8Array(8)
    expect(call(emu, init, 'fchdir', 3)).toBe(0)
    expect(call(emu, init, 'getcwd', cwd, 8)).toBe(2)
    expect(call(emu, init, 'chdir', path('/run'))).toBe(0)
    expect(call(emu, init, 'chroot', path('/run'))).toBe(0)
    expect(open('/proc')).toBe(-2)
    expect(open('..', 0o200000)).toBe(4)
  })
})

/** struct open_how, and bytes behind it. */
function openHow(flags: number, mode = 0, resolve = 0, length = 24): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Math.max(24, length))
  const view = new DataView(bytes.buffer)
  view.setBigUint64(0, BigInt(flags), true)
  view.setBigUint64(8, BigInt(mode), true)
  view.setBigUint64(16, BigInt(resolve), true)
  return bytes.slice(0, length)
}

describe('openat2', () => {
  const open2 = (name: string, how: Uint8Array | number, size: number, dfd = -100): number =>
    call(emu, init, 'openat2', dfd, path(name), how, size)

  it('takes a struct that may grow', () => {
    expect(open2('/run', openHow(0), 0)).toBe(-22)
    expect(open2('/run', openHow(0), 23)).toBe(-22)
    expect(open2('/run', openHow(0), 24)).toBe(3)
    expect(open2('/run', openHow(0, 0, 0, 24), 25)).toBe(-14)
    expect(open2('/run', openHow(0, 0, 0, 32), 32)).toBe(4)
    const tail = openHow(0, 0, 0, 32)
    tail[31] = 1
    expect(open2('/run', tail, 32)).toBe(-7)
    expect(open2('/run', openHow(0, 0, 0, 4096), 4096)).toBe(5)
    expect(open2('/run', openHow(0, 0, 0, 4097), 4097)).toBe(-7)
    expect(open2('/run', 0x7fff_0000, 24)).toBe(-14)
  })

  it.each([
    ['an unknown flag', 0x4000_0000, 0, 0, -22],
    ['a flag above 32 bits', 2 ** 40, 0, 0, -22],
    ['a mode without creation', 0, 0o644, 0, -22],
    ['mode bits that are none', 0o100, 0o10644, 0, -22],
    ['O_PATH with more', 0o10000001, 0, 0, -22],
    ['an unknown resolve bit', 0, 0, 0x40, -22],
    ['both scopes', 0, 0, 0x18, -22],
    ['RESOLVE_CACHED with a creation', 0o100, 0o644, 0x20, -11],
  ])('refuses %s', (_what, flags, mode, resolve, errno) => {
    expect(open2('/run/x', openHow(flags, mode, resolve), 24)).toBe(errno)
  })

  it('stays where it was told to', () => {
    const run = open('/run')
    call(emu, init, 'mkdirat', run, path('d'), 0o755)
    call(emu, init, 'symlinkat', path('/run/d'), run, path('absolute'))
    call(emu, init, 'symlinkat', path('d'), run, path('relative'))
    call(emu, init, 'symlinkat', path('..'), run, path('up'))
    const [NO_XDEV, NO_MAGICLINKS, NO_SYMLINKS, BENEATH, IN_ROOT] = [1, 2, 4, 8, 16]
    const cases: readonly (readonly [name: string, resolve: number, errno: number])[] = [
      ['d', BENEATH, 0],
      ['d/..', BENEATH, 0],
      ['..', BENEATH, -18],
      ['d/../..', BENEATH, -18],
      ['/run/d', BENEATH, -18],
      ['absolute', BENEATH, -18],
      ['relative', BENEATH, 0],
      ['up', BENEATH, -18],
      ['/d', IN_ROOT, 0],
      ['/..', IN_ROOT, 0],
      ['up', IN_ROOT, 0],
      ['absolute', IN_ROOT, -2],
      ['relative', NO_SYMLINKS, -40],
      ['d', NO_SYMLINKS, 0],
      ['d', NO_XDEV, 0],
      ['..', NO_XDEV, -18],
      ['/run/d', NO_XDEV, -18],
      ['/proc/self/ns/uts', NO_MAGICLINKS, -40],
      ['/proc/self/status', NO_MAGICLINKS, 0],
      ['/proc/self/ns/uts', NO_SYMLINKS, -40],
    ]
    for (const [name, resolve, errno] of cases) {
      const fd = open2(name, openHow(0o10000000, 0, resolve), 24, run)
      expect([name, resolve, fd < 0 ? fd : 0]).toEqual([name, resolve, errno])
      if (fd >= 0) call(emu, init, 'close', fd)
    }
  })
})

describe('readlinkat', () => {
  const link = (name: string, size: number, dfd = -100): string | number => {
    const bytes = new Uint8Array(Math.max(0, size))
    const length = call(emu, init, 'readlinkat', dfd, path(name), bytes, size)
    return length < 0 ? length : new TextDecoder().decode(bytes.subarray(0, length))
  }

  it('cuts what does not fit', () => {
    expect(link('/proc/self/ns/uts', 64)).toBe('uts:[4026531838]')
    expect(link('/proc/self/ns/uts', 5)).toBe('uts:[')
    expect(link('/proc/self/ns/uts', 0)).toBe(-22)
    expect(link('/proc/self/ns/uts', -1)).toBe(-22)
    expect(link('/run', 10)).toBe(-22)
    expect(link('/proc/self', 10)).toBe('1')
    expect(link('/proc/thread-self', 20)).toBe('1/task/1')
  })

  it('takes an O_PATH descriptor of a link', () => {
    const fd = open('/proc/self/ns/uts', 0o10400000)
    expect(link('', 64, fd)).toBe('uts:[4026531838]')
    expect(link('', 64, open('/proc/self/ns/uts', 0o10000000))).toBe(-2)
    expect(link(`/proc/self/fd/${fd}`, 64)).toBe('/proc/1/ns/uts')
  })

  it('names what has no path', () => {
    const ends = new Int32Array(2)
    call(emu, init, 'pipe', ends)
    expect(link(`/proc/self/fd/${ends[0]}`, 64)).toMatch(/^pipe:\[\d+\]$/)
    expect(link(`/proc/self/fd/${call(emu, init, 'socket', 1, 1, 0)}`, 64)).toMatch(/^socket:\[\d+\]$/)
    expect(link(`/proc/self/fd/${open('/run/f', 0o101, 0o600)}`, 64)).toBe('/run/f')
    call(emu, init, 'unlinkat', -100, path('/run/f'), 0)
    expect(link('/proc/self/fd/6', 64)).toBe('/run/f (deleted)')
  })
})

it('fdinfo tells position, flags, mount and inode', () => {
  const fd = open('/proc/self/ns/uts', 0o2000000)
  expect(readFile(emu, init, `/proc/self/fdinfo/${fd}`)).toBe(
    `pos:\t0\nflags:\t02100000\nmnt_id:\t4\nino:\t4026531838\n`,
  )
})
