import { readdirSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { callKey, outcomeOf } from '../fuzz/call_key.js'
import { EXCLUSIONS } from '../fuzz/exclusions.js'
import { addOutcomes, type FamilyStats, type KernelStats, readStats, SETTLED } from '../fuzz/stats.js'
import { Tally } from '../fuzz/tally.js'
import { SYSCALLS } from '../src/abi/table.js'
import { parseTranscript } from '../src/transcript/format.js'
import { type Matrix, parseMatrix } from '../src/transcript/matrix.js'

const ROOT = new URL('../', import.meta.url)
const STATS = new URL('docs/conformance/', ROOT)
const GOLDENS = new URL('test/golden/', ROOT)

/** What the campaigns against a kernel came to, and where that stands. */
interface Campaigned {
  file: string
  stats: KernelStats
}

/** The recordings that the tests replay, of one profile. */
interface Recorded {
  profile: string
  kernels: Set<string>
  transcripts: number
  tally: Tally
}

function campaigned(): Campaigned[] {
  return readdirSync(STATS)
    .filter((name) => name.endsWith('.json') && name !== 'spec.json')
    .sort()
    .map((file) => ({ file, stats: readStats(new URL(file, STATS).pathname) }))
}

/** Everything that was recorded from real kernels; that it replays without a divergence is what the tests assert. */
function recorded(): Recorded[] {
  const found = new Map<string, Recorded>()
  const of = (profile: string, kernel: string): Recorded => {
    const one = found.get(profile) ?? { profile, kernels: new Set(), transcripts: 0, tally: new Tally() }
    found.set(profile, one)
    one.kernels.add(kernel)
    return one
  }
  for (const name of readdirSync(GOLDENS, { recursive: true, encoding: 'utf8' }).sort()) {
    if (name.endsWith('.jsonl')) {
      const { header, steps } = parseTranscript(readFileSync(new URL(name, GOLDENS), 'utf8'))
      const one = of(header.profile, header.kernel)
      one.transcripts++
      for (const step of steps) one.tally.add(callKey(step), outcomeOf(step.blocked ? undefined : step.ret))
    } else if (name.startsWith('matrix/')) {
      const matrix = parseMatrix(gunzipSync(readFileSync(new URL(name, GOLDENS))).toString())
      const { tally } = of(matrix.profile, matrix.kernel)
      for (const [ret, count] of returnsOf(matrix)) tally.add(matrix.matrix, outcomeOf(ret), count)
    }
  }
  return [...found.values()].sort((a, b) => a.profile.localeCompare(b.profile, 'en', { numeric: true }))
}

/** What the calls of a truth table returned, with how many in a row did. */
function returnsOf(matrix: Matrix): [ret: number, count: number][] {
  if (matrix.matrix === 'fanotify_init') {
    return matrix.table.flatMap(({ ret_rle = [], samples = [] }) => [
      ...ret_rle,
      ...samples.map(([, , ret]): [number, number] => [ret, 1]),
    ])
  }
  return Object.values(matrix.table.results)
    .flatMap(({ rets }) => rets)
    .filter((ret) => ret !== null)
    .map((ret) => [ret, 1])
}

const number = (count: number): string => count.toLocaleString('en')
const row = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`

function table(head: readonly string[], left: number, rows: readonly (readonly string[])[]): string {
  return row(head) + row(head.map((_, i) => (i < left ? '---' : '---:'))) + rows.map(row).join('')
}

/** A family's statistics, and whose they are. */
interface Row {
  kernel: KernelStats
  family: string
  stats: FamilyStats
}

function rows(all: readonly Campaigned[]): Row[] {
  return all.flatMap(({ stats: kernel }) =>
    Object.entries(kernel.families).map(([family, stats]) => ({ kernel, family, stats })),
  )
}

function sum<T>(items: readonly T[], count: (item: T) => number): number {
  return items.reduce((total, item) => total + count(item), 0)
}

/** `1 h 05 min`, `12 min`, `48 s`. */
function duration(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`
}

