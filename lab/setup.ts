/**
 * Fetches Debian's user-mode Linux into the cache folder: `npm run lab:setup`.
 *
 * Everything goes through apt with lists, caches and sources of its own, made from the Debian archive that this machine's
 * apt is configured for, so apt checks the signatures and nothing is installed. The kernel is built for sid's libc, which
 * is fetched with it and named as its interpreter.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { cacheFolder } from './cache.js'
import { LabError } from './lab-error.js'

const SUITE = 'sid'
const LIBRARIES = 'usr/lib/x86_64-linux-gnu'
const INTERPRETER = 'ld-linux-x86-64.so.2'

/** A Debian archive as an apt source names it. */
export interface Archive {
  uri: string
  signedBy: string | undefined
}

/** The first Debian main archive among apt's sources: the text of `.sources` files and of one-line `.list` files. */
export function findArchive(sources: readonly string[], lists: readonly string[]): Archive | undefined {
  for (const text of sources) {
    for (const stanza of text.split(/\n\s*\n/)) {
      const field = (name: string): string | undefined =>
        new RegExp(`^${name}:[ \\t]*(.+)$`, 'im').exec(stanza)?.[1]?.trim()
      const uri = field('URIs')?.split(/\s+/).find(isDebian)
      if (uri !== undefined && /\bdeb\b/.test(field('Types') ?? '')) return { uri, signedBy: field('Signed-By') }
    }
  }
  for (const text of lists) {
    for (const line of text.split('\n')) {
      const entry = /^deb\s+(?:\[(?<options>[^\]]*)\]\s+)?(?<uri>\S+)\s/.exec(line.trim())?.groups
      const uri = entry?.uri
      if (uri !== undefined && isDebian(uri)) {
        return { uri, signedBy: /signed-by=(\S+)/.exec(entry?.options ?? '')?.[1] }
      }
    }
  }
  return undefined
}

function isDebian(uri: string): boolean {
  return /\/debian\/?$/.test(uri)
}

/** The deb822 source for one suite of an archive. */
export function sourceFor({ uri, signedBy }: Archive, suite: string): string {
  const key = signedBy === undefined ? '' : `Signed-By: ${signedBy}\n`
  return `Types: deb\nURIs: ${uri}\nSuites: ${suite}\nComponents: main\nArchitectures: amd64\n${key}`
}

function textsIn(folder: string, extension: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => name.endsWith(extension))
    .sort()
    .map((name) => readFileSync(join(folder, name), 'utf8'))
}

function ownSuite(): string {
  return /^VERSION_CODENAME=(.+)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'stable'
}

/**
 * Fetches the kernel and says where it is.
 *
 * @throws LabError when apt has no Debian archive, or a step fails.
 */
export function setUp(log: (line: string) => void): string {
  const main = '/etc/apt/sources.list'
  const archive = findArchive(textsIn('/etc/apt/sources.list.d', '.sources'), [
    ...(existsSync(main) ? [readFileSync(main, 'utf8')] : []),
    ...textsIn('/etc/apt/sources.list.d', '.list'),
  ])
  if (archive === undefined) throw new LabError('apt on this machine has no Debian archive: set KABINET_UML instead')
  const suite = ownSuite()
  const work = join(cacheFolder(), `setup-${process.pid}`)
  const run = (command: string, ...args: string[]): string => {
    try {
      return execFileSync(command, args, { cwd: work, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
    } catch (error) {
      throw new LabError(`${command} ${args.at(-1)}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  for (const folder of ['lists/partial', 'cache/archives/partial', 'root']) {
    mkdirSync(join(work, folder), { recursive: true })
  }
  try {
    const sources = join(work, 'private.sources')
    writeFileSync(sources, [...new Set([SUITE, suite])].map((name) => sourceFor(archive, name)).join('\n'))
    const apt = (...args: string[]): string =>
      run(
        'apt-get',
        ...['-o', `Dir::State::lists=${work}/lists`],
        ...['-o', `Dir::Etc::sourcelist=${sources}`],
        ...['-o', 'Dir::Etc::sourceparts=/dev/null'],
        ...['-o', `Dir::Cache=${work}/cache`],
        ...['-o', 'APT::Sandbox::User=root'],
        ...args,
      )
    log(`lists of ${SUITE} and ${suite} from ${archive.uri}`)
    apt('update')
    log('user-mode-linux, libc6, patchelf')
    apt('download', `user-mode-linux/${SUITE}`, `libc6/${SUITE}`, `patchelf/${suite}`)
    const packages = readdirSync(work).filter((name) => name.endsWith('.deb'))
    for (const name of packages) run('dpkg', '-x', name, 'root')

    const target = join(cacheFolder(), 'uml')
    const built = join(work, 'uml')
    mkdirSync(built)
    cpSync(join(work, 'root', LIBRARIES), join(built, 'lib'), { recursive: true, verbatimSymlinks: true })
    cpSync(join(work, 'root/usr/bin/linux.uml'), join(built, 'linux'))
    const lib = join(target, 'lib')
    run(
      join(work, 'root/usr/bin/patchelf'),
      ...['--set-interpreter', join(lib, INTERPRETER)],
      ...['--set-rpath', lib],
      join(built, 'linux'),
    )
    writeFileSync(join(built, 'packages.txt'), `${packages.join('\n')}\n`)
    rmSync(target, { recursive: true, force: true })
    renameSync(built, target)
    const kernel = join(target, 'linux')
    log(`Linux ${run(kernel, '--version').trim()} in ${kernel}`)
    return kernel
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  setUp((line) => process.stdout.write(`${line}\n`))
}
