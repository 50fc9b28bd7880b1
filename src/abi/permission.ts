import type { PermissionAsk } from '../kernel/fsnotify_permission.js'
import type { Task } from '../kernel/task.js'
import { type WaitQueue, WOULD_BLOCK } from '../kernel/wait_queue.js'
import { type PendingSyscall, sleepOn } from './pending.js'

/**
 * Sleeps until the question is answered and goes on with the call, if it may. Only a signal that kills ends the wait.
 *
 * @param queue where the rest of the call sleeps, if it has to; else null.
 * @param proceed the rest of the call: its raw return, or WOULD_BLOCK.
 * @param done lets go of what the call holds: it was refused (or its task killed), or it has its result.
 */
export function afterPermission(
  task: Task,
  question: PermissionAsk,
  queue: WaitQueue | null,
  proceed: () => number,
  done: (refused: boolean) => void,
): PendingSyscall {
  let asking = true
  const attempt = (): number => {
    if (asking) {
      const answer = question.attempt()
      if (answer === WOULD_BLOCK) return WOULD_BLOCK
      asking = false
      pending.interruptible = true
      if (answer !== 0) {
        done(true)
        return answer
      }
    }
    const result = proceed()
    if (result !== WOULD_BLOCK) done(false)
    return result
  }
  const cancel = (): void => {
    if (asking) question.cancel()
    done(true)
  }
  const queues = queue === null ? [question.waitQueue] : [question.waitQueue, queue]
  const pending = sleepOn(task, queues, attempt, cancel)
  pending.interruptible = false
  return pending
}
