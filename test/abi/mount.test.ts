import { describe, expect, it } from 'vitest'
import { EBUSY, EINVAL, ELOOP, ENODEV, ENOENT, ENOSPC, ENOSYS, ENOTDIR, EPERM, EROFS } from '../../src/uapi/errno.js'
import { call, cloneRoot, path, readFile, writeFile } from './calls.js'
import {
  AT_FDCWD,
  CLONE_NEWNS,
  MNT_DETACH,
  MNT_EXPIRE,
  MountWorld,
  MS_BIND,
  MS_MOVE,
  MS_PRIVATE,
  MS_REC,
  MS_REMOUNT,
  MS_SHARED,
  MS_SLAVE,
  MS_UNBINDABLE,
} from './mount_world.js'

const ATTACH = 0x100_0000
const DETACH = 0x200_0000

describe('mount', () => {
  it('mounts a tmpfs with its options', () => {
    const world = new MountWorld()
    world.mkdir('/run/w/a')
    expect(world.mount('x', '/run/w/a', 'tmpfs', 0x83, 'size=1M,mode=711')).toBe(0)
    const line = readFile(world.emu, world.task, '/proc/self/mountinfo').trimEnd().split('\n').at(-1)
    expect(line).toMatch(/^\d+ \d+ 0:\d+ \/ \/run\/w\/a ro,nosuid,relatime - tmpfs x ro,dirsync,size=1024k,mode=711$/)
    const mounts = readFile(world.emu, world.task, '/proc/self/mounts').trimEnd().split('\n').at(-1)
    expect(mounts).toBe('x /run/w/a tmpfs ro,dirsync,nosuid,relatime,size=1024k,mode=711 0 0')
    expect(world.call('mkdir', path('/run/w/a/b'), 0o755)).toBe(-EROFS)
  })

  it('refuses types in the order of its checks', () => {
    const world = new MountWorld()
    expect(world.mount('x', '/run/w', 'nosuchfs', 0)).toBe(-ENODEV)
    expect(world.mount('x', '/run/w', 'ext4', 0)).toBe(-ENOSYS)
    expect(world.mount('x', '/run/w', null, 0)).toBe(-EINVAL)
    expect(world.mount('x', '/run/nope', 'nosuchfs', 0)).toBe(-ENOENT)
    expect(world.mount('x', '/run/w', 'tmpfs', 0, 'foo=1')).toBe(-EINVAL)
  })

  it('a refused bind has used up a unique id, and only that', () => {
    const world = new MountWorld()
    world.mkdir('/run/w/a')
    world.call('mknod', path('/run/w/f'), 0o100644, 0)
    const { nextMountIdUnique } = world.emu.kernel.vfs
    expect(world.bind('/run/w/f', '/run/w/a')).toBe(-ENOTDIR)
    expect(world.emu.kernel.vfs.nextMountIdUnique).toBe(nextMountIdUnique + 1)
    expect(world.info()).toEqual(['/run/w / none'])
  })

  it('binds with and without what is mounted below', () => {
    const world = new MountWorld()
    world.mkdir('/run/w/a', '/run/w/b', '/run/w/c', '/run/w/a/x')
    world.tmpfs('/run/w/a/x', 'x')
    expect(world.bind('/run/w/a', '/run/w/b')).toBe(0)
    expect(world.bind('/run/w/a', '/run/w/c', MS_REC)).toBe(0)
    expect(world.info()).toEqual([
      '/run/w / none',
      '/run/w/a/x / x',
      '/run/w/b /a none',
      '/run/w/c /a none',
      '/run/w/c/x / x',
    ])
  })

  it('moves by MS_MOVE and move_mount, but not from a shared parent or into itself', () => {
    const world = new MountWorld()
    world.mkdir('/run/w/a', '/run/w/b')
    world.tmpfs('/run/w/a', 'A')
    world.mkdir('/run/w/a/x')
    expect(world.mount('/run/w/a', '/run/w/a/x', null, MS_MOVE)).toBe(-ELOOP)
    expect(world.mount('/run/w/a', '/run/w/b', null, MS_MOVE)).toBe(0)
    expect(world.info()).toEqual(['/run/w / none', '/run/w/b / A'])
    expect(world.move('/run/w/b', '/run/w/a')).toBe(0)
    world.propagate('/run/w', MS_SHARED)
    expect(world.move('/run/w/a', '/run/w/b')).toBe(-EINVAL)
  })

  it('one flag of propagation at a time, on the root of a mount', () => {
    const world = new MountWorld()
    world.mkdir('/run/w/a')
    expect(world.propagate('/run/w', MS_SHARED | MS_SLAVE)).toBe(-EINVAL)
    expect(world.propagate('/run/w/a', MS_SHARED)).toBe(-EINVAL)
    expect(world.propagate('/run/w', MS_UNBINDABLE)).toBe(0)
    expect(world.bind('/run/w', '/run/w/a')).toBe(-EINVAL)
    expect(world.info()).toEqual(['/run/w / none unbindable'])
  })

  it('a copy of an unbindable mount in a new namespace is bindable', () => {
    const world = new MountWorld()
    world.mkdir('/run/w/a')
    world.propagate('/run/w', MS_UNBINDABLE)
    expect(world.call('unshare', CLONE_NEWNS)).toBe(0)
    expect(world.bind('/run/w', '/run/w/a')).toBe(0)
  })

  it('remounts one mount, or the filesystem with it', () => {
    const world = new MountWorld()
    world.mkdir('/run/w/a')
    world.bind('/run/w', '/run/w/a')
    expect(world.mount(null, '/run/w/a', null, MS_REMOUNT | MS_BIND | 1)).toBe(0)
    expect(world.call('mkdir', path('/run/w/a/x'), 0o755)).toBe(-EROFS)
    expect(world.call('mkdir', path('/run/w/x'), 0o755)).toBe(0)
    expect(world.mount(null, '/run/w', null, MS_REMOUNT | 1, 'size=2M')).toBe(0)
    expect(world.call('mkdir', path('/run/w/y'), 0o755)).toBe(-EROFS)
    expect(readFile(world.emu, world.task, '/proc/self/mountinfo')).toContain('tmpfs none ro,size=2048k\n')
  })

  it('what is open for writing cannot become read-only', () => {
    const world = new MountWorld()
    const fd = world.call('openat', AT_FDCWD, path('/run/w/f'), 0o101, 0o644)
    expect(fd).toBeGreaterThanOrEqual(0)
    expect(world.mount(null, '/run/w', null, MS_REMOUNT | MS_BIND | 1)).toBe(-EBUSY)
    expect(world.mount(null, '/run/w', null, MS_REMOUNT | 1)).toBe(-EBUSY)
    world.call('close', fd)
    expect(world.mount(null, '/run/w', null, MS_REMOUNT | 1)).toBe(0)
  })

  it('a full mount namespace takes no more, and a refused propagation leaves nothing behind', () => {
    const world = new MountWorld()
    world.mkdir('/run/w/a', '/run/w/b')
    world.propagate('/run/w', MS_SHARED)
    world.bind('/run/w/', '/run/w/b')
    const ns = world.task.nsproxy!.mnt
    const before = world.info()
    expect(writeFile(world.emu, world.emu.init, '/proc/sys/fs/mount-max', String(ns.nrMounts + 1))).toBeGreaterThan(0)
    expect(world.tmpfs('/run/w/a')).toBe(-ENOSPC)
    expect(world.info()).toEqual(before)
    expect(world.propagate('/run/w/b', MS_PRIVATE)).toBe(0)
    expect(world.tmpfs('/run/w/a')).toBe(0)
    expect(world.tmpfs('/run/w/a')).toBe(-ENOSPC)
  })
})

