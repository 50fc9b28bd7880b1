import { beforeEach, describe, expect, it } from 'vitest'
import { Emulator } from '../../src/abi/emulator.js'
import type { Task } from '../../src/kernel/task.js'

const AT_FDCWD = -100
const O_RDWR = 2
const O_CREAT = 0x40
const O_EXCL = 0x80
const O_TRUNC = 0x200
const O_APPEND = 0x400
const O_DIRECTORY = 0x10000
const O_PATH = 0x200000
const O_TMPFILE = 0x410000
const AT_EMPTY_PATH = 0x1000
const RENAME_NOREPLACE = 1
const RENAME_EXCHANGE = 2
const RENAME_WHITEOUT = 4
const EPERM = -1
const ENOENT = -2
const EBADF = -9
const EACCES = -13
const EEXIST = -17
const EXDEV = -18
const EISDIR = -21
const EINVAL = -22
const ENOTEMPTY = -39
const ENODATA = -61
const ESTALE = -116

const text = (value: string): Uint8Array => Uint8Array.from(`${value}\0`, (char) => char.charCodeAt(0))
const bytes = (value: string): Uint8Array => text(value).slice(0, -1)

let emu: Emulator
let init: Task

function call(name: string, ...args: Parameters<Emulator['syscall']>[2][]): number {
  const result = emu.syscall(init, name, ...args)
  if (typeof result !== 'number') throw new Error(`${name} sleeps`)
  return result
}

const open = (path: string, flags: number, mode = 0o644): number => call('openat', AT_FDCWD, text(path), flags, mode)

function write(path: string, content: string): void {
  const fd = open(path, O_CREAT | O_RDWR)
  expect(call('write', fd, bytes(content), content.length)).toBe(content.length)
  call('close', fd)
}

function contentOf(path: string): string {
  const fd = open(path, 0)
  const out = new Uint8Array(100)
  const got = call('read', fd, out, out.length)
  call('close', fd)
  return String.fromCharCode(...out.subarray(0, got))
}

interface Stat {
  readonly ino: number
  readonly nlink: number
  readonly mode: number
  readonly uid: number
  readonly size: number
}

function stat(path: string): Stat {
  const out = new Uint8Array(144)
  expect(call('lstat', text(path), out)).toBe(0)
  const view = new DataView(out.buffer)
  return {
    ino: view.getUint32(8, true),
    nlink: view.getUint32(16, true),
    mode: view.getUint32(24, true),
    uid: view.getUint32(28, true),
    size: view.getUint32(48, true),
  }
}

interface Entry {
  readonly name: string
  readonly next: number
}

function list(path: string, room = 4096): Entry[] {
  const fd = open(path, O_DIRECTORY)
  const entries: Entry[] = []
  for (;;) {
    const out = new Uint8Array(room)
    const got = call('getdents64', fd, out, room)
    expect(got).toBeGreaterThanOrEqual(0)
    if (got === 0) break
    const view = new DataView(out.buffer)
    for (let at = 0; at < got; at += view.getUint16(at + 16, true)) {
      let end = at + 19
      while (out[end] !== 0) end++
      entries.push({ name: String.fromCharCode(...out.subarray(at + 19, end)), next: view.getUint32(at + 8, true) })
    }
  }
  call('close', fd)
  return entries
}

beforeEach(() => {
  emu = Emulator.boot({ profile: 'v7.3' })
  init = emu.init
  expect(call('mkdir', text('/run/w'), 0o755)).toBe(0)
  expect(call('mount', text('none'), text('/run/w'), text('tmpfs'), 0, null)).toBe(0)
  expect(call('chdir', text('/run/w'))).toBe(0)
})

