import { Emulator } from '../src/abi/index.js'
import type { Task } from '../src/kernel/index.js'
import {
  AT_FDCWD,
  CLONE_NEWUTS,
  FAN_CLOEXEC,
  FAN_REPORT_DFID_NAME,
  NS_GET_NSTYPE,
  NS_GET_USERNS,
  ns_id_req,
  O_CLOEXEC,
} from '../src/uapi/index.js'
import { buildC, runC } from './lib/c-program.js'
import type { AnyCandidate, Case, ForeignCandidate, Group } from './lib/case.js'
import { cString, forkChild, must } from './lib/population.js'

const NR = {
  close: 3,
  fstat: 5,
  ioctl: 16,
  pipe: 22,
  dup: 32,
  fork: 57,
  exit: 60,
  wait4: 61,
  getppid: 110,
  openat: 257,
  readlinkat: 267,
  unshare: 272,
  fanotify_init: 300,
  setns: 308,
  pidfd_open: 434,
  listns: 470,
} as const

const UTS_PATH = cString('/proc/self/ns/uts')
const BATCH = 1000
const EMULATOR = 'emulator'
const KERNEL = "this machine's kernel"

/** A call, or a few that belong together, on the emulator. The name is that of the same thing in bench/kernel.c. */
interface Call {
  name: string
  /** Sets up and gives what one operation does. */
  prepare: (emu: Emulator, task: Task, nsFd: number) => () => unknown
  /** Nanoseconds that it may take, whatever the kernel takes. */
  atMost?: number
}

const number = (result: unknown): number => {
  if (typeof result !== 'number' || result < 0) throw new Error(`a call gave ${String(result)}`)
  return result
}

function forkExitWait(emu: Emulator, task: Task, inChild: (child: Task) => unknown): () => void {
  return () => {
    const child = emu.task(number(emu.syscall(task, NR.fork)))!
    inChild(child)
    emu.syscall(child, NR.exit, 0)
    number(emu.syscall(task, NR.wait4, child.pid.nr, null, 0, null))
  }
}

const CALLS: readonly Call[] = [
  { name: 'getppid', prepare: (emu, task) => () => emu.syscall(task, NR.getppid) },
  {
    name: 'dup-close',
    prepare: (emu, task, nsFd) => () => number(emu.syscall(task, NR.close, number(emu.syscall(task, NR.dup, nsFd)))),
  },
  {
    name: 'open-close',
    prepare: (emu, task) => () =>
      number(emu.syscall(task, NR.close, number(emu.syscall(task, NR.openat, AT_FDCWD, UTS_PATH, O_CLOEXEC, 0)))),
  },
  {
    name: 'readlink',
    prepare: (emu, task) => {
      const text = new Uint8Array(64)
      return () => number(emu.syscall(task, NR.readlinkat, AT_FDCWD, UTS_PATH, text, text.length))
    },
  },
  {
    name: 'fstat',
    prepare: (emu, task, nsFd) => {
      const stat = new Uint8Array(144)
      return () => number(emu.syscall(task, NR.fstat, nsFd, stat))
    },
  },
  {
    name: 'ns-get-nstype',
    prepare: (emu, task, nsFd) => () => number(emu.syscall(task, NR.ioctl, nsFd, NS_GET_NSTYPE)),
  },
  {
    name: 'ns-get-userns-close',
    prepare: (emu, task, nsFd) => () =>
      number(emu.syscall(task, NR.close, number(emu.syscall(task, NR.ioctl, nsFd, NS_GET_USERNS)))),
  },
  {
    name: 'setns',
    prepare: (emu, task, nsFd) => () => number(emu.syscall(task, NR.setns, nsFd, CLONE_NEWUTS)),
  },
  { name: 'unshare', prepare: (emu, task) => () => number(emu.syscall(task, NR.unshare, CLONE_NEWUTS)) },
  {
    name: 'pidfd-open-close',
    prepare: (emu, task) => () =>
      number(emu.syscall(task, NR.close, number(emu.syscall(task, NR.pidfd_open, task.pid.nr, 0)))),
  },
  {
    name: 'pipe-close',
    prepare: (emu, task) => {
      const fds = new Int32Array(2)
      return () => {
        number(emu.syscall(task, NR.pipe, fds))
        emu.syscall(task, NR.close, fds[0]!)
        emu.syscall(task, NR.close, fds[1]!)
      }
    },
  },
  { name: 'fork-exit-wait', prepare: (emu, task) => forkExitWait(emu, task, () => {}) },
  {
    name: 'fork-unshare-exit-wait',
    prepare: (emu, task) => forkExitWait(emu, task, (child) => number(emu.syscall(child, NR.unshare, CLONE_NEWUTS))),
    atMost: 1000,
  },
  {
    name: 'listns-page',
    prepare: (emu, task) => {
      const request = new Uint8Array(ns_id_req.size)
      ns_id_req.write(request, 0, { size: request.length, ns_id: 0n, ns_type: 0, user_ns_id: 0n })
      const ids = new Uint8Array(256 * 8)
      return () => number(emu.syscall(task, NR.listns, request, ids, 256, 0))
    },
  },
  {
    name: 'fanotify-init-close',
    prepare: (emu, task) => () =>
      number(
        emu.syscall(task, NR.close, number(emu.syscall(task, NR.fanotify_init, FAN_REPORT_DFID_NAME | FAN_CLOEXEC, 0))),
      ),
  },
]

