import type { Arg, Program, Step } from '../../src/transcript/format.js'

/** A step without its number. */
export type Call = readonly [task: number, call: string, args: Arg[], child?: number]

/** A program of these calls, numbered from 0. */
export function programOf(name: string, calls: readonly Call[]): Program {
  const steps = calls.map(([task, call, args, child], step): Step => {
    return child === undefined ? { step, task, call, args } : { step, task, call, args, child }
  })
  return { header: { transcript: 1, name }, steps }
}

/** clone3 of a process whose exit sends SIGCHLD, with these CLONE_ flags. */
export function clone(task: number, child: number, flags = 0): Call {
  const args = Buffer.alloc(88)
  args.writeUInt32LE(flags >>> 0, 0)
  args.writeUInt32LE(17, 32)
  return [task, 'clone3', [{ in: args.toString('hex') }, 88], child]
}
