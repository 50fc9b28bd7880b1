import type { Arg, Program, Step } from '../src/transcript/format.js'

/**
 * A recorded transcript as a program that can run on another kernel: file handles that it passes in come from the step
 * that gave them instead of standing there as bytes.
 */
export function asProgram(transcript: Program): Program {
  const handles = new Map<string, [step: number, length: number]>()
  const steps = transcript.steps.map((step): Step => {
    const args = step.args.map((arg): Arg => relink(step, arg, handles))
    if (step.call === 'name_to_handle_at' && step.ret === 0) {
      const hex = step.out?.[0] ?? ''
      const length = 8 + (hex.length >= 8 ? Buffer.from(hex.slice(0, 8), 'hex').readUInt32LE(0) : 0)
      if (hex.length >= 2 * length) handles.set(hex.slice(0, 2 * length), [step.step, length])
    }
    const call: Step = { step: step.step, task: step.task, call: step.call, args }
    if (step.child !== undefined) call.child = step.child
    return call
  })
  return { header: transcript.header, steps }
}

function relink(step: Step, arg: Arg, handles: ReadonlyMap<string, [step: number, length: number]>): Arg {
  if (step.call !== 'open_by_handle_at' || arg === null || typeof arg !== 'object' || !('in' in arg)) return arg
  for (const [hex, [from, length]] of handles) {
    if (arg.in.startsWith(hex)) return { in: arg.in, at: { ...arg.at, 0: { from: [from, 0, 0, length] } } }
  }
  return arg
}
