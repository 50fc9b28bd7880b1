import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, renameSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { cacheFolder } from './cache.js'
import { LabError } from './lab-error.js'

const FLAGS = ['-O2', '-static', '-fno-stack-protector']

/** Where `agent.c` is: in the nearest folder above that has a `lab/agent.c`, for this runs from `lab` and from a build. */
function agentSource(): string {
  const here = dirname(fileURLToPath(import.meta.url))
  for (let folder = here; ; folder = dirname(folder)) {
    const path = join(folder, 'lab', 'agent.c')
    if (existsSync(path)) return path
    if (folder === dirname(folder)) throw new LabError(`no lab/agent.c in a folder above ${here}`)
  }
}

/**
 * The agent's program, built with gcc unless the cache holds one of the same source.
 *
 * @throws LabError when gcc is missing or fails.
 */
export async function buildAgent(): Promise<string> {
  const source = agentSource()
  const hash = createHash('sha256').update(readFileSync(source)).update(FLAGS.join(' ')).digest('hex').slice(0, 16)
  const path = join(cacheFolder(), `agent-${hash}`)
  if (existsSync(path)) return path
  const temporary = `${path}.${process.pid}`
  try {
    await promisify(execFile)('gcc', [...FLAGS, '-o', temporary, source])
  } catch (error) {
    throw new LabError(`gcc cannot build the agent: ${error instanceof Error ? error.message : String(error)}`)
  }
  renameSync(temporary, path)
  return path
}
