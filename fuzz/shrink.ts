import type { Arg, Program, Step } from '../src/transcript/index.js'
import type { Known } from './contained.js'
import { withoutSteps } from './remove_steps.js'

/** What shrinking needs to know of programs. */
export interface ShrinkTarget {
  /** Whether a program still shows what is looked for. */
  shows(program: Program): Promise<boolean>
  /** What its steps come to, or null when it must not be run. */
  known(program: Program): Known | null
}

/** Most programs that are tried. */
const BUDGET = 400

/** The shortest program found that still shows it: steps are taken away, then arguments made plainer. */
export async function shrink(program: Program, target: ShrinkTarget, budget: number = BUDGET): Promise<Program> {
  let best = program
  let left = budget
  const improves = async (candidate: Program): Promise<boolean> => {
    if (left <= 0) return false
    if (target.known(candidate) === null) return false
    left--
    if (!(await target.shows(candidate))) return false
    best = candidate
    return true
  }

  for (let size = Math.ceil(best.steps.length / 2); size >= 1 && left > 0; ) {
    let shorter = false
    // From the end: what comes late depends on what comes early.
    for (let end = best.steps.length; end > 0 && left > 0; end -= size) {
      const known = target.known(best)
      if (known === null) break
      const removed = new Set(best.steps.slice(Math.max(0, end - size), end).map(({ step }) => step))
      const candidate = withoutSteps(best, removed, known)
      if (candidate.steps.length < best.steps.length && (await improves(candidate))) {
        shorter = true
        end = Math.min(end, best.steps.length + size)
      }
    }
    if (size === 1 && !shorter) break
    size = size === 1 ? 1 : Math.ceil(size / 2)
  }

  for (let i = 0; i < best.steps.length && left > 0; i++) {
    const { args } = best.steps[i] as Step
    for (let n = 0; n < args.length; n++) {
      for (const plainer of plainerArgs(((best.steps[i] as Step).args[n] ?? null) as Arg)) {
        const steps = best.steps.slice()
        const step = steps[i] as Step
        steps[i] = { ...step, args: step.args.map((arg, at) => (at === n ? plainer : arg)) }
        if (await improves({ header: best.header, steps })) break
      }
    }
  }
  return best
}

/** Arguments that say less, the plainest first. */
function* plainerArgs(arg: Arg): IterableIterator<Arg> {
  // Small and negative numbers are descriptors as often as not: another one is another thing, not a plainer one.
  if (typeof arg === 'number' && arg > 0xff) {
    yield 0
    if (Number.isInteger(Math.log2(arg)) === false) {
      for (let bit = 1; bit <= arg; bit *= 2) if (Math.floor(arg / bit) % 2 === 1) yield arg - bit
    }
  } else if (arg !== null && typeof arg === 'object') {
    if ('in' in arg && arg.at === undefined && !/^0*$/.test(arg.in)) {
      // One byte after another becomes zero.
      for (let at = 0; at < arg.in.length && at < 192; at += 2) {
        if (arg.in.slice(at, at + 2) !== '00') yield { in: `${arg.in.slice(0, at)}00${arg.in.slice(at + 2)}` }
      }
    }
  }
}
