import { chmodSync, readFileSync } from 'node:fs'

// tsc makes plain files, and npx makes a command executable only when it first meets the package.
const root = new URL('../', import.meta.url)
const { bin } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'))
for (const path of Object.values(bin)) chmodSync(new URL(path, root), 0o755)
