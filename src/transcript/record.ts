import type { Emulator } from '../abi/emulator.js'
import type { PendingSyscall } from '../abi/pending.js'
import type { SyscallArg } from '../abi/registers.js'
import { describeBoot } from './describe_boot.js'
import type { Arg, Completion, Header, Step, Transcript } from './format.js'
import { toHex } from './hex.js'
import type { Task } from './session.js'

/** Arguments that a call reads as a NUL-terminated text. */
const STRINGS: Readonly<Record<string, readonly number[]>> = {
  open: [0],
  openat: [1],
  openat2: [1],
  readlink: [0],
  readlinkat: [1],
  name_to_handle_at: [1],
  statx: [1],
  stat: [0],
  lstat: [0],
  newfstatat: [1],
  mkdir: [0],
  mkdirat: [1],
  mknod: [0],
  mknodat: [1],
  rmdir: [0],
  unlink: [0],
  unlinkat: [1],
  rename: [0, 1],
  renameat: [1, 3],
  renameat2: [1, 3],
  link: [0, 1],
  linkat: [1, 3],
  symlink: [0, 1],
  symlinkat: [0, 2],
  chmod: [0],
  fchmodat: [1],
  truncate: [0],
  chdir: [0],
  chroot: [0],
  mount: [0, 1, 2],
  umount2: [0],
  pivot_root: [0, 1],
  open_tree: [1],
  move_mount: [1, 3],
  mount_setattr: [1],
  fsopen: [0],
  fsconfig: [2],
  fanotify_mark: [4],
}

/** Arguments that a call only reads. */
const INPUTS: Readonly<Record<string, readonly number[]>> = {
  write: [1],
  clone3: [0],
  listns: [0],
  listmount: [0],
  statmount: [0],
  open_by_handle_at: [1],
  openat2: [2],
  setgroups: [1],
  capset: [0, 1],
}

const UTF8 = new TextDecoder('utf-8', { fatal: true })

function bytesOf(view: ArrayBufferLike | ArrayBufferView): Uint8Array {
  if (ArrayBuffer.isView(view)) return new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
  return new Uint8Array(view)
}

interface Call {
  step: Step
  /** The buffers of the step's `inout` arguments. */
  outs: Uint8Array[]
}

/**
 * Makes syscalls on an emulator and writes them down as a transcript that replays. A path must be valid UTF-8 to stand as one; a
 * struct that holds pointers to other views cannot be told from numbers, so the transcript of such a call does not replay.
 */
export class Recorder {
  readonly #emulator: Emulator
  readonly #header: Header
  readonly #steps: Step[] = []
  readonly #tasks: Map<Task, number> = new Map()
  readonly #sleeping: Map<PendingSyscall, Call> = new Map()
  #completed: Completion[] = []

  /** To be made before the first syscall on the emulator; takes over its `onComplete`. */
  constructor(emulator: Emulator, name: string) {
    this.#emulator = emulator
    this.#header = {
      transcript: 1,
      profile: emulator.profile.name,
      kernel: 'kabinet',
      machine: 'x86_64',
      name,
      boot: describeBoot(emulator),
    }
    this.#tasks.set(emulator.first, 1)
    emulator.onComplete = (pending) => {
      const call = this.#sleeping.get(pending)
      if (call === undefined) return
      this.#sleeping.delete(pending)
      this.#completed.push({ step: call.step.step, ret: pending.result ?? null, ...outOf(call) })
    }
  }

  /** As `Emulator.syscall`, and written down. */
  syscall(task: Task, call: string, ...args: SyscallArg[]): number | PendingSyscall {
    const number = this.#tasks.get(task)
    if (number === undefined) throw new RangeError('a task that was not made under this recorder')
    const step: Step = { step: this.#steps.length, task: number, call, args: [] }
    const made: Call = { step, outs: [] }
    args.forEach((arg, i) => {
      step.args.push(recordArg(call, i, arg, made.outs))
    })
    this.#steps.push(step)
    const before = this.#emulator.lastChild
    const result = this.#emulator.syscall(task, call, ...args)
    const child = this.#emulator.lastChild
    if (child !== null && child !== before) {
      step.child = this.#tasks.size + 1
      this.#tasks.set(child, step.child)
    }
    if (call === 'exit_group' || call === 'exit') {
      step.ret = null
    } else if (typeof result === 'number' || result.done) {
      step.ret = typeof result === 'number' ? result : (result.result ?? null)
      Object.assign(step, outOf(made))
    } else {
      step.blocked = true
      this.#sleeping.set(result, made)
    }
    if (this.#completed.length > 0) {
      step.completes = this.#completed
      this.#completed = []
    }
    return result
  }

  /** What was made so far. */
  transcript(): Transcript {
    return { header: this.#header, steps: this.#steps.map((step) => ({ ...step })) }
  }
}

function outOf({ outs }: Call): { out?: string[] } {
  return outs.length > 0 ? { out: outs.map(toHex) } : {}
}

function recordArg(call: string, index: number, arg: SyscallArg, outs: Uint8Array[]): Arg {
  if (arg === null || arg === undefined) return null
  if (typeof arg === 'number') return arg
  if (typeof arg === 'bigint') return `0x${BigInt.asUintN(64, arg).toString(16)}`
  const bytes = bytesOf(arg)
  if (STRINGS[call]?.includes(index)) {
    const end = bytes.indexOf(0)
    // A dollar sign would be read as a task's pid.
    if (end >= 0 && !bytes.includes(0x24)) return { str: UTF8.decode(bytes.subarray(0, end)) }
  }
  if (INPUTS[call]?.includes(index)) return { in: toHex(bytes) }
  outs.push(bytes)
  return { inout: toHex(bytes) }
}
