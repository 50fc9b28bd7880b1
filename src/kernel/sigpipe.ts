import { sendSignal } from './signal.js'
import type { Task } from './task.js'

const SIGPIPE = 13

/** Writing to what nobody reads. */
export function raiseSigpipe(task: Task): void {
  sendSignal(task.kernel, task, SIGPIPE)
}
