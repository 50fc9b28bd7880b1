/**
 * `kabinet/abi`: the raw syscalls. {@link Emulator} starts a kernel and makes them; the table says which there are.
 */

export { KernelPanic } from '../kernel/exit.js'
export { type BootOptions, Emulator, TaskError } from './emulator.js'
export type { UserMemory } from './memory.js'
export { PendingSyscall } from './pending.js'
export type { PermissionWait } from './permission_wait.js'
export { DEFAULT_PROFILE, isProfileName, PROFILES, type Profile, type ProfileName } from './profiles.js'
export type { SyscallArg, View } from './registers.js'
export type { SyscallRow, SyscallSupport } from './syscall_row.js'
export { SYSCALLS, syscallByName, syscallByNumber } from './table.js'
