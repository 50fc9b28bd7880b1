import type { Boot } from '../kernel/boot.js'
import { Kernel } from '../kernel/kernel.js'
import type { Task } from '../kernel/task.js'
import type { ReturnWait } from '../kernel/wait_queue.js'
import { ENOSYS } from '../uapi/errno.js'
import { EmbedderMemory, type UserMemory } from './memory.js'
import { type PendingSyscall, sleepOn } from './pending.js'
import { type PermissionWait, permissionWait } from './permission_wait.js'
import { DEFAULT_PROFILE, PROFILES, type Profile, type ProfileName } from './profiles.js'
import { Registers, type SyscallArg, type View } from './registers.js'
import type { SyscallRow } from './syscall_row.js'
import { syscallByName, syscallByNumber } from './table.js'
import { PinnedViews, ViewMemory } from './view_memory.js'

/** What an emulator is started with. */
export interface BootOptions {
  /** Which kernel; `proposed-all` by default. */
  profile?: ProfileName | Profile
  /** The state to start from, a transcript header's `boot`; by default one task, pid 1, in the initial namespaces. */
  boot?: Boot
  /** The kernel's build; all on by default, and where the boot says nothing. */
  config?: { ipv6?: boolean; fanotifyPermissions?: boolean }
  /** 32 random bits; a fixed sequence by default. */
  random?: () => number
  /** Nanoseconds since the epoch; stands at 0 by default. */
  clock?: () => bigint
}

/** A task that has ended, or that sleeps in another syscall, was asked to make one. */
export class TaskError extends Error {
  override readonly name = 'TaskError'
  readonly task: Task

  constructor(task: Task, message: string) {
    super(message)
    this.task = task
  }
}

/** The next of a sequence of 32-bit numbers (xorshift). */
function xorshift(this: { state: number }): number {
  this.state ^= this.state << 13
  this.state ^= this.state >>> 17
  this.state ^= this.state << 5
  return this.state >>> 0
}

// Bound, and not a closure: V8 11 keeps what a closure in an object's field refers to alive until a full collection.
const fixedRandom = (): (() => number) => xorshift.bind({ state: 0x9e37_79b9 })

/**
 * A kernel that answers raw syscalls. Everything is synchronous and deterministic: no clock and no randomness but what
 * was handed in, and a call that would sleep returns a {@link PendingSyscall} at once.
 */
export class Emulator {
  readonly kernel: Kernel
  readonly profile: Profile
  /** Told of each sleeping call that comes back, in order, before the call that woke it returns. */
  onComplete: ((pending: PendingSyscall) => void) | null = null
  readonly #pinned = new PinnedViews()
  #registers: Registers | null = null
  #depth = 0
  #completed: ((pending: PendingSyscall) => void) | null = null

  private constructor(profile: Profile, kernel: Kernel) {
    this.profile = profile
    this.kernel = kernel
  }

  /** Starts a kernel. */
  static boot(options: BootOptions = {}): Emulator {
    const { profile: wanted = DEFAULT_PROFILE, boot = null } = options
    const profile = typeof wanted === 'string' ? PROFILES[wanted] : wanted
    if (profile === undefined)
      throw new RangeError(`no profile ${String(wanted)}: there are ${Object.keys(PROFILES).join(', ')}`)
    const kernel = new Kernel({
      features: profile,
      config: {
        fanotifyPermissions: options.config?.fanotifyPermissions ?? boot?.config?.fanotifyPermissions ?? true,
        ipv6: options.config?.ipv6 ?? boot?.config?.ipv6 ?? true,
      },
      initialIds: profile.initialIds,
      boot,
      random: options.random ?? fixedRandom(),
      clock: options.clock ?? null,
    })
    return new Emulator(profile, kernel)
  }

  /** Pid 1. */
  get init(): Task {
    return this.kernel.init
  }

  /** The task that the boot describes, else pid 1. */
  get first(): Task {
    return this.kernel.first
  }

  /** The task that was made last, by whichever task; null before there was one. */
  get lastChild(): Task | null {
    return this.kernel.lastChild
  }

  /** The task with this tid in the initial pid namespace, zombies too, or null. */
  task(pid: number): Task | null {
    return this.kernel.initPidNs.find(pid)?.task ?? null
  }

  /** Every task that has not been reaped, by pid. */
  *tasks(): IterableIterator<Task> {
    const ns = this.kernel.initPidNs
    for (let pid = ns.nextAfter(0); pid !== null; pid = ns.nextAfter(pid.nr)) if (pid.task !== null) yield pid.task
  }

