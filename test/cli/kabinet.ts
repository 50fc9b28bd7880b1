import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { inject } from 'vitest'

/** How a `kabinet` process ended. */
export interface Finished {
  stdout: string
  stderr: string
  /** Exit code; null when a signal ended it. */
  code: number | null
}

/** What to run it with. */
export interface RunOptions {
  /** Written to stdin; nothing when left out. */
  stdin?: Uint8Array | string
  env?: Record<string, string>
  cwd?: string
}

/** The folder of recorded streams, with a slash. */
export const recorded: string = fileURLToPath(new URL('../golden/recorded/', import.meta.url))

/** Runs the built `kabinet` command as a process of its own. */
export function kabinet(args: readonly string[], { stdin, env, cwd }: RunOptions = {}): Promise<Finished> {
  const { NO_COLOR: _, FORCE_COLOR: __, ...inherited } = process.env
  const child = spawn(process.execPath, [inject('kabinetMain'), ...args], { env: { ...inherited, ...env }, cwd })
  child.stdin.on('error', () => {}) // it may end without reading all
  child.stdin.end(stdin)
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout.on('data', (chunk) => stdout.push(chunk))
  child.stderr.on('data', (chunk) => stderr.push(chunk))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      resolve({ stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString(), code })
    })
  })
}
