/**
 * A permission daemon that crashes and loses nothing. It speaks raw syscalls, as a program on Linux would: a keeper process holds
 * the control descriptor of a group with FAN_RESTARTABLE_EVENTS; daemons come and go, each with a queue descriptor of its own.
 * What a crashed one had read and not answered, the next one reads again.
 *
 * Run it with `npx tsx examples/permission-daemon.ts`. In a program of your own the imports come from 'kabinet' and 'kabinet/uapi'.
 */
import { pathToFileURL } from 'node:url'
import { Emulator, type PendingSyscall, type SyscallArg } from '../src/index.js'
import type { Task } from '../src/kernel/index.js'
import {
  AT_FDCWD,
  decodeEvents,
  EAGAIN,
  encodeResponse,
  FAN_ALLOW,
  FAN_CLASS_CONTENT,
  FAN_CLOEXEC,
  FAN_DENY,
  FAN_EVENT_ON_CHILD,
  FAN_IOC_OPEN_QUEUE_FD,
  FAN_MARK_ADD,
  FAN_NONBLOCK,
  FAN_OPEN_PERM,
  O_CREAT,
} from '../src/uapi/index.js'

const cString = (text: string): Uint8Array => new TextEncoder().encode(`${text}\0`)

/** A process of the emulator, and the syscalls it makes. */
class Process {
  readonly emu: Emulator
  readonly task: Task

  constructor(emu: Emulator, task: Task) {
    this.emu = emu
    this.task = task
  }

  /** A syscall that does not sleep, and does not fail. */
  call(name: string, ...args: SyscallArg[]): number {
    const result = this.try(name, ...args)
    if (typeof result !== 'number' || result < 0) throw new Error(`${name}: ${result}`)
    return result
  }

  /** A syscall: its return, or a call that sleeps. */
  try(name: string, ...args: SyscallArg[]): number | PendingSyscall {
    const [a, b, c, d, e] = args
    return this.emu.syscall(this.task, name, a, b, c, d, e)
  }

  fork(flags = 0): Process {
    const cloneArgs = new BigUint64Array(11)
    cloneArgs[0] = BigInt(flags)
    this.call('clone3', cloneArgs, cloneArgs.byteLength)
    return new Process(this.emu, this.emu.lastChild!)
  }
}

/** Answers what waits: no to files named *.secret, yes to the rest. It crashes once it has read so many events. */
class Daemon {
  readonly #process: Process
  readonly #queue: number
  readonly #crashAfter: number
  #read = 0

  /** @param keeper the process that holds the control descriptor; the daemon inherits a copy. */
  constructor(keeper: Process, control: number, crashAfter = Number.POSITIVE_INFINITY) {
    // Only the daemon has the queue: it closes when the daemon dies, of whatever.
    this.#process = keeper.fork()
    this.#queue = this.#process.call('ioctl', control, FAN_IOC_OPEN_QUEUE_FD, 0)
    this.#crashAfter = crashAfter
  }

  /** Reads and answers until nothing waits; false if it crashed on the way. */
  run(log: (line: string) => void): boolean {
    const buffer = new Uint8Array(4096)
    for (;;) {
      const length = this.#process.try('read', this.#queue, buffer, buffer.length)
      if (length === -EAGAIN) return true
      if (typeof length !== 'number' || length < 0) throw new Error(`read: ${length}`)
      for (const event of decodeEvents(buffer.subarray(0, length)).events) {
        if (++this.#read > this.#crashAfter) {
          log(`crashed with the access of pid ${event.pid} unanswered`)
          this.#process.try('exit_group', 1)
          return false
        }
        const name = this.#nameOf(event.fd)
        const response = name.endsWith('.secret') ? FAN_DENY : FAN_ALLOW
        const answer = encodeResponse({ fd: event.fd, response })
        this.#process.call('write', this.#queue, answer, answer.length)
        this.#process.call('close', event.fd)
        log(`pid ${event.pid} opens ${name}: ${response === FAN_ALLOW ? 'yes' : 'no'}`)
      }
    }
  }

  #nameOf(fd: number): string {
    const link = new Uint8Array(256)
    const length = this.#process.call('readlink', cString(`/proc/self/fd/${fd}`), link, link.length)
    return new TextDecoder().decode(link.subarray(0, length))
  }
}

/** Five processes open files while two daemons crash; gives the returns of their opens. */
export function main(log: (line: string) => void = console.log): (number | undefined)[] {
  const emu = Emulator.boot({ profile: 'proposed-restartable' })
  const restartable = emu.profile.fanotify.restartableEvents
  const keeper = new Process(emu, emu.init)
  keeper.call('mkdirat', AT_FDCWD, cString('/run/data'), 0o755)
  const names = ['a', 'b', 'c.secret', 'd', 'e']
  for (const name of names)
    keeper.call('close', keeper.call('openat', AT_FDCWD, cString(`/run/data/${name}`), O_CREAT, 0o644))
  const users = names.map(() => keeper.fork())

  const flags = FAN_CLASS_CONTENT | FAN_CLOEXEC | FAN_NONBLOCK | restartable
  const control = keeper.call('fanotify_init', flags, 0)
  const mask = FAN_OPEN_PERM | FAN_EVENT_ON_CHILD
  keeper.call('fanotify_mark', control, FAN_MARK_ADD, mask, AT_FDCWD, cString('/run/data'))

  const opens = users.map((user, i) => user.try('openat', AT_FDCWD, cString(`/run/data/${names[i]}`), 0, 0))
  for (const crashAfter of [1, 1, undefined]) {
    const daemon = new Daemon(keeper, control, crashAfter)
    daemon.run(log)
  }
  log(`${emu.waitingOnPermission().length} accesses wait`)
  return opens.map((open) => (typeof open === 'number' ? open : open.result))
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.log(main())
