import { fork } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command, InvalidArgumentError } from 'commander'
import { root } from './lib/c-program.js'
import { replaceSection } from './lib/document.js'
import { load, machineInfo } from './lib/machine.js'
import { DEFAULT_PACE } from './lib/measure.js'
import type { GroupResult } from './lib/result.js'
import { groupSection } from './lib/table.js'
import type { WorkerMessage, WorkerOrder } from './lib/worker.js'

interface Options {
  json?: true
  write?: true
  list?: true
  rounds: number
  ms: number
}

const here = dirname(fileURLToPath(import.meta.url))
const document = join(root, 'docs/performance.md')

/** Runs one group in a process of its own, so that its garbage and its type feedback stay there. */
function runGroup(order: WorkerOrder): Promise<GroupResult | undefined> {
  const worker = fork(join(here, 'lib/worker.js'), {
    execArgv: ['--expose-gc', '--no-flush-bytecode'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  worker.send(order)
  return new Promise((resolve, reject) => {
    let result: GroupResult | undefined
    worker.on('message', (message: WorkerMessage) => {
      if ('progress' in message) process.stderr.write(`${message.progress}\n`)
      else result = message.result
    })
    worker.on('error', reject)
    worker.on('exit', (code) => (code === 0 ? resolve(result) : reject(new Error(`${order.file} exited ${code}`))))
  })
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('wants a whole number above 0')
  return Number(text)
}

const program = new Command('npm run bench --')
  .description('Measures what kabinet costs, beside other ways to do the same, in interleaved rounds.')
  .argument('[filter...]', 'run only cases whose name (GROUP/CASE) contains one of these')
  .option('--json', 'print all rounds as JSON')
  .option('--write', 'put the tables of the groups that ran into docs/performance.md')
  .option('--list', 'only name the cases')
  .option('--rounds <n>', 'rounds per candidate', wholeNumber, DEFAULT_PACE.rounds)
  .option('--ms <n>', 'milliseconds per candidate and round', wholeNumber, DEFAULT_PACE.roundMs)
  .parse()
const options = program.opts<Options>()

// The sources are listed, not what was compiled from them: an old output may still lie there.
const files = readdirSync(join(root, 'bench')).filter((file) => file.endsWith('.bench.ts'))
if (options.write) {
  const text = readFileSync(document, 'utf8')
  for (const file of files) replaceSection(text, basename(file, '.bench.ts'), '')
}
const groups: GroupResult[] = []
const loadBefore = load()
// A table with some of its cases missing would read as if those did not exist.
if (options.write && program.args.some((filter) => !files.includes(`${filter}.bench.ts`)))
  program.error('error: --write wants whole groups: the name of a bench/*.bench.ts file, or no filter')
for (const file of files.sort()) {
  const result = await runGroup({
    file: join(here, file.replace(/ts$/, 'js')),
    filters: options.write ? program.args.map((name) => `${name}/`) : program.args,
    pace: { ...DEFAULT_PACE, rounds: options.rounds, roundMs: options.ms },
    listOnly: options.list === true,
  })
  if (result && result.cases.length > 0) groups.push(result)
}

const machine = machineInfo()
if (options.list) {
  for (const group of groups) for (const { name } of group.cases) console.log(name)
} else if (options.json) {
  console.log(JSON.stringify({ machine, load: loadBefore, rounds: options.rounds, groups }, null, 2))
} else {
  for (const group of groups) console.log(groupSection(group, '#'))
}

if (options.write) {
  let text = readFileSync(document, 'utf8')
  for (const group of groups) text = replaceSection(text, group.name, groupSection(group, '##'))
  const { cpu, cpus, kernel, node } = machine
  text = replaceSection(
    text,
    'machine',
    `${cpus} × ${cpu}, ${kernel}, Node ${node}; median of ${options.rounds} rounds.`,
  )
  writeFileSync(document, text)
}
