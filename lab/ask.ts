/**
 * A development entry: asks a real kernel a few calls.
 *
 *   npx tsx lab/ask.ts FILE.jsonl [--backend host|uml] [--fresh]
 *
 * FILE (or - for standard input) holds one call a line, `{"task":1,"call":"openat","args":[-100,{"str":"/proc"},0]}`; a
 * header line and step numbers may be left out.
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { parseProgram, serialiseTranscript } from '../src/transcript/format.js'
import { openBackend } from './open-backend.js'

/** Puts in the header and the step numbers where a file has none. */
export function completeProgram(text: string, name: string): string {
  let next = 0
  const lines = text
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.trim().startsWith('#'))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  if (lines[0]?.transcript === undefined) lines.unshift({ transcript: 1, name })
  return lines
    .map((line, i) => {
      if (i === 0) return JSON.stringify(line)
      const step = typeof line.step === 'number' ? line.step : next
      next = step + 1
      const { ret, out, blocked, completes, ...call } = line
      return JSON.stringify({ step, task: 1, ...call })
    })
    .join('\n')
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { backend: { type: 'string', default: 'host' }, fresh: { type: 'boolean', default: false } },
})
const backend = openBackend(values.backend)
try {
  for (const file of positionals) {
    const text = readFileSync(file === '-' ? 0 : file, 'utf8')
    const program = parseProgram(completeProgram(text, file))
    process.stdout.write(serialiseTranscript(await backend.run(program, { fresh: values.fresh })))
  }
} finally {
  await backend.close()
}
