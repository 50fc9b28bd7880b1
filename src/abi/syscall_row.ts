import type { Task } from '../kernel/task.js'
import type { PendingSyscall } from './pending.js'
import type { Registers } from './registers.js'

/**
 * One syscall's way from registers to the raw return: a value or -errno, or a {@link PendingSyscall} where it sleeps.
 * The checks stand in it in the kernel's order.
 */
export type SyscallHandler = (task: Task, regs: Registers) => number | PendingSyscall

/**
 * How far the model goes: `full`, all that the kernel does; `partial`, what the note says is missing fails with the errno
 * that it names; `none`, ENOSYS.
 */
export type SyscallSupport = 'full' | 'partial' | 'none'

/** A row of the syscall table. */
export interface SyscallRow {
  /** The x86-64 number. */
  readonly nr: number
  /** The kernel's name. */
  readonly name: string
  readonly support: SyscallSupport
  /** What is not modelled, or other than one expects. */
  readonly note?: string
  /** Missing where `support` is `none`. */
  readonly handler?: SyscallHandler
}
