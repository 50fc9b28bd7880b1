import type { Program, Step } from '../src/transcript/index.js'
import { resolveArg, type StepValues } from '../src/transcript/resolve.js'
import type { Known } from './contained.js'

const MAKES_TASK: ReadonlySet<string> = new Set(['clone3', 'clone', 'fork', 'vfork'])

/**
 * A program without some of its steps. What is left keeps its numbers; a reference to a step that is gone becomes the value that
 * the step had. The steps of tasks that nobody makes any more go too.
 */
export function withoutSteps(program: Program, removed: ReadonlySet<number>, known: Known): Program {
  const steps: Step[] = []
  const there: Set<number> = new Set()
  const tasks: Set<number> = new Set([1])
  const values: StepValues = {
    ret: (step) => (there.has(step) ? undefined : (known.rets.get(step) ?? -1)),
    out(step, buffer, offset, length) {
      if (there.has(step)) return undefined
      const bytes = new Uint8Array(length)
      const source = known.outs.get(step)?.[buffer]
      if (source !== undefined) bytes.set(source.subarray(offset, offset + length))
      return bytes
    },
  }
  for (const step of program.steps) {
    if (removed.has(step.step) || !tasks.has(step.task)) continue
    const args = step.args.map((arg) => resolveArg(arg, values))
    steps.push(args.some((arg, i) => arg !== step.args[i]) ? { ...step, args } : step)
    there.add(step.step)
    if (step.child !== undefined && MAKES_TASK.has(step.call)) tasks.add(step.child)
  }
  return { header: program.header, steps }
}
