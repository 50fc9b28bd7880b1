// Installs a packed tarball into a scratch project and uses it as others would: imports every subpath export, compiles
// against its types, runs its command.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const tarball = resolve(process.argv[2])
const root = new URL('../', import.meta.url)
const { name, exports, bin, peerDependencies = {} } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'))
const project = mkdtempSync(join(tmpdir(), 'kabinet-package-'))
const run = (file, args) =>
  execFileSync(file, args, { cwd: project, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })

try {
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'scratch', private: true, type: 'module' }))
  run('npm', ['install', '--no-fund', '--no-audit', '--omit=dev', tarball])

  // The command must do without the optional peers; what it is imported for may need them.
  for (const command of Object.keys(bin)) {
    console.log(`  npx ${command} demo`)
    if (!run('npx', ['--no-install', command, 'demo']).includes('FAN_'))
      throw new Error(`${command} demo printed no event`)
  }
  const peers = Object.entries(peerDependencies).map(([peer, range]) => `${peer}@${range}`)
  if (peers.length > 0) run('npm', ['install', '--no-fund', '--no-audit', ...peers])

  const modules = Object.entries(exports).filter(([, target]) => typeof target === 'object')
  if (modules.length === 0) throw new Error('package.json exports no module')
  const lines = modules.map(([subpath], i) => {
    const specifier = subpath.replace('.', name)
    console.log(`  import ${specifier}`)
    return `import * as m${i} from '${specifier}'\nif (Object.keys(m${i}).length === 0) throw new Error('${specifier} exports nothing')\n`
  })
  writeFileSync(join(project, 'check.mjs'), lines.join(''))
  run('node', ['check.mjs'])

  writeFileSync(join(project, 'check.ts'), lines.join(''))
  const tsc = new URL('node_modules/.bin/tsc', root).pathname
  const options = [
    '--noEmit',
    '--strict',
    '--module',
    'nodenext',
    '--target',
    'es2023',
    '--types',
    '',
    '--lib',
    'es2023,dom',
  ]
  run(tsc, [...options, 'check.ts'])
} finally {
  rmSync(project, { recursive: true })
}