/** The call on this machine's kernel; undefined without gcc, without root, or where the kernel does not have it. */
function kernelCandidate(name: string): ForeignCandidate | undefined {
  if (process.getuid?.() !== 0) return undefined
  const program = buildC('kernel')
  if (program === undefined) return undefined
  const time = (ms: number): string => runC(program, [name, String(ms)]).trim()
  return Number.isNaN(Number(time(0))) ? undefined : { name: KERNEL, round: (ms) => Number(time(ms)) }
}

function callCandidates({ name, prepare }: Call): AnyCandidate[] {
  const emu = Emulator.boot()
  const task = forkChild(emu, emu.init)
  must(emu, task, 'unshare', CLONE_NEWUTS)
  const once = prepare(emu, task, must(emu, task, 'open', UTS_PATH, O_CLOEXEC))
  const kernel = kernelCandidate(name)
  return [
    {
      name: EMULATOR,
      operations: BATCH,
      run: () => {
        for (let i = 0; i < BATCH; i++) once()
      },
    },
    ...(kernel ? [kernel] : []),
  ]
}

function callCase(call: Call): Case {
  return {
    name: `kernel-calls/${call.name}`,
    unit: 'operation',
    candidates: () => callCandidates(call),
    targets: [
      { of: EMULATOR, than: KERNEL, atMost: 1 },
      ...(call.atMost === undefined ? [] : [{ of: EMULATOR, atMost: call.atMost }]),
    ],
  }
}

/** A boot runs much code once: it takes some ten thousand of them until all of it is optimised. */
const BOOT_WARM_UP_MS = 2000

const bootCase: Case = {
  name: 'kernel-calls/a fresh emulator',
  unit: 'boot',
  warmUpMs: BOOT_WARM_UP_MS,
  candidates: [
    {
      name: 'Emulator.boot()',
      operations: 100,
      run: () => {
        let last: Emulator | undefined
        for (let i = 0; i < 100; i++) last = Emulator.boot()
        return last
      },
    },
  ],
  targets: [{ of: 'Emulator.boot()', atMost: 20_000 }],
}

/** Single calls, beside the same ones made of a real kernel. */
export const group: Group = {
  name: 'kernel-calls',
  title: 'Calls, beside a real kernel',
  about:
    "The emulator's calls and the same calls made by a C program of this machine's kernel (bench/kernel.c, as root; without root, or " +
    'where the kernel lacks the call, there is no such row). A name says which calls one operation makes.',
  cases: () => [...CALLS.map(callCase), bootCase],
}
