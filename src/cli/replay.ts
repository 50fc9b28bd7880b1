import { type Command, Option } from 'commander'
import { PROFILES, type ProfileName } from '../abi/index.js'
import { retText } from '../transcript/field_text.js'
import { parseTranscript, TranscriptError } from '../transcript/format.js'
import { type MatrixDivergence, parseMatrix, replayMatrix } from '../transcript/matrix.js'
import { type Divergence, replay as replayTranscript } from '../transcript/replay.js'
import { showDivergence } from '../transcript/show.js'
import { EXIT_FAILED } from './cli-error.js'
import { color } from './color.js'
import { FileProgress } from './file-progress.js'
import { Output } from './output.js'
import { findTranscripts, isMatrixFile, type ReplayFile, readText } from './transcript-files.js'

interface Options {
  profile?: ProfileName
  json?: boolean
}

/** What `--json` shows of a file. */
interface FileResult {
  name: string
  profile: string
  steps: number
  matched: number
  firstDivergence: Divergence | MatrixDivergence | null
  /** Why the file could not be replayed at all. */
  error?: { line: number; reason: string }
}

function replayFile({ path, name }: ReplayFile, options: Options): FileResult {
  const profile = options.profile === undefined ? {} : { profile: options.profile }
  const text = readText(path)
  try {
    if (isMatrixFile(path)) return replayMatrix(parseMatrix(text), name, profile)
    return { ...replayTranscript(parseTranscript(text), profile), name }
  } catch (error) {
    if (!(error instanceof TranscriptError)) throw error
    const { line, reason } = error
    return {
      name,
      profile: options.profile ?? '',
      steps: 0,
      matched: 0,
      firstDivergence: null,
      error: { line, reason },
    }
  }
}

function passed(result: FileResult): boolean {
  return result.firstDivergence === null && result.error === undefined
}

function resultText(result: FileResult): string {
  const { name, steps, firstDivergence, error } = result
  if (error !== undefined) return `${color.red('FAIL')} ${name} damaged: line ${error.line}: ${error.reason}\n`
  if (firstDivergence !== null) return `${color.red('FAIL')} ${name} ${divergenceText(firstDivergence)}\n`
  return `${color.green('ok')} ${name} ${steps} steps\n`
}

function divergenceText(divergence: Divergence | MatrixDivergence): string {
  if ('step' in divergence) return showDivergence(divergence)
  const { caller, call, want, got } = divergence
  return `${caller}: ${call}: want ${retText(want)}, got ${retText(got)}`
}

function resultJson(result: FileResult): string {
  return JSON.stringify(result, (_, value) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value,
  )
}

async function replay(paths: string[], options: Options): Promise<void> {
  const files = paths.flatMap(findTranscripts)
  const output = new Output()
  const progress = await FileProgress.start(files.length)
  let failed = 0
  if (options.json) output.write('[')
  for (const [i, file] of files.entries()) {
    progress.next(file.name)
    const result = replayFile(file, options)
    if (!passed(result)) failed++
    progress.hide()
    output.write(options.json ? `${i === 0 ? '' : ','}\n${resultJson(result)}` : resultText(result))
    if (process.stdout.isTTY || output.full) await output.flush()
  }
  progress.stop()
  output.write(options.json ? '\n]\n' : `${files.length - failed} passed, ${failed} failed\n`)
  await output.flush()
  if (failed > 0) process.exitCode = EXIT_FAILED
}

/** `kabinet replay FILE|DIR…`. */
export function register(command: Command): void {
  command
    .argument('<path...>', 'transcripts, matrices, or folders of them')
    .addOption(
      new Option('-p, --profile <profile>', 'replay on this one, not the one the header names').choices(
        Object.keys(PROFILES),
      ),
    )
    .option('--json', 'an array with an object a file: name, steps, matched, firstDivergence')
    .action(replay)
}
