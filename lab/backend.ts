import type { Duplex } from 'node:stream'
import type { Boot, Program, Step, Transcript } from '../src/transcript/format.js'
import { resolveReferences } from '../src/transcript/resolve.js'
import { bootOf, type KernelState, readKernelState } from './boot.js'
import { BackendLost, LabError } from './lab-error.js'
import {
  ACK_EVERY,
  compileProgram,
  compileTiming,
  decodeResult,
  decodeTiming,
  frame,
  type ProgramResult,
  resultId,
  type TimeRequest,
  type Timing,
} from './wire.js'

export interface RunOptions {
  /** Boot anew for this program, so that ids start where they start on a fresh kernel. */
  fresh?: boolean
}

/** A real kernel that runs programs. */
export interface Backend {
  readonly name: string
  /** Starts it, unless it runs, and says which kernel it is. */
  boot(): Promise<KernelState>
  /**
   * Runs a program and gives its transcript. Many may be under way at once; they run in the order of the calls.
   *
   * @throws BackendLost when the kernel or its agent hung or crashed in it; the next program finds a new one.
   * @throws LabError when the program cannot be run at all.
   */
  run(program: Program, options?: RunOptions): Promise<Transcript>
  /** Times a sequence of calls in a loop on the kernel. */
  time(request: TimeRequest): Promise<Timing>
  /** Stops it; nothing of it is left running. */
  close(): Promise<void>
}

/** A started agent: its channel, and how to end it with all that belongs to it. */
export interface AgentProcess {
  channel: Duplex
  /** Bytes that may be on their way unread; it then acknowledges every {@link ACK_EVERY}. */
  window?: number
  /** Why it ended, once it has. */
  ended: Promise<string>
  kill(): Promise<void>
}

interface Job {
  name: string
  payload: (id: number) => Buffer
  type: 'P' | 'T'
  resolve: (payload: Buffer) => void
  reject: (error: Error) => void
}

/** Programs that the agent may have in its channel beside the one that it runs. */
const IN_FLIGHT = 4

/** How long an agent may take to say that it is there, in milliseconds. */
const BOOT_TIMEOUT = 15_000

/** The part that the backends share: a queue of programs before one agent, which is started again when it is lost. */
export abstract class AgentBackend implements Backend {
  abstract readonly name: string
  /** How long one program may take, in milliseconds. */
  protected watchdog = 20_000
  private agent: AgentProcess | undefined
  private kernel: KernelState | undefined
  private starting: Promise<AgentProcess> | undefined
  private readonly queue: Job[] = []
  private readonly flight = new Map<number, Job>()
  private nextId = 1
  private dirty = false
  private closed = false
  private timer: NodeJS.Timeout | undefined
  private pumping = false
  /** What the agent has yet to be sent, and how much of what it was sent it may not have read. */
  private outbox: Buffer = Buffer.alloc(0)
  private unread = 0

  protected abstract start(): Promise<AgentProcess>

  async boot(): Promise<KernelState> {
    if (this.kernel === undefined || this.agent === undefined) {
      this.kernel = await readKernelState((steps) => this.raw('boot', steps, false))
    }
    return this.kernel
  }

  async run(program: Program, options: RunOptions = {}): Promise<Transcript> {
    const { header } = program
    if (options.fresh) await this.restart()
    const kernel = await this.boot()
    const result = await this.raw(header.name, program.steps)
    return resolveReferences({
      header: {
        transcript: 1,
        profile: kernel.profile,
        kernel: kernel.kernel,
        machine: 'x86_64',
        name: header.name,
        boot: bootOf(kernel, result),
      },
      steps: result.steps,
    })
  }

  async time(request: TimeRequest): Promise<Timing> {
    const payload = await this.enqueue('T', 'timing', (id) => compileTiming(id, request))
    const { timing, dirty } = decodeTiming(payload, request)
    if (dirty) this.dirty = true
    return timing
  }

  /** Runs steps and gives the bare result, without the kernel's state before them. */
  async raw(name: string, steps: readonly Step[], probe = true): Promise<ProgramResult> {
    const payload = await this.enqueue('P', name, (id) => compileProgram(id, steps, probe))
    const result = decodeResult(payload, steps)
    if (result.dirty) this.dirty = true
    return result
  }

  async close(): Promise<void> {
    this.closed = true
    for (const job of this.queue.splice(0)) job.reject(new LabError(`${this.name} was closed`))
    await this.stop()
  }

  /** Ends the agent; the next program starts another. */
  async restart(): Promise<void> {
    while (this.flight.size > 0 || this.queue.length > 0) await new Promise((resolve) => setTimeout(resolve, 1))
    await this.stop()
  }

  private async stop(): Promise<void> {
    clearTimeout(this.timer)
    const agent = this.agent ?? (await this.starting?.catch(() => undefined))
    this.agent = undefined
    this.starting = undefined
    this.kernel = undefined
    this.dirty = false
    await agent?.kill()
  }

