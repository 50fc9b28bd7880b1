import { beforeEach, describe, expect, it } from 'vitest'
import { Emulator } from '../../src/abi/index.js'
import type { Task } from '../../src/kernel/index.js'
import {
  CLONE_AUTOREAP,
  CLONE_CLEAR_SIGHAND,
  CLONE_FS,
  CLONE_INTO_CGROUP,
  CLONE_NEWIPC,
  CLONE_NEWNS,
  CLONE_NEWPID,
  CLONE_NEWTIME,
  CLONE_NEWUSER,
  CLONE_NEWUTS,
  CLONE_NNP,
  CLONE_PARENT,
  CLONE_PIDFD,
  CLONE_SIGHAND,
  CLONE_SYSVSEM,
  CLONE_THREAD,
  CLONE_VFORK,
  CLONE_VM,
} from '../../src/uapi/constants/sched.js'
import { E2BIG, EBADF, ECHILD, EEXIST, EFAULT, EINVAL, EMFILE, EPERM } from '../../src/uapi/errno.js'
import { call, clone, cloneArgs, list, sleeps } from './calls.js'

const THREAD = CLONE_THREAD | CLONE_SIGHAND | CLONE_VM

let emu: Emulator
let init: Task

beforeEach(() => {
  emu = Emulator.boot({ profile: 'v7.3' })
  init = emu.init
})

const clone3 = (args: Uint8Array | null, size: number | bigint): number => call(emu, init, 'clone3', args, size)

/** clone_args with u64 fields put in by offset. */
function args(fields: Record<number, number | bigint>, exitSignal = 17): Uint8Array<ArrayBuffer> {
  const bytes = cloneArgs(0, exitSignal)
  const view = new DataView(bytes.buffer)
  for (const [offset, value] of Object.entries(fields)) view.setBigUint64(Number(offset), BigInt(value), true)
  return bytes
}
const [FLAGS, PIDFD, PARENT_TID, EXIT_SIGNAL, STACK, STACK_SIZE, SET_TID, SET_TID_SIZE, CGROUP] = [
  0, 8, 24, 32, 40, 48, 64, 72, 80,
]

describe('clone_args grows', () => {
  it.each<[string, Uint8Array | null, number | bigint, number]>([
    ['size 0', cloneArgs(0, 17), 0, -EINVAL],
    ['one less than the first version', cloneArgs(0, 17), 63, -EINVAL],
    ['the first version', cloneArgs(0, 17, 64), 64, 2],
    ['the second version', cloneArgs(0, 17, 80), 80, 2],
    ['the third version', cloneArgs(0, 17), 88, 2],
    ['between versions', cloneArgs(0, 17, 72), 72, 2],
    ['one byte more that cannot be read', cloneArgs(0, 17, 88), 89, -EFAULT],
    ['a version that cannot be read whole', cloneArgs(0, 17, 87), 88, -EFAULT],
    ['eight bytes more, all zero', cloneArgs(0, 17, 96), 96, 2],
    ['eight bytes more, not zero', cloneArgs(0, 17, 96).fill(1, 95), 96, -E2BIG],
    ['a page, all zero', cloneArgs(0, 17, 4096), 4096, 2],
    ['more than a page', cloneArgs(0, 17, 4097), 4097, -E2BIG],
    ['a size that needs 64 bits', cloneArgs(0, 17), 0x1_0000_0058n, -E2BIG],
    ['NULL', null, 88, -EFAULT],
  ])('%s', (_, bytes, size, want) => {
    expect(clone3(bytes, size)).toBe(want)
  })
})

