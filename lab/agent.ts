import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, renameSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { cacheFolder } from './cache.js'
import { LabError } from './lab-error.js'

const FLAGS = ['-O2', '-static', '-fno-stack-protector']

/** Where a source is: in the nearest folder above that has it in its `lab`, for this runs from `lab` and from a build. */
function sourceOf(name: string): string {
  const here = dirname(fileURLToPath(import.meta.url))
  for (let folder = here; ; folder = dirname(folder)) {
    const path = join(folder, 'lab', `${name}.c`)
    if (existsSync(path)) return path
    if (folder === dirname(folder)) throw new LabError(`no lab/${name}.c in a folder above ${here}`)
  }
}

/**
 * The agent's program, built with gcc unless the cache holds one of the same source.
 *
 * @throws LabError when gcc is missing or fails.
 */
export function buildAgent(): Promise<string> {
  return build('agent')
}

/**
 * The program that runs another where it can write to nothing of this machine.
 *
 * @throws LabError when gcc is missing or fails.
 */
export function buildContain(): Promise<string> {
  return build('contain')
}

async function build(name: string): Promise<string> {
  const source = sourceOf(name)
  const hash = createHash('sha256').update(readFileSync(source)).update(FLAGS.join(' ')).digest('hex').slice(0, 16)
  const path = join(cacheFolder(), `${name}-${hash}`)
  if (existsSync(path)) return path
  const temporary = `${path}.${process.pid}`
  try {
    await promisify(execFile)('gcc', [...FLAGS, '-o', temporary, source])
  } catch (error) {
    throw new LabError(`gcc cannot build lab/${name}.c: ${error instanceof Error ? error.message : String(error)}`)
  }
  renameSync(temporary, path)
  return path
}
