/**
 * Breaks the emulator on purpose, one place at a time, and says which tests notice:
 *
 *   npm run mutants -- [--fuzz SECONDS | --walks FOLDER] [--only N,M…] [--jobs N] [--stages LIST] [--trust] [--write]
 *
 * Every mutant is a patch in mutants.json: a text that stands once in a file, and what to put in its place. It is applied in a
 * copy of the tree. There the recorded transcripts are replayed; what survives is held against what real kernels answered to
 * generated programs (`--fuzz`: recorded for so long on each backend that is at hand; `--walks`: recorded before), and what
 * survives that goes to the other tests and then to the properties.
 *
 * --trust skips the look at whether all stages pass without a mutant. --write puts the result into docs/mutants.md. A patch whose
 * text does not stand in its file exactly once ends the run.
 */
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

interface Mutant {
  readonly file: string
  readonly kind: 'errno' | 'check dropped' | 'check swapped' | 'byte' | 'ordering' | 'count'
  readonly find: string
  readonly replace: string
}

interface Verdict {
  readonly mutant: Mutant
  readonly number: number
  /** What noticed it, and where; null for a survivor. */
  readonly by: { readonly stage: string; readonly where: string } | null
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** What a mutant's tree is made of. */
const PARTS = ['src', 'fuzz', 'lab', 'test', 'package.json', 'tsconfig.json', 'tsconfig.base.json']
/** How long one stage may take on one mutant; one that hangs is caught as well. */
const PATIENCE = 300_000
const TESTS = ['test/kernel', 'test/abi', 'test/transcript', 'test/golden', '--exclude=test/transcript/golden.test.ts']
const PROPERTIES = ['test/properties']

const { values } = parseArgs({
  options: {
    fuzz: { type: 'string', default: '0' },
    walks: { type: 'string' },
    only: { type: 'string' },
    jobs: { type: 'string', default: '1' },
    stages: { type: 'string', default: 'goldens,fuzzing,tests,properties' },
    trust: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
})

const mutants = JSON.parse(readFileSync(new URL('mutants.json', import.meta.url), 'utf8')) as Mutant[]

function checkThatAllApply(): void {
  const stale = mutants.filter(({ file, find }) => readFileSync(join(ROOT, file), 'utf8').split(find).length !== 2)
  for (const { file, find } of stale) console.error(`${file} does not hold exactly once:\n${find}\n`)
  if (stale.length > 0) process.exit(1)
}

interface Outcome {
  readonly failed: boolean
  readonly output: string
}

function run(folder: string, command: string, args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(
      command,
      [...args],
      { cwd: folder, timeout: PATIENCE, maxBuffer: 1 << 26, env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' } },
      (error, stdout, stderr) => resolve({ failed: error !== null, output: stdout + stderr }),
    )
  })
}

/** A copy of the tree in which a mutant lives, one after another. */
class Cage {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'kabinet-mutants-'))

  constructor() {
    for (const part of PARTS) cpSync(join(ROOT, part), join(this.folder, part), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules'), join(this.folder, 'node_modules'))
    // The command need not be built: no test of the stages starts it.
    const config = "export default { test: { include: ['test/**/*.test.ts'], testTimeout: 180000 } }\n"
    writeFileSync(join(this.folder, 'vitest.config.mjs'), config)
  }

  async goldens(): Promise<string | null> {
    return this.#replays(['test/golden/transcripts'])
  }

  async tests(what: readonly string[]): Promise<string | null> {
    const { failed, output } = await run(this.folder, 'node_modules/.bin/vitest', [
      'run',
      '--bail=1',
      '--no-isolate',
      '--no-file-parallelism',
      ...what,
    ])
    if (!failed) return null
    return /^ *FAIL {1,2}(.*)$/m.exec(output)?.[1]?.trim() ?? 'it does not come to an end'
  }

  async walks(folder: string): Promise<string | null> {
    return this.#replays([folder])
  }

  async #replays(folders: readonly string[]): Promise<string | null> {
    const { failed, output } = await run(this.folder, process.execPath, [
      '--import',
      'tsx',
      'test/mutants/replay_all.ts',
      ...folders,
    ])
    if (!failed) return null
    return output.trim().split('\n')[0]?.slice(0, 120) || 'it does not come to an end'
  }

  remove(): void {
    rmSync(this.folder, { recursive: true })
  }
}

/** Records generated programs on each backend there is; what was recorded, in words. */
async function recordWalks(folder: string, seconds: string): Promise<string[]> {
  const said: string[] = []
  for (const backend of ['host', 'uml']) {
    const { failed, output } = await run(ROOT, process.execPath, [
      '--import',
      'tsx',
      'test/mutants/record_walks.ts',
      backend,
      seconds,
      folder,
    ])
    const line = output.trim().split('\n').at(-1) ?? ''
    console.log(failed ? `no backend ${backend}: ${line}` : line)
    if (!failed) said.push(line)
  }
  return said
}

