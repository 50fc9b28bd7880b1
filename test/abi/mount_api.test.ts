import { describe, expect, it } from 'vitest'
import {
  E2BIG,
  EBADF,
  EBUSY,
  EFAULT,
  EINVAL,
  ELOOP,
  EMSGSIZE,
  ENODATA,
  ENODEV,
  ENOENT,
  EOPNOTSUPP,
  EOVERFLOW,
  EPERM,
  EROFS,
} from '../../src/uapi/errno.js'
import { call, clone, cloneRoot, path, readFile } from './calls.js'
import {
  AT_FDCWD,
  CLONE_NEWNS,
  MNT_DETACH,
  MountWorld,
  MS_PRIVATE,
  MS_REC,
  MS_SHARED,
  MS_SLAVE,
  MS_UNBINDABLE,
} from './mount_world.js'

const AT_EMPTY_PATH = 0x1000
const AT_RECURSIVE = 0x8000
const OPEN_TREE_CLONE = 1
const OPEN_TREE_NAMESPACE = 2
const OPEN_TREE_CLOEXEC = 0x8_0000
const BENEATH = 0x200
const SET_GROUP = 0x100
const LSMT_ROOT = 0xffff_ffff_ffff_ffffn

const text = (bytes: Uint8Array, length = bytes.length): string => new TextDecoder().decode(bytes.subarray(0, length))