describe('umount2', () => {
  it('is busy with what is mounted below and with its users, unless lazy', () => {
    const world = new MountWorld()
    world.mkdir('/run/w/a')
    world.tmpfs('/run/w/a', 'A')
    expect(world.umount('/run/w')).toBe(-EBUSY)
    const fd = world.call('openat', AT_FDCWD, path('/run/w/a'), 0o10000000)
    expect(world.umount('/run/w/a')).toBe(-EBUSY)
    expect(world.umount('/run/w/a', MNT_DETACH)).toBe(0)
    expect(world.umount('/run/w')).toBe(0)
    world.call('close', fd)
    expect(world.info()).toEqual([])
  })

  it('MNT_EXPIRE goes the second time, if nobody used the mount in between', () => {
    const world = new MountWorld()
    expect(world.umount('/run/w', MNT_EXPIRE | MNT_DETACH)).toBe(-EINVAL)
    expect(world.umount('/run/w', MNT_EXPIRE)).toBe(-11)
    world.id('/run/w')
    expect(world.umount('/run/w', MNT_EXPIRE)).toBe(-11)
    expect(world.umount('/run/w', MNT_EXPIRE)).toBe(0)
  })

  it('a place that is no root of a mount, and unknown flags', () => {
    const world = new MountWorld()
    world.mkdir('/run/w/a')
    expect(world.umount('/run/w/a')).toBe(-EINVAL)
    expect(world.umount('/run/w', 16)).toBe(-EINVAL)
    expect(world.umount('/run/nope')).toBe(-ENOENT)
  })

  it('a removed directory takes the mounts of other namespaces with it, not those of the own', () => {
    const world = new MountWorld()
    world.mkdir('/run/w/a')
    world.propagate('/', MS_REC | MS_PRIVATE)
    const other = call(world.emu, world.task, 'clone3', cloneArgsNewNs(), 88)
    expect(other).toBeGreaterThan(0)
    const child = world.emu.lastChild!
    expect(call(world.emu, child, 'mount', path('x'), path('/run/w/a'), path('tmpfs'), 0, null)).toBe(0)
    expect(call(world.emu, child, 'rmdir', path('/run/w/a'))).toBe(-EBUSY)
    const events = world.watch(child)
    const id = child.nsproxy!.mnt.mounts.all.at(-1)!.idUnique
    expect(world.call('rmdir', path('/run/w/a'))).toBe(0)
    expect(events()).toEqual([[DETACH, id]])
    expect(world.info(child)).toEqual(['/run/w / none'])
  })
})

