import { readdirSync, readFileSync } from 'node:fs'

const folder = new URL('../golden/streams/', import.meta.url)

/** The recorded streams: what real kernels wrote, by name. */
export const goldenStreams: readonly (readonly [name: string, bytes: Uint8Array])[] = readdirSync(folder)
  .filter((name) => name.endsWith('.bin'))
  .sort()
  .map((name) => [name, new Uint8Array(readFileSync(new URL(name, folder)))])