describe('open_tree and move_mount', () => {
  it('a detached copy goes with its descriptor unless it was attached', () => {
    const world = new MountWorld()
    world.mkdir('/run/w/a', '/run/w/b')
    world.tmpfs('/run/w/a', 'A')
    const { vfs } = world.emu.kernel
    const before = vfs.mountCount
    const fd = world.call('open_tree', AT_FDCWD, path('/run/w'), OPEN_TREE_CLONE | AT_RECURSIVE | OPEN_TREE_CLOEXEC)
    expect(vfs.mountCount).toBe(before + 2)
    expect(world.call('mkdirat', fd, path('new'), 0o755)).toBe(0)
    world.call('close', fd)
    expect(vfs.mountCount).toBe(before)
    const again = world.call('open_tree', AT_FDCWD, path('/run/w'), OPEN_TREE_CLONE | AT_RECURSIVE)
    expect(world.attach(again, '/run/w/b')).toBe(0)
    // Now it is an ordinary mount, which cannot go onto itself.
    expect(world.attach(again, '/run/w/b')).toBe(-ELOOP)
    world.call('close', again)
    expect(world.info()).toEqual(['/run/w / none', '/run/w/a / A', '/run/w/b / none', '/run/w/b/a / A'])
  })

  it('an anonymous mount namespace takes an id', () => {
    const world = new MountWorld()
    const { nextNsId } = world.emu.kernel
    world.call('open_tree', AT_FDCWD, path('/run/w'), OPEN_TREE_CLONE)
    expect(world.emu.kernel.nextNsId).toBe(nextNsId + 1)
    world.fsmount()
    expect(world.emu.kernel.nextNsId).toBe(nextNsId + 2)
    // Without the copy it is only a path.
    world.call('open_tree', AT_FDCWD, path('/run/w'), 0)
    expect(world.emu.kernel.nextNsId).toBe(nextNsId + 2)
  })

  it('refuses flags that do not go together', () => {
    const world = new MountWorld()
    for (const flags of [AT_RECURSIVE, 4, OPEN_TREE_CLONE | OPEN_TREE_NAMESPACE])
      expect(world.call('open_tree', AT_FDCWD, path('/run/w'), flags)).toBe(-EINVAL)
    expect(world.move('/run/w', '/run/w', BENEATH | SET_GROUP)).toBe(-EINVAL)
    expect(world.move('/run/w', '/run/w', 0x8000)).toBe(-EINVAL)
  })

  it('looks at where to before where from', () => {
    const world = new MountWorld()
    expect(world.call('move_mount', 99, path(''), AT_FDCWD, path('/run/nope'), 4)).toBe(-ENOENT)
    expect(world.call('move_mount', 99, path(''), AT_FDCWD, path('/run/w'), 4)).toBe(-EBADF)
    expect(world.call('move_mount', 99, path(''), AT_FDCWD, path('/run/w'), 0)).toBe(-ENOENT)
    expect(world.call('move_mount', 99, null, AT_FDCWD, path('/run/w'), 0)).toBe(-EFAULT)
  })

  it('goes beneath the topmost mount', () => {
    const world = new MountWorld()
    world.mkdir('/run/w/a')
    expect(world.attach(world.fsmount('below'), '/run/w/a', BENEATH)).toBe(-EINVAL)
    world.tmpfs('/run/w/a', 'top')
    expect(world.attach(world.fsmount('below'), '/run/w/a', BENEATH)).toBe(0)
    expect(world.umount('/run/w/a')).toBe(0)
    expect(world.info()).toEqual(['/run/w / none', '/run/w/a / below'])
  })

  it('beneath a locked mount takes over the lock, on kernels that allow it', () => {
    for (const [profile, result] of [
      ['v6.18', -EINVAL],
      ['v7.2', 0],
    ] as const) {
      const world = new MountWorld(profile)
      world.mkdir('/run/w/a')
      world.tmpfs('/run/w/a', 'top')
      expect(world.call('unshare', CLONE_NEWNS | 0x1000_0000)).toBe(0)
      expect(world.attach(world.fsmount('below'), '/run/w/a', BENEATH)).toBe(result)
      expect(world.umount('/run/w/a')).toBe(result)
      expect(world.umount('/run/w/a')).toBe(-EINVAL)
    }
  })

  it('MOVE_MOUNT_SET_GROUP puts a private mount into a group', () => {
    const world = new MountWorld()
    world.mkdir('/run/w/a', '/run/w/b')
    world.tmpfs('/run/w/a', 'A')
    world.bind('/run/w/a', '/run/w/b')
    expect(world.move('/run/w/a', '/run/w/b', SET_GROUP)).toBe(-EINVAL)
    world.propagate('/run/w/a', MS_SHARED)
    expect(world.move('/run/w/a', '/run/w/b', SET_GROUP)).toBe(0)
    expect(world.move('/run/w/a', '/run/w/b', SET_GROUP)).toBe(-EINVAL)
    expect(world.info().slice(1)).toEqual(['/run/w/a / A shared:1', '/run/w/b / A shared:1'])
  })

  it('OPEN_TREE_NAMESPACE opens a mount namespace with the copy as its root', () => {
    const world = new MountWorld()
    world.mkdir('/run/w/sub')
    const fd = world.call('open_tree', AT_FDCWD, path('/run/w'), OPEN_TREE_NAMESPACE | OPEN_TREE_CLOEXEC)
    const info = new Uint8Array(16)
    expect(world.call('ioctl', fd, 0x8010b70a, info)).toBe(0)
    expect(new DataView(info.buffer).getUint32(4, true)).toBe(1)
    const child = clone(world.emu, world.task)
    expect(call(world.emu, child, 'setns', fd, 0)).toBe(0)
    expect(call(world.emu, child, 'rmdir', path('/sub'))).toBe(0)
    expect(new MountWorld('v6.18').call('open_tree', AT_FDCWD, path('/run/w'), OPEN_TREE_NAMESPACE)).toBe(-EINVAL)
  })
})