function cloneArgsNewNs(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(88)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(CLONE_NEWNS), true)
  new DataView(bytes.buffer).setBigUint64(32, 17n, true)
  return bytes
}

describe('propagation', () => {
  it('peers get peers, in the order of the ring', () => {
    const world = new MountWorld()
    world.mkdir('/run/w/a', '/run/w/b', '/run/w/a/x')
    world.propagate('/run/w', MS_SHARED)
    world.bind('/run/w/a', '/run/w/b')
    world.tmpfs('/run/w/a/x', 'x')
    expect(world.info()).toEqual([
      '/run/w / none shared:1',
      '/run/w/b /a none shared:1',
      '/run/w/a/x / x shared:2',
      '/run/w/b/x / x shared:2',
    ])
    expect(world.umount('/run/w/b/x')).toBe(0)
    expect(world.info()).toEqual(['/run/w / none shared:1', '/run/w/b /a none shared:1'])
  })

  it('a slave receives and does not send', () => {
    const world = new MountWorld()
    world.mkdir('/run/w/a', '/run/w/b', '/run/w/a/x')
    world.propagate('/run/w', MS_SHARED)
    world.bind('/run/w/a', '/run/w/b')
    world.propagate('/run/w/b', MS_SLAVE)
    world.tmpfs('/run/w/a/x', 'x')
    expect(world.info()).toEqual([
      '/run/w / none shared:1',
      '/run/w/b /a none master:1',
      '/run/w/a/x / x shared:2',
      '/run/w/b/x / x master:2',
    ])
    world.umount('/run/w/a/x')
    world.tmpfs('/run/w/b/x', 'y')
    expect(world.info()).toEqual(['/run/w / none shared:1', '/run/w/b /a none master:1', '/run/w/b/x / y'])
  })

  it('what lies over a mount that leaves elsewhere slides into its place, and is told as moved', () => {
    const world = new MountWorld()
    world.mkdir('/run/w/a', '/run/w/b', '/run/w/a/x')
    world.propagate('/run/w', MS_SHARED)
    world.bind('/run/w/a', '/run/w/b')
    world.propagate('/run/w/b', MS_SLAVE)
    world.tmpfs('/run/w/a/x', 'x')
    world.tmpfs('/run/w/b/x', 'over')
    const over = world.id('/run/w/b/x')
    const below = world.id('/run/w/a/x')
    const events = world.watch()
    expect(world.umount('/run/w/a/x')).toBe(0)
    expect(world.info()).toEqual(['/run/w / none shared:1', '/run/w/b /a none master:1', '/run/w/b/x / over'])
    expect(events()).toEqual([
      [ATTACH | DETACH, over],
      [DETACH, below],
      [DETACH, below + 1],
    ])
  })

  it('a mount that is moved is one event, a new one comes before its copies', () => {
    const world = new MountWorld()
    world.mkdir('/run/w/a', '/run/w/b')
    world.tmpfs('/run/w/a', 'A')
    const id = world.id('/run/w/a')
    const events = world.watch()
    world.move('/run/w/a', '/run/w/b')
    expect(events()).toEqual([[ATTACH | DETACH, id]])
  })

  it('slaves of a mount that leaves its group go to the next peer, without peers to the master', () => {
    const world = new MountWorld()
    world.mkdir('/run/w/a', '/run/w/b', '/run/w/c')
    world.tmpfs('/run/w/a', 'A')
    world.propagate('/run/w/a', MS_SHARED)
    world.bind('/run/w/a', '/run/w/b')
    world.propagate('/run/w/b', MS_SLAVE)
    world.propagate('/run/w/b', MS_SHARED)
    world.bind('/run/w/b', '/run/w/c')
    world.propagate('/run/w/c', MS_SLAVE)
    expect(world.info().slice(1)).toEqual([
      '/run/w/a / A shared:1',
      '/run/w/b / A shared:2 master:1',
      '/run/w/c / A master:2',
    ])
    world.propagate('/run/w/b', MS_PRIVATE)
    expect(world.info().slice(1)).toEqual(['/run/w/a / A shared:1', '/run/w/b / A', '/run/w/c / A master:1'])
    world.propagate('/run/w/a', MS_PRIVATE)
    expect(world.info().slice(1)).toEqual(['/run/w/a / A', '/run/w/b / A', '/run/w/c / A'])
  })

  it('shows where a slave hears from when its master cannot be seen', () => {
    const world = new MountWorld()
    world.mkdir('/run/w/a', '/run/w/b', '/run/w/c')
    world.tmpfs('/run/w/a', 'A')
    for (const [from, to] of [
      ['a', 'b'],
      ['b', 'c'],
    ]) {
      world.propagate(`/run/w/${from}`, MS_SHARED)
      world.bind(`/run/w/${from}`, `/run/w/${to}`)
      world.propagate(`/run/w/${to}`, MS_SLAVE)
    }
    expect(world.info().at(-1)).toBe('/run/w/c / A master:2')
    world.call('clone3', cloneArgsNewNs(), 88)
    const child = world.emu.lastChild!
    expect(call(world.emu, child, 'umount2', path('/run/w/b'), 0)).toBe(0)
    expect(world.info(child).at(-1)).toBe('/run/w/c / A master:2 propagate_from:1')
  })
})

