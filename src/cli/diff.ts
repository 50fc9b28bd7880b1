import type { Command } from 'commander'
import { diffTranscripts, type StepDiff } from '../transcript/diff.js'
import { callText, retText } from '../transcript/field_text.js'
import { parseTranscript, type Transcript, TranscriptError } from '../transcript/format.js'
import type { FieldRow } from '../transcript/show.js'
import { CliError, EXIT_FAILED } from './cli-error.js'
import { color } from './color.js'
import { Output } from './output.js'
import { readText } from './transcript-files.js'

interface Options {
  json?: boolean
  all?: boolean
}

function load(path: string): Transcript {
  const text = readText(path)
  try {
    return parseTranscript(text)
  } catch (error) {
    if (error instanceof TranscriptError) throw new CliError(`${path}: ${error.message}`)
    throw error
  }
}

const SLEPT = 'sleeps'
/** Where one side has no such field. */
const NOTHING = '-'

function headline(diff: StepDiff): string {
  const { step, task, call, args, what, missing, a, b } = diff
  const told: Record<StepDiff['what'], string> = {
    call: 'not the same call',
    missing: `only in ${missing === 'a' ? 'the second' : 'the first'}`,
    sleep: `${a === null ? SLEPT : retText(a)} | ${b === null ? SLEPT : retText(b)}`,
    ret: `${retText(a)} | ${retText(b)}`,
    out: `both return ${retText(a)}`,
  }
  return `${color.bold(`step ${step}`)} task ${task} ${callText(call, args)}: ${told[what]}\n`
}

function rowsText(rows: readonly FieldRow[], all: boolean): string {
  const shown = all ? rows : rows.filter(({ differs }) => differs)
  const width = Math.max(...shown.map(({ name }) => name.length))
  return shown
    .map(({ offset, name, want, got, differs }) => {
      const where = `  0x${offset.toString(16).padStart(4, '0')} ${name.padEnd(width)}`
      return differs
        ? `${where}  ${color.red(want || NOTHING)} | ${color.green(got || NOTHING)}\n`
        : color.dim(`${where}  ${want}\n`)
    })
    .join('')
}

async function diff(pathA: string, pathB: string, options: Options): Promise<void> {
  const [a, b] = [load(pathA), load(pathB)]
  const { compared, steps } = diffTranscripts(a, b)
  const output = new Output()
  if (options.json) {
    output.write(`${JSON.stringify({ a: pathA, b: pathB, compared, steps })}\n`)
  } else {
    for (const step of steps) {
      let text = headline(step)
      for (const { rows } of step.buffers) text += rowsText(rows, options.all ?? false)
      output.write(text)
      if (output.full) await output.flush()
    }
    output.write(`${compared} steps compared, ${steps.length} differ\n`)
  }
  await output.flush()
  if (steps.length > 0) process.exitCode = EXIT_FAILED
}

/** `kabinet diff A B`. */
export function register(command: Command): void {
  command
    .argument('<a>', 'a transcript')
    .argument('<b>', 'a transcript of the same calls, from another kernel')
    .option('--all', 'all fields of a buffer that differs, not only those that do')
    .option('--json', 'one object: how many steps were compared, and each that differs')
    .action(diff)
}
