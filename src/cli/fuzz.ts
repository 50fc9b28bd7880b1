import { randomInt } from 'node:crypto'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { type Asked, type CampaignState, NoProfile, runCampaign } from '../../fuzz/campaign.js'
import { Corpus } from '../../fuzz/corpus.js'
import type { Family } from '../../fuzz/draft.js'
import { FAMILIES } from '../../fuzz/families/index.js'
import type { Finding } from '../../fuzz/finding.js'
import { PLAIN_BOOT } from '../../fuzz/plain_boot.js'
import { familyLine, progressLine } from '../../fuzz/report.js'
import { runSolo, type SoloState, type Violation } from '../../fuzz/solo.js'
import { saveStats } from '../../fuzz/stats.js'
import { LabError } from '../../lab/lab-error.js'
import { openBackend } from '../../lab/open-backend.js'
import { DEFAULT_PROFILE, Emulator, PROFILES, type ProfileName } from '../abi/index.js'
import { runProgram, serialiseTranscript } from '../transcript/index.js'
import { showDivergence } from '../transcript/show.js'
import { CliError, EXIT_FAILED } from './cli-error.js'
import { color } from './color.js'

interface Options {
  backend: string
  family?: string[]
  seed: number
  runs?: number
  time?: number
  shard: { index: number; of: number }
  profile?: ProfileName
  corpus?: string
  stats?: string
}

const MILLISECONDS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 }
/** Without a terminal a line this often. */
const LINE_EVERY = 10_000

function parseTime(text: string): number {
  const match = /^(\d+(?:\.\d+)?)([smh]?)$/.exec(text)
  if (match === null) throw new InvalidArgumentError('a number of seconds, or with s, m or h')
  return Number(match[1]) * (MILLISECONDS[match[2] || 's'] as number)
}

function parseCount(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('a whole number')
  return Number(text)
}

/** `i/n`, or `/n` with the index that an indexed Job gives its pods. */
function parseShard(text: string): { index: number; of: number } {
  const match = /^(\d*)\/([1-9]\d*)$/.exec(text)
  if (match === null) throw new InvalidArgumentError('i/n with i from 0 to n - 1, or /n')
  const given = match[1] || process.env.JOB_COMPLETION_INDEX
  if (given === undefined)
    throw new InvalidArgumentError('/n takes its index from JOB_COMPLETION_INDEX, which is not set')
  const shard = { index: Number(given), of: Number(match[2]) }
  if (!(shard.index < shard.of)) throw new InvalidArgumentError(`shard ${given} of ${shard.of}: they count from 0`)
  return shard
}

function families(names: readonly string[] | undefined): Family[] {
  return (names ?? Object.keys(FAMILIES)).map((name) => FAMILIES[name] as Family)
}

/** Prints how far it has come: over and over on a terminal, else as lines. */
class Progress {
  #last = 0

