#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { CliError, EXIT_FAILED, EXIT_USAGE } from './cli-error.js'
import { commands } from './commands.js'
import { packageRoot } from './package-root.js'

function say(message: string): void {
  process.stderr.write(`kabinet: ${message}\n`)
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader that has seen enough (`| head`) is not an error: end as if all was written.
  if (error.code === 'EPIPE') process.exit(0)
  say(`stdout: ${error.message}`)
  process.exit(EXIT_FAILED)
})
// With nowhere left to complain to there is nothing to do but go on.
process.stderr.on('error', () => {})

const program: Command = new Command('kabinet')
  .description('The Linux fanotify and namespace ABI, byte for byte.')
  .version(JSON.parse(readFileSync(new URL('package.json', packageRoot), 'utf8')).version)
  .exitOverride()
  .configureOutput({
    outputError: (text) =>
      say(
        text
          .trim()
          .replace(/^error: /, '')
          .replaceAll('\n', ' '),
      ),
  })
  .showHelpAfterError(false)
  .showSuggestionAfterError(true)

for (const { name, summary, load } of commands) {
  const command = program.command(name).summary(summary).description(summary).copyInheritedSettings(program)
  if (process.argv.includes(name)) (await load()).register(command)
}

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : EXIT_USAGE
  else if (error instanceof CliError) {
    say(error.message)
    process.exitCode = error.exitCode
  } else throw error
}
