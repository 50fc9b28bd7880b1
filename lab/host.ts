import { spawn } from 'node:child_process'
import { cpus } from 'node:os'
import type { Duplex } from 'node:stream'
import type { Program, Transcript } from '../src/transcript/format.js'
import { buildAgent } from './agent.js'
import { AgentBackend, type AgentProcess, type RunOptions } from './backend.js'
import { checkHostSafety } from './host-safety.js'
import { LabError } from './lab-error.js'
import type { TimeRequest, Timing } from './wire.js'

export interface HostOptions {
  /** The CPU that the agent pins itself to; the last one unless given. */
  cpu?: number
  /** How long one program may take, in milliseconds. */
  watchdog?: number
}

/** How long the agent may take to end its program and itself, in milliseconds. */
const KILL_TIMEOUT = 3000

/** Why this machine's own kernel cannot be asked, or undefined when it can. */
export function hostUnavailable(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'the host backend needs Linux on x86-64'
  if (process.getuid?.() !== 0) return 'the host backend needs root'
  return undefined
}

/**
 * This machine's own kernel. Programs run as root in the initial namespaces, but for a mount namespace of the agent's
 * own with a scratch root.
 */
export class HostBackend extends AgentBackend {
  override readonly name = 'host'
  private readonly cpu: number

  constructor(options: HostOptions = {}) {
    super()
    this.cpu = options.cpu ?? cpus().length - 1
    if (options.watchdog !== undefined) this.watchdog = options.watchdog
  }

  override async run(program: Program, options: RunOptions = {}): Promise<Transcript> {
    checkHostSafety(program.steps)
    return super.run(program, options)
  }

  override async time(request: TimeRequest): Promise<Timing> {
    checkHostSafety(request.setup ?? [])
    return super.time(request)
  }

  protected override async start(): Promise<AgentProcess> {
    const reason = hostUnavailable()
    if (reason !== undefined) throw new LabError(reason)
    const path = await buildAgent()
    const child = spawn(path, ['--sandbox', `--cpu=${this.cpu}`], { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] })
    if (child.pid === undefined) throw new LabError(`cannot start ${path}`)
    let log = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      log = (log + chunk.toString()).slice(-2000)
    })
    const ended = new Promise<string>((resolve) => {
      child.once('exit', (code, signal) => resolve(`the agent ended (${signal ?? code})${log && `: ${log}`}`))
      child.once('error', (error) => resolve(error.message))
    })
    return {
      channel: child.stdio[3] as Duplex,
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
