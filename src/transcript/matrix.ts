import { Emulator } from '../abi/emulator.js'
import { isProfileName, PROFILES, type ProfileName } from '../abi/profiles.js'
import {
  AT_FDCWD,
  CLONE_NEWNS,
  CLONE_NEWUSER,
  clone_args,
  errnoName,
  FAN_MARK_FILESYSTEM,
  FAN_MARK_FLUSH,
  FAN_MARK_MNTNS,
  FAN_MARK_MOUNT,
  FAN_MARK_USERNS,
  FAN_NONBLOCK,
  FAN_REPORT_MNT,
  FAN_REPORT_NSID,
  O_CREAT,
  O_DIRECTORY,
  O_RDWR,
} from '../uapi/index.js'
import { TranscriptError } from './format.js'
import type { ReplayOptions } from './replay.js'
import type { Task } from './session.js'

/** Who calls: root; uid 1000 without capabilities; root of its own user and mount namespace (maps `0 0 1`). */
export type MatrixCaller = 'root' | 'unprivileged' | 'userns-root'

/** Rows of a fanotify_init table: every flag value, run-length coded, or samples. */
export interface InitTable {
  caller: MatrixCaller
  event_f_flags?: number
  flags?: string
  ret_rle?: [ret: number, count: number][]
  samples?: [flags: number, event_f_flags: number, ret: number][]
}

/** A truth table of fanotify_init. */
export interface InitMatrix {
  matrix: 'fanotify_init'
  profile: string
  kernel: string
  table: InitTable[]
}

/** A truth table of fanotify_mark: samples, and what each caller got for them (null: it has no such group). */
export interface MarkMatrix {
  matrix: 'fanotify_mark'
  profile: string
  kernel: string
  table: {
    samples: [group: string, flags: string, mask: string, object: string][]
    results: Record<MatrixCaller, { groups: Record<string, number>; rets: (number | null)[] }>
  }
}

export type Matrix = InitMatrix | MarkMatrix

/** A call whose return is not the recorded one. */
export interface MatrixDivergence {
  caller: MatrixCaller
  /** The call as a person would write it. */
  call: string
  want: number
  got: number
}

/** What came of replaying one matrix; a step is one call. */
export interface MatrixResult {
  name: string
  profile: string
  steps: number
  matched: number
  firstDivergence: MatrixDivergence | null
}

/**
 * Reads a matrix.
 *
 * @throws TranscriptError when it is damaged
 */