  /** An address at which `view` is mapped for as long as the emulator lives, to stand as a pointer inside a struct. */
  address(_task: Task, view: View): bigint {
    return BigInt(this.#pinned.address(view))
  }

  /**
   * Makes a syscall as `task`, by name or number, with up to six registers.
   *
   * @returns the raw return: a value or -errno; -ENOSYS for what is not in the table. A call that sleeps is a
   *   {@link PendingSyscall}. exit and exit_group give 0, though the task does not see it.
   * @throws TaskError if the task has ended or sleeps in another call.
   * @throws KernelPanic if it ends pid 1 of the initial pid namespace; the emulator is of no use then.
   */
  syscall(
    task: Task,
    call: string | number,
    a0?: SyscallArg,
    a1?: SyscallArg,
    a2?: SyscallArg,
    a3?: SyscallArg,
    a4?: SyscallArg,
    a5?: SyscallArg,
  ): number | PendingSyscall {
    const row = typeof call === 'string' ? syscallByName(call) : syscallByNumber(call)
    const regs = this.#registers ?? this.#newRegisters()
    this.#registers = null
    const { args } = regs
    args[0] = a0
    args[1] = a1
    args[2] = a2
    args[3] = a3
    args[4] = a4
    args[5] = a5
    const result = this.#run(task, row, typeof call === 'number' ? call : -1, regs)
    if (typeof result === 'number') {
      // The views are the caller's again.
      for (let n = 0; n < 6; n++) args[n] = undefined
      regs.memory.forget()
      this.#registers = regs
    }
    return result
  }

  #newRegisters(): Registers {
    const args: SyscallArg[] = [undefined, undefined, undefined, undefined, undefined, undefined]
    return new Registers(args, new ViewMemory(this.#pinned, args))
  }

  /**
   * Makes a syscall with integer registers and the caller's own memory behind the pointers in them.
   *
   * @param regs rdi, rsi, rdx, r10, r8, r9; those that are missing are 0.
   * @returns as {@link syscall} does
   * @throws as {@link syscall} does, and what `memory` throws
   */
  syscallRegs(task: Task, nr: number, regs: BigUint64Array, memory: UserMemory): number | PendingSyscall {
    const registers = new Registers(
      Array.from({ length: 6 }, (_, n) => regs[n]),
      new EmbedderMemory(memory),
    )
    return this.#run(task, syscallByNumber(nr), nr, registers)
  }

  #run(task: Task, row: SyscallRow | null, nr: number, regs: Registers): number | PendingSyscall {
    const kernel = this.kernel
    if (task.state !== 'running') throw new TaskError(task, `pid ${task.pid.nr} has ended`)
    if (task.sleep !== null) throw new TaskError(task, `pid ${task.pid.nr} sleeps in another call`)
    if (row === null || row.handler === undefined) return -ENOSYS
    const previous = kernel.current
    kernel.current = task
    this.#depth++
    // The embedder's memory, clock and onComplete may throw, and are not to leave calls asleep that nothing wakes any more.
    try {
      let result = row.handler(task, regs)
      if (kernel.returnWait !== null) result = this.#leave(task, result, kernel.takeReturnWait()!)
      if (typeof result !== 'number') {
        result.nr = nr < 0 ? row.nr : nr
        result.name = row.name
        result.regs = regs
        this.#completed ??= this.#complete.bind(this)
        result.onDone = this.#completed
      }
      if (kernel.runQueue.length !== 0 && this.#depth === 1) kernel.drain()
      return result
    } finally {
      this.#depth--
      kernel.current = previous
    }
  }

  /** Sleeps on the way out of a call; not if those who are waited for let go at once, because of the call itself. */
  #leave(task: Task, result: number | PendingSyscall, wait: ReturnWait): number | PendingSyscall {
    const { kernel } = this
    if (typeof result !== 'number' || task.state !== 'running') return result
    if (!wait.isHeld) return result
    const pending = sleepOn(task, [], () => result)
    pending.result = result
    pending.leave(wait)
    if (this.#depth === 1) kernel.drain()
    return pending.done ? result : pending
  }

  /** The accesses that wait for a permission daemon's answer, in the order in which they began to. */
  waitingOnPermission(): PermissionWait[] {
    return Array.from(this.kernel.fanotify.waiting, permissionWait)
  }

  #complete(pending: PendingSyscall): void {
    this.onComplete?.(pending)
  }
}
