import { Emulator, type SyscallArg } from '../abi/index.js'
import {
  AT_FDCWD,
  CLONE_NEWNET,
  CLONE_NEWUSER,
  CLONE_NEWUTS,
  decodeEvents,
  FAN_MARK_ADD,
  FAN_MARK_USERNS,
  FAN_NONBLOCK,
  FAN_NS_CREATE,
  FAN_NS_DELETE,
  FAN_REPORT_NSID,
  formatReturn,
  SIGCHLD,
} from '../uapi/index.js'
import type { Chapter } from './demo-chapter.js'
import { eventToHex } from './hexdump.js'
import { eventToText } from './text.js'

const PROFILE = 'proposed-nsid'
async function watch(): Promise<void> {
  const emu = Emulator.boot({ profile: PROFILE })
  const call = (text: string, task: typeof emu.init, name: string, ...args: SyscallArg[]): number => {
    const ret = emu.syscall(task, name, ...args) as number
    process.stdout.write(`[${task.pid.nr}] ${text} = ${formatReturn(ret)}\n`)
    return ret
  }
  const path = new TextEncoder().encode('/proc/self/ns/user\0')
  const init = emu.init
  const group = call(
    'fanotify_init(FAN_REPORT_NSID|FAN_NONBLOCK, O_RDONLY)',
    init,
    'fanotify_init',
    FAN_REPORT_NSID | FAN_NONBLOCK,
    0,
  )
  call(
    `fanotify_mark(${group}, FAN_MARK_ADD|FAN_MARK_USERNS, FAN_NS_CREATE|FAN_NS_DELETE, AT_FDCWD, "/proc/self/ns/user")`,
    init,
    'fanotify_mark',
    group,
    FAN_MARK_ADD | FAN_MARK_USERNS,
    FAN_NS_CREATE | FAN_NS_DELETE,
    AT_FDCWD,
    path,
  )
  const buffer = new Uint8Array(4096)
  const read = (): void => {
    const ret = call(`read(${group}, …, ${buffer.length})`, init, 'read', group, buffer, buffer.length)
    let at = 0
    for (const [i, event] of decodeEvents(buffer.subarray(0, Math.max(ret, 0)), { group: 'ns' }).events.entries()) {
      process.stdout.write(`${eventToText(event)}\n${eventToHex(event, at, i, 'x86_64')}`)
      at += event.event_len
    }
  }
  const child = call('clone(CLONE_NEWUTS|SIGCHLD)', init, 'clone', CLONE_NEWUTS | SIGCHLD, 0, 0, 0, 0)
  const task = emu.task(child)!
  call('unshare(CLONE_NEWUSER|CLONE_NEWNET)', task, 'unshare', CLONE_NEWUSER | CLONE_NEWNET)
  read()
  emu.syscall(task, 'exit_group', 0)
  call(`wait4(${child}, NULL, 0, NULL)`, init, 'wait4', child, null, 0, null)
  read()
}

/** What the proposed FAN_REPORT_NSID is for, on the emulator: no kernel has it yet. */
export const nsidChapters: readonly Chapter[] = [
  {
    title: 'A user namespace watched, on a kernel that nobody has yet',
    says: 'FAN_REPORT_NSID is a proposal; the emulator answers as its patch does. Namespaces of the initial user namespace come and go.',
    run: watch,
  },
]
