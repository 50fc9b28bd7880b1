import { type Command, Option } from 'commander'
import {
  type DecodeError,
  EventDecoder,
  type EventGroup,
  eventToJson,
  type FanotifyEvent,
  MACHINES,
  type Machine,
} from '../uapi/index.js'
import { CliError, EXIT_FAILED } from './cli-error.js'
import { type FilterOptions, makeFilter } from './filter.js'
import { eventToHex } from './hexdump.js'
import { bytesOf, INPUT_FORMS, type InputForm, openInput } from './input.js'
import { Output } from './output.js'
import { showProgress } from './progress.js'
import { eventToText } from './text.js'

/** How `kabinet decode` prints events. */
export type DecodeFormat = 'text' | 'ndjson' | 'json' | 'hex'

/** Every {@link DecodeFormat}, the default first. */
const DECODE_FORMATS: readonly DecodeFormat[] = ['text', 'ndjson', 'json', 'hex']

/** The options of `kabinet decode`. */
export interface DecodeOptions extends FilterOptions {
  format: DecodeFormat
  input: InputForm
  machine: Machine
  group?: EventGroup
}

interface Format {
  start: string
  between: string
  end: string
  /**
   * @param at - where the event starts in the stream
   * @param index - which event of the stream it is
   */
  print(event: FanotifyEvent, at: number, index: number, machine: Machine): string
}

const FORMATS: Record<DecodeFormat, Format> = {
  text: { start: '', between: '', end: '', print: (event) => `${eventToText(event)}\n` },
  ndjson: { start: '', between: '', end: '', print: (event) => `${JSON.stringify(eventToJson(event))}\n` },
  json: { start: '[', between: ',', end: '\n]\n', print: (event) => `\n${JSON.stringify(eventToJson(event))}` },
  hex: { start: '', between: '', end: '', print: eventToHex },
}

/** The events of each piece of a stream; returns what it stopped at, if not at the end. */
async function* eventsOf(
  chunks: AsyncIterable<Uint8Array>,
  options: DecodeOptions,
): AsyncGenerator<FanotifyEvent[], DecodeError | undefined> {
  const decoder = new EventDecoder(options)
  for await (const chunk of chunks) {
    yield decoder.push(chunk)
    if (decoder.stop !== 'end') break
  }
  decoder.end()
  return decoder.error
}

/** Prints the events of a file. @throws CliError when it cannot be read or is cut short, after printing what was whole */
export async function decode(path: string, options: DecodeOptions): Promise<void> {
  const filter = makeFilter(options)
  const input = await showProgress(await openInput(path))
  const bytes = bytesOf(input, options.input)
  const format = FORMATS[options.format]
  const output = new Output()
  const events = eventsOf(bytes, options)
  let shown = 0
  let count = 0
  let at = 0
  output.write(format.start)
  let next = await events.next()
  for (; !next.done; next = await events.next()) {
    for (const event of next.value) {
      const start = at
      const index = count++
      at += event.event_len
      if (filter && !filter(event)) continue
      const text = format.print(event, start, index, options.machine)
      output.write(shown++ === 0 ? text : format.between + text)
      if (output.full) await output.flush()
    }
  }
  output.write(format.end)
  await output.flush()
  const error = next.value
  if (error) {
    const where = `byte ${error.offset} (0x${error.offset.toString(16)})`
    const before = count > 1 ? `${count} whole events` : `${count || 'no'} whole event`
    throw new CliError(`${input.name}: ${where}: ${error.field}: ${error.reason}; ${before} before it`, EXIT_FAILED)
  }
}

/** `kabinet decode [FILE|-]`. */
export function register(command: Command): void {
  command
    .argument('[file]', 'what read(2) on a fanotify group returned; - is stdin', '-')
    .addOption(new Option('-f, --format <format>', 'how to print events').choices(DECODE_FORMATS).default('text'))
    .addOption(
      new Option('-i, --input <form>', 'raw bytes or hex text (also xxd, hexdump -C)')
        .choices(INPUT_FORMS)
        .default('auto'),
    )
    .addOption(
      new Option('-M, --machine <machine>', "the machine of the stream's kernel").choices(MACHINES).default('x86_64'),
    )
    .addOption(new Option('-g, --group <kind>', 'what events without a telling record come from').choices(['fs', 'ns']))
    .option('-m, --mask <names>', 'only events with one of these, such as CREATE,DELETE or 0x300')
    .option('-p, --pid <pids>', 'only events caused by one of these')
    .option('-t, --type <names>', 'only events with one of these records, such as DFID_NAME,MNT')
    .action(decode)
}
