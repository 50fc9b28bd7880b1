/** Writes the documents that are made from the code. */
import { writeFileSync } from 'node:fs'
import { renderSyscalls } from './syscalls_md.js'

writeFileSync(new URL('../docs/syscalls.md', import.meta.url), renderSyscalls())
