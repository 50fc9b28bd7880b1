/**
 * `kabinet/transcript`: what a kernel answered, syscall by syscall, as JSON Lines.
 *
 * - {@link parseTranscript}, {@link parseProgram} and {@link serialiseTranscript} read and write them.
 * - {@link replay} makes the calls of a transcript on the emulator and gives the first divergence; {@link showDivergence} puts it
 *   into words. {@link replayMatrix} does the same for a truth table.
 * - {@link runProgram} runs calls that were not made yet and gives them back with the answers; {@link Recorder} writes down calls as
 *   they are made.
 * - {@link diffTranscripts} holds two transcripts of the same calls against each other.
 */
export { describeBoot } from './describe_boot.js'
export { type BufferDiff, diffTranscripts, type StepDiff, type TranscriptDiff } from './diff.js'
export { callText, retText } from './field_text.js'
export {
  type Arg,
  type At,
  type AtTable,
  type BadArg,
  type Boot,
  type Completion,
  type FromRef,
  type Header,
  type InArg,
  type InOutArg,
  type OutArg,
  outBuffers,
  type PidRef,
  type PointerArg,
  type Program,
  type ProgramHeader,
  parseProgram,
  parseTranscript,
  type RetRef,
  type Step,
  type StrArg,
  serialiseStep,
  serialiseTranscript,
  type Transcript,
  TranscriptError,
} from './format.js'
export { type Matrix, type MatrixDivergence, type MatrixResult, parseMatrix, replayMatrix } from './matrix.js'
export { PreparedStep } from './prepare.js'
export { Recorder } from './record.js'
export { type DivergedBuffer, type Divergence, type ReplayOptions, type ReplayResult, replay } from './replay.js'
export { resolveReferences } from './resolve.js'
export { type CompiledProgram, compileProgram, type RunVisitor, runCompiled, runProgram } from './run.js'
export type { Sleeping, Task } from './session.js'
export { type FieldRow, showDivergence } from './show.js'
