import { readdirSync, statSync } from 'node:fs'
import { basename, join, relative } from 'node:path'

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

/**
 * The transcripts and matrices at a path: the file itself, or all that lie in a folder and those in it, in natural order.
 * What is found in a folder is named by its place there.
 *
 * @throws the error of the filesystem when there is no such path
 */
export function findTranscripts(path: string): ReplayFile[] {
  if (!statSync(path).isDirectory()) return [{ path, name: basename(path).replace(/\.jsonl?$/, '') }]
  const files: ReplayFile[] = []
  for (const entry of readdirSync(path, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !REPLAYABLE.test(entry.name)) continue
    const file = join(entry.parentPath, entry.name)
    files.push({ path: file, name: relative(path, file).replace(/\.jsonl?$/, '') })
  }
  return files.sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }))
}
