import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import type { Task } from '../../src/kernel/index.js'
import type { MntNamespace } from '../../src/kernel/mnt_namespace.js'
import type { Mount } from '../../src/kernel/mount.js'
import { slavesOf } from '../../src/kernel/peer_group.js'
import { eachReceiver, peersOf } from '../../src/kernel/propagation.js'
import { call, clone, path } from '../abi/calls.js'
import {
  AT_FDCWD,
  CLONE_NEWNS,
  MNT_DETACH,
  MountWorld,
  MS_BIND,
  MS_PRIVATE,
  MS_REC,
  MS_SHARED,
  MS_SLAVE,
  MS_UNBINDABLE,
} from '../abi/mount_world.js'

/** Holds a mount to what must be true of it whatever was done. */
function checkMount(mount: Mount, ns: MntNamespace): void {
  expect(mount.ns).toBe(ns)
  expect(mount.umounted).toBe(false)
  expect(mount.refs).toBeGreaterThanOrEqual(1)
  if (mount !== ns.root) {
    expect(mount.parent?.children?.get(mount.mountpoint!)).toBe(mount)
    expect(mount.mountpoint!.mounts!.has(mount)).toBe(true)
  }
  for (const peer of peersOf(mount)) {
    expect(peer.nextPeer.previousPeer).toBe(peer)
    expect(peer.groupId).toBe(mount.groupId)
    expect(peer.sb).toBe(mount.sb)
    expect(peer.master?.groupId).toBe(mount.master?.groupId)
  }
  if (mount.nextPeer !== mount) expect(mount.groupId).toBeGreaterThan(0)
  for (const slave of slavesOf(mount)) expect(slave.master).toBe(mount)
  if (mount.master !== null) {
    expect(slavesOf(mount.master)).toContain(mount)
    expect(mount.master.groupId).toBeGreaterThan(0)
  }
}

function checkNamespace(ns: MntNamespace): void {
  const tree = ns.root.subtree()
  expect([...tree].sort((a, b) => a.idUnique - b.idUnique)).toEqual(ns.mounts.all)
  for (const mount of tree) checkMount(mount, ns)
}

const NAMES = ['/run/w', '/run/w/a', '/run/w/b', '/run/w/a/x', '/run/w/b/x', '/run/w/a/x/y']
const name = fc.constantFrom(...NAMES)
const step = fc.oneof(
  fc.record({ kind: fc.constant('tmpfs' as const), to: name }),
  fc.record({
    kind: fc.constantFrom('bind' as const, 'rbind' as const, 'move' as const, 'beneath' as const),
    from: name,
    to: name,
  }),
  fc.record({
    kind: fc.constant('propagate' as const),
    to: name,
    flags: fc.constantFrom(MS_SHARED, MS_SHARED | MS_REC, MS_SLAVE, MS_PRIVATE, MS_UNBINDABLE, MS_SLAVE | MS_REC),
  }),
  fc.record({ kind: fc.constant('umount' as const), to: name, flags: fc.constantFrom(0, MNT_DETACH) }),
  fc.record({ kind: fc.constant('rmdir' as const), to: name }),
  fc.record({ kind: fc.constant('mkdir' as const), to: name }),
  fc.record({ kind: fc.constant('unshare' as const) }),
)

function act(world: MountWorld, task: Task, what: typeof step extends fc.Arbitrary<infer T> ? T : never): void {
  const as = (syscall: string, ...args: Parameters<MountWorld['call']>[1][]): number =>
    call(world.emu, task, syscall, ...args)
  switch (what.kind) {
    case 'tmpfs':
      if (as('mount', path('x'), path(what.to), path('tmpfs'), 0, null) === 0) {
        for (const sub of ['x', 'x/y']) as('mkdir', path(`${what.to}/${sub}`), 0o755)
      }
      break
    case 'bind':
    case 'rbind':
      as('mount', path(what.from), path(what.to), null, MS_BIND | (what.kind === 'rbind' ? MS_REC : 0), null)
      break
    case 'move':
    case 'beneath':
      as('move_mount', AT_FDCWD, path(what.from), AT_FDCWD, path(what.to), what.kind === 'beneath' ? 0x200 : 0)
      break
    case 'propagate':
      as('mount', null, path(what.to), null, what.flags, null)
      break
    case 'umount':
      as('umount2', path(what.to), what.flags)
      break
    case 'unshare':
      as('unshare', CLONE_NEWNS)
      break
    default:
      as(what.kind, path(what.to), 0o755)
  }
}

