import { PLAIN_BOOT } from '../../fuzz/plain_boot.js'
import { Emulator, type ProfileName } from '../../src/abi/index.js'
import { type Arg, type Program, runProgram, type Step, serialiseTranscript } from '../../src/transcript/index.js'
import { PreparedStep } from '../../src/transcript/prepare.js'
import { Session, type Task } from '../../src/transcript/session.js'

/** An emulator, and the program that was run on it so far. */
export class Machine {
  readonly profile: ProfileName
  readonly emulator: Emulator
  readonly steps: Step[] = []
  readonly #session: Session
  #nextTask = 2

  constructor(profile: ProfileName) {
    this.profile = profile
    this.emulator = Emulator.boot({ profile, boot: PLAIN_BOOT })
    this.#session = new Session(this.emulator)
  }

  task(number: number): Task {
    const task = this.#session.task(number)
    if (task === undefined) throw new RangeError(`no task ${number}`)
    return task
  }

  /** Whether the number that a task's parent knows it by is its number in the initial pid namespace: what `$k` stands for. */
  namedOutside(number: number): boolean {
    return this.#session.pid(number) === this.task(number).pid.nr
  }

  /** Makes a call and writes it down. */
  call(task: number, call: string, ...args: Arg[]): Called {
    return this.#run({ step: this.steps.length, task, call, args })
  }

  /** As {@link call}, for a call that makes a task: its number, or 0. */
  clone(task: number, call: string, ...args: Arg[]): number {
    const child = this.#nextTask
    const { ret } = this.#run({ step: this.steps.length, task, call, args, child })
    if (ret <= 0) return 0
    this.#nextTask++
    return child
  }

  #run(step: Step): Called {
    this.steps.push(step)
    return this.#make(step)
  }

  /** Makes a call that is no part of the program. */
  ask(task: number, call: string, ...args: Arg[]): Called {
    return this.#make({ step: 0x7fff_ffff, task, call, args })
  }

  #make(step: Step): Called {
    const prepared = new PreparedStep(step)
    prepared.ready(this.#session)
    const result = this.#session.call(this.task(step.task), prepared)
    if (typeof result !== 'number') throw new Error(`step ${step.step} sleeps: ${step.call}`)
    return { ret: result, outs: prepared.outs.map(({ bytes }) => bytes) }
  }

  /** The program as a transcript that `kabinet replay` runs. */
  print(name: string): string {
    return printProgram({ header: { transcript: 1, name }, steps: this.steps }, this.profile)
  }
}

/** A program as a transcript with the emulator's answers; without answers where the emulator itself gave up. */
export function printProgram(program: Program, profile: ProfileName): string {
  try {
    return serialiseTranscript(runProgram(program, Emulator.boot({ profile, boot: PLAIN_BOOT })))
  } catch (error) {
    const lines = [{ ...program.header, profile, boot: PLAIN_BOOT }, ...program.steps]
    return `# ${error}\n${lines.map((line) => JSON.stringify(line)).join('\n')}\n`
  }
}

export interface Called {
  ret: number
  outs: Uint8Array[]
}