  show(state: CampaignState | SoloState): void {
    const now = performance.now()
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${progressLine(state)}`)
    else if (now - this.#last >= LINE_EVERY) {
      this.#last = now
      process.stderr.write(`${progressLine(state)}\n`)
    }
  }

  /** Clears the line before something else is printed. */
  hide(): void {
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[2K')
  }
}

function again(options: Options): string {
  const more = [
    `--backend ${options.backend}`,
    `--seed ${options.seed}`,
    ...(options.family?.map((name) => `--family ${name}`) ?? []),
    ...(options.profile === undefined ? [] : [`--profile ${options.profile}`]),
  ]
  return `kabinet fuzz ${more.join(' ')}`
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

function stopOnInterrupt(): () => boolean {
  let stopped = false
  process.once('SIGINT', () => {
    stopped = true
  })
  return () => stopped
}

function limits(options: Options): { runs?: number; time?: number } {
  const { runs, time } = options
  return { ...(runs !== undefined && { runs }), ...(time !== undefined && { time }) }
}

function reportViolation(violation: Violation, profile: ProfileName): void {
  print(`${color.red('VIOLATION')} ${violation.origin}`)
  for (const problem of violation.problems) print(`  ${problem}`)
  const emulator = Emulator.boot({ profile, boot: PLAIN_BOOT })
  print(serialiseTranscript(runProgram(violation.program, emulator)))
}

async function solo(options: Options): Promise<boolean> {
  const progress = new Progress()
  const profile = options.profile ?? DEFAULT_PROFILE
  const state = await runSolo({
    families: families(options.family),
    profile,
    boot: PLAIN_BOOT,
    seed: options.seed,
    shard: options.shard,
    ...limits(options),
    stopped: stopOnInterrupt(),
    onProgress: (now) => progress.show(now),
    onViolation(violation) {
      progress.hide()
      reportViolation(violation, profile)
    },
  })
  progress.hide()
  print(progressLine(state))
  return state.violations.length === 0
}

function reportFinding(finding: Finding, saved: string | undefined): void {
  print(`${color.red('DIVERGENCE')} ${finding.signature} (${finding.origin})`)
  print(showDivergence(finding.divergence))
  print(saved === undefined ? serialiseTranscript(finding.transcript) : `  kabinet replay ${saved}`)
}

async function campaign(options: Options, backend: Asked): Promise<boolean> {
  const progress = new Progress()
  const corpus = options.corpus === undefined ? undefined : new Corpus(options.corpus)
  const chosen = families(options.family)
  const state = await runCampaign({
    families: chosen,
    backend,
    seed: options.seed,
    shard: options.shard,
    ...limits(options),
    ...(options.profile !== undefined && { profile: options.profile }),
    ...(corpus !== undefined && {
      corpus: corpus.programs(),
      onNew: (program, family) => void corpus.keep(program, family),
    }),
    stopped: stopOnInterrupt(),
    onProgress: (now) => progress.show(now),
    onFinding(finding) {
      progress.hide()
      const { boot, profile } = finding.transcript.header
      const emulator = Emulator.boot({ profile: options.profile ?? (profile as ProfileName), boot })
      const saved = corpus?.keepFinding(finding, backend.name, runProgram(finding.program, emulator))
      reportFinding(finding, saved)
    },
  })
  progress.hide()
  print(progressLine(state))
  if (state.families.size > 1) for (const [name, family] of state.families) print(familyLine(name, family))
  for (const { signature, count, origin } of state.findings.values())
    print(`${String(count).padStart(6)}  ${signature}  (${origin})`)
  for (const [name, { excluded }] of state.families)
    for (const [reason, count] of excluded) print(`${String(count).padStart(6)}  excluded of ${name}: ${reason}`)
  for (const { origin, reason } of state.lost) print(`  lost ${origin}: ${reason}`)
  if (options.stats !== undefined) {
    const { seed, shard } = options
    saveStats(options.stats, state, { backend: backend.name, seed, shard, families: chosen.map(({ name }) => name) })
  }
  if (state.programs === 0 && state.lost.length > 0) throw new CliError(`${backend.name}: no program came back`)
  return state.divergences === 0
}

async function fuzz(options: Options): Promise<void> {
  const idle = (['corpus', 'stats'] as const).find((name) => options[name] !== undefined)
  if (options.backend === 'none' && idle !== undefined)
    throw new CliError(`--${idle} is for comparing with a kernel: give a --backend`)
  print(`seed ${options.seed}: ${again(options)}`)
  let clean: boolean
  if (options.backend === 'none') {
    clean = await solo(options)
  } else {
    const backend = openBackend(options.backend)
    try {
      clean = await campaign(options, backend)
    } catch (error) {
      if (error instanceof LabError || error instanceof NoProfile) throw new CliError(error.message)
      throw error
    } finally {
      await backend.close()
    }
  }
  if (!clean) process.exitCode = EXIT_FAILED
}

/** `kabinet fuzz`. */
export function register(command: Command): void {
  command
    .addOption(
      new Option('-b, --backend <name>', 'the kernel to hold the emulator against; none: invariants alone')
        .choices(['none', 'host', 'uml'])
        .default('none'),
    )
    .addOption(
      new Option('-f, --family <name...>', 'calls to make; all of them by default').choices(Object.keys(FAMILIES)),
    )
    .addOption(
      new Option('-s, --seed <n>', 'the same seed makes the same programs; printed when left out')
        .argParser(parseCount)
        .default(randomInt(2 ** 31), 'random'),
    )
    .addOption(new Option('-n, --runs <n>', 'end after so many programs, over all shards').argParser(parseCount))
    .addOption(new Option('-t, --time <time>', 'end after so long: 90s, 10m, 1h').argParser(parseTime))
    .addOption(
      new Option('--shard <i/n>', 'make only each n-th program, from 0; /n takes i from JOB_COMPLETION_INDEX')
        .argParser(parseShard)
        .default({ index: 0, of: 1 }, '0/1'),
    )
    .addOption(
      new Option('-p, --profile <profile>', 'emulate this one, not what the kernel says it is').choices(
        Object.keys(PROFILES),
      ),
    )
    .option('--corpus <dir>', 'keep programs that come to something new, and findings; run what is kept first')
    .option('--stats <file>', 'add what was compared to this file, as JSON; npm run conformance shows it')
    .action(fuzz)
}
