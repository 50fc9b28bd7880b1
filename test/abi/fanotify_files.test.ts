import { beforeEach, describe, expect, it } from 'vitest'
import { Emulator } from '../../src/abi/emulator.js'
import { evictInode } from '../../src/kernel/evict_inode.js'
import { fsnotifySbError } from '../../src/kernel/fsnotify.js'
import { lookupAt } from '../../src/kernel/namei.js'
import type { Path } from '../../src/kernel/path.js'
import type { Task } from '../../src/kernel/task.js'
import {
  FAN_ACCESS,
  FAN_ATTRIB,
  FAN_CLOSE_WRITE,
  FAN_CREATE,
  FAN_DELETE,
  FAN_DELETE_SELF,
  FAN_EVENT_ON_CHILD,
  FAN_FS_ERROR,
  FAN_MARK_ADD,
  FAN_MARK_EVICTABLE,
  FAN_MARK_FILESYSTEM,
  FAN_MARK_IGNORED_MASK,
  FAN_MARK_MOUNT,
  FAN_MODIFY,
  FAN_MOVE_SELF,
  FAN_MOVED_FROM,
  FAN_MOVED_TO,
  FAN_NONBLOCK,
  FAN_ONDIR,
  FAN_OPEN,
  FAN_RENAME,
  FAN_REPORT_DFID_NAME,
  FAN_REPORT_DFID_NAME_TARGET,
  FAN_REPORT_FD_ERROR,
  FAN_REPORT_FID,
} from '../../src/uapi/constants/fanotify.js'
import { decodeEvents } from '../../src/uapi/index.js'

const AT_FDCWD = -100
const O_RDWR_CREAT = 0x42
const EAGAIN = -11
const ENOENT = -2

const text = (value: string): Uint8Array => Uint8Array.from(`${value}\0`, (char) => char.charCodeAt(0))

let emu: Emulator
let init: Task
let group: number

function call(name: string, ...args: Parameters<Emulator['syscall']>[2][]): number {
  const result = emu.syscall(init, name, ...args)
  if (typeof result !== 'number') throw new Error(`${name} sleeps`)
  return result
}

const create = (path: string): number => call('openat', AT_FDCWD, text(path), O_RDWR_CREAT, 0o644)
const mark = (flags: number, mask: number, path: string): number =>
  call('fanotify_mark', group, FAN_MARK_ADD | flags, mask, AT_FDCWD, text(path))

function watch(init: number, flags: number, mask: number, path = '/run/w'): void {
  group = call('fanotify_init', init | FAN_NONBLOCK, 0)
  expect(group).toBeGreaterThanOrEqual(0)
  expect(mark(flags, mask, path)).toBe(0)
}

const out = new Uint8Array(65_536)

function events(): ReturnType<typeof decodeEvents>['events'] {
  const got = call('read', group, out, out.length)
  return got === EAGAIN ? [] : decodeEvents(out.slice(0, got)).events
}

const masks = (): number[] => events().map(({ mask }) => Number(mask))

function place(path: string): Path {
  const found = lookupAt(init, AT_FDCWD, path, 0)
  if (typeof found === 'number') throw new Error(`${path}: ${found}`)
  return found
}

beforeEach(() => {
  emu = Emulator.boot({ profile: 'v7.3' })
  init = emu.init
  call('mkdir', text('/run/w'), 0o755)
  expect(call('mount', text('none'), text('/run/w'), text('tmpfs'), 0, null)).toBe(0)
  call('chdir', text('/run/w'))
})

