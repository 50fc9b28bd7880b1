import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Program, parseProgram, serialiseTranscript, type Transcript } from '../src/transcript/index.js'
import type { Finding } from './finding.js'

/**
 * Programs that are kept: one file a program, named after its content, so that two corpora are merged by copying one over
 * the other. Findings stand in a folder of their own with what the kernel and what the emulator answered.
 */
export class Corpus {
  readonly #programs: string
  readonly #findings: string

  constructor(folder: string) {
    this.#programs = join(folder, 'programs')
    this.#findings = join(folder, 'findings')
    mkdirSync(this.#programs, { recursive: true })
  }

  /** Everything that is kept, in the order of the file names. */
  *programs(): IterableIterator<{ name: string; program: Program }> {
    for (const name of readdirSync(this.#programs).sort()) {
      if (!name.endsWith('.jsonl')) continue
      const path = join(this.#programs, name)
      yield { name: path, program: parseProgram(readFileSync(path, 'utf8')) }
    }
  }

  /** Keeps a program of a family, which its header names; false if it was there. */
  keep(program: Program, family: string): boolean {
    const text = serialiseTranscript({ header: { transcript: 1, name: family }, steps: program.steps })
    const path = join(this.#programs, `${hash(text)}.jsonl`)
    if (existsSync(path)) return false
    writeFileSync(path, text)
    return true
  }

  /**
   * Keeps a finding: its program among the others, the kernel's transcript, and beside that the emulator's.
   *
   * @returns the path of the kernel's
   */
  keepFinding(finding: Finding, backend: string, emulator: Transcript): string {
    this.keep(finding.program, finding.family)
    mkdirSync(this.#findings, { recursive: true })
    const text = serialiseTranscript(finding.transcript)
    const words = finding.signature.replace(/[^A-Za-z0-9]+/g, '-').replace(/^-|-$/g, '')
    const path = join(this.#findings, `${backend}-${words}`.slice(0, 120))
    writeFileSync(`${path}.jsonl`, text)
    writeFileSync(`${path}.emulator.jsonl`, serialiseTranscript(emulator))
    return `${path}.jsonl`
  }
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}
