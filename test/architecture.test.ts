import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

/** What each folder may import: folders of ours (itself always), then packages. The first row that holds a file counts. */
const ARROWS: readonly { folder: string; ours: readonly string[]; packages: readonly string[] }[] = [
  { folder: 'src/uapi/schema', ours: ['src/uapi'], packages: ['typed-struct', 'node:'] },
  { folder: 'src/uapi', ours: [], packages: [] },
  { folder: 'src/kernel', ours: ['src/uapi'], packages: [] },
  { folder: 'src/abi', ours: ['src/uapi', 'src/kernel'], packages: [] },
  { folder: 'src/transcript', ours: ['src/uapi', 'src/abi'], packages: [] },
  {
    folder: 'src/cli',
    ours: ['src', 'fuzz', 'lab'],
    packages: ['node:', 'commander', 'picocolors', 'cli-progress', 'fast-check'],
  },
  { folder: 'lab', ours: ['src/transcript', 'src/uapi'], packages: ['node:', 'koffi'] },
  { folder: 'fuzz', ours: ['src'], packages: ['node:', 'fast-check', '@fast-check/vitest'] },
  { folder: 'src', ours: ['src'], packages: [] },
]

// Not even the table of the whole house may point there.
const NEVER: readonly { from: string; to: string }[] = [
  { from: 'src/uapi/generated', to: 'src/uapi/schema' },
  { from: 'src/index.ts', to: 'src/cli' },
]

function sourceFiles(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
}

/** The specifiers of every static import, export-from, import() and import type of a source text. */
function importsOf(text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
  const pattern = /(?:\bfrom\s*|\bimport\s*\(\s*|\bimport\s*)(['"])([^'"\s()]+)\1/g
  return [...code.matchAll(pattern)].map((match) => match[2]!)
}

function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`)
}

/** Why an import is not allowed, or undefined when it is. */
function objection(file: string, specifier: string): string | undefined {
  const row = ARROWS.find(({ folder }) => isInside(file, folder))
  if (row === undefined) return `${file}: no row says what its folder may import`
  if (!specifier.startsWith('.')) {
    const allowed = row.packages.some(
      (name) => specifier === name || specifier.startsWith(name.endsWith(':') ? name : `${name}/`),
    )
    return allowed ? undefined : `${file} imports the package ${specifier}`
  }
  const target = relative(root, resolve(root, dirname(file), specifier)).replace(/\.js$/, '.ts')
  const forbidden =
    ![row.folder, ...row.ours].some((folder) => isInside(target, folder)) ||
    (row.folder !== 'src/uapi/schema' && isInside(target, 'src/uapi/schema')) ||
    NEVER.some(({ from, to }) => isInside(file, from) && isInside(target, to))
  return forbidden ? `${file} imports ${target}` : undefined
}

describe('the arrows between folders', () => {
  const files = ['src', 'fuzz', 'lab'].filter((folder) => existsSync(join(root, folder))).flatMap(sourceFiles)

  it('sees the files and their imports', () => {
    expect(files).toContain('src/cli/main.ts')
    expect(importsOf(readFileSync(join(root, 'src/cli/commands.ts'), 'utf8'))).toContain('./decode.js')
  })

  it('reads every form of an import', () => {
    const text = `import a from 'a'\nimport 'b'\nexport * from "c"\nimport type {\n  D,\n} from 'd'\nawait import('e')\n// import 'f'\ntype G = import('g').G`
    expect(importsOf(text)).toEqual(['a', 'b', 'c', 'd', 'e', 'g'])
  })

  it('would object', () => {
    expect(objection('src/uapi/a.ts', '../kernel/b.js')).toBe('src/uapi/a.ts imports src/kernel/b.ts')
    expect(objection('src/kernel/a.ts', '../abi/index.js')).toBeDefined()
    expect(objection('src/abi/a.ts', 'node:fs')).toBe('src/abi/a.ts imports the package node:fs')
    expect(objection('src/uapi/generated/a.ts', '../schema/b.js')).toBeDefined()
    expect(objection('src/abi/a.ts', '../kernel/b.js')).toBeUndefined()
  })

  it('all point the allowed way', () => {
    const objections = files.flatMap((file) =>
      importsOf(readFileSync(join(root, file), 'utf8')).map((specifier) => objection(file, specifier)),
    )
    expect(objections.filter((each) => each !== undefined)).toEqual([])
  })

  it('leaves no folder of src without a row', () => {
    const folders = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory())
    for (const { name } of folders) expect(ARROWS.map(({ folder }) => folder)).toContain(`src/${name}`)
  })
})
