/**
 * The machine whose kernel wrote the bytes: it fixes byte order and where 64-bit fields are aligned.
 *
 * - `x86_64`: LP64, little-endian (also aarch64, riscv64 and every other such machine). The default everywhere.
 * - `i386`: little-endian, 64-bit fields aligned to 4.
 * - `s390x`: LP64, big-endian.
 *
 * It is the kernel's machine: a 32-bit process on an x86-64 kernel reads `x86_64` bytes.
 */
export type Machine = 'x86_64' | 'i386' | 's390x'

/** Every {@link Machine}, the default first. */
export const MACHINES: readonly Machine[] = ['x86_64', 'i386', 's390x']