describe('events of files', () => {
  it('come in the order in which a kernel sends them', () => {
    const names = FAN_CREATE | FAN_DELETE | FAN_DELETE_SELF | FAN_ATTRIB | FAN_MOVE_SELF | FAN_RENAME
    const moves = FAN_MOVED_FROM | FAN_MOVED_TO
    const fd = create('f')
    call('close', fd)
    watch(FAN_REPORT_FID | FAN_REPORT_DFID_NAME, FAN_MARK_FILESYSTEM, names | moves)
    expect(call('rename', text('f'), text('g'))).toBe(0)
    expect(masks()).toEqual([FAN_RENAME, FAN_MOVED_FROM, FAN_MOVED_TO, FAN_MOVE_SELF])
    expect(call('link', text('g'), text('h'))).toBe(0)
    expect(masks()).toEqual([FAN_ATTRIB, FAN_CREATE])
    expect(call('unlink', text('g'))).toBe(0)
    expect(masks()).toEqual([FAN_ATTRIB, FAN_DELETE])
    expect(call('unlink', text('h'))).toBe(0)
    expect(masks()).toEqual([FAN_ATTRIB | FAN_DELETE_SELF, FAN_DELETE])
  })

  it('an inode dies with its last use, and its mark with it', () => {
    const fd = create('f')
    watch(FAN_REPORT_FID, 0, FAN_DELETE_SELF | FAN_CLOSE_WRITE, 'f')
    expect(call('unlink', text('f'))).toBe(0)
    expect(masks()).toEqual([])
    expect(call('close', fd)).toBe(0)
    expect(masks()).toEqual([FAN_CLOSE_WRITE | FAN_DELETE_SELF])
    call('close', create('f'))
    expect(masks()).toEqual([])
  })

  it('on children are told to a directory that asks for them, and no deeper', () => {
    call('mkdir', text('d'), 0o755)
    watch(FAN_REPORT_DFID_NAME, 0, FAN_OPEN | FAN_EVENT_ON_CHILD)
    call('close', create('f'))
    call('close', create('d/f'))
    const seen = events()
    expect(seen.map(({ mask }) => Number(mask))).toEqual([FAN_OPEN])
    expect(seen[0]).toMatchObject({ info: [{ name: Uint8Array.of(0x66) }] })
  })

  it('a directory is told of only where FAN_ONDIR asks for it', () => {
    watch(FAN_REPORT_FID, FAN_MARK_FILESYSTEM, FAN_CREATE)
    call('mkdir', text('d'), 0o755)
    expect(masks()).toEqual([])
    expect(mark(FAN_MARK_FILESYSTEM, FAN_CREATE | FAN_ONDIR, '.')).toBe(0)
    call('mkdir', text('e'), 0o755)
    expect(masks()).toEqual([FAN_CREATE | FAN_ONDIR])
  })

  it('merge with an equal one among the newest 128 of its bucket only', () => {
    watch(FAN_REPORT_DFID_NAME, FAN_MARK_FILESYSTEM, FAN_OPEN | FAN_ATTRIB)
    call('close', create('f'))
    call('chmod', text('f'), 0o600)
    call('chmod', text('f'), 0o600)
    expect(masks()).toEqual([FAN_OPEN | FAN_ATTRIB])
    const fds = 200 * 128
    for (let n = 0; n < 16_000; n++) call('close', create(`f${n % fds}`))
    call('chmod', text('f15999'), 0o600)
    let total = 0
    for (let more = events(); more.length > 0; more = events()) total += more.length
    expect(total).toBe(16_000)
  })

  it('give a descriptor of their own, whose uses are nobody’s business', () => {
    const fd = create('f')
    watch(0, FAN_MARK_MOUNT, FAN_MODIFY | FAN_ACCESS | FAN_CLOSE_WRITE)
    expect(call('write', fd, text('hello'), 5)).toBe(5)
    const [event] = events()
    expect(event).toMatchObject({ mask: BigInt(FAN_MODIFY) })
    expect(call('read', event!.fd, new Uint8Array(5), 5)).toBe(5)
    expect(call('close', event!.fd)).toBe(0)
    expect(masks()).toEqual([])
  })

  it('an ignore mask lasts until the file changes', () => {
    call('close', create('f'))
    watch(FAN_REPORT_FID, FAN_MARK_FILESYSTEM, FAN_OPEN)
    expect(mark(FAN_MARK_IGNORED_MASK, FAN_OPEN, 'f')).toBe(0)
    call('close', create('f'))
    expect(masks()).toEqual([])
    expect(call('truncate', text('f'), 3)).toBe(0)
    call('close', create('f'))
    expect(masks()).toEqual([FAN_OPEN])
  })

  it('an evictable mark goes with its inode’s memory, another keeps it', () => {
    call('close', create('f'))
    watch(FAN_REPORT_FID, FAN_MARK_EVICTABLE, FAN_OPEN, 'f')
    expect(evictInode(place('f').dentry)).toBe(true)
    call('close', create('f'))
    expect(masks()).toEqual([])
    expect(call('fanotify_mark', group, 2, FAN_OPEN, AT_FDCWD, text('f'))).toBe(ENOENT)
    expect(mark(0, FAN_OPEN, 'f')).toBe(0)
    expect(evictInode(place('f').dentry)).toBe(false)
  })

  it('errors of a filesystem are counted in one event', () => {
    const fd = create('f')
    watch(FAN_REPORT_FID, FAN_MARK_FILESYSTEM, FAN_FS_ERROR)
    const { sb, inode } = place('f').dentry
    for (let n = 0; n < 3; n++) fsnotifySbError(sb, inode, 5)
    fsnotifySbError(sb, null, 117)
    const seen = events()
    expect(seen).toHaveLength(2)
    expect(seen[0]).toMatchObject({ info: [{ info_type: 1 }, { error: 5, error_count: 3 }] })
    expect(seen[1]).toMatchObject({ event_len: 56, info: [{ info_type: 1 }, { error: 117, error_count: 1 }] })
    call('close', fd)
  })

  it('a group that reports errors in place of descriptors has -EBADF where there is none', () => {
    watch(FAN_REPORT_FID | FAN_REPORT_FD_ERROR, FAN_MARK_FILESYSTEM, FAN_CREATE)
    call('close', create('f'))
    expect(events()[0]!.fd).toBe(-9)
  })

  it('the two sides of a rename are told to who watches them', () => {
    for (const name of ['a', 'b']) call('mkdir', text(name), 0o755)
    call('close', create('a/f'))
    watch(FAN_REPORT_DFID_NAME_TARGET, 0, FAN_RENAME, 'b')
    expect(call('rename', text('a/f'), text('b/g'))).toBe(0)
    const types = (): number[] => events().flatMap(({ info }) => info.map(({ info_type }) => info_type))
    expect(types()).toEqual([12, 1])
    expect(mark(0, FAN_RENAME, 'a')).toBe(0)
    expect(call('rename', text('b/g'), text('a/f'))).toBe(0)
    expect(types()).toEqual([10, 12, 1])
  })
})
