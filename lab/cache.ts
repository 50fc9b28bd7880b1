import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** The folder for what the lab builds and fetches: `$XDG_CACHE_HOME/kabinet`, else `~/.cache/kabinet`. */
export function cacheFolder(): string {
  const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'kabinet')
  mkdirSync(folder, { recursive: true })
  return folder
}
