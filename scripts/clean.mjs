import { rmSync } from 'node:fs'

// tsc never deletes what a renamed source left behind, and `files` would publish it.
rmSync(new URL('../dist', import.meta.url), { recursive: true, force: true })
