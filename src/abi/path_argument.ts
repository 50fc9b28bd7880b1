import type { Registers } from './registers.js'

/** A byte string as the kernel model has names: one code unit a byte. */
export function nameOf(bytes: Uint8Array): string {
  let name = ''
  for (let i = 0; i < bytes.length; i++) name += String.fromCharCode(bytes[i]!)
  return name
}

/** The path that register `n` points to, -EFAULT, or -ENAMETOOLONG without a NUL in PATH_MAX bytes. */
export function readPath(regs: Registers, n: number): string | number {
  const bytes = regs.memory.readCString(regs.ptr(n))
  return typeof bytes === 'number' ? bytes : nameOf(bytes)
}