describe('fsopen, fsconfig, fsmount, fspick', () => {
  it('goes through its phases', () => {
    const world = new MountWorld()
    expect(world.call('fsopen', path('nosuchfs'), 0)).toBe(-ENODEV)
    expect(world.call('fsopen', path('tmpfs'), 2)).toBe(-EINVAL)
    const fd = world.call('fsopen', path('tmpfs'), 1)
    expect(world.call('fsmount', fd, 0, 0)).toBe(-EINVAL)
    expect(world.call('fsconfig', fd, 7, null, null, 0)).toBe(-EBUSY)
    expect(world.call('fsconfig', fd, 6, null, null, 0)).toBe(0)
    expect(world.call('fsconfig', fd, 6, null, null, 0)).toBe(-EBUSY)
    expect(world.call('fsconfig', fd, 1, path('size'), path('1M'), 0)).toBe(-EBUSY)
    const mount = world.call('fsmount', fd, 1, 1)
    expect(mount).toBeGreaterThan(fd)
    expect(world.call('fsmount', fd, 0, 0)).toBe(-EBUSY)
    expect(world.call('mkdirat', mount, path('x'), 0o755)).toBe(-EROFS)
    expect(world.call('fsconfig', fd, 1, path('size'), path('1M'), 0)).toBe(0)
    expect(world.call('fsconfig', fd, 7, null, null, 0)).toBe(0)
  })

  it('checks the arguments of a command before its descriptor', () => {
    const world = new MountWorld()
    expect(world.call('fsconfig', -1, 99, null, null, 0)).toBe(-EINVAL)
    expect(world.call('fsconfig', 99, 99, null, null, 0)).toBe(-EOPNOTSUPP)
    expect(world.call('fsconfig', 99, 6, path('x'), null, 0)).toBe(-EINVAL)
    expect(world.call('fsconfig', 99, 6, null, null, 0)).toBe(-EBADF)
    expect(world.call('fsconfig', 0, 6, null, null, 0)).toBe(-EINVAL)
    const fd = world.call('fsopen', path('tmpfs'), 0)
    expect(world.call('fsconfig', fd, 1, path('k'.repeat(256)), path('v'), 0)).toBe(-EINVAL)
  })

  it('says what was wrong with an option', () => {
    const world = new MountWorld()
    const fd = world.call('fsopen', path('tmpfs'), 0)
    const bytes = new Uint8Array(100)
    expect(world.call('read', fd, bytes, 100)).toBe(-ENODATA)
    for (const [key, value, message] of [
      ['foo', null, "e tmpfs: Unknown parameter 'foo'\n"],
      ['source', null, 'e Non-string source\n'],
      ['mode', '9', "e tmpfs: Bad value for 'mode'\n"],
      ['noswap', 'x', "e tmpfs: Unexpected value for 'noswap'\n"],
    ] as const) {
      const args = value === null ? ([0, path(key), null, 0] as const) : ([1, path(key), path(value), 0] as const)
      expect(world.call('fsconfig', fd, ...args)).toBe(-EINVAL)
      expect(world.call('read', fd, bytes, 3)).toBe(-EMSGSIZE)
      expect(text(bytes, world.call('read', fd, bytes, 100))).toBe(message)
    }
  })

  it('fspick changes what is mounted', () => {
    const world = new MountWorld()
    world.mkdir('/run/w/a')
    expect(world.call('fspick', AT_FDCWD, path('/run/w/a'), 0)).toBe(-EINVAL)
    const fd = world.call('fspick', AT_FDCWD, path('/run/w'), 0)
    expect(world.call('fsconfig', fd, 0, path('ro'), null, 0)).toBe(0)
    expect(world.call('fsconfig', fd, 7, null, null, 0)).toBe(0)
    expect(world.call('mkdir', path('/run/w/b'), 0o755)).toBe(-EROFS)
  })
})

