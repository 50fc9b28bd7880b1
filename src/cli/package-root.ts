import { existsSync } from 'node:fs'

function find(): URL {
  let folder = new URL('./', import.meta.url)
  while (!existsSync(new URL('package.json', folder))) folder = new URL('../', folder)
  return folder
}

/** The folder of kabinet's package.json, with a slash at its end, whether run from `src` or from `dist`. */
export const packageRoot: URL = find()
