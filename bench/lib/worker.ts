import type { Group } from './case.js'
import type { Pace } from './measure.js'
import { type CaseResult, type GroupResult, runCase } from './result.js'

/** What main.ts asks of the process of one group. */
export interface WorkerOrder {
  /** The compiled `*.bench.js`. */
  file: string
  filters: string[]
  pace: Pace
  listOnly: boolean
}

export type WorkerMessage = { progress: string } | { result: GroupResult }

const send = (message: WorkerMessage): void => {
  process.send!(message)
}

async function work({ file, filters, pace, listOnly }: WorkerOrder): Promise<GroupResult> {
  const { group } = (await import(file)) as { group: Group }
  const results: CaseResult[] = []
  for (const benchCase of group.cases()) {
    if (filters.length > 0 && !filters.some((filter) => benchCase.name.includes(filter))) continue
    if (listOnly) {
      results.push({ name: benchCase.name, unit: benchCase.unit, measurements: [], gauges: [], verdicts: [] })
      continue
    }
    send({ progress: `${benchCase.name} …` })
    results.push(runCase(benchCase, pace))
  }
  return { name: group.name, title: group.title, about: group.about, cases: results }
}

process.once('message', async (order: WorkerOrder) => {
  send({ result: await work(order) })
  process.disconnect()
})