describe('mount_setattr', () => {
  const attr = (set: number, clear: number, propagation: number, size = 32): Uint8Array<ArrayBuffer> => {
    const view = new DataView(new ArrayBuffer(Math.max(size, 32)))
    for (const [at, value] of [set, clear, propagation].entries()) view.setUint32(at * 8, value, true)
    return new Uint8Array(view.buffer, 0, size)
  }
  const set = (world: MountWorld, bytes: Uint8Array<ArrayBuffer>, flags = 0, size = bytes.length): number =>
    world.call('mount_setattr', AT_FDCWD, path('/run/w'), flags, bytes, size)

  it('takes sizes as extensible structs do', () => {
    const world = new MountWorld()
    expect(set(world, attr(0, 0, 0), 0, 0)).toBe(-EINVAL)
    expect(set(world, attr(0, 0, 0), 0, 31)).toBe(-EINVAL)
    expect(set(world, attr(1, 0, 0), 0, 33)).toBe(-EFAULT)
    expect(set(world, attr(1, 0, 0, 40))).toBe(0)
    const tail = attr(1, 0, 0, 40)
    tail[39] = 1
    expect(set(world, tail)).toBe(-E2BIG)
    expect(set(world, attr(0, 0, 0), 0, 4097)).toBe(-E2BIG)
  })

  it('has access times as one value that is cleared whole', () => {
    const world = new MountWorld()
    for (const wrong of [attr(0x10, 0, 0), attr(0x10, 0x10, 0), attr(0x30, 0x70, 0), attr(0x400, 0, 0)])
      expect(set(world, wrong)).toBe(-EINVAL)
    expect(set(world, attr(0x10, 0x70, 0))).toBe(0)
    expect(readFile(world.emu, world.task, '/proc/self/mounts')).toContain('/run/w tmpfs rw,noatime 0 0')
    expect(set(world, attr(0x20, 0x70, 0))).toBe(0)
    expect(readFile(world.emu, world.task, '/proc/self/mounts')).toContain('/run/w tmpfs rw 0 0')
  })

  it('changes all mounts below or none', () => {
    const world = new MountWorld()
    world.mkdir('/run/w/a')
    world.tmpfs('/run/w/a', 'A')
    const fd = world.call('openat', AT_FDCWD, path('/run/w/a/f'), 0o101, 0o644)
    expect(set(world, attr(1, 0, MS_SHARED), AT_RECURSIVE)).toBe(-EBUSY)
    expect(world.info()).toEqual(['/run/w / none', '/run/w/a / A'])
    world.call('close', fd)
    expect(set(world, attr(1, 0, MS_SHARED), AT_RECURSIVE)).toBe(0)
    expect(world.info()).toEqual(['/run/w / none shared:1', '/run/w/a / A shared:2'])
    expect(set(world, attr(0, 0, MS_SHARED | MS_SLAVE))).toBe(-EINVAL)
  })

  it('open_tree_attr gives the copy its attributes at once', () => {
    const world = new MountWorld()
    world.mkdir('/run/w/a')
    const flags = OPEN_TREE_CLONE
    const fd = world.call('open_tree_attr', AT_FDCWD, path('/run/w'), flags, attr(1, 0, MS_UNBINDABLE), 32)
    expect(world.attach(fd, '/run/w/a')).toBe(0)
    expect(world.info()).toEqual(['/run/w / none', '/run/w/a / none unbindable'])
    expect(world.call('open_tree_attr', AT_FDCWD, path('/run/w'), flags, null, 32)).toBe(-EINVAL)
  })
})

describe('pivot_root', () => {
  it('puts the old root where it is told, for all who stand in it', () => {
    const world = new MountWorld()
    world.mkdir('/run/w/old')
    const other = clone(world.emu, world.task)
    const id = world.id('/run/w')
    const oldRoot = world.id('/')
    const events = world.watch()
    expect(world.call('pivot_root', path('/run/w'), path('/run/w/old'))).toBe(0)
    expect(world.id('/')).toBe(id)
    expect(world.id('/old')).toBe(oldRoot)
    expect(call(world.emu, other, 'rmdir', path('/old/run/w'))).toBe(-ENOENT + ENOENT)
    expect(events()).toEqual([
      [0x300_0000, oldRoot],
      [0x300_0000, id],
    ])
    expect(world.umount('/old', MNT_DETACH)).toBe(0)
  })

  it('refuses shared mounts, the root itself and what lies elsewhere', () => {
    const world = new MountWorld()
    world.mkdir('/run/w/old')
    expect(world.call('pivot_root', path('/'), path('/run/w/old'))).toBe(-EBUSY)
    expect(world.call('pivot_root', path('/run/w'), path('/run'))).toBe(-EINVAL)
    expect(world.call('pivot_root', path('/run/w/old'), path('/run/w/old'))).toBe(-EINVAL)
    world.propagate('/run', MS_SHARED)
    expect(world.call('pivot_root', path('/run/w'), path('/run/w/old'))).toBe(-EINVAL)
  })
})