function campaignTable(all: readonly Campaigned[]): string {
  if (all.length === 0) return 'None yet.\n'
  const head = [
    'kernel',
    'profile',
    'backend',
    'family',
    'programs',
    'compared calls',
    'machine time',
    'since the last divergence',
    'divergences left',
  ]
  const line = (kernel: KernelStats, family: string, each: readonly FamilyStats[], clean: string): string[] => [
    `Linux ${kernel.kernel}`,
    `\`${kernel.profile}\``,
    kernel.backend,
    family,
    number(sum(each, ({ programs }) => programs)),
    number(sum(each, ({ calls }) => calls)),
    duration(sum(each, ({ seconds }) => seconds)),
    clean,
    number(sum(each, ({ divergences }) => divergences.length)),
  ]
  return table(
    head,
    4,
    all.flatMap(({ stats: kernel }) => {
      const each = Object.entries(kernel.families)
      return [
        ...each.map(([family, stats]) => line(kernel, family, [stats], number(stats.clean))),
        ...(each.length > 1 ? [line(kernel, 'all', Object.values(kernel.families), '')] : []),
      ]
    }),
  )
}

function recordedTable(all: readonly Recorded[]): string {
  return table(
    ['profile', 'kernels', 'transcripts', 'calls'],
    2,
    all.map(({ profile, kernels, transcripts, tally }) => [
      `\`${profile}\``,
      [...kernels].sort().join(', '),
      number(transcripts),
      number(tally.calls),
    ]),
  )
}

function divergences(all: readonly Campaigned[]): string {
  const open = rows(all).flatMap(({ kernel, family, stats }) =>
    stats.divergences.map(({ signature, count, clean }) => [
      `Linux ${kernel.kernel}`,
      family,
      `\`${signature}\``,
      number(count),
      number(clean),
    ]),
  )
  if (open.length === 0) return 'None.\n'
  return table(['kernel', 'family', 'divergence', 'times', 'compared calls since'], 3, open)
}

function exclusions(all: readonly Campaigned[]): string {
  return table(
    ['exclusion', 'backend', 'reason', 'how', 'taken'],
    4,
    EXCLUSIONS.map(({ name, backend, reason, makers }) => [
      name,
      backend,
      reason,
      makers === undefined ? 'such divergences are not counted' : 'the calls are not made',
      makers === undefined ? number(sum(rows(all), ({ stats }) => stats.excluded[name] ?? 0)) : '-',
    ]),
  )
}

interface Column {
  title: string
  outcomes: Record<string, Record<string, number>>
}

function columns(all: readonly Campaigned[], goldens: readonly Recorded[]): Column[] {
  return [
    ...all.map(({ stats: { kernel, backend, families } }) => ({
      title: `${kernel} ${backend}`,
      outcomes: addOutcomes(Object.values(families).map(({ outcomes }) => outcomes)),
    })),
    ...goldens.map(({ profile, tally }) => ({ title: `recorded ${profile}`, outcomes: tally.toJson() })),
  ]
}

/** `ok` first, then errnos by name, then what does not return. */
function byOutcome(a: string, b: string): number {
  const rank = (outcome: string): number => (outcome === 'ok' ? 0 : outcome.startsWith('E') ? 1 : 2)
  return rank(a) - rank(b) || (a < b ? -1 : 1)
}

interface Outcomes {
  call: string
  /** Whether the description names it, and how often each column hit it. */
  rows: { outcome: string; named: boolean; counts: number[] }[]
}

function outcomes(kernels: readonly Column[], spec: Readonly<Record<string, readonly string[]>>): Outcomes[] {
  const calls = new Set([...Object.keys(spec), ...kernels.flatMap(({ outcomes }) => Object.keys(outcomes))])
  const order = new Map(SYSCALLS.map(({ name }, i) => [name, i]))
  const place = (call: string): number => order.get(call.split(' ')[0] as string) ?? SYSCALLS.length
  return [...calls]
    .sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1))
    .map((call) => {
      const named = spec[call] ?? []
      const found = new Set([...named, ...kernels.flatMap(({ outcomes }) => Object.keys(outcomes[call] ?? {}))])
      return {
        call,
        rows: [...found].sort(byOutcome).map((outcome) => ({
          outcome,
          named: named.includes(outcome),
          counts: kernels.map(({ outcomes }) => outcomes[call]?.[outcome] ?? 0),
        })),
      }
    })
}

function outcomeTable(kernels: readonly Column[], found: readonly Outcomes[]): string {
  const rows = found.flatMap(({ call, rows: each }) =>
    each.map(({ outcome, named, counts }) => [
      `\`${call}\``,
      `${outcome}${named ? ' *' : ''}`,
      ...counts.map((count) => (count === 0 ? '' : number(count))),
    ]),
  )
  return table(['call', 'outcome', ...kernels.map(({ title }) => title)], 2, rows)
}