describe('what clone3 refuses', () => {
  it.each<[string, Uint8Array, number]>([
    ['an exit signal that is none', args({ [EXIT_SIGNAL]: 65 }), -EINVAL],
    ['an exit signal above 32 bits', args({ [EXIT_SIGNAL]: 1n << 33n }), -EINVAL],
    ['an unknown flag', args({ [FLAGS]: 1n << 40n }), -EINVAL],
    ['the exit signal of the old clone', args({ [FLAGS]: 17 }), -EINVAL],
    [
      'CLONE_SIGHAND with CLONE_CLEAR_SIGHAND',
      args({ [FLAGS]: BigInt(CLONE_SIGHAND | CLONE_VM) | CLONE_CLEAR_SIGHAND }),
      -EINVAL,
    ],
    ['CLONE_SIGHAND without CLONE_VM', args({ [FLAGS]: CLONE_SIGHAND }), -EINVAL],
    ['CLONE_THREAD without CLONE_SIGHAND', args({ [FLAGS]: CLONE_THREAD }, 0), -EINVAL],
    ['CLONE_THREAD with an exit signal', args({ [FLAGS]: THREAD }), -EINVAL],
    ['CLONE_PARENT by pid 1', args({ [FLAGS]: CLONE_PARENT }, 0), -EINVAL],
    ['CLONE_FS with CLONE_NEWNS', args({ [FLAGS]: CLONE_FS | CLONE_NEWNS }), -EINVAL],
    ['CLONE_FS with CLONE_NEWUSER', args({ [FLAGS]: CLONE_FS | CLONE_NEWUSER }), -EINVAL],
    ['CLONE_THREAD with CLONE_NEWUSER', args({ [FLAGS]: THREAD | CLONE_NEWUSER }, 0), -EINVAL],
    ['CLONE_NEWIPC with CLONE_SYSVSEM', args({ [FLAGS]: CLONE_NEWIPC | CLONE_SYSVSEM }), -EINVAL],
    ['a stack without a size', args({ [STACK]: 0x1000 }), -EINVAL],
    ['a size without a stack', args({ [STACK_SIZE]: 0x1000 }), -EINVAL],
    ['a stack outside user space', args({ [STACK]: 1n << 47n, [STACK_SIZE]: 1 }), -EINVAL],
    ['set_tid without its size', args({ [SET_TID]: 0x1000 }), -EINVAL],
    ['its size without set_tid', args({ [SET_TID_SIZE]: 1 }), -EINVAL],
    ['more tids than levels', args({ [SET_TID]: 0x1000, [SET_TID_SIZE]: 33 }), -EINVAL],
    ['set_tid that cannot be read', args({ [SET_TID]: 0x1000, [SET_TID_SIZE]: 1 }), -EFAULT],
    ['a cgroup fd that is none', args({ [FLAGS]: CLONE_INTO_CGROUP, [CGROUP]: 0 }), -EBADF],
    ['a cgroup fd above an int', args({ [FLAGS]: CLONE_INTO_CGROUP, [CGROUP]: 1n << 32n }), -EINVAL],
    ['CLONE_AUTOREAP with an exit signal', args({ [FLAGS]: CLONE_AUTOREAP }), -EINVAL],
    ['CLONE_NNP for a thread', args({ [FLAGS]: CLONE_NNP | BigInt(THREAD) }, 0), -EINVAL],
    ['one place for pidfd and tid', args({ [FLAGS]: CLONE_PIDFD | 0x10_0000, [PIDFD]: 8, [PARENT_TID]: 8 }), -EINVAL],
    ['a pidfd that cannot be stored', args({ [FLAGS]: CLONE_PIDFD, [PIDFD]: 8 }), -EFAULT],
  ])('%s', (_, bytes, want) => {
    expect(clone3(bytes, 88)).toBe(want)
    expect([...emu.tasks()]).toEqual([init])
  })

  it('flags above 32 bits that the release does not have', () => {
    emu = Emulator.boot({ profile: 'v6.19' })
    init = emu.init
    expect(clone3(args({ [FLAGS]: CLONE_AUTOREAP }, 0), 88)).toBe(-EINVAL)
  })

  it('CLONE_INTO_CGROUP needs the third version', () => {
    expect(clone3(args({ [FLAGS]: CLONE_INTO_CGROUP }).subarray(0, 80), 80)).toBe(-EINVAL)
  })

  it('namespaces without the right to make them; a failed clone leaves nothing but the ids it took', () => {
    const child = clone(emu, init)
    call(emu, child, 'setresuid', 1000, 1000, 1000)
    expect(call(emu, child, 'clone3', args({ [FLAGS]: CLONE_NEWUTS }), 88)).toBe(-EPERM)
    call(emu, init, 'unshare', CLONE_NEWPID)
    const before = list(emu, init)
    expect(clone3(args({ [FLAGS]: CLONE_NEWUTS | CLONE_NEWPID }), 88)).toBe(-EINVAL)
    expect(list(emu, init)).toEqual(before)
    expect(emu.kernel.nextNsId).toBe(13)
  })
})