/** mnt_id_req. */
function request(
  id: bigint,
  param: bigint,
  options: { size?: number; fd?: number; ns?: bigint } = {},
): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(Math.max(options.size ?? 32, 32)))
  view.setUint32(0, options.size ?? 32, true)
  view.setUint32(4, options.fd ?? 0, true)
  view.setBigUint64(8, id, true)
  view.setBigUint64(16, param, true)
  view.setBigUint64(24, options.ns ?? 0n, true)
  return new Uint8Array(view.buffer)
}

describe('listmount', () => {
  const list = (world: MountWorld, req: Uint8Array<ArrayBuffer>, room = 64, flags = 0): number[] | number => {
    const ids = new BigUint64Array(room)
    const count = world.call('listmount', req, ids, room, flags)
    return count < 0 ? count : Array.from(ids.subarray(0, count), Number)
  }

  it('lists what lies below the root or a mount, forwards and back, from a cursor on', () => {
    const world = new MountWorld()
    world.mkdir('/run/w/a', '/run/w/b')
    world.tmpfs('/run/w/a')
    world.tmpfs('/run/w/b')
    const [w, a, b] = ['/run/w', '/run/w/a', '/run/w/b'].map((name) => world.id(name))
    expect(list(world, request(BigInt(w!), 0n))).toEqual([a, b])
    expect(list(world, request(BigInt(w!), 0n), 64, 1)).toEqual([b, a])
    expect(list(world, request(BigInt(w!), BigInt(a!)))).toEqual([b])
    expect(list(world, request(BigInt(w!), BigInt(b!)), 64, 1)).toEqual([a])
    expect((list(world, request(LSMT_ROOT, 0n)) as number[]).slice(-3)).toEqual([w, a, b])
    expect(list(world, request(LSMT_ROOT, 0n), 1)).toEqual([world.id('/')])
    world.call('chroot', path('/run/w'))
    expect(list(world, request(LSMT_ROOT, 0n))).toEqual([w, a, b])
  })

  it('refuses what it cannot read, find or show', () => {
    const world = new MountWorld()
    for (const [req, flags, errno] of [
      [request(LSMT_ROOT, 0n), 2, EINVAL],
      [request(0x8000_0000n, 0n), 0, EINVAL],
      [request(0x8000_0001n, 0n), 0, ENOENT],
      [request(LSMT_ROOT, 1n), 0, EINVAL],
      [request(LSMT_ROOT, 0n, { size: 23 }), 0, EINVAL],
      [request(LSMT_ROOT, 0n, { size: 4097 }), 0, E2BIG],
      [request(LSMT_ROOT, 0n, { ns: 999n }), 0, ENOENT],
      [request(LSMT_ROOT, 0n, { fd: 99 }), 0, EBADF],
      [request(LSMT_ROOT, 0n, { fd: 99, ns: 999n }), 0, EINVAL],
    ] as const)
      expect(list(world, req, 4, flags)).toBe(-errno)
    expect(world.call('listmount', request(LSMT_ROOT, 0n), null, 1_000_001, 0)).toBe(-EOVERFLOW)
    expect(world.call('listmount', request(LSMT_ROOT, 0n), null, 4, 0)).toBe(-EFAULT)
    expect(world.call('listmount', request(LSMT_ROOT, 0n), null, 0, 0)).toBe(0)
  })

  it.each([
    ['size 0', 0, 32, -EINVAL],
    ['one less than the first version', 23, 32, -EINVAL],
    ['the first version', 24, 24, 1],
    ['cut short', 24, 23, -EFAULT],
    ['one byte more, zero', 25, 25, 1],
    ['one byte more that cannot be read', 33, 32, -EFAULT],
    ['eight bytes more, all zero', 40, 40, 1],
    ['a page, all zero', 4096, 4096, 1],
    ['more than a page', 4097, 4097, -E2BIG],
  ])('takes sizes as extensible structs do: %s', (_, size, readable, want) => {
    const bytes = request(LSMT_ROOT, 0n, { size: Math.max(size, readable) })
    new DataView(bytes.buffer).setUint32(0, size, true)
    expect(new MountWorld().call('listmount', bytes.subarray(0, readable), new BigUint64Array(1), 1, 0)).toBe(want)
  })

  it('takes no byte behind what it knows that is not zero', () => {
    const bytes = request(LSMT_ROOT, 0n, { size: 40 })
    bytes[39] = 1
    expect(new MountWorld().call('listmount', bytes, new BigUint64Array(1), 1, 0)).toBe(-E2BIG)
  })

  it('another namespace is seen by who has power over it', () => {
    const world = new MountWorld()
    const child = cloneRoot(world.emu, world.task, CLONE_NEWNS)
    const own = world.call('openat', AT_FDCWD, path('/proc/self/ns/mnt'), 0)
    expect(own).toBeGreaterThan(0)
    const id = BigInt(child.nsproxy!.mnt.id)
    const ids = list(world, request(LSMT_ROOT, 0n, { ns: id })) as number[]
    expect(ids).toEqual(child.nsproxy!.mnt.mounts.all.slice(1).map(({ idUnique }) => idUnique))
    const room = new BigUint64Array(8)
    const parents = BigInt(world.task.nsproxy!.mnt.id)
    expect(call(world.emu, child, 'listmount', request(LSMT_ROOT, 0n, { ns: parents }), room, 8, 0)).toBe(-ENOENT)
  })
})

