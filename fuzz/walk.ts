import { Emulator, type ProfileName } from '../src/abi/index.js'
import type { Boot, PidRef, Program, RetRef, Step, Task } from '../src/transcript/index.js'
import { type Choices, rarely } from './choices.js'
import type { CallMaker, Draft, Family } from './draft.js'
import { type Meaning, type OutView, registerOf } from './registers.js'
import { spoilDraft } from './spoil.js'

type Pending = Exclude<ReturnType<Emulator['syscall']>, number>

type File = NonNullable<ReturnType<NonNullable<Task['files']>['file']>>
export type FileKind = File['kind']

/** A task of a program. */
export interface WalkTask {
  readonly number: number
  readonly task: Task
}

/** What a walk starts on. */
export interface WalkOptions {
  profile: ProfileName
  /** Where the kernel stands at the start: what a backend says, or {@link PLAIN_BOOT}. */
  boot: Boot
}

/** A call that was made. */
export interface MadeCall {
  readonly step: Step
  readonly task: Task
  readonly outs: readonly OutView[]
}

/** What is told of each call of a walk. */
export interface WalkObserver {
  /** `ret` is undefined for a call that sleeps. */
  called(made: MadeCall, ret: number | undefined, walk: Walk): void
  /** A call that slept came back. */
  completed?(made: MadeCall, ret: number, walk: Walk): void
}

/** A descriptor that a step returned. */
interface Origin {
  step: number
  file: File
}

/** Most tasks that live at once. */
const MOST_TASKS = 12
/** How often arguments are spoiled: once in so many calls. */
const SPOIL = 24
/** Tries to find a call that makes sense before a step is given up. */
const TRIES = 24
/** Most calls that a family makes at the end of a program. */
const MOST_LAST_CALLS = 64

/** How often each maker of a family is taken, as a table to index at random. */
export class MakerTable {
  readonly family: Family
  readonly makers: readonly CallMaker[]
  /** Names of makers, and of what makers may do, that are left out. */
  readonly without: ReadonlySet<string>
  readonly #slots: Uint16Array

  constructor(family: Family, without: ReadonlySet<string> = new Set()) {
    this.family = family
    this.without = without
    this.makers = family.makers.filter((maker) => !without.has(maker.name))
    const slots: number[] = []
    this.makers.forEach((maker, index) => {
      for (let i = 0; i < maker.weight; i++) slots.push(index)
    })
    this.#slots = Uint16Array.from(slots)
  }

  draw(choices: Choices): CallMaker {
    return this.makers[this.#slots[choices.below(this.#slots.length)] as number] as CallMaker
  }
}

/**
 * A program in the making: every call is made on an emulator as soon as it is chosen, so the state that the next one is
 * chosen by (tasks, descriptors and what is behind them, namespaces) is known and not guessed.
 */
export class Walk implements Meaning {
  readonly emulator: Emulator
  readonly steps: Step[] = []
  /** Tasks that were made, dead ones too. */
  readonly tasks: WalkTask[] = []
  /** Who makes the next call. */
  current: WalkTask
  /** The last draft's name in the tables. */
  made = ''
  readonly #table: MakerTable
  readonly #observer: WalkObserver | null
  readonly #origins: Origin[][] = []
  #nextTask = 2
  readonly #awake: WalkTask[] = []
  /** What each step returned, and its out buffers. */
  readonly #rets: number[] = []
  readonly #outs: (readonly OutView[])[] = []
  /** The pid of each task as its parent saw it. */
  readonly #pids: number[] = [0]
  readonly #sleeping: Map<Pending, MadeCall> = new Map()

  constructor(options: WalkOptions, table: MakerTable, observer: WalkObserver | null = null) {
    this.emulator = Emulator.boot({ profile: options.profile, boot: options.boot })
    this.emulator.onComplete = (pending) => this.#completed(pending)
    this.#table = table
    this.#observer = observer
    const { first } = this.emulator
    this.current = { number: 1, task: first }
    this.tasks.push(this.current)
    this.#pids[1] = first.pid.nr
  }

  /** The pid of a task as its parent saw it, 0 for one that was never made. */
  pid(task: number): number {
    return this.#pids[task] ?? 0
  }

  /** What a step returned; 0 if it has not. */
  ret(step: number): number {
    return this.#rets[step] ?? 0
  }

  out(step: number, buffer: number): Uint8Array | undefined {
    return this.#outs[step]?.[buffer]?.bytes
  }

  address(view: Uint8Array): bigint {
    return this.emulator.address(this.task, view)
  }

  get task(): Task {
    return this.current.task
  }

  /** Whether the walk was told to do without this. */
  leavesOut(name: string): boolean {
    return this.#table.without.has(name)
  }

