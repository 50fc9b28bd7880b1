/**
 * Replays every transcript below the folders that are named and ends with 1 at the first that diverges, saying where:
 *
 *   tsx test/mutants/replay_all.ts [--drop] FOLDER…
 *
 * --drop deletes those that diverge instead.
 */
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseTranscript, replay } from '../../src/transcript/index.js'

const folders = process.argv.slice(2).filter((arg) => arg !== '--drop')
const drops = process.argv.includes('--drop')

/** Where a transcript does not replay; null where it does. */
function divergence(file: string): string | null {
  const transcript = parseTranscript(readFileSync(file, 'utf8'))
  try {
    const { firstDivergence } = replay(transcript, { strict: true })
    return firstDivergence === null ? null : `step ${firstDivergence.step} ${firstDivergence.call}`
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

for (const folder of folders) {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.jsonl'))
  for (const name of names.sort()) {
    const where = divergence(join(folder, name))
    if (where === null) continue
    if (drops) rmSync(join(folder, name))
    else {
      console.log(`${name.replace(/\.jsonl$/, '')} ${where}`)
      process.exit(1)
    }
  }
}
