import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { LabError } from '../../lab/lab-error.js'
import { openBackend } from '../../lab/open-backend.js'
import { record as recordProgram } from '../../lab/record.js'
import { type Program, parseProgram, TranscriptError } from '../transcript/format.js'
import { CliError, EXIT_FAILED } from './cli-error.js'
import { FileProgress } from './file-progress.js'
import { Output } from './output.js'

interface Options {
  backend: string
  out?: string
  fresh?: boolean
  rerun: number
}

function read(path: string): Program {
  try {
    return parseProgram(readFileSync(path === '-' ? 0 : path, 'utf8'))
  } catch (error) {
    if (error instanceof TranscriptError) throw new CliError(`${path}: line ${error.line}: ${error.reason}`)
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new CliError(`${path}: no such file`)
    throw error
  }
}

function parseCount(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('a whole number')
  return Number(text)
}

/** Where the transcript of a program goes: a file, or a folder that has or gets the program's name in it. */
function destination(out: string, path: string, several: boolean): string {
  const isFolder = several || out.endsWith('/') || (existsSync(out) && statSync(out).isDirectory())
  if (!isFolder) return out
  mkdirSync(out, { recursive: true })
  return join(out, path === '-' ? 'stdin.jsonl' : basename(path))
}

async function record(paths: string[], options: Options): Promise<void> {
  const programs = paths.map((path) => ({ path, program: read(path) }))
  const several = programs.length > 1
  if (options.out === undefined && several) throw new CliError('several programs need a folder: --out DIR')
  const output = new Output()
  const progress = await FileProgress.start(programs.length)
  const backend = openBackend(options.backend)
  try {
    for (const { path, program } of programs) {
      progress.next(basename(path))
      const { text, unsteady } = await recordProgram(program, backend, {
        fresh: options.fresh ?? false,
        rerun: options.rerun,
      })
      progress.hide()
      if (options.out === undefined) output.write(text)
      else writeFileSync(destination(options.out, path, several), text)
      for (const { step } of unsteady)
        process.stderr.write(`kabinet: ${path}: step ${step} is not the same each time\n`)
      if (unsteady.length > 0) process.exitCode = EXIT_FAILED
    }
  } catch (error) {
    if (error instanceof LabError) throw new CliError(error.message)
    throw error
  } finally {
    progress.stop()
    await backend.close()
  }
  await output.flush()
}

/** `kabinet record FILE…`. */
export function register(command: Command): void {
  command
    .argument('<file...>', 'programs; transcripts are asked again')
    .addOption(new Option('-b, --backend <name>', 'the kernel to ask').choices(['host', 'uml']).default('host'))
    .option('-o, --out <path>', 'a file, or a folder for a file a program; else one transcript goes to stdout')
    .option('--fresh', 'boot anew for each program, where that can be: ids start as on a fresh kernel')
    .addOption(
      new Option('--rerun <n>', 'run each so many times more and fail where the answers differ')
        .argParser(parseCount)
        .default(0),
    )
    .action(record)
}