describe('statmount', () => {
  it('tells what is asked for and says what it told', () => {
    const world = new MountWorld()
    world.mkdir('/run/w/d e')
    world.mount('src', '/run/w/d e', 'tmpfs', 0x401, 'size=64k,mode=700')
    world.propagate('/run/w/d e', MS_SHARED)
    const id = world.id('/run/w/d e')
    const bytes = new Uint8Array(1024).fill(0xaa)
    expect(world.call('statmount', request(BigInt(id), 0x7fffn), bytes, 1024, 0)).toBe(0)
    const view = new DataView(bytes.buffer)
    const strings = '\0tmpfs\0/\0/run/w/d e\0size=64k,mode=700\0size=64k\0mode=700\0src\0'
    expect(view.getUint32(0, true)).toBe(512 + strings.length)
    expect(text(bytes.subarray(512, 512 + strings.length))).toBe(strings)
    expect(bytes[512 + strings.length]).toBe(0xaa)
    expect(view.getBigUint64(8, true)).toBe(0x16ffn)
    expect(Number(view.getBigUint64(40, true))).toBe(id)
    expect(Number(view.getBigUint64(48, true))).toBe(world.id('/run/w'))
    expect(view.getBigUint64(64, true)).toBe(0x11n)
    expect(view.getBigUint64(72, true)).toBe(BigInt(MS_SHARED))
    expect(view.getBigUint64(80, true)).toBe(1n)
    expect(view.getUint32(128, true)).toBe(2)
    expect(view.getBigUint64(144, true)).toBe(0x7fffn)
  })

  it('cuts the struct to the buffer, but never the text', () => {
    const world = new MountWorld()
    const id = BigInt(world.id('/run/w'))
    const ask = (mask: bigint, room: number): number =>
      world.call('statmount', request(id, mask), new Uint8Array(1024), room, 0)
    expect([0, 1, 100, 512].map((room) => ask(3n, room))).toEqual([0, 0, 0, 0])
    expect([100, 511, 512, 527, 528].map((room) => ask(0x38n, room))).toEqual([
      -EOVERFLOW,
      -EOVERFLOW,
      -EOVERFLOW,
      -EOVERFLOW,
      0,
    ])
    // A text that is empty takes a byte, and 512 is refused all the same.
    expect([100, 512, 513].map((room) => ask(0x100n, room))).toEqual([0, -EOVERFLOW, 0])
    expect(world.call('statmount', request(id, 0x38n), new Uint8Array(40), 600, 0)).toBe(-EFAULT)
  })

  it('finds a mount by descriptor where the kernel can, also one that was taken off', () => {
    const world = new MountWorld()
    const fd = world.call('openat', AT_FDCWD, path('/run/w'), 0o10000000)
    world.umount('/run/w', MNT_DETACH)
    const bytes = new Uint8Array(1024)
    expect(world.call('statmount', request(0n, 0x7fffn, { fd }), bytes, 1024, 1)).toBe(0)
    // No mountpoint and no namespace any more.
    expect(new DataView(bytes.buffer).getBigUint64(8, true) & 0x50n).toBe(0n)
    expect(world.call('statmount', request(1n, 3n, { fd }), bytes, 1024, 1)).toBe(-EINVAL)
    expect(world.call('statmount', request(0n, 3n, { fd: world.fsmount() }), bytes, 1024, 1)).toBe(-ENOENT)
    expect(new MountWorld('v6.18').call('statmount', request(0n, 3n, { fd: 0 }), bytes, 1024, 1)).toBe(-EINVAL)
  })

  it('a mount outside the own root is for who has power over the namespace', () => {
    const world = new MountWorld()
    world.mkdir('/run/w/a')
    world.tmpfs('/run/w/a')
    const outside = BigInt(world.id('/run/w'))
    const bytes = new Uint8Array(1024)
    const child = cloneRoot(world.emu, world.task)
    call(world.emu, child, 'chroot', path('/run/w/a'))
    expect(call(world.emu, child, 'statmount', request(outside, 0x10n), bytes, 1024, 0)).toBe(-EPERM)
    world.call('chroot', path('/run/w/a'))
    expect(world.call('statmount', request(outside, 0x10n), bytes, 1024, 0)).toBe(0)
    expect(new DataView(bytes.buffer).getBigUint64(8, true)).toBe(0n)
  })
})