describe('less privileged mount namespaces', () => {
  it('cannot take off, uncover or make writable what came with them', () => {
    const world = new MountWorld()
    world.mkdir('/run/w/a', '/run/w/b')
    world.tmpfs('/run/w/a', 'A', 1)
    const child = cloneRoot(world.emu, world.task, CLONE_NEWNS)
    const as = (name: string, ...args: Parameters<MountWorld['call']>[1][]): number =>
      call(world.emu, child, name, ...args)
    expect(as('umount2', path('/run/w/a'), MNT_DETACH)).toBe(-EINVAL)
    expect(as('mount', null, path('/run/w/a'), null, MS_REMOUNT | MS_BIND, null)).toBe(-EPERM)
    expect(as('mount', path('/run/w'), path('/run/w/b'), null, MS_BIND, null)).toBe(-EINVAL)
    expect(as('mount', path('/run/w'), path('/run/w/b'), null, MS_BIND | MS_REC, null)).toBe(0)
    expect(as('umount2', path('/run/w/b/a'), MNT_DETACH)).toBe(-EINVAL)
    expect(as('umount2', path('/run/w/b'), MNT_DETACH)).toBe(0)
    expect(as('mount', path('x'), path('/run/w/b'), path('tmpfs'), 0, null)).toBe(0)
    expect(as('umount2', path('/run/w/b'), 0)).toBe(0)
  })

  it('receive from their originals and send nothing back', () => {
    const world = new MountWorld()
    world.mkdir('/run/w/a', '/run/w/b')
    world.propagate('/run/w', MS_SHARED)
    const child = cloneRoot(world.emu, world.task, CLONE_NEWNS)
    world.tmpfs('/run/w/a', 'A')
    expect(world.info(child)).toEqual(['/run/w / none master:1', '/run/w/a / A master:2'])
    call(world.emu, child, 'mount', path('B'), path('/run/w/b'), path('tmpfs'), 0, null)
    expect(world.info()).toEqual(['/run/w / none shared:1', '/run/w/a / A shared:2'])
    // What came by propagation is locked only inside: its top can go.
    expect(call(world.emu, child, 'umount2', path('/run/w/a'), 0)).toBe(0)
  })

  it('a task without power over its mount namespace may do nothing', () => {
    const world = new MountWorld()
    const child = cloneRoot(world.emu, world.task)
    for (const [name, ...args] of [
      ['mount', path('x'), path('/run/w'), path('tmpfs'), 0, null],
      ['umount2', path('/run/w'), 0],
      ['move_mount', -1, path(''), -1, path(''), 0x8000],
      ['fsopen', path('tmpfs'), 0],
      ['fsmount', 0, 0, 0],
      ['fspick', AT_FDCWD, path('/run/w'), 0],
      ['pivot_root', path('/run/w'), path('/run/w')],
      ['open_tree', AT_FDCWD, path('/run/w'), 1],
    ] as [string, ...Parameters<MountWorld['call']>[1][]][])
      expect([name, call(world.emu, child, name, ...args)]).toEqual([name, -EPERM])
  })
})
