import { strictEqual } from 'node:assert'
import { Emulator } from '../src/abi/index.js'
import type { Task } from '../src/kernel/index.js'
import {
  AT_FDCWD,
  FAN_ALLOW,
  FAN_CLASS_CONTENT,
  FAN_CLOSE,
  FAN_CREATE,
  FAN_DELETE,
  FAN_EVENT_ON_CHILD,
  FAN_MARK_ADD,
  FAN_MODIFY,
  FAN_NONBLOCK,
  FAN_OPEN,
  FAN_OPEN_PERM,
  FAN_RENAME,
  FAN_REPORT_DFID_NAME,
  FAN_UNLIMITED_QUEUE,
  fanotify_event_metadata,
  O_CREAT,
  O_RDWR,
  O_WRONLY,
} from '../src/uapi/index.js'
import { buildC, runC } from './lib/c-program.js'
import type { Case, ForeignCandidate, Group } from './lib/case.js'
import { cString, forkChild, must } from './lib/population.js'
import { timed } from './lib/timed.js'

const NR = { read: 0, write: 1, open: 2, close: 3, pwrite: 18, rename: 82, unlink: 87 } as const
const PLACE = '/run/kabinet-bench'
const FILE = cString(`${PLACE}/file`)
const OTHER = cString(`${PLACE}/other`)
const NAMES = Array.from({ length: 1024 }, (_, i) => cString(`${PLACE}/f${i}`))
const BATCH = 1024
const MERGED = 100_000
const ROUND_TRIPS = 1024
const EMULATOR = 'emulator'
const KERNEL = 'this kernel'

/** The result of a call that has to succeed at once. A caller that passed arguments on would cost as much as some calls. */
function ok(result: ReturnType<Emulator['syscall']>): number {
  if (typeof result !== 'number' || result < 0) throw new Error(`a call gave ${String(result)}`)
  return result
}

/** A tmpfs with a directory and an empty file in it. */
function bootWithPlace(): Emulator {
  const emu = Emulator.boot({ profile: 'v7.2' })
  must(emu, emu.init, 'mount', cString('bench'), cString('/run'), cString('tmpfs'), 0, null)
  must(emu, emu.init, 'mkdir', cString(PLACE), 0o755)
  must(emu, emu.init, 'close', must(emu, emu.init, 'open', FILE, O_CREAT | O_WRONLY, 0o644))
  return emu
}

/** What bench/files.c measures of this machine's kernel; nothing where there is no gcc or no root. */
function kernel(what: string, groups: number): ForeignCandidate[] {
  const program = buildC('files')
  if (program === undefined) return []
  const run = (ms: number): string => runC(program, [what, String(groups), String(ms)])
  if (run(1).startsWith('unsupported')) return []
  return [{ name: KERNEL, round: (ms) => Number(run(ms)) }]
}

/** What one operation does; the name is that of the same thing in bench/files.c. */
interface Operation {
  name: string
  unit: string
  mask: number
  batch: number
  prepare: (emu: Emulator, task: Task) => (index: number) => void
}

const DATA = new TextEncoder().encode('kabinet')

function writeTo(emu: Emulator, task: Task): () => void {
  const fd = must(emu, task, 'open', FILE, O_RDWR)
  return () => {
    ok(emu.syscall(task, NR.pwrite, fd, DATA, DATA.length, 0))
  }
}

const OPERATIONS: readonly Operation[] = [
  {
    name: 'create-unlink',
    unit: 'open(O_CREAT), close and unlink',
    mask: FAN_CREATE | FAN_DELETE,
    batch: BATCH,
    prepare: (emu, task) => (index) => {
      const name = NAMES[index]!
      ok(emu.syscall(task, NR.close, ok(emu.syscall(task, NR.open, name, O_CREAT | O_WRONLY, 0o644))))
      ok(emu.syscall(task, NR.unlink, name))
    },
  },
  {
    name: 'open-close',
    unit: 'open and close',
    mask: FAN_OPEN | FAN_CLOSE | FAN_EVENT_ON_CHILD,
    batch: BATCH,
    prepare: (emu, task) => () => {
      ok(emu.syscall(task, NR.close, ok(emu.syscall(task, NR.open, FILE, 0, 0))))
    },
  },
  { name: 'write', unit: 'pwrite', mask: FAN_MODIFY | FAN_EVENT_ON_CHILD, batch: BATCH, prepare: writeTo },
  {
    name: 'rename',
    unit: 'rename',
    mask: FAN_RENAME,
    batch: BATCH,
    prepare: (emu, task) => (index) => {
      if (index & 1) ok(emu.syscall(task, NR.rename, OTHER, FILE))
      else ok(emu.syscall(task, NR.rename, FILE, OTHER))
    },
  },
]
const MERGE: Operation = { ...OPERATIONS.find(({ name }) => name === 'write')!, name: 'merge', batch: MERGED }

