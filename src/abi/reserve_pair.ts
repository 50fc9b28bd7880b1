import type { Task } from '../kernel/task.js'
import { EFAULT } from '../uapi/errno.js'
import type { Memory } from './memory.js'

const pair = new Uint8Array(8)
const pairView = new DataView(pair.buffer)

/** Two free descriptors, stored at `address` before they work: -EMFILE or -EFAULT where that fails. */
export function reservePair(task: Task, memory: Memory, address: number): readonly [a: number, b: number] | number {
  const limit = task.group.rlimits.nofile
  const a = task.files!.free(limit)
  if (a < 0) return a
  const b = task.files!.free(limit, a + 1)
  if (b < 0) return b
  pairView.setInt32(0, a, true)
  pairView.setInt32(4, b, true)
  return memory.copyOut(address, pair, 8) < 8 ? -EFAULT : [a, b]
}
