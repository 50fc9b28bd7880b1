// Writes src/uapi/generated; with --check, says what is stale there and exits 1 instead.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { emitAll } from './emit.js'

const target = new URL('../generated/', import.meta.url)
const files = emitAll()
mkdirSync(target, { recursive: true })
const present = readdirSync(target)
const stale = [
  ...present.filter((name) => !files.has(name)),
  ...[...files]
    .filter(([name, text]) => !present.includes(name) || readFileSync(new URL(name, target), 'utf8') !== text)
    .map(([name]) => name),
]

if (process.argv.includes('--check')) {
  for (const name of stale) console.error(`src/uapi/generated/${name} is stale: run npm run generate`)
  process.exitCode = stale.length > 0 ? 1 : 0
} else {
  for (const name of stale) {
    const text = files.get(name)
    if (text === undefined) rmSync(new URL(name, target))
    else writeFileSync(new URL(name, target), text)
    console.log(`${text === undefined ? 'removed' : 'wrote'} src/uapi/generated/${name}`)
  }
}
