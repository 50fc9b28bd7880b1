import { spawnSync } from 'node:child_process'
import { mkdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The checkout: this file is compiled to .cache/bench/bench/lib. */
export const root: string = join(dirname(fileURLToPath(import.meta.url)), '../../../..')
export const cacheDir: string = join(root, '.cache/bench')

function isFresh(output: string, source: string): boolean {
  const built = statSync(output, { throwIfNoEntry: false })
  return built !== undefined && built.mtimeMs > statSync(source).mtimeMs
}

/** Builds `bench/NAME.c` with gcc -O2 and returns the program's path, or undefined where there is no gcc. */
export function buildC(name: string): string | undefined {
  const source = join(root, 'bench', `${name}.c`)
  const output = join(cacheDir, name)
  if (isFresh(output, source)) return output
  mkdirSync(cacheDir, { recursive: true })
  const gcc = spawnSync('gcc', ['-O2', '-Wall', '-Wextra', '-o', output, source], { encoding: 'utf8' })
  if (gcc.error) return undefined
  if (gcc.status !== 0) throw new Error(`gcc ${source}:\n${gcc.stderr}`)
  return output
}

/** Runs a program built by {@link buildC} and returns what it printed. */
export function runC(program: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8' })
  if (error) throw error
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} exited ${status}: ${stderr}`)
  return stdout
}
