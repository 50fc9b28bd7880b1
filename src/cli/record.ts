import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { hostUnavailable } from '../../lab/host.js'
import { BackendLost, LabError } from '../../lab/lab-error.js'
import { openBackend } from '../../lab/open-backend.js'
import { record as recordProgram } from '../../lab/record.js'
import { umlUnavailable } from '../../lab/uml.js'
import { type Program, parseProgram, TranscriptError } from '../transcript/format.js'
import { CliError, EXIT_FAILED } from './cli-error.js'
import { fileError } from './file-error.js'
import { FileProgress } from './file-progress.js'
import { Output } from './output.js'
import { findTranscripts, isMatrixFile, type ReplayFile, readText } from './transcript-files.js'

interface Options {
  backend: 'host' | 'uml'
  fresh?: boolean
  rerun: number
  output: string
}

const UNAVAILABLE: Readonly<Record<Options['backend'], () => string | undefined>> = {
  host: hostUnavailable,
  uml: umlUnavailable,
}

const STDIN = '-'
const STDOUT = '-'

interface Named {
  name: string
  program: Program
}

function find(path: string): ReplayFile[] {
  if (path === STDIN) return [{ path, name: 'stdin' }]
  const files = findTranscripts(path).filter((file) => !isMatrixFile(file.path))
  if (files.length === 0) throw new CliError(`${path}: no program in it`)
  return files
}

function load({ path, name }: ReplayFile): Named {
  try {
    return { name, program: parseProgram(path === STDIN ? readFileSync(0, 'utf8') : readText(path)) }
  } catch (error) {
    if (error instanceof TranscriptError) throw new CliError(`${path}: ${error.message}`)
    throw error
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

/** Where the transcript of each program goes: null for stdout, one file, or a folder with a file a program. */
function targets(programs: readonly Named[], output: string): (string | null)[] {
  if (output === STDOUT) return programs.map(() => null)
  if (programs.length === 1 && !output.endsWith('/') && !isFolder(output)) return [output]
  const paths = programs.map(({ name }) => join(output, `${basename(name)}.jsonl`))
  const twice = paths.find((path, i) => paths.indexOf(path) !== i)
  if (twice !== undefined) throw new CliError(`two programs would be written to ${twice}`)
  try {
    mkdirSync(output, { recursive: true })
  } catch (error) {
    throw fileError(output, error)
  }
  return paths
}

function save(file: string, text: string): void {
  try {
    writeFileSync(file, text)
  } catch (error) {
    throw fileError(file, error)
  }
}

function oneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, ' ')
}

async function record(paths: string[], options: Options): Promise<void> {
  const programs = paths.flatMap(find).map(load)
  const reason = UNAVAILABLE[options.backend]()
  if (reason !== undefined) throw new CliError(reason)
  const files = targets(programs, options.output)
  const output = new Output()
  const progress = await FileProgress.start(programs.length)
  const backend = openBackend(options.backend)
  const failures: string[] = []
  try {
    for (const [i, { name, program }] of programs.entries()) {
      progress.next(name)
      const file = files[i] as string | null
      try {
        const { fresh = false, rerun } = options
        const { text, unsteady } = await recordProgram(program, backend, { fresh, rerun })
        if (unsteady.length > 0) {
          failures.push(`${name}: not the same each time: step ${unsteady.map(({ step }) => step).join(', ')}`)
        }
        if (file === null) output.write(text)
        else save(file, text)
      } catch (error) {
        // The kernel is lost to this program only: the next one finds a new one.
        if (!(error instanceof BackendLost) || error.program === undefined) throw error
        failures.push(`${name}: ${oneLine(error.message)}`)
      }
      progress.hide()
      await output.flush()
    }
  } catch (error) {
    if (!(error instanceof LabError)) throw error
    throw new CliError(oneLine(error.message))
  } finally {
    progress.stop()
    await backend.close()
  }
  if (failures.length > 0) throw new CliError(failures.join('; '), EXIT_FAILED)
}

function parseCount(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('a whole number')
  return Number(text)
}

/** `kabinet record PROGRAM…`. */
export function register(command: Command): void {
  command
    .argument('<program...>', 'programs, or transcripts whose answers are asked anew; folders of them; - for stdin')
    .addOption(
      new Option('-b, --backend <backend>', "this machine's own kernel, or a user-mode Linux")
        .choices(Object.keys(UNAVAILABLE))
        .default('host'),
    )
    .option('--fresh', 'boot anew before each program, so that ids start as on a fresh kernel')
    .addOption(
      new Option('--rerun <n>', 'run each so many times more and fail where the answers differ')
        .argParser(parseCount)
        .default(0),
    )
    .option('-o, --output <path>', 'a file for one transcript, a folder for many, - for stdout', STDOUT)
    .action(record)
}