describe('tables of mounts', () => {
  it('are read a page of whole lines at a time', () => {
    const world = new MountWorld()
    world.mkdir('/run/w/a')
    for (let n = 0; n < 100; n++) world.tmpfs('/run/w/a', `source-${n}`)
    const fd = world.call('openat', AT_FDCWD, path('/proc/self/mountinfo'), 0)
    const bytes = new Uint8Array(20000)
    const first = world.call('read', fd, bytes, bytes.length)
    expect(first).toBeLessThan(4096)
    expect(bytes[first - 1]).toBe(10)
    const second = world.call('read', fd, bytes.subarray(first), bytes.length - first)
    expect(text(bytes, first + second)).toBe(readAll(world).slice(0, first + second))
    // From any position on the same text.
    const middle = new Uint8Array(100)
    expect(world.call('pread64', fd, middle, 100, 3000)).toBe(100)
    expect(text(middle)).toBe(readAll(world).slice(3000, 3100))
  })

  it('tell pollers once that mounts have changed', () => {
    const world = new MountWorld()
    const fd = world.call('openat', AT_FDCWD, path('/proc/self/mountinfo'), 0)
    const poll = (): number => {
      const fds = new Uint8Array(8)
      const view = new DataView(fds.buffer)
      view.setInt32(0, fd, true)
      view.setInt16(4, 0x43, true)
      world.call('poll', fds, 1, 0)
      return view.getInt16(6, true)
    }
    expect(poll()).toBe(0x41)
    world.propagate('/run/w', MS_REC | MS_PRIVATE)
    expect(poll()).toBe(0x41)
    world.umount('/run/w')
    expect(poll()).toBe(0x4b)
    expect(poll()).toBe(0x41)
  })
})

function readAll(world: MountWorld): string {
  const ns = world.task.nsproxy!.mnt
  return ns.mountinfo(world.task.fs!.root)
}

it('AT_EMPTY_PATH is what a detached tree is named by', () => {
  const world = new MountWorld()
  const fd = world.fsmount()
  const copy = world.call('open_tree', fd, path(''), OPEN_TREE_CLONE | AT_EMPTY_PATH)
  expect(copy).toBeGreaterThanOrEqual(0)
  expect(world.call('open_tree', fd, path(''), OPEN_TREE_CLONE)).toBe(-ENOENT)
})