  private enqueue(type: 'P' | 'T', name: string, payload: (id: number) => Buffer): Promise<Buffer> {
    if (this.closed) return Promise.reject(new LabError(`${this.name} was closed`))
    return new Promise((resolve, reject) => {
      this.queue.push({ name, payload, type, resolve, reject })
      void this.pump()
    })
  }

  private async pump(): Promise<void> {
    if (this.pumping) return
    this.pumping = true
    try {
      while (this.queue.length > 0 && this.flight.size < IN_FLIGHT) {
        if (this.dirty) {
          if (this.flight.size > 0) break
          await this.stop()
        }
        const agent = this.agent ?? (await this.launch())
        const job = this.queue.shift()
        if (job === undefined) break
        const id = this.nextId++
        let bytes: Buffer
        try {
          bytes = job.payload(id)
        } catch (error) {
          job.reject(error instanceof Error ? error : new LabError(String(error)))
          continue
        }
        this.flight.set(id, job)
        if (this.flight.size === 1) this.watch()
        this.outbox = Buffer.concat([this.outbox, frame(job.type, bytes)])
        this.send(agent)
      }
    } catch (error) {
      const reason = error instanceof Error ? error : new LabError(String(error))
      for (const job of this.queue.splice(0)) job.reject(reason)
    } finally {
      this.pumping = false
    }
  }

  private async launch(): Promise<AgentProcess> {
    this.starting = this.start()
    const agent = await this.starting
    let greet: () => void = () => undefined
    const greeted = new Promise<void>((resolve) => {
      greet = resolve
    })
    let pending: Buffer[] = []
    let size = 0
    agent.channel.on('data', (chunk: Buffer) => {
      pending.push(chunk)
      size += chunk.length
      const first = pending[0] as Buffer
      if (first.length >= 5 && size < 5 + first.readUInt32LE(0)) return
      let bytes = pending.length === 1 ? first : Buffer.concat(pending)
      while (bytes.length >= 5 && bytes.length >= 5 + bytes.readUInt32LE(0)) {
        const length = bytes.readUInt32LE(0)
        const type = String.fromCharCode(bytes[4] as number)
        if (type === 'H') greet()
        else if (type === 'A') this.acknowledged(agent)
        else this.receive(agent, type, bytes.subarray(5, 5 + length))
        bytes = bytes.subarray(5 + length)
      }
      pending = bytes.length > 0 ? [bytes] : []
      size = bytes.length
    })
    agent.channel.on('error', () => undefined)
    const early = await Promise.race([greeted, agent.ended, timeout(BOOT_TIMEOUT)])
    if (typeof early === 'string') {
      await agent.kill()
      throw new BackendLost(`${this.name} does not start: ${early}`, undefined)
    }
    this.agent = agent
    this.starting = undefined
    this.outbox = Buffer.alloc(0)
    this.unread = 0
    void agent.ended.then((reason) => {
      if (this.agent === agent) void this.lose(reason)
    })
    return agent
  }

  private send(agent: AgentProcess): void {
    const room = agent.window === undefined ? this.outbox.length : agent.window - this.unread
    if (room <= 0 || this.outbox.length === 0) return
    const now = this.outbox.subarray(0, room)
    this.outbox = this.outbox.subarray(room)
    this.unread += now.length
    agent.channel.write(now)
  }

  private acknowledged(agent: AgentProcess): void {
    if (agent !== this.agent) return
    this.unread -= ACK_EVERY
    this.send(agent)
  }

  private receive(agent: AgentProcess, type: string, payload: Buffer): void {
    if (agent !== this.agent) return
    if (type === 'E') {
      void this.lose(payload.toString())
      return
    }
    const id = resultId(payload)
    const job = this.flight.get(id)
    if (job === undefined) {
      void this.lose(`an answer to program ${id}, which is not under way`)
      return
    }
    this.flight.delete(id)
    clearTimeout(this.timer)
    if (this.flight.size > 0) this.watch()
    job.resolve(payload)
    void this.pump()
  }

  private watch(): void {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => void this.lose(`no answer in ${this.watchdog / 1000} s`), this.watchdog)
  }

  /** The agent is gone or stuck: its first program is to blame, the others run again on the next one. */
  private async lose(reason: string): Promise<void> {
    const jobs = [...this.flight.values()]
    this.flight.clear()
    const culprit = jobs.shift()
    this.queue.unshift(...jobs)
    await this.stop()
    culprit?.reject(new BackendLost(`${this.name}: ${reason}`, culprit.name))
    void this.pump()
  }
}

function timeout(ms: number): Promise<string> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(`nothing heard in ${ms / 1000} s`), ms).unref()
  })
}

export type { Boot, KernelState, TimeRequest, Timing }
