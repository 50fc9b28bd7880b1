/** A fenced block of a markdown file. */
export interface Fence {
  /** What stands behind the opening fence: `ts`, `sh`, `text` or nothing. */
  language: string
  /** The lines between the fences. */
  content: string
  /** Line of the opening fence, from 1. */
  line: number
}

/** The fenced blocks of a markdown text, in order. */
export function fences(markdown: string): Fence[] {
  const found: Fence[] = []
  const lines = markdown.split('\n')
  for (let i = 0; i < lines.length; i++) {
    const open = /^```(\w*)\s*$/.exec(lines[i]!)
    if (!open) continue
    const end = lines.indexOf('```', i + 1)
    if (end < 0) throw new Error(`line ${i + 1}: a fence without an end`)
    found.push({
      language: open[1]!,
      content: lines
        .slice(i + 1, end)
        .map((line) => `${line}\n`)
        .join(''),
      line: i + 1,
    })
    i = end
  }
  return found
}

/** A command of a `sh` block and the output that stands below it. */
export interface Step {
  command: string
  output: string
}

/** The commands of a `sh` block: lines that start with `$ `, each followed by what it prints. */
export function steps(content: string): Step[] {
  const found: Step[] = []
  for (const line of content.split('\n').slice(0, -1)) {
    if (line.startsWith('$ ')) found.push({ command: line.slice(2), output: '' })
    else if (found.length === 0) throw new Error(`not a command: ${line}`)
    else found.at(-1)!.output += `${line}\n`
  }
  return found
}

/** The text of a `sh` block with these steps. */
export function showSteps(list: readonly Step[]): string {
  return list.map(({ command, output }) => `$ ${command}\n${output}`).join('')
}
