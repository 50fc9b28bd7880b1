import type { Emulator } from '../../src/abi/index.js'
import type { Task } from '../../src/kernel/index.js'
import {
  CLONE_NEWCGROUP,
  CLONE_NEWIPC,
  CLONE_NEWNET,
  CLONE_NEWUSER,
  CLONE_NEWUTS,
  O_CLOEXEC,
} from '../../src/uapi/index.js'

/** A path as the user's memory holds it. */
export const cString = (text: string): Uint8Array => Buffer.from(`${text}\0`)

/** Makes a call that has to succeed at once. */
export function must(
  emu: Emulator,
  task: Task,
  call: string,
  ...args: (number | bigint | Uint8Array | null)[]
): number {
  const result = emu.syscall(task, call, ...args)
  if (typeof result !== 'number') throw new Error(`${call} sleeps`)
  if (result < 0) throw new Error(`${call}: ${result}`)
  return result
}

/** A child of `parent`, made by fork(2). */
export function forkChild(emu: Emulator, parent: Task): Task {
  return emu.task(must(emu, parent, 'fork'))!
}

const KINDS = [
  { flag: CLONE_NEWUTS, path: cString('/proc/self/ns/uts') },
  { flag: CLONE_NEWIPC, path: cString('/proc/self/ns/ipc') },
  { flag: CLONE_NEWCGROUP, path: cString('/proc/self/ns/cgroup') },
  { flag: CLONE_NEWNET, path: cString('/proc/self/ns/net') },
]
// 70% uts, so that a page of 256 of one type can be had where there are a thousand in all.
const MIX = [0, 0, 1, 0, 0, 2, 0, 0, 3, 0]
/** Namespaces that one task holds open: fewer than RLIMIT_NOFILE. */
const PER_HOLDER = 1000

/** Namespaces that live because open files hold them, made by plain syscalls. */
export interface Population {
  /** Each owned by the initial user namespace or by `owner`, in turn. */
  count: number
  /** A task in the user namespace that owns half of them. */
  owner: Task
}

/** Makes `count` namespaces, seven in ten of them UTS, half of them owned by one other user namespace. */
export function populate(emu: Emulator, count: number): Population {
  const owner = forkChild(emu, emu.init)
  must(emu, owner, 'unshare', CLONE_NEWUSER)
  let holders: Task[] = []
  for (let i = 0; i < count; i++) {
    if (i % (2 * PER_HOLDER) === 0) holders = [forkChild(emu, emu.init), forkChild(emu, owner)]
    const holder = holders[i & 1]!
    const { flag, path } = KINDS[MIX[(i >>> 1) % MIX.length]!]!
    must(emu, holder, 'unshare', flag)
    must(emu, holder, 'open', path, O_CLOEXEC)
  }
  return { count, owner }
}