async function judge(cage: Cage, mutant: Mutant, number: number, walks: string | null): Promise<Verdict> {
  const path = join(cage.folder, mutant.file)
  const sound = readFileSync(path, 'utf8')
  const at = sound.indexOf(mutant.find)
  writeFileSync(path, sound.slice(0, at) + mutant.replace + sound.slice(at + mutant.find.length))
  const looks: Readonly<Record<string, () => Promise<string | null>>> = {
    goldens: () => cage.goldens(),
    fuzzing: async () => (walks === null ? null : cage.walks(walks)),
    tests: () => cage.tests(TESTS),
    properties: () => cage.tests(PROPERTIES),
  }
  let by: Verdict['by'] = null
  for (const stage of values.stages.split(',')) {
    const where = await looks[stage]?.()
    if (where === undefined) throw new RangeError(`no stage ${stage}`)
    if (where === null) continue
    by = { stage, where }
    break
  }
  writeFileSync(path, sound)
  const verdict = by === null ? 'SURVIVES' : `${by.stage}: ${by.where}`
  console.log(`${number} ${mutant.file} ${mutant.kind}: ${verdict}`)
  return { mutant, number, by }
}

/** A patch in one line. */
function change({ find, replace }: Mutant): string {
  const before = find.trim().split('\n')
  const after = replace.trim().split('\n')
  const gone = before.filter((line) => !after.includes(line)).map((line) => line.trim())
  const come = after.filter((line) => !before.includes(line)).map((line) => line.trim())
  const moved = gone.length === 0 && come.filter((line) => line !== '').length === 0
  const code = (lines: readonly string[]): string => `\`${lines.join(' ').slice(0, 110).replaceAll('|', '\\|')}\``
  if (moved) return `${code(before.map((line) => line.trim()))} in another order`
  const put = come.filter((line) => line !== '')
  return put.length === 0 ? `without ${code(gone)}` : `${code(gone)} → ${code(put)}`
}

function report(verdicts: readonly Verdict[], recorded: readonly string[]): string {
  const caught = (stage: string): number => verdicts.filter(({ by }) => by?.stage === stage).length
  const survivors = verdicts.filter(({ by }) => by === null)
  const rows = verdicts.map(
    ({ number, mutant, by }) =>
      `| ${number} | ${mutant.file.replace('src/', '')} | ${mutant.kind} | ${change(mutant)} | ${by === null ? '**survives**' : `${by.stage}: ${by.where.replaceAll('|', '\\|')}`} |`,
  )
  return [
    '# Mutants',
    '',
    'Made by `npm run mutants -- --write`. The emulator is broken on purpose, one place at a time (`test/mutants/mutants.json`), and',
    'what notices is written down: the recorded transcripts, then what real kernels answered to programs of the fuzzer, then the',
    'other tests, then the properties.',
    '',
    `${verdicts.length} mutants, ${verdicts.length - survivors.length} caught: ${caught('goldens')} by the goldens, ${caught('fuzzing')} by fuzzing, ${caught('tests')} by the other tests, ${caught('properties')} by the properties; ${survivors.length} survive.`,
    ...(recorded.length === 0 ? [] : ['', `Recorded for the fuzzing: ${recorded.join('; ')}.`]),
    '',
    '| # | file | kind | change | caught by |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n')
}

checkThatAllApply()
const only = values.only?.split(',').map(Number)
const todo = mutants
  .map((mutant, number) => ({ mutant, number }))
  .filter(({ number }) => only?.includes(number) ?? true)
let walks: string | null = values.walks ?? null
let recorded: string[] = []
if (Number(values.fuzz) > 0) {
  const folder = join(ROOT, '.cache/mutants')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  recorded = await recordWalks(folder, values.fuzz)
  walks = recorded.length > 0 ? folder : null
}
const cages = Array.from({ length: Number(values.jobs) }, () => new Cage())
try {
  const [first] = cages as [Cage]
  if (!values.trust) {
    const broken = (await first.goldens()) ?? (await first.tests(TESTS)) ?? (await first.tests(PROPERTIES))
    if (broken !== null) throw new Error(`the tests fail without a mutant: ${broken}`)
  }
  const verdicts: Verdict[] = []
  let next = 0
  await Promise.all(
    cages.map(async (cage) => {
      for (let at = next++; at < todo.length; at = next++) {
        const { mutant, number } = todo[at] as (typeof todo)[number]
        verdicts.push(await judge(cage, mutant, number, walks))
      }
    }),
  )
  verdicts.sort((a, b) => a.number - b.number)
  const caught = verdicts.filter(({ by }) => by !== null).length
  console.log(`${verdicts.length} mutants, ${caught} caught, ${verdicts.length - caught} survive`)
  if (values.write) writeFileSync(join(ROOT, 'docs/mutants.md'), report(verdicts, recorded))
  process.exitCode = caught * 50 >= verdicts.length * 48 ? 0 : 1
} finally {
  for (const cage of cages) cage.remove()
}
