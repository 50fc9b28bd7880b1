import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Duplex } from 'node:stream'
import type { Program, Transcript } from '../src/transcript/format.js'
import { buildAgent, buildContain } from './agent.js'
import { AgentBackend, type AgentProcess, type RunOptions } from './backend.js'
import { cacheFolder } from './cache.js'
import { LabError } from './lab-error.js'
import { ACK_EVERY } from './wire.js'

export interface UmlOptions {
  /** A user-mode Linux of one's own; `$KABINET_UML`, else the one that `npm run lab:setup` fetched. */
  kernel?: string
  /** How long one program may take, in milliseconds. */
  watchdog?: number
}

/** Where `npm run lab:setup` puts the kernel. */
function fetchedKernel(): string {
  return join(cacheFolder(), 'uml', 'linux')
}

/** Why no user-mode Linux can be started, or undefined when one can. */
export function umlUnavailable(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'the uml backend needs Linux on x86-64'
  const kernel = process.env.KABINET_UML || fetchedKernel()
  if (!existsSync(kernel)) return `there is no ${kernel}: run npm run lab:setup, or set KABINET_UML`
  return undefined
}

/** How long a kernel may take to be gone, in milliseconds. */
const KILL_TIMEOUT = 3000

/** What a kernel of one's own may be linked with. */
const LIBRARIES: readonly string[] = ['/lib', '/lib64', '/usr/lib']

/**
 * A user-mode Linux, with the agent as its pid 1. Its root is a tmpfs that goes with it, and it is contained: of this machine's files it sees
 * the cache's folder and what it is linked with, and can write to none.
 */
export class UmlBackend extends AgentBackend {
  override readonly name = 'uml'
  private readonly executable: string
  private spare: Promise<AgentProcess> | undefined
  private freshRuns = 0

  constructor(options: UmlOptions = {}) {
    super()
    this.executable = options.kernel ?? (process.env.KABINET_UML || fetchedKernel())
    if (options.watchdog !== undefined) this.watchdog = options.watchdog
  }

  override async run(program: Program, options: RunOptions = {}): Promise<Transcript> {
    if (options.fresh) this.freshRuns++
    return super.run(program, options)
  }

  override async close(): Promise<void> {
    await super.close()
    const spare = this.spare
    this.spare = undefined
    await spare?.then((agent) => agent.kill())
  }

  /** From the second fresh program on, the next kernel boots while this one works. */
  protected override async start(): Promise<AgentProcess> {
    const agent = await (this.spare ?? this.bootKernel())
    this.spare = undefined
    if (this.freshRuns > 1) {
      this.spare = this.bootKernel()
      this.spare.catch(() => undefined) // reported to whoever takes it
    }
    return agent
  }

  private async bootKernel(): Promise<AgentProcess> {
    if (!existsSync(this.executable)) throw new LabError(`there is no ${this.executable}: run npm run lab:setup`)
    const [agent, contain] = await Promise.all([buildAgent(), buildContain()])
    const seen = [cacheFolder()]
    if (this.executable !== fetchedKernel()) {
      seen.push(...[dirname(this.executable), ...LIBRARIES].filter((path) => existsSync(path)))
    }
    const child = spawn(
      contain,
      [
        ...seen.flatMap((path) => ['--read', path]),
        '--',
        this.executable,
        'mem=512M',
        'root=/dev/root',
        'rootfstype=hostfs',
        'rootflags=/',
        'rw',
        `init=${agent}`,
        'con=null',
        'con0=null,fd:1',
        'ssl=null',
        'ssl0=fd:3',
        'quiet',
        'uml_dir=/dev/uml/',
        'kabinet_contained=1',
      ],
      { stdio: ['ignore', 'pipe', 'pipe', 'pipe'], detached: true },
    )
    if (child.pid === undefined) throw new LabError(`cannot start ${this.executable}`)
    let log = ''
    const keep = (chunk: Buffer): void => {
      log = (log + chunk.toString()).slice(-4000)
    }
    child.stdout?.on('data', keep)
    child.stderr?.on('data', keep)
    const ended = new Promise<string>((resolve) => {
      child.once('exit', (code, signal) => resolve(`the kernel ended (${signal ?? code}): ${log}`))
      child.once('error', (error) => resolve(error.message))
    })
    return {
      channel: child.stdio[3] as Duplex,
      window: 2 * ACK_EVERY,
      ended,
      kill: async () => {
        child.kill('SIGTERM')
        const late = setTimeout(() => child.kill('SIGKILL'), KILL_TIMEOUT)
        await ended
        clearTimeout(late)
      },
    }
  }
}
