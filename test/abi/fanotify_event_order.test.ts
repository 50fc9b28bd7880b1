import { describe, expect, it } from 'vitest'
import { Emulator } from '../../src/abi/emulator.js'
import type { Task } from '../../src/kernel/task.js'
import {
  CLONE_NEWIPC,
  CLONE_NEWPID,
  CLONE_NEWTIME,
  CLONE_NEWUSER,
  CLONE_NEWUTS,
  decodeEvents,
} from '../../src/uapi/index.js'
import { call, clone, path } from './calls.js'

const FAN_NS_CREATE = 0x100n

/** Pid 1 with a group that watches what the initial user namespace, and those of other tasks, own. */
class Watch {
  readonly emu: Emulator = Emulator.boot({ profile: 'proposed-nsid' })
  readonly init: Task = this.emu.init
  readonly group: number = call(this.emu, this.init, 'fanotify_init', 0x8002, 0)

  constructor() {
    this.mark(this.init)
  }

  mark(task: Task): void {
    const file = path(`/proc/${task.pid.nr}/ns/user`)
    expect(call(this.emu, this.init, 'fanotify_mark', this.group, 0x1001, 0x300, -100, file)).toBe(0)
    this.events()
  }

  /** What happened since: an id for a namespace that came, a negative one for one that went. */
  events(): number[] {
    const bytes = new Uint8Array(4096)
    const length = call(this.emu, this.init, 'read', this.group, bytes, bytes.length)
    const { events } = decodeEvents(bytes.subarray(0, Math.max(0, length)), { group: 'ns' })
    return events.map(({ mask, info: [record] }) => {
      if (record === undefined || !('self_nsid' in record)) throw new Error('no NS record')
      return mask === FAN_NS_CREATE ? Number(record.self_nsid) : -Number(record.self_nsid)
    })
  }
}

describe('namespaces come and go in the order in which the kernel takes and drops what holds them', () => {
  it('the time namespace of a task goes before that of its children', () => {
    const watch = new Watch()
    const { emu, init } = watch
    const parent = clone(emu, init)
    call(emu, parent, 'unshare', CLONE_NEWTIME)
    const child = clone(emu, parent)
    const own = child.nsproxy!.time.id
    call(emu, child, 'unshare', CLONE_NEWTIME)
    const ofChildren = child.nsproxy!.timeForChildren.id
    call(emu, parent, 'exit_group', 0)
    watch.events()
    call(emu, child, 'exit_group', 0)
    expect(watch.events()).toEqual([-own, -ofChildren])
  })

  it('a new user namespace comes before the old one could go', () => {
    const watch = new Watch()
    const { emu, init } = watch
    const child = clone(emu, init, CLONE_NEWUSER)
    for (const map of ['uid_map', 'gid_map']) {
      const fd = call(emu, init, 'openat', -100, path(`/proc/${child.pid.nr}/${map}`), 1, 0)
      expect(call(emu, init, 'write', fd, path('0 0 1'), 5)).toBe(5)
      call(emu, init, 'close', fd)
    }
    watch.mark(child)
    expect(call(emu, child, 'unshare', CLONE_NEWUSER)).toBe(0)
    expect(watch.events()).toEqual([child.cred.userNs.id])
  })

  it('what a task was in goes before what it had open', () => {
    const watch = new Watch()
    const { emu, init } = watch
    const child = clone(emu, init, CLONE_NEWUTS)
    const open = child.nsproxy!.uts.id
    call(emu, child, 'openat', -100, path('/proc/self/ns/uts'), 0, 0)
    call(emu, child, 'unshare', CLONE_NEWUTS | CLONE_NEWIPC)
    const { uts, ipc } = child.nsproxy!
    watch.events()
    call(emu, child, 'exit_group', 0)
    expect(watch.events()).toEqual([-uts.id, -ipc.id, -open])
  })

  it('the user namespace of a task that is reaped goes before its pid namespace', () => {
    const watch = new Watch()
    const { emu, init } = watch
    const parent = clone(emu, init)
    call(emu, parent, 'unshare', CLONE_NEWPID)
    const child = clone(emu, parent, CLONE_NEWUSER)
    const { pidNamespace, cred } = child
    call(emu, child, 'exit_group', 0)
    call(emu, parent, 'exit_group', 0)
    watch.events()
    call(emu, init, 'wait4', -1, null, 1, null)
    call(emu, init, 'wait4', -1, null, 1, null)
    expect(watch.events()).toEqual([-cred.userNs.id, -pidNamespace.id])
  })
})
