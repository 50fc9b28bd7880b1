import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { parseMatrix, replayMatrix } from '../../src/transcript/matrix.js'

const load = (name: string): string =>
  gunzipSync(readFileSync(new URL(`matrix/${name}.json.gz`, import.meta.url))).toString()

describe('the recorded truth tables, every call made on the emulator', () => {
  for (const call of ['fanotify_init', 'fanotify_mark']) {
    for (const profile of ['v7.2', 'v7.3', 'proposed-nsid']) {
      const name = `${call}.${profile}`
      it(name, () => {
        const { steps, matched, firstDivergence } = replayMatrix(parseMatrix(load(name)), name)
        expect(firstDivergence).toBeNull()
        expect(matched).toBe(steps)
        expect(steps).toBeGreaterThan(35_000)
      })
    }
  }
})
