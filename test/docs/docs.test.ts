import { execFile } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, describe, expect, inject, it } from 'vitest'
import { type Fence, fences, showSteps, steps } from './markdown.js'

// `UPDATE_DOCS=1 npx vitest run test/docs` writes into the documents what the samples print now: read the difference before committing it.
const update = process.env.UPDATE_DOCS === '1'

const root = fileURLToPath(new URL('../..', import.meta.url))
const built = dirname(dirname(dirname(inject('kabinetMain'))))
const scratch = join(root, '.cache', `docs-${process.pid}`)
const { NO_COLOR: _, FORCE_COLOR: __, ...env } = process.env
const execute = promisify(execFile)

/** Where the built package keeps what a specifier of ours names. */
function builtModule(specifier: string): string {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const target = exports[specifier.replace(/^kabinet/, '.')]
  if (target === undefined) throw new Error(`package.json exports no ${specifier}`)
  return join(built, target.default.replace('./dist/', ''))
}

async function runSample(content: string, name: string): Promise<string> {
  const file = join(scratch, name)
  writeFileSync(
    file,
    content.replace(/(from\s+')(kabinet[^']*)'/g, (_, from, specifier) => `${from}${builtModule(specifier)}'`),
  )
  const { stdout } = await execute(process.execPath, ['--import', 'tsx', file], { cwd: root, env })
  return stdout
}

async function runCommand(command: string): Promise<string> {
  // Both streams in one, as a terminal shows them.
  const script = `kabinet() { ${process.execPath} ${inject('kabinetMain')} "$@"; }; { ${command}\n} 2>&1`
  const { stdout } = await execute('bash', ['-c', script], { cwd: root, env }).catch((error) => error)
  return stdout
}

mkdirSync(scratch, { recursive: true })
afterAll(() => rmSync(scratch, { recursive: true }))

const documents = [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]

function replaceFence(path: string, { language, content }: Fence, now: string): void {
  const text = readFileSync(path, 'utf8')
  writeFileSync(
    path,
    text.replace(`\`\`\`${language}\n${content}\`\`\``, () => `\`\`\`${language}\n${now}\`\`\``),
  )
}

describe.each(documents)('%s', (document) => {
  const path = join(root, document)
  const blocks = fences(readFileSync(path, 'utf8'))

  for (const [i, block] of blocks.entries()) {
    if (block.language === 'sh')
      it(`line ${block.line}: the commands print what is shown`, async () => {
        const shown = steps(block.content)
        const now = []
        for (const { command } of shown) now.push({ command, output: await runCommand(command) })
        if (update) replaceFence(path, block, showSteps(now))
        else expect(now).toEqual(shown)
      })
    const after = blocks[i + 1]
    if (block.language === 'ts')
      it(`line ${block.line}: the sample runs${after?.language === 'text' ? ' and prints what is shown' : ''}`, async () => {
        const stdout = await runSample(block.content, `${document.replace(/\W/g, '-')}-${block.line}.ts`)
        if (after?.language !== 'text') return
        if (update) replaceFence(path, after, stdout)
        else expect(stdout).toBe(after.content)
      })
  }

  it('has only links to files that are there', () => {
    const links = [...readFileSync(path, 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)].map(
      (match) => match[1]!,
    )
    for (const link of links) expect(() => readFileSync(join(dirname(path), link))).not.toThrow()
  })
})

describe('the samples', () => {
  it('have no type errors', async () => {
    const folder = join(scratch, 'types')
    mkdirSync(folder)
    for (const document of documents)
      for (const { language, content, line } of fences(readFileSync(join(root, document), 'utf8')))
        if (language === 'ts') writeFileSync(join(folder, `${document.replace(/\W/g, '-')}-${line}.ts`), content)
    const paths = {
      kabinet: ['../../../src/index.ts'],
      'kabinet/fuzz': ['../../../fuzz/index.ts'],
      'kabinet/*': ['../../../src/*/index.ts'],
    }
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        extends: '../../../tsconfig.base.json',
        compilerOptions: { noEmit: true, paths },
        include: ['*.ts'],
      }),
    )
    const tsc = join(root, 'node_modules/.bin/tsc')
    const { stdout } = await execute(tsc, ['-p', folder], { cwd: root }).catch((error) => error)
    expect(stdout.split('\n').filter((line: string) => line.startsWith('.cache/'))).toEqual([])
  })
})