export function parseMatrix(text: string): Matrix {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new TranscriptError(1, `not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
  const matrix = json as Partial<Matrix>
  if (typeof matrix !== 'object' || matrix === null) throw new TranscriptError(1, 'not an object')
  if (typeof matrix.profile !== 'string') throw new TranscriptError(1, 'profile is not a string')
  if (matrix.matrix === 'fanotify_init') {
    if (!Array.isArray(matrix.table)) throw new TranscriptError(1, 'table is not a list')
    for (const { caller, ret_rle, samples } of matrix.table) {
      if (!isCaller(caller)) throw new TranscriptError(1, `no caller ${JSON.stringify(caller)}`)
      if (!Array.isArray(ret_rle ?? samples)) throw new TranscriptError(1, `${caller}: neither ret_rle nor samples`)
    }
    return matrix as InitMatrix
  }
  if (matrix.matrix === 'fanotify_mark') {
    const { table } = matrix
    if (!Array.isArray(table?.samples)) throw new TranscriptError(1, 'table.samples is not a list')
    for (const [caller, result] of Object.entries(table.results ?? {})) {
      if (!isCaller(caller)) throw new TranscriptError(1, `no caller ${JSON.stringify(caller)}`)
      if (!Array.isArray(result.rets) || result.rets.length !== table.samples.length) {
        throw new TranscriptError(1, `results.${caller}.rets: not one for each sample`)
      }
    }
    return matrix as MarkMatrix
  }
  throw new TranscriptError(1, `no matrix ${JSON.stringify(matrix.matrix)}`)
}

const CALLERS: readonly MatrixCaller[] = ['root', 'unprivileged', 'userns-root']

function isCaller(name: unknown): name is MatrixCaller {
  return CALLERS.some((caller) => caller === name)
}

/** Makes every call of a matrix on the emulator and holds the returns against it, up to the first that differs. */
export function replayMatrix(matrix: Matrix, name: string, options: ReplayOptions = {}): MatrixResult {
  const profile = options.profile ?? matrix.profile
  if (!isProfileName(profile)) {
    throw new TranscriptError(1, `no profile ${JSON.stringify(profile)}: there are ${Object.keys(PROFILES).join(', ')}`)
  }
  const run = matrix.matrix === 'fanotify_init' ? initCalls(matrix, profile) : markCalls(matrix, profile)
  const result: MatrixResult = { name, profile, steps: 0, matched: 0, firstDivergence: null }
  try {
    for (const call of run) {
      result.steps++
      if (result.firstDivergence !== null) continue
      const got = call.make()
      if (got === call.want) {
        result.matched++
      } else {
        result.firstDivergence = { caller: call.caller, call: call.describe(), want: call.want, got }
      }
    }
  } catch (error) {
    if (!(error instanceof WorldError)) throw error
    result.firstDivergence ??= { caller: error.caller, call: `${error.call} to set the scene`, want: 0, got: error.ret }
  }
  return result
}

/** A call failed that makes what a matrix takes for granted. */
class WorldError extends Error {
  readonly caller: MatrixCaller
  readonly call: string
  readonly ret: number

  constructor(caller: MatrixCaller, call: string, ret: number) {
    super(`${call}: ${errnoName(ret) ?? ret}`)
    this.caller = caller
    this.call = call
    this.ret = ret
  }
}

interface Call {
  caller: MatrixCaller
  want: number
  make(): number
  describe(): string
}

/** A return that stands for a new descriptor reads 0 in a matrix. */
const CREATED = 0

function* initCalls({ table }: InitMatrix, profile: ProfileName): Generator<Call> {
  for (const { caller, event_f_flags, ret_rle, samples } of table) {
    const world = new World(profile, caller, false)
    const call = (flags: number, eventFlags: number, want: number): Call => ({
      caller,
      want,
      make: () => world.tryInit(flags, eventFlags),
      describe: () => `fanotify_init(0x${flags.toString(16)}, 0x${eventFlags.toString(16)})`,
    })
    let flags = 0
    for (const [ret, count] of ret_rle ?? []) {
      for (const end = flags + count; flags < end; flags++) yield call(flags, event_f_flags ?? 0, ret)
    }
    for (const [flags, eventFlags, ret] of samples ?? []) yield call(flags, eventFlags, ret)
  }
}

function* markCalls({ table }: MarkMatrix, profile: ProfileName): Generator<Call> {
  for (const [name, { groups, rets }] of Object.entries(table.results)) {
    const caller = name as MatrixCaller
    const world = new World(profile, caller, true)
    world.makeObjects()
    const fds = new Map<string, number>()
    for (const [flags, want] of Object.entries(groups)) {
      yield {
        caller,
        want,
        make() {
          const fd = world.call('fanotify_init', Number(flags) | FAN_NONBLOCK, 0)
          fds.set(flags, fd)
          return fd >= 0 ? CREATED : fd
        },
        describe: () => `fanotify_init(${flags} | FAN_NONBLOCK, 0)`,
      }
    }
    for (const [i, [group, flags, mask, object]] of table.samples.entries()) {
      const want = rets[i]
      if (want === null || want === undefined) continue
      yield {
        caller,
        want,
        make: () => world.tryMark(fds.get(group) ?? -1, Number(group), Number(flags), BigInt(mask), object),
        describe: () => `fanotify_mark(group ${group}, ${flags}, ${mask}, ${object})`,
      }
    }
  }
}

/** A pointer that is mapped nowhere. */
const BADPTR = 0x7fff_ffff_e000

const UTF8 = new TextEncoder()

function path(text: string): Uint8Array {
  return UTF8.encode(`${text}\0`)
}

/** Objects that are reached by a path, dirfd AT_FDCWD. */
const PATHS: Readonly<Record<string, string>> = {
  dir: '/run/w',
  file: '/run/w/file',
  link: '/run/w/link',
  fifo: '/run/w/fifo',
  secret: '/run/w/secret',
  root: '/',
  missing: '/run/w/nope',
  notdir: '/run/w/file/x',
  'ns-user': '/proc/self/ns/user',
  'ns-mnt': '/proc/self/ns/mnt',
  'ns-uts': '/proc/self/ns/uts',
  'proc-file': '/proc/version',
  'proc-dir': '/proc/self',
  'empty-path': '',
}

/** Objects that are open files, by how they are opened; marked with a NULL path. */
const OPENED: Readonly<Record<string, string>> = {
  'fd-ns-user': '/proc/self/ns/user',
  'fd-ns-mnt': '/proc/self/ns/mnt',
  'fd-ns-net': '/proc/self/ns/net',
  'fd-file': '/run/w/file',
  'fd-dir': '/run/w',
}

const BAD_FD = 999

/** The caller of a matrix in a kernel of its own, and what it marks. */
class World {
  readonly #emulator: Emulator
  readonly #root: Task
  readonly #task: Task
  readonly #caller: MatrixCaller
  /** dirfd and path by object. */
  readonly #objects: Map<string, [dirfd: number, path: Uint8Array | number | null]> = new Map()

  /** With `/run/w` and what is in it where objects are to be marked. */
  constructor(profile: ProfileName, caller: MatrixCaller, needsFiles: boolean) {
    // The recorded v7.2 is Debian's user-mode kernel, which is built without permission events.
    this.#emulator = Emulator.boot({ profile, config: { fanotifyPermissions: profile !== 'v7.2' } })
    this.#root = this.#emulator.first
    this.#caller = caller
    if (needsFiles) this.#makeFiles()
    this.#task = this.#become(caller)
  }

  call(name: string, ...args: (number | bigint | Uint8Array | null)[]): number {
    return this.#as(this.#task, name, ...args)
  }

  tryInit(flags: number, eventFlags: number): number {
    const fd = this.call('fanotify_init', flags, eventFlags)
    if (fd < 0) return fd
    this.#check('close', this.call('close', fd))
    return CREATED
  }

  tryMark(group: number, init: number, flags: number, mask: bigint, object: string): number {
    const [dirfd, path] = this.#object(object)
    const ret = this.call('fanotify_mark', group, flags, mask, dirfd, path)
    if (ret === 0) {
      const watcher = (init & (FAN_REPORT_MNT | FAN_REPORT_NSID)) !== 0
      const types = watcher ? [FAN_MARK_MNTNS, FAN_MARK_USERNS] : [0, FAN_MARK_MOUNT, FAN_MARK_FILESYSTEM]
      for (const type of types) this.call('fanotify_mark', group, FAN_MARK_FLUSH | type, 0, AT_FDCWD, null)
    }
    return ret
  }

  /** Opens what is marked through a descriptor. */
  makeObjects(): void {
    for (const [object, at] of Object.entries(PATHS)) this.#objects.set(object, [AT_FDCWD, path(at)])
    for (const [object, at] of Object.entries(OPENED))
      this.#objects.set(object, [this.call('openat', AT_FDCWD, path(at), 0), null])
    this.#objects.set('badptr', [AT_FDCWD, BADPTR])
    const pipe = new Int32Array(2)
    this.#check('pipe2', this.call('pipe2', new Uint8Array(pipe.buffer), 0))
    this.#objects.set('fd-pipe', [pipe[0] as number, null])
    this.#objects.set('fd-group', [this.#otherGroup(), null])
    this.#objects.set('fd-bad', [BAD_FD, null])
    this.#objects.set('fd-cwd-null', [AT_FDCWD, null])
    this.#objects.set('null-cwd', [AT_FDCWD, null])
    this.#objects.set('dirfd-rel', [this.call('openat', AT_FDCWD, path('/run/w'), O_DIRECTORY), path('file')])
    this.#objects.set('dirfd-bad', [BAD_FD, path('file')])
  }

  #object(name: string): [number, Uint8Array | number | null] {
    const object = this.#objects.get(name)
    if (object === undefined) throw new TranscriptError(1, `no object ${JSON.stringify(name)}`)
    return object
  }

  // Any caller may make a group that reports by file handle.
  #otherGroup(): number {
    return this.#check('fanotify_init', this.call('fanotify_init', 0x200, 0))
  }

  #makeFiles(): void {
    const root = (name: string, ...args: (number | Uint8Array | null)[]): number =>
      this.#check(name, this.#as(this.#root, name, ...args))
    // The recorded kernels had a tmpfs of its own there; here /run is one.
    root('mkdirat', AT_FDCWD, path('/run/w'), 0o755)
    for (const [name, mode] of [
      ['file', 0o644],
      ['secret', 0o600],
    ] as const) {
      root('close', root('openat', AT_FDCWD, path(`/run/w/${name}`), O_CREAT | O_RDWR, mode))
    }
    root('symlinkat', path('file'), AT_FDCWD, path('/run/w/link'))
    root('mknodat', AT_FDCWD, path('/run/w/fifo'), 0o010644, 0)
  }

  #become(caller: MatrixCaller): Task {
    if (caller === 'root') return this.#root
    const args = new Uint8Array(clone_args.size)
    new DataView(args.buffer).setBigUint64(clone_args.offset.exit_signal, 17n, true)
    this.#check('clone3', this.#as(this.#root, 'clone3', args, args.length))
    const task = this.#emulator.lastChild as Task
    const as = (name: string, ...args: (number | Uint8Array)[]): number =>
      this.#check(name, this.#as(task, name, ...args))
    if (caller === 'unprivileged') {
      as('setresgid', 1000, 1000, 1000)
      as('setresuid', 1000, 1000, 1000)
    } else {
      as('unshare', CLONE_NEWUSER | CLONE_NEWNS)
      // Without the capability in the parent a gid map is taken only once setgroups is denied.
      for (const [file, text] of [
        ['uid_map', '0 0 1'],
        ['setgroups', 'deny'],
        ['gid_map', '0 0 1'],
      ] as const) {
        const fd = as('openat', AT_FDCWD, path(`/proc/self/${file}`), 1)
        const bytes = UTF8.encode(text)
        as('write', fd, bytes, bytes.length)
        as('close', fd)
      }
    }
    return task
  }

  #as(task: Task, name: string, ...args: (number | bigint | Uint8Array | null)[]): number {
    const ret = this.#emulator.syscall(task, name, ...args)
    if (typeof ret !== 'number') throw new Error(`${name} sleeps`)
    return ret
  }

  #check(name: string, ret: number): number {
    if (ret < 0) throw new WorldError(this.#caller, name, ret)
    return ret
  }
}