describe('listings', () => {
  it('go from the newest to the oldest, whatever the buffer', () => {
    for (const name of ['a', 'b', 'c']) expect(call('mkdir', text(name), 0o755)).toBe(0)
    const whole = list('.')
    expect(whole).toEqual([
      { name: '.', next: 1 },
      { name: '..', next: 5 },
      { name: 'c', next: 4 },
      { name: 'b', next: 3 },
      { name: 'a', next: 0x7fff_ffff },
    ])
    expect(list('.', 24).map(({ name }) => name)).toEqual(whole.map(({ name }) => name))
  })

  it('go by who got its name last', () => {
    for (const name of ['a', 'b', 'c', 'd']) write(name, name)
    expect(call('rename', text('a'), text('z'))).toBe(0)
    expect(list('.').map(({ name }) => name)).toEqual(['.', '..', 'z', 'd', 'c', 'b'])
    expect(call('rename', text('d'), text('b'))).toBe(0)
    expect(list('.').map(({ name }) => name)).toEqual(['.', '..', 'b', 'z', 'c'])
    expect(call('renameat2', AT_FDCWD, text('c'), AT_FDCWD, text('z'), RENAME_EXCHANGE)).toBe(0)
    expect(list('.').map(({ name }) => name)).toEqual(['.', '..', 'z', 'c', 'b'])
    expect(contentOf('c')).toBe('a')
  })

  it('go on where they were though entries come and go', () => {
    for (let n = 0; n < 100; n++) write(`f${n}`, '')
    const fd = open('.', O_DIRECTORY)
    const out = new Uint8Array(24 * 50)
    const first = call('getdents64', fd, out, out.length)
    expect(first).toBe(24 * 50)
    for (let n = 0; n < 100; n += 2) expect(call('unlink', text(`f${n}`))).toBe(0)
    write('new', '')
    expect(call('getdents64', fd, out, out.length)).toBe(24 * 26)
    expect(call('getdents64', fd, out, out.length)).toBe(0)
  })

  it('of a removed directory are none', () => {
    expect(call('mkdir', text('d'), 0o755)).toBe(0)
    const fd = open('d', O_DIRECTORY)
    expect(call('rmdir', text('d'))).toBe(0)
    expect(call('getdents64', fd, new Uint8Array(100), 100)).toBe(ENOENT)
  })
})

describe('names', () => {
  it('hard links share everything, and the last one takes it', () => {
    write('a', 'hello')
    expect(call('link', text('a'), text('b'))).toBe(0)
    expect(stat('b')).toEqual(stat('a'))
    expect(stat('a').nlink).toBe(2)
    const fd = open('a', 0)
    expect(call('unlink', text('a'))).toBe(0)
    expect(stat('b').nlink).toBe(1)
    expect(call('unlink', text('b'))).toBe(0)
    expect(call('read', fd, new Uint8Array(5), 5)).toBe(5)
    expect(call('linkat', fd, text(''), AT_FDCWD, text('c'), AT_EMPTY_PATH)).toBe(ENOENT)
  })

  it('a directory is neither linked nor moved below itself, nor is a full one replaced', () => {
    expect(call('mkdir', text('d'), 0o755)).toBe(0)
    expect(call('mkdir', text('d/e'), 0o755)).toBe(0)
    expect(call('mkdir', text('f'), 0o755)).toBe(0)
    expect(call('link', text('d'), text('g'))).toBe(EPERM)
    expect(call('rename', text('d'), text('d/e/x'))).toBe(EINVAL)
    expect(call('rename', text('d/e'), text('d'))).toBe(ENOTEMPTY)
    expect(call('rename', text('f'), text('d'))).toBe(ENOTEMPTY)
    write('file', '')
    expect(call('rename', text('file'), text('f'))).toBe(EISDIR)
    expect(call('rename', text('f'), text('../x'))).toBe(EXDEV)
    expect(stat('d').nlink).toBe(3)
    expect(call('rename', text('d/e'), text('f'))).toBe(0)
    expect(stat('d').nlink).toBe(2)
  })

  it('RENAME_NOREPLACE, RENAME_EXCHANGE and RENAME_WHITEOUT', () => {
    write('a', 'A')
    write('b', 'B')
    const at = (flags: number): number => call('renameat2', AT_FDCWD, text('a'), AT_FDCWD, text('b'), flags)
    expect(at(RENAME_NOREPLACE)).toBe(EEXIST)
    expect(at(RENAME_NOREPLACE | RENAME_EXCHANGE)).toBe(EINVAL)
    expect(at(8)).toBe(EINVAL)
    expect(at(RENAME_EXCHANGE)).toBe(0)
    expect(contentOf('a')).toBe('B')
    expect(call('renameat2', AT_FDCWD, text('a'), AT_FDCWD, text('c'), RENAME_WHITEOUT)).toBe(0)
    expect(stat('a').mode).toBe(0o20000)
    expect(contentOf('c')).toBe('B')
    expect(call('renameat2', AT_FDCWD, text('none'), AT_FDCWD, text('c'), RENAME_EXCHANGE)).toBe(ENOENT)
  })

  it('a file without a name can be given one, unless it was made with O_EXCL', () => {
    const fd = open('.', O_TMPFILE | O_RDWR)
    expect(call('write', fd, bytes('x'), 1)).toBe(1)
    expect(call('linkat', fd, text(''), AT_FDCWD, text('named'), AT_EMPTY_PATH)).toBe(0)
    expect(contentOf('named')).toBe('x')
    const other = open('.', O_TMPFILE | O_RDWR | O_EXCL)
    expect(call('linkat', other, text(''), AT_FDCWD, text('other'), AT_EMPTY_PATH)).toBe(ENOENT)
  })
})

