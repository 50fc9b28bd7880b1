import { EFAULT, ENOTTY } from '../uapi/errno.js'
import type { Registers } from './registers.js'

/** Gets the settings of a terminal (`asm-generic/ioctls.h`). */
export const TCGETS = 0x5401

/** `struct termios` (`asm-generic/termbits.h`) of a terminal that nobody has changed. */
const TERMIOS: Uint8Array = Uint8Array.from([
  0x00, 0x05, 0, 0, 0x05, 0, 0, 0, 0xbf, 0x04, 0, 0, 0x3b, 0x8a, 0, 0, 0, 3, 28, 127, 21, 4, 0, 1, 0, 17, 19, 26, 0, 18,
  15, 23, 22, 0, 0, 0,
])

/** TCGETS of a terminal: 0, or -EFAULT where not all of it could be copied. */
export function ttyIoctl(command: number, regs: Registers): number {
  if (command !== TCGETS) return -ENOTTY
  return regs.memory.copyOut(regs.ptr(2), TERMIOS, TERMIOS.length) < TERMIOS.length ? -EFAULT : 0
}