  /** The number that the next child gets. */
  get nextTask(): number {
    return this.#nextTask
  }

  /**
   * Makes up to `length` calls, between those that the family begins and ends with; fewer when no task is left that could make
   * one, or once `ended` says so.
   */
  run(choices: Choices, length: number, ended: () => boolean = () => false): void {
    const { family } = this.#table
    this.#makeAll(family.begin?.(this, choices) ?? null)
    this.#makeChosen(choices, length, ended)
    for (let made = 0; made < MOST_LAST_CALLS; made++) {
      const last = family.end?.(this) ?? null
      if (last === null || !isAwake(this.current.task)) break
      this.#makeAll(last)
    }
  }

  #makeAll(first: Draft | null): void {
    for (let draft = first; draft !== null && isAwake(this.current.task); ) {
      this.made = draft.call
      draft = this.#make(draft)
    }
  }

  #makeChosen(choices: Choices, length: number, ended: () => boolean): void {
    let follow: Draft | null = null
    for (let made = 0; made < length && !ended(); made++) {
      if (follow === null || !isAwake(this.current.task)) {
        const next = this.#chooseTask(choices)
        if (next === null) return
        this.current = next
        follow = this.#chooseCall(choices)
        if (follow === null) return
      } else this.made = follow.call
      follow = this.#make(follow)
    }
  }

  /** The program so far; its header has a name only. */
  program(name: string): Program {
    return { header: { transcript: 1, name }, steps: this.steps }
  }

  /** Tasks that can make a call now. */
  awake(): readonly WalkTask[] {
    const awake = this.#awake
    awake.length = 0
    for (const entry of this.tasks) if (isAwake(entry.task)) awake.push(entry)
    return awake
  }

  /** How many tasks have not begun to exit. */
  get living(): number {
    let count = 0
    for (const { task } of this.tasks) if (task.alive) count++
    return count
  }

  get roomForTasks(): boolean {
    return this.living < MOST_TASKS
  }

  /** A descriptor of `task` behind which `wanted` holds, or -1. */
  findFd(choices: Choices, wanted: (file: File, fd: number) => boolean, task: Task = this.task): number {
    const files = task.files
    if (files === null) return -1
    const { size } = files
    let count = 0
    for (let fd = 0; fd < size; fd++) {
      const file = files.file(fd)
      if (file !== null && wanted(file, fd)) SCRATCH[count++] = fd
    }
    return count === 0 ? -1 : (SCRATCH[choices.below(count)] as number)
  }

  /** `fd` as an argument: by the step that returned it, where one did. */
  fdArg(fd: number, task: Task = this.task): RetRef | number {
    const file = task.files?.file(fd)
    const origins = this.#origins[fd]
    if (file === undefined || file === null || origins === undefined) return fd
    for (let i = origins.length - 1; i >= 0; i--) {
      const origin = origins[i] as Origin
      if (origin.file === file) return { ret: origin.step }
    }
    return fd
  }

  /** A descriptor of the current task of one of these kinds as an argument; null where there is none. */
  fd(choices: Choices, ...kinds: FileKind[]): RetRef | number | null {
    const fd = this.findFd(choices, (file) => kinds.includes(file.kind))
    return fd < 0 ? null : this.fdArg(fd)
  }

  /** Any descriptor of the current task; now and then one that is none. */
  anyFd(choices: Choices): RetRef | number {
    if (rarely(choices, 16)) return [-1, 999, this.task.files?.size ?? 0][choices.below(3)] as number
    const fd = this.findFd(choices, () => true)
    return fd < 0 ? 999 : this.fdArg(fd)
  }

  /**
   * Whether the number that `entry`'s parent knows it by means it in `ns` too, or `ns` has no members but the program's own:
   * in the initial pid namespace a stray number may be anybody.
   */
  pidIsSafe(entry: WalkTask, ns: object): boolean {
    return ns !== this.emulator.kernel.initPidNs || this.pid(entry.number) === entry.task.pid.nr
  }

  /** Some task's pid as the current task may name it, or null. */
  pidArg(choices: Choices, ns: object = this.task.pidNamespace): PidRef | null {
    const entry = this.someTask(choices, (one) => this.pidIsSafe(one, ns))
    return entry === null ? null : { pid: entry.number }
  }

  /** A task of the program for which `wanted` holds, the dead ones too, or null. */
  someTask(choices: Choices, wanted: (entry: WalkTask) => boolean): WalkTask | null {
    const { tasks } = this
    const start = choices.below(tasks.length)
    for (let i = 0; i < tasks.length; i++) {
      const entry = tasks[(start + i) % tasks.length] as WalkTask
      if (wanted(entry)) return entry
    }
    return null
  }

  /** `self` or a task whose directory in the initial `/proc` is its own: `$k`. */
  procName(choices: Choices): string {
    if (choices.below(3) !== 2) return 'self'
    const entry = this.someTask(choices, (one) => this.pidIsSafe(one, this.emulator.kernel.initPidNs))
    return entry === null ? 'self' : `$${entry.number}`
  }

  #chooseTask(choices: Choices): WalkTask | null {
    const awake = this.awake()
    if (awake.length === 0) return null
    // Half of the calls stay with the task that made the last one.
    if (isAwake(this.current.task) && choices.below(2) === 0) return this.current
    return awake[choices.below(awake.length)] as WalkTask
  }

  #chooseCall(choices: Choices): Draft | null {
    for (let tries = 0; tries < TRIES; tries++) {
      const maker = this.#table.draw(choices)
      const draft = maker.make(this, choices)
      if (draft === null) continue
      if (maker.spoil.length > 0 && rarely(choices, SPOIL)) spoilDraft(draft, maker.spoil, choices)
      this.made = maker.name
      return draft
    }
    return null
  }

  /** Makes the call; gives what is to follow it at once. */
  #make(draft: Draft): Draft | null {
    const { call, args, follow } = draft
    const number = this.steps.length
    const step: Step = { step: number, task: this.current.number, call, args }
    const makesTask = MAKES_TASK.has(call)
    if (makesTask) step.child = this.#nextTask
    this.steps.push(step)
    const caller = this.current.task
    const outs: OutView[] = []
    this.#rets.push(0)
    this.#outs.push(outs)
    const [a, b, c, d, e, f] = args
    const { emulator } = this
    const before = emulator.lastChild
    const result = emulator.syscall(
      caller,
      call,
      a === undefined ? 0 : registerOf(a, this, outs),
      b === undefined ? 0 : registerOf(b, this, outs),
      c === undefined ? 0 : registerOf(c, this, outs),
      d === undefined ? 0 : registerOf(d, this, outs),
      e === undefined ? 0 : registerOf(e, this, outs),
      f === undefined ? 0 : registerOf(f, this, outs),
    )
    const made: MadeCall = { step, task: caller, outs }
    let ret: number | undefined
    if (typeof result === 'number') ret = result
    else if (result.done) ret = result.result
    else this.#sleeping.set(result, made)
    if (makesTask) this.#addChild(step, before, ret)
    if (ret !== undefined) this.#returned(made, ret)
    this.#observer?.called(made, ret, this)
    return ret !== undefined && ret >= 0 && follow !== undefined ? follow(this, number, ret) : null
  }

  #addChild(step: Step, before: Task | null, ret: number | undefined): void {
    const child = this.emulator.lastChild
    if (child === null || child === before) return
    const number = step.child as number
    this.tasks.push({ number, task: child })
    // While a vfork sleeps nobody has been told the number.
    this.#pids[number] = ret ?? child.pid.nr
    this.#nextTask++
  }

  #completed(pending: Pending): void {
    const made = this.#sleeping.get(pending)
    if (made === undefined) return
    this.#sleeping.delete(pending)
    const ret = pending.result as number
    this.#returned(made, ret)
    if (made.step.child !== undefined && ret > 0) this.#pids[made.step.child] = ret
    this.#observer?.completed?.(made, ret, this)
  }

  #returned({ step, task }: MadeCall, ret: number): void {
    this.#rets[step.step] = ret
    if (ret >= 0 && RETURNS_FD.has(step.call)) this.#remember(step.step, ret, task)
  }

  #remember(step: number, ret: number, task: Task): void {
    const file = task.files?.file(ret)
    if (file === undefined || file === null) return
    let origins = this.#origins[ret]
    if (origins === undefined) {
      origins = []
      while (this.#origins.length < ret) this.#origins.push([])
      this.#origins[ret] = origins
    }
    origins.push({ step, file })
  }
}

const SCRATCH = new Int32Array(4096)

const MAKES_TASK: ReadonlySet<string> = new Set(['clone3', 'clone', 'fork', 'vfork'])

/** Calls whose return may be a descriptor; of ioctl and fcntl only some commands, which looking at the table tells. */
const RETURNS_FD: ReadonlySet<string> = new Set([
  'openat',
  'open',
  'openat2',
  'dup',
  'dup2',
  'dup3',
  'fcntl',
  'ioctl',
  'socket',
  'pidfd_open',
  'pidfd_getfd',
  'open_by_handle_at',
  'fanotify_init',
  'creat',
  'open_tree',
  'open_tree_attr',
  'fsopen',
  'fsmount',
  'fspick',
  'epoll_create1',
])

/** Whether it can make a call now. */
export function isAwake(task: Task): boolean {
  return task.alive && task.sleep === null
}
