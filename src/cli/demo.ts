import type { Command } from 'commander'
import { color } from './color.js'
import { decodeChapters } from './demo-decode.js'
import { listnsChapters } from './demo-listns.js'
import { nsidChapters } from './demo-nsid.js'

/** A part of the tour: what is shown, and what shows it. */
export interface Chapter {
  title: string
  /** One or two sentences for somebody who has not seen it before. */
  says: string
  /** The command line that does the same, if there is one. */
  command?: string
  /** Prints to stdout. */
  run(): Promise<void>
}

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