describe('the child', () => {
  it('has the pid that was asked for', () => {
    const tids = new Int32Array([500])
    const request = args({ [SET_TID]: emu.address(init, tids), [SET_TID_SIZE]: 1 })
    expect(clone3(request, 88)).toBe(500)
    expect(clone3(request, 88)).toBe(-EEXIST)
    tids[0] = 0
    expect(clone3(request, 88)).toBe(-EINVAL)
    expect(clone3(args({}), 88)).toBe(2)
  })

  it('comes with a pidfd that is closed on exec', () => {
    const fd = new Int32Array(1)
    expect(clone3(args({ [FLAGS]: CLONE_PIDFD, [PIDFD]: emu.address(init, fd) }), 88)).toBe(2)
    expect(fd[0]).toBe(3)
    expect(call(emu, init, 'fcntl', 3, 1, 0)).toBe(1)
    call(emu, init, 'pidfd_send_signal', 3, 9, null, 0)
    expect(call(emu, init, 'wait4', -1, null, 0, null)).toBe(2)
  })

  it('without a free descriptor there is no child', () => {
    const fd = new Int32Array(1)
    init.group.rlimits.nofile = 3
    expect(clone3(args({ [FLAGS]: CLONE_PIDFD, [PIDFD]: emu.address(init, fd) }), 88)).toBe(-EMFILE)
    expect(emu.task(2)).toBeNull()
  })

  it('its sibling by CLONE_PARENT', () => {
    const child = clone(emu, init)
    const sibling = clone(emu, child, CLONE_PARENT, 0)
    expect(call(emu, sibling, 'getppid')).toBe(1)
    expect(call(emu, child, 'wait4', -1, null, 1, null)).toBe(-ECHILD)
  })

  it('CLONE_AUTOREAP: nobody waits for it', () => {
    const child = clone(emu, init, CLONE_AUTOREAP, 0)
    call(emu, child, 'exit_group', 0)
    expect(child.state).toBe('dead')
    expect(call(emu, init, 'wait4', -1, null, 0x4000_0000, null)).toBe(-ECHILD)
  })

  it('CLONE_NNP sets no_new_privs', () => {
    expect(call(emu, clone(emu, init, CLONE_NNP), 'prctl', 39, 0, 0, 0, 0)).toBe(1)
  })

  it("lives in its parent's time_for_children", () => {
    call(emu, init, 'unshare', CLONE_NEWTIME)
    const child = clone(emu, init)
    expect(child.nsproxy!.time).toBe(init.nsproxy!.timeForChildren)
    const sharing = clone(emu, init, CLONE_VM)
    expect(sharing.nsproxy!.time).toBe(init.nsproxy!.time)
  })

  it('vfork and CLONE_VFORK: the parent sleeps until the child ends', () => {
    const pending = sleeps(emu, init, 'vfork')
    expect(pending.done).toBe(false)
    call(emu, emu.lastChild!, 'exit_group', 0)
    expect(pending.result).toBe(2)
    const again = sleeps(emu, init, 'clone3', args({ [FLAGS]: CLONE_VFORK }), 88)
    call(emu, emu.lastChild!, 'exit', 0)
    expect(again.result).toBe(3)
  })

  it('the old clone: exit signal in the low byte, pidfd at the place of the tid', () => {
    const place = new Int32Array(1)
    expect(call(emu, init, 'clone', CLONE_PIDFD | 17, 0, place, 0, 0)).toBe(2)
    expect(place[0]).toBe(3)
    expect(call(emu, init, 'clone', CLONE_NEWUTS | 17, 0, 0, 0, 0)).toBe(3)
  })
})