describe('contents', () => {
  it('truncation, appending, holes and allocation', () => {
    write('f', 'hello')
    expect(call('truncate', text('f'), 2)).toBe(0)
    const fd = open('f', O_RDWR | O_APPEND)
    expect(call('write', fd, bytes('!'), 1)).toBe(1)
    expect(call('pwrite64', fd, bytes('?'), 1, 0)).toBe(1)
    expect(contentOf('f')).toBe('he!?')
    expect(call('ftruncate', fd, 6)).toBe(0)
    expect(contentOf('f')).toBe('he!?\0\0')
    expect(call('fallocate', fd, 0, 0, 8)).toBe(0)
    expect(stat('f').size).toBe(8)
    expect(call('fallocate', fd, 1, 0, 80)).toBe(0)
    expect(stat('f').size).toBe(8)
    expect(call('fallocate', fd, 3, 0, 2)).toBe(0)
    expect(contentOf('f')).toBe('\0\0!?\0\0\0\0')
    expect(call('close', open('f', O_RDWR | O_TRUNC))).toBe(0)
    expect(stat('f').size).toBe(0)
    expect(call('ftruncate', open('f', 0), 1)).toBe(EINVAL)
    expect(call('ftruncate', open('f', O_PATH), 1)).toBe(EBADF)
  })

  it('a write by who may not keep them takes the set-user-ID and set-group-ID bits', () => {
    write('f', '')
    expect(call('chmod', text('f'), 0o6777)).toBe(0)
    const mode = (): number => stat('f').mode & 0o7777
    expect(mode()).toBe(0o6777)
    const fd = open('f', O_RDWR)
    expect(call('write', fd, bytes('x'), 1)).toBe(1)
    expect(mode()).toBe(0o6777)
    expect(call('chown', text('f'), 1000, 1000)).toBe(0)
    expect(mode()).toBe(0o777)
    expect(stat('f').uid).toBe(1000)
    expect(call('chmod', text('f'), 0o6777)).toBe(0)
    expect(call('setresuid', 1001, 1001, 1001)).toBe(0)
    expect(call('write', fd, bytes('x'), 1)).toBe(1)
    expect(mode()).toBe(0o777)
    expect(call('chmod', text('f'), 0o600)).toBe(EPERM)
  })
})

describe('attributes that are extended', () => {
  it('are set, listed from the end of the alphabet, and removed', () => {
    write('f', '')
    const set = (name: string, flags = 0): number => call('setxattr', text('f'), text(name), bytes('v'), 1, flags)
    expect(set('user.a')).toBe(0)
    expect(set('user.a', 1)).toBe(EEXIST)
    expect(set('user.b', 2)).toBe(ENODATA)
    expect(set('trusted.t')).toBe(0)
    expect(set('user.')).toBe(EINVAL)
    expect(set('other')).toBe(-95)
    expect(set('')).toBe(-34)
    const out = new Uint8Array(100)
    const got = call('listxattr', text('f'), out, 100)
    expect(String.fromCharCode(...out.subarray(0, got))).toBe('user.a\0trusted.t\0')
    expect(call('getxattr', text('f'), text('user.a'), out, 100)).toBe(1)
    expect(call('getxattr', text('f'), text('user.a'), null, 0)).toBe(1)
    expect(call('removexattr', text('f'), text('user.a'))).toBe(0)
    expect(call('removexattr', text('f'), text('user.a'))).toBe(ENODATA)
  })
})

describe('file handles', () => {
  it('open the file while it is there, whatever it is called, and are stale then', () => {
    write('f', 'hello')
    const handle = new Uint8Array(8 + 12)
    handle[0] = 12
    expect(call('name_to_handle_at', AT_FDCWD, text('f'), handle, new Uint8Array(4), 0)).toBe(0)
    expect(call('rename', text('f'), text('g'))).toBe(0)
    const fd = call('open_by_handle_at', AT_FDCWD, handle, 0)
    expect(call('read', fd, new Uint8Array(5), 5)).toBe(5)
    expect(call('unlink', text('g'))).toBe(0)
    expect(call('close', call('open_by_handle_at', AT_FDCWD, handle, 0))).toBe(0)
    expect(call('close', fd)).toBe(0)
    expect(call('open_by_handle_at', AT_FDCWD, handle, 0)).toBe(ESTALE)
  })
})

describe('execve', () => {
  it('says of a file what is wrong with it', () => {
    write('f', 'hello')
    const run = (path: string): number => call('execve', text(path), null, null)
    expect(run('f')).toBe(EACCES)
    expect(call('chmod', text('f'), 0o755)).toBe(0)
    expect(run('f')).toBe(-8)
    const fd = open('f', O_RDWR)
    expect(run('f')).toBe(-26)
    expect(call('close', fd)).toBe(0)
    expect(run('.')).toBe(EACCES)
    expect(run('none')).toBe(ENOENT)
  })
})