function watch(emu: Emulator, mask: number): number {
  const group = must(emu, emu.init, 'fanotify_init', FAN_NONBLOCK | FAN_UNLIMITED_QUEUE | FAN_REPORT_DFID_NAME, 0)
  must(emu, emu.init, 'fanotify_mark', group, FAN_MARK_ADD, mask, AT_FDCWD, cString(PLACE))
  return group
}

function operationCase({ name, unit, mask, batch, prepare }: Operation, groups: number): Case {
  const candidates = (): ForeignCandidate[] => {
    const emu = bootWithPlace()
    const watchers = Array.from({ length: groups }, () => watch(emu, mask))
    const once = prepare(emu, emu.init)
    const buffer = new Uint8Array(1 << 20)
    const drain = (): void => {
      for (const group of watchers)
        while ((emu.syscall(emu.init, NR.read, group, buffer, buffer.length) as number) > 0);
    }
    const emulator = timed(EMULATOR, batch, drain, () => {
      for (let i = 0; i < batch; i++) once(i)
    })
    return [emulator, ...kernel(name, groups)]
  }
  return {
    name: `fanotify-files/${name}, ${groups} group${groups === 1 ? '' : 's'}`,
    unit,
    candidates,
    targets: [{ of: EMULATOR, than: KERNEL, atMost: 0.5 }],
  }
}

/** An open waits for an answer, a daemon reads the question, answers it and closes the file that came with it. */
function permissionCase(): Case {
  const candidates = (): ForeignCandidate[] => {
    const emu = bootWithPlace()
    const daemon = emu.init
    const opener = forkChild(emu, daemon)
    const group = must(emu, daemon, 'fanotify_init', FAN_CLASS_CONTENT, 0)
    must(emu, daemon, 'fanotify_mark', group, FAN_MARK_ADD, FAN_OPEN_PERM, AT_FDCWD, FILE)
    const event = new Uint8Array(fanotify_event_metadata.size)
    const eventView = new DataView(event.buffer)
    const response = new Uint8Array(8)
    const responseView = new DataView(response.buffer)
    responseView.setUint32(4, FAN_ALLOW, true)
    const roundTrip = (): void => {
      const pending = emu.syscall(opener, NR.open, FILE, 0, 0)
      if (typeof pending === 'number') throw new Error(`the open did not wait: ${pending}`)
      ok(emu.syscall(daemon, NR.read, group, event, event.length))
      const fd = eventView.getInt32(fanotify_event_metadata.offset.fd, true)
      responseView.setInt32(0, fd, true)
      ok(emu.syscall(daemon, NR.write, group, response, response.length))
      ok(emu.syscall(daemon, NR.close, fd))
      ok(emu.syscall(opener, NR.close, pending.result!))
    }
    roundTrip()
    strictEqual(emu.waitingOnPermission().length, 0)
    const emulator = timed(
      EMULATOR,
      ROUND_TRIPS,
      () => {},
      () => {
        for (let i = 0; i < ROUND_TRIPS; i++) roundTrip()
      },
    )
    return [emulator, ...kernel('permission', 0)]
  }
  return {
    name: 'fanotify-files/permission',
    unit: 'open that waits, read, answer, close of both',
    candidates,
    targets: [{ of: EMULATOR, than: KERNEL, atMost: 0.5 }],
    note: 'The kernel opens in a second thread; the CPU time of both counts.',
  }
}

/** File calls with and without groups that watch. */
export const group: Group = {
  name: 'fanotify-files',
  title: 'Files, watched',
  about:
    'Calls on a tmpfs beside the same calls on this machine’s kernel (bench/files.c, as root), with groups of FAN_REPORT_DFID_NAME ' +
    'that watch the directory. A queue is emptied after every 1,024 calls, which is not counted; events merge as they do. In merge, 100,000 ' +
    'writes become one event. Where the target is missed: the kernel itself takes only some 100 ns to get in and out of a call and as ' +
    'much again for its work, while the emulator takes 20 to get in and out and then goes the same way in JavaScript: it looks up ' +
    'each component, checks permissions and marks, and makes the file, the event, or for a permission event two sleeping calls.',
  cases: () => [
    ...OPERATIONS.flatMap((operation) => [0, 1, 10].map((groups) => operationCase(operation, groups))),
    operationCase(MERGE, 1),
    permissionCase(),
  ],
}
