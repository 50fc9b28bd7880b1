import { diffTranscripts, type StepDiff } from '../src/transcript/diff.js'
import { type Program, serialiseTranscript, type Transcript } from '../src/transcript/format.js'
import { asProgram } from './as-program.js'
import type { Backend } from './backend.js'

export interface RecordOptions {
  /** Boot anew before the program, where the backend can, so that ids start as on a fresh kernel. */
  fresh?: boolean
  /** Run it this many times more and report steps whose answers are not the same each time. */
  rerun?: number
}

export interface Recording {
  transcript: Transcript
  /** The transcript as JSON Lines. */
  text: string
  /** Steps that a rerun answered differently, in more than the values that a kernel draws from chance. */
  unsteady: StepDiff[]
}

/**
 * Runs a program on a real kernel and gives its transcript. A transcript may be given too: its answers are asked again.
 *
 * @throws BackendLost when the kernel hung or crashed in it.
 */
export async function record(program: Program, backend: Backend, options: RecordOptions = {}): Promise<Recording> {
  const run = { fresh: options.fresh ?? false }
  const asked = asProgram(program)
  const transcript = await backend.run(asked, run)
  const unsteady: StepDiff[] = []
  for (let i = 0; i < (options.rerun ?? 0); i++) {
    for (const difference of diffTranscripts(transcript, await backend.run(asked, run)).steps) {
      if (!unsteady.some(({ step }) => step === difference.step)) unsteady.push(difference)
    }
  }
  return { transcript, text: serialiseTranscript(transcript), unsteady }
}
