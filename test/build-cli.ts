import { execFile } from 'node:child_process'
import { mkdir, rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { TestProject } from 'vitest/node'

const root = fileURLToPath(new URL('..', import.meta.url))

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of the built `kabinet` command. */
    kabinetMain: string
  }
}

/** Builds the package once for a test run, so that tests start the real command, quickly, and never an old build. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const out = `${root}.cache/build-${process.pid}`
  await mkdir(out, { recursive: true })
  const tsc = `${root}node_modules/.bin/tsc`
  try {
    await promisify(execFile)(tsc, ['-p', 'tsconfig.build.json', '--outDir', out], { cwd: root })
  } catch (error) {
    // Types are the type check's business; what was emitted is tested.
    console.warn(`building for the tests:\n${(error as { stdout: string }).stdout}`)
  }
  project.provide('kabinetMain', `${out}/src/cli/main.js`)
  return () => rm(out, { recursive: true })
}