describe('mount trees', () => {
  test.prop([fc.array(fc.tuple(fc.nat(2), step), { maxLength: 30 })], { numRuns: 50 })(
    'stay sound under any program, and leave nothing behind',
    (program) => {
      const world = new MountWorld()
      world.mkdir('/run/w/a', '/run/w/b', '/run/w/a/x', '/run/w/a/x/y', '/run/w/b/x')
      world.propagate('/run/w', MS_SHARED)
      const { vfs } = world.emu.kernel
      const tasks = [world.task, clone(world.emu, world.task, CLONE_NEWNS), clone(world.emu, world.task)]
      const mountsBefore = vfs.mountCount
      for (const [which, what] of program) {
        act(world, tasks[which]!, what)
        for (const task of tasks) checkNamespace(task.nsproxy!.mnt)
      }
      const last = world.task.nsproxy!.mnt
      for (const task of tasks.slice(1)) call(world.emu, task, 'exit_group', 0)
      while (last.root.topmost !== last.root && world.umount('/run/w', MNT_DETACH) === 0);
      checkNamespace(last)
      // One namespace of the two that there were, less `/run/w`: and so after a namespace that never had more.
      const fresh = clone(world.emu, world.task, CLONE_NEWNS)
      expect(vfs.mountCount - fresh.nsproxy!.mnt.mounts.size).toBe(mountsBefore - last.mounts.size - 2)
      call(world.emu, fresh, 'exit_group', 0)
      expect(vfs.newGroupId()).toBe(1)
    },
  )

  test.prop([fc.array(step, { maxLength: 25 })])('a copy of a namespace has the same tree', (program) => {
    const world = new MountWorld()
    world.mkdir('/run/w/a', '/run/w/b', '/run/w/a/x', '/run/w/a/x/y', '/run/w/b/x')
    world.propagate('/run/w', MS_SHARED)
    for (const what of program) act(world, world.task, what)
    const child = clone(world.emu, world.task, CLONE_NEWNS)
    const plain = (lines: string[]): string[] => lines.map((line) => line.replace(' unbindable', '')).sort()
    expect(plain(world.info(child))).toEqual(plain(world.info()))
  })

  it('many mounts, deep and wide, come and go in one call', () => {
    const world = new MountWorld()
    world.mkdir('/run/w/a')
    for (let n = 0; n < 2000; n++) expect(world.tmpfs('/run/w/a')).toBe(0)
    world.propagate('/run/w', MS_SHARED | MS_REC)
    const child = clone(world.emu, world.task, CLONE_NEWNS)
    expect(child.nsproxy!.mnt.mounts.size).toBe(world.task.nsproxy!.mnt.mounts.size)
    expect(world.umount('/run/w', MNT_DETACH)).toBe(0)
    expect(world.info()).toEqual(['/run/w / none shared:1'].slice(1))
    checkNamespace(child.nsproxy!.mnt)
    checkNamespace(world.task.nsproxy!.mnt)
  })

  it('visits peers and slaves in order, and what lies below only when told', () => {
    const world = new MountWorld()
    world.mkdir('/run/w/a', '/run/w/b', '/run/w/c', '/run/w/d')
    world.tmpfs('/run/w/a', 'A')
    world.propagate('/run/w/a', MS_SHARED)
    for (const to of ['b', 'c', 'd']) world.bind('/run/w/a', `/run/w/${to}`)
    world.propagate('/run/w/c', MS_SLAVE)
    const at = (place: string): Mount => world.task.nsproxy!.mnt.mounts.find(world.id(`/run/w/${place}`))!
    const seen: string[] = []
    const nameOf = (mount: Mount): string => ['a', 'b', 'c', 'd'].find((place) => at(place) === mount)!
    eachReceiver(at('a'), (mount) => {
      seen.push(nameOf(mount))
      return true
    })
    expect(seen).toEqual(['d', 'b', 'c'])
    const without: string[] = []
    eachReceiver(at('a'), (mount) => {
      without.push(nameOf(mount))
      return false
    })
    expect(without).toEqual(['d', 'b'])
  })
})
