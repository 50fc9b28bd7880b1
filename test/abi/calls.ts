import type { Emulator, PendingSyscall, SyscallArg } from '../../src/abi/index.js'
import type { Task } from '../../src/kernel/index.js'

/** A syscall that does not sleep. */
export function call(emu: Emulator, task: Task, name: string, ...args: SyscallArg[]): number {
  const result = emu.syscall(task, name, ...(args as [SyscallArg?, SyscallArg?, SyscallArg?]))
  if (typeof result !== 'number') throw new Error(`${name} sleeps`)
  return result
}

/** A syscall that sleeps. */
export function sleeps(emu: Emulator, task: Task, name: string, ...args: SyscallArg[]): PendingSyscall {
  const result = emu.syscall(task, name, ...(args as [SyscallArg?, SyscallArg?, SyscallArg?]))
  if (typeof result === 'number') throw new Error(`${name} returned ${result}`)
  return result
}

/** clone_args of `size` bytes; fields past the first 64 bytes are zero. */
export function cloneArgs(flags: number | bigint, exitSignal: number, size = 88): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Math.max(size, 40))
  const view = new DataView(bytes.buffer)
  view.setBigUint64(0, BigInt(flags), true)
  view.setBigUint64(32, BigInt(exitSignal), true)
  return bytes.slice(0, size)
}

/** clone3: the child. */
export function clone(emu: Emulator, task: Task, flags: number | bigint = 0, exitSignal = 17): Task {
  const result = call(emu, task, 'clone3', cloneArgs(flags, exitSignal), 88)
  if (result < 0) throw new Error(`clone3 returned ${result}`)
  return emu.lastChild!
}

/** ns_id_req. */
export function nsIdReq(fields: {
  size?: number
  spare?: number
  nsId?: bigint
  types?: number
  spare2?: number
  userNs?: bigint
  length?: number
}): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(fields.length ?? fields.size ?? 32)
  const view = new DataView(new ArrayBuffer(32))
  view.setUint32(0, fields.size ?? 32, true)
  view.setUint32(4, fields.spare ?? 0, true)
  view.setBigUint64(8, fields.nsId ?? 0n, true)
  view.setUint32(16, fields.types ?? 0, true)
  view.setUint32(20, fields.spare2 ?? 0, true)
  view.setBigUint64(24, fields.userNs ?? 0n, true)
  bytes.set(new Uint8Array(view.buffer).subarray(0, Math.min(32, bytes.length)))
  return bytes
}

/** listns with room for `room` ids: the ids, or -errno. */
export function list(
  emu: Emulator,
  task: Task,
  fields: Parameters<typeof nsIdReq>[0] = {},
  room = 100,
): number[] | number {
  const ids = new BigUint64Array(room)
  const count = call(emu, task, 'listns', nsIdReq(fields), ids, room, 0)
  return count < 0 ? count : Array.from(ids.subarray(0, count), Number)
}

/** A NUL-terminated path. */
export const path = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(`${text}\0`)

/** Opens, writes once and closes: what the write returned, or the open's errno. */
export function writeFile(emu: Emulator, task: Task, name: string, text: string): number {
  const fd = call(emu, task, 'openat', -100, path(name), 1, 0)
  if (fd < 0) return fd
  const bytes = new TextEncoder().encode(text)
  const result = call(emu, task, 'write', fd, bytes, bytes.length)
  call(emu, task, 'close', fd)
  return result
}

/** Opens, reads once and closes: the text. */
export function readFile(emu: Emulator, task: Task, name: string): string {
  const fd = call(emu, task, 'openat', -100, path(name), 0, 0)
  if (fd < 0) throw new Error(`${name}: ${fd}`)
  const bytes = new Uint8Array(4096)
  const length = call(emu, task, 'read', fd, bytes, bytes.length)
  call(emu, task, 'close', fd)
  return new TextDecoder().decode(bytes.subarray(0, length))
}

/** Maps uid and gid 0 of the task's user namespace to those of the initial one. */
export function mapRoot(emu: Emulator, task: Task): void {
  const own = task.pidIn(emu.kernel.initPidNs)
  for (const name of ['uid_map', 'gid_map']) writeFile(emu, emu.init, `/proc/${own}/${name}`, '0 0 1')
}

/** A child in a new user namespace, and what else `flags` say, with root mapped. */
export function cloneRoot(emu: Emulator, task: Task, flags = 0): Task {
  const child = clone(emu, task, flags | 0x1000_0000)
  mapRoot(emu, child)
  return child
}
