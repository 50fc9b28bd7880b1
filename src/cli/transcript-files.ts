import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { CliError } from './cli-error.js'
import { fileError } from './file-error.js'

/** A file to replay, and what to call it. */
export interface ReplayFile {
  path: string
  name: string
}

const REPLAYABLE = /\.jsonl$|^fanotify_(?:init|mark)\.[^/]*\.json$/

/** Whether a file is a matrix rather than a transcript, by its name. */
export function isMatrixFile(path: string): boolean {
  return /^fanotify_(?:init|mark)\..*\.json$/.test(basename(path))
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch (error) {
    throw fileError(path, error)
  }
}

/**
 * The transcripts and matrices at a path: the file itself, or all that lie in a folder and those in it, in natural order.
 * What is found in a folder is named by its place there.
 *
 * @throws CliError when there is no such path, or nothing in the folder
 */
export function findTranscripts(path: string): ReplayFile[] {
  if (!isFolder(path)) return [{ path, name: basename(path).replace(/\.jsonl?$/, '') }]
  const files: ReplayFile[] = []
  for (const entry of readdirSync(path, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !REPLAYABLE.test(entry.name)) continue
    const file = join(entry.parentPath, entry.name)
    files.push({ path: file, name: relative(path, file).replace(/\.jsonl?$/, '') })
  }
  if (files.length === 0) throw new CliError(`${path}: no transcript in it`)
  return files.sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }))
}

/** The text of a file. @throws CliError when it cannot be read */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw fileError(path, error)
  }
}
