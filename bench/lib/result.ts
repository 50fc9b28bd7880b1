import type { Case } from './case.js'
import { type Measurement, measure, type Pace } from './measure.js'

/** A target held against what was measured. */
export interface Verdict {
  /** `cursor / C walk`, or the candidate's name alone for a limit in the case's own unit. */
  what: string
  /** The ratio, or the figure. */
  value: number
  atMost?: number
  atLeast?: number
  met: boolean
}

export interface GaugeResult {
  name: string
  unit: string
  value: number
}

/** All that one case gave; what `--json` prints. */
export interface CaseResult {
  name: string
  unit: string
  measurements: Measurement[]
  gauges: GaugeResult[]
  verdicts: Verdict[]
  note?: string
}

/** What one group gave. */
export interface GroupResult {
  name: string
  title: string
  about: string
  cases: CaseResult[]
}

export function runCase(benchCase: Case, pace: Pace): CaseResult {
  const { candidates, warmUpMs = pace.warmUpMs } = benchCase
  const list = typeof candidates === 'function' ? candidates() : candidates
  const measurements = measure(list, { ...pace, warmUpMs })
  const gauges = (benchCase.gauges ?? []).map(({ name, unit, measure }) => ({ name, unit, value: measure() }))
  const medianOf = (name: string): number | undefined =>
    measurements.find(({ candidate }) => candidate === name)?.median ??
    gauges.find((gauge) => gauge.name === name)?.value
  const verdicts: Verdict[] = []
  for (const target of benchCase.targets ?? []) {
    const of = medianOf(target.of)
    const than = 'than' in target ? medianOf(target.than) : 1
    // A candidate that this machine cannot run (no gcc, no root) has no verdict.
    if (of === undefined || than === undefined) continue
    const value = of / than
    const { atMost, atLeast }: { atMost?: number; atLeast?: number } = target
    verdicts.push({
      what: 'than' in target ? `${target.of} / ${target.than}` : target.of,
      value,
      ...(atMost !== undefined && { atMost }),
      ...(atLeast !== undefined && { atLeast }),
      met: value <= (atMost ?? Number.POSITIVE_INFINITY) && value >= (atLeast ?? 0),
    })
  }
  const { name, unit, note } = benchCase
  return { name, unit, measurements, gauges, verdicts, ...(note !== undefined && { note }) }
}
