import type { Task } from '../kernel/task.js'
import { EFAULT } from '../uapi/errno.js'
import { copyToUser, type Memory, putUser32 } from './memory.js'

const bytes = new Uint8Array(8)
const view = new DataView(bytes.buffer)

/** Stores two descriptors as an array of ints: 0 or -EFAULT. */
export function storePair(memory: Memory, address: number, [a, b]: Pair): number {
  view.setInt32(0, a, true)
  view.setInt32(4, b, true)
  return copyToUser(memory, address, bytes)
}

/** Stores two descriptors one after the other: 0 or -EFAULT. */
export function storeEach(memory: Memory, address: number, [a, b]: Pair): number {
  return putUser32(memory, address, a) < 0 || putUser32(memory, address + 4, b) < 0 ? -EFAULT : 0
}

export type Pair = readonly [a: number, b: number]

/** Two free descriptors, or -EMFILE. */
export function reservePair(task: Task): Pair | number {
  const limit = task.group.rlimits.nofile
  const a = task.files!.free(limit)
  if (a < 0) return a
  const b = task.files!.free(limit, a + 1)
  if (b < 0) return b
  return [a, b]
}
