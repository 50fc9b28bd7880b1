import type { Arg, AtTable, Step } from '../src/transcript/format.js'
import { LabError } from './lab-error.js'

/** Paths and file system types through which root in a sandbox would still reach this machine. */
const REFUSED: readonly (readonly [pattern: RegExp, why: string])[] = [
  [/^\/+proc\/+(sys|sysrq-trigger|kcore|kmem|mem)\b/, "this machine's settings"],
  [
    /^\/+proc\/+(?!self\/|thread-self\/)[^/]+\/+(task\/+[^/]+\/+)?(root|cwd|fd|exe|map_files|mem)\b/,
    'files of a process',
  ],
  [/^\/+sys\/+(?!fs\/+cgroup\b)./, "this machine's devices"],
  [/^devtmpfs$/, "this machine's devices"],
]

function* texts(arg: Arg | AtTable[string]): Generator<string> {
  if (arg === null || typeof arg !== 'object') return
  if ('str' in arg) yield arg.str
  if (('in' in arg || 'inout' in arg) && arg.at !== undefined) {
    for (const nested of Object.values(arg.at)) yield* texts(nested)
  }
}

/**
 * Lets no program near what the sandbox cannot hide. The agent itself refuses the calls that a path does not give away.
 *
 * @throws LabError naming the step.
 */
export function checkHostSafety(steps: readonly Step[]): void {
  for (const step of steps) {
    for (const arg of step.args) {
      for (const text of texts(arg)) {
        for (const [pattern, why] of REFUSED) {
          if (pattern.test(text)) {
            throw new LabError(
              `step ${step.step}: ${step.call} of ${text} is refused on this machine's own kernel: ${why}`,
            )
          }
        }
      }
    }
  }
}
