import type { Command } from 'commander'
import { color } from './color.js'
import type { Chapter } from './demo-chapter.js'
import { decodeChapters } from './demo-decode.js'
import { listnsChapters } from './demo-listns.js'
import { nsidChapters } from './demo-nsid.js'

const chapters: readonly Chapter[] = [...listnsChapters, ...nsidChapters, ...decodeChapters]

async function demo(): Promise<void> {
  for (const [i, { title, says, command, run }] of chapters.entries()) {
    const heading = `${i + 1}. ${title}`
    process.stdout.write(`${i === 0 ? '' : '\n'}${color.bold(heading)}\n${says}\n\n`)
    if (command !== undefined) process.stdout.write(`${color.dim(`$ ${command}`)}\n`)
    await run()
  }
}

/** `kabinet demo`. */
export function register(command: Command): void {
  command.action(demo)
}
