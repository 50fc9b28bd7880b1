import type { CaseResult, GroupResult, Verdict } from './result.js'

/** A number for people: three digits that matter. */
export function figure(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en')
  return value.toPrecision(value >= 10 ? 3 : value >= 1 ? 3 : 2)
}

function grid(rows: string[][], leftColumns: number): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const line = (row: string[]): string =>
    `| ${row.map((cell, i) => (i < leftColumns ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join(' | ')} |`
  const rule = `| ${widths.map((width, i) => (i < leftColumns ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`
  return [line(rows[0]!), rule, ...rows.slice(1).map(line)]
}

const limit = ({ atMost, atLeast }: Verdict): string =>
  atMost !== undefined ? `at most ${figure(atMost)}` : `at least ${figure(atLeast!)}`

/** The figures of one case as a Markdown table, and its targets as another. */
export function caseTable(result: CaseResult): string {
  const lines: string[] = []
  if (result.measurements.length > 0) {
    const rows = [[`ns per ${result.unit}`, 'median', 'min', 'max']]
    for (const { candidate, median, min, max } of result.measurements) {
      rows.push([candidate, figure(median), figure(min), figure(max)])
    }
    lines.push(...grid(rows, 1), '')
  }
  if (result.gauges.length > 0) {
    lines.push(
      ...grid(
        [
          ['measured once', 'value', 'unit'],
          ...result.gauges.map(({ name, unit, value }) => [name, figure(value), unit]),
        ],
        1,
      ),
      '',
    )
  }
  if (result.verdicts.length > 0) {
    const rows = [['target', 'wanted', 'measured', '']]
    for (const verdict of result.verdicts) {
      rows.push([verdict.what, limit(verdict), figure(verdict.value), verdict.met ? 'met' : 'missed'])
    }
    lines.push(...grid(rows, 1), '')
  }
  if (result.note !== undefined) lines.push(result.note, '')
  return lines.join('\n')
}

/** A group as a section of Markdown. */
export function groupSection(result: GroupResult, heading: string): string {
  const parts = [`${heading} ${result.title}`, '', result.about, '']
  for (const one of result.cases) parts.push(`${heading}# ${one.name}`, '', caseTable(one))
  return `${parts.join('\n').trimEnd()}\n`
}