function list(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.map((name) => `\`${name}\``).join(', ')
}

const BEGIN = '<!-- conformance: written by npm run conformance -->\n'
const END = '<!-- /conformance -->\n'

function loadSpec(): Record<string, string[]> {
  return JSON.parse(readFileSync(new URL('spec.json', STATS), 'utf8')).calls
}

/** The text of docs/conformance.md, and of the block in README.md that sums it up. */
export function renderConformance(): { page: string; block: string } {
  const all = campaigned()
  const goldens = recorded()
  const spec = loadSpec()
  const kernels = columns(all, goldens)
  const found = outcomes(kernels, spec)
  const hit = (counts: readonly number[]): boolean => counts.some((count) => count > 0)
  const named = found.flatMap(({ call, rows }) => rows.filter((each) => each.named).map((each) => ({ call, ...each })))
  const missed = named.filter(({ counts }) => !hit(counts)).map(({ call, outcome }) => `${call}: ${outcome}`)
  const asked = new Set(
    found.filter(({ rows }) => rows.some(({ counts }) => hit(counts))).map(({ call }) => call.split(' ')[0]),
  )
  const neverAsked = SYSCALLS.filter(({ name, support }) => support !== 'none' && !asked.has(name)).map(
    ({ name }) => name,
  )
  const pairs = sum(found, ({ rows }) => rows.filter(({ counts }) => hit(counts)).length)
  const page = `# Conformance

Written by \`npm run conformance\` from [docs/conformance](conformance/spec.json) and the recordings under \`test/golden\`.

A call is compared when the emulator and a real kernel both made it in the same program: the return, every byte that came out,
whether it slept and what woke it. Only calls that agreed are counted below; a program's first call that did not is a divergence, and
the rest of that program is not compared. [fuzzing.md](fuzzing.md) says how campaigns run.

## Campaigns

${campaignTable(all)}
A program is of one family, and counts for that one. The counts add up over the campaigns listed in those files, each with its seed; a
campaign runs against the emulator as it was then.

### Divergences left

Those that campaigns showed and that ${number(SETTLED)} compared calls since have not shown to be gone.

${divergences(all)}
### Exclusions

What a kernel decides by chance, by time or by what else runs on the machine. Everything else is a bug.

${exclusions(all)}
## Recordings

Transcripts, and truth tables of fanotify_init and fanotify_mark, that the tests replay without a divergence.

${recordedTable(goldens)}
## Calls and what they came to

${number(pairs)} pairs of call and outcome were compared. An asterisk marks an outcome that the description of the interface names
(\`docs/conformance/spec.json\`): ${number(named.length - missed.length)} of ${number(named.length)} were hit.

- Named and never hit: ${list(missed)}.
- In the table of syscalls and never compared: ${list(neverAsked)}.

${outcomeTable(kernels, found)}`
  const calls = all.map(({ stats: { kernel, backend, families } }) => {
    const each = Object.values(families)
    const time = duration(sum(each, ({ seconds }) => seconds))
    return `${number(sum(each, (one) => one.calls))} calls in ${time} on Linux ${kernel} (${backend})`
  })
  const left = sum(rows(all), ({ stats }) => stats.divergences.length)
  const replayed = sum(goldens, ({ tally }) => tally.calls)
  const transcripts = sum(goldens, (one) => one.transcripts)
  const block = `${BEGIN}Compared with real kernels and found equal: ${[...calls, `${number(replayed)} calls in ${number(transcripts)} recorded transcripts and the truth tables of fanotify`].join(', ')};
${number(pairs)} pairs of call and outcome, ${number(left)} ${left === 1 ? 'divergence' : 'divergences'} left.
[docs/conformance.md](docs/conformance.md) has the counts and the exclusions.
${END}`
  return { page, block }
}

/** A README with its block replaced. */
export function withBlock(readme: string, block: string): string {
  const begin = readme.indexOf(BEGIN)
  const end = readme.indexOf(END)
  if (begin < 0 || end < begin) throw new Error(`README.md has no block between ${BEGIN.trim()} and ${END.trim()}`)
  return readme.slice(0, begin) + block + readme.slice(end + END.length)
}
