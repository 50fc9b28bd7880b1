import { type File, FMODE_ASKS_RANGE } from '../kernel/file.js'
import { fsnotifyAccess, fsnotifyOpen } from '../kernel/fsnotify.js'
import { fsnotifyOpenPermission, fsnotifyReadPermission, type PermissionAsk } from '../kernel/fsnotify_permission.js'
import { MNT_NOEXEC } from '../kernel/mount.js'
import { LOOKUP_FOLLOW, lookupAt } from '../kernel/namei.js'
import { dentryOpen, undoOpen } from '../kernel/open.js'
import { type Path, pathDone } from '../kernel/path.js'
import { inodePermission, MAY_EXEC, MAY_OPEN } from '../kernel/permission.js'
import type { Task } from '../kernel/task.js'
import { WaitQueue, WOULD_BLOCK } from '../kernel/wait_queue.js'
import { E2BIG, EACCES, EFAULT, EINVAL, ELOOP, ENOEXEC, ENOSYS, ETXTBSY } from '../uapi/errno.js'
import { AT_EMPTY_PATH, AT_FDCWD, AT_SYMLINK_NOFOLLOW, O_LARGEFILE, O_RDONLY } from '../uapi/fcntl.js'
import type { Memory } from './memory.js'
import { nameOf, readString } from './path_argument.js'
import { type PendingSyscall, sleepOn } from './pending.js'
import type { Registers } from './registers.js'
import { pathArgument } from './stat.js'
import type { SyscallRow } from './syscall_row.js'

/** Only find out whether the file might be run. */
const AT_EXECVE_CHECK = 0x1_0000
/** How much of a file is read to see what it is. */
const HEAD_SIZE = 256
const MAX_ARGUMENTS = 0x7fff_ffff
/** Interpreters of interpreters that a script may lead through. */
const MOST_INTERPRETERS = 5
const ELF_MAGIC = 0x464c_457f
const ET_EXEC = 2
const ET_DYN = 3
const EM_X86_64 = 62
/** e_phentsize of 64-bit files. */
const PHDR_SIZE = 56
const SCRIPT_MAGIC = 0x2123

const pointer = new Uint8Array(8)
const pointerView = new DataView(pointer.buffer)

/** Reads the strings that a NULL-ended array of pointers names, which may be NULL: 0 or -errno. */
function checkStrings(memory: Memory, array: number): number {
  if (array === 0) return 0
  for (let n = 0; n < MAX_ARGUMENTS; n++) {
    if (memory.copyIn(array + n * 8, pointer, 8) < 8) return -EFAULT
    const address = pointerView.getUint32(4, true) * 0x1_0000_0000 + pointerView.getUint32(0, true)
    if (address === 0) return 0
    const text = readString(memory, address)
    if (typeof text === 'number') return text === -EFAULT ? text : -E2BIG
  }
  return -E2BIG
}

/** Opens a place to run it: the open file, or -errno. */
function openExec(task: Task, path: Path): File | number {
  const { inode } = path.dentry
  if (inode.isLink) return -ELOOP
  if (!inode.isReg) return -EACCES
  if (path.mnt.sb.noExec || (path.mnt.flags & MNT_NOEXEC) !== 0) return -EACCES
  const error = inodePermission(task, inode, MAY_EXEC | MAY_OPEN, path.mnt.idmap)
  return error === 0 ? dentryOpen(task, path, O_RDONLY | O_LARGEFILE, task.cred) : error
}

class HeadBuffer {
  readonly bytes: Uint8Array = new Uint8Array(HEAD_SIZE)
  moved = 0

  get remaining(): number {
    return HEAD_SIZE - this.moved
  }

  copyOut(source: Uint8Array, start: number, length: number): number {
    this.bytes.set(source.subarray(start, start + length), this.moved)
    this.moved += length
    return length
  }

  copyIn(): number {
    return 0
  }
}

const isBlank = (byte: number): boolean => byte === 0x20 || byte === 9

/** The path of the interpreter that the first line of a script names, or -ENOEXEC. */
function interpreterOf(bytes: Uint8Array): string | number {
  const line = bytes.indexOf(0x0a)
  const end = line < 0 ? HEAD_SIZE - 1 : line
  let start = 2
  while (start < end && isBlank(bytes[start]!)) start++
  let stop = start
  while (stop < end && !isBlank(bytes[stop]!) && bytes[stop] !== 0) stop++
  // A name that nothing ends may go on behind what was read.
  return start === end || (line < 0 && stop === end) ? -ENOEXEC : nameOf(bytes.subarray(start, stop))
}

/** Whether an ELF file is one for this machine, as far as its first header says. */
function isOurElf(view: DataView): boolean {
  const type = view.getUint16(16, true)
  const isProgram = type === ET_EXEC || type === ET_DYN
  return isProgram && view.getUint16(18, true) === EM_X86_64 && view.getUint16(54, true) === PHDR_SIZE
}

/** Opens what the file says is to run it; -ENOEXEC for what is nothing that could run. */
function nextInterpreter(task: Task, file: File): File | number {
  const head = new HeadBuffer()
  const got = file.readAt(task, head, 0)
  if (got > 0) fsnotifyAccess(file)
  if (got < 0) return got
  const view = new DataView(head.bytes.buffer)
  if (view.getUint16(0, true) === SCRIPT_MAGIC) {
    const name = interpreterOf(head.bytes)
    return typeof name === 'number' ? name : openInterpreter(task, name)
  }
  return view.getUint32(0, true) === ELF_MAGIC && isOurElf(view) ? -ENOSYS : -ENOEXEC
}

/** What becomes of a program that may be read: nothing that a kernel would run is modelled. */
function runHead(task: Task, program: File): number {
  let file = program
  for (let depth = 0; ; depth++) {
    const next = depth > MOST_INTERPRETERS ? -ELOOP : nextInterpreter(task, file)
    if (file !== program) file.put()
    if (typeof next === 'number') return next
    file = next
  }
}

function openInterpreter(task: Task, name: string): File | number {
  const path = lookupAt(task, AT_FDCWD, name, LOOKUP_FOLLOW)
  if (typeof path === 'number') return path
  const file = openExec(task, path)
  pathDone(path)
  if (typeof file === 'number') return file
  // A question in the middle of an exec is not modelled.
  for (const ask of [
    () => fsnotifyOpenPermission(task, file, true),
    () => fsnotifyReadPermission(task, file, 0, HEAD_SIZE),
  ]) {
    const asked = ask()
    if (asked === 0) continue
    undoOpen(file)
    if (typeof asked === 'number') return asked
    asked.cancel()
    return -ENOSYS
  }
  fsnotifyOpen(file, true)
  if (file.inode.writers === 0) return file
  file.put()
  return -ETXTBSY
}

/** An exec from the opening of the file on: it may have to wait for permission to open and to read it. */
class Exec {
  /** Whoever is asked wakes the task here. */
  readonly #waitQueue: WaitQueue = new WaitQueue()
  readonly #task: Task
  readonly #file: File
  readonly #flags: number
  /** The strings to run it with: 0 or -errno. */
  readonly #checkStrings: () => number
  #question: PermissionAsk | null = null
  #stage: 'opening' | 'reading' = 'opening'
  /** Nobody may open it for writing meanwhile. */
  #deniesWriters = false

  constructor(task: Task, file: File, flags: number, strings: () => number) {
    this.#task = task
    this.#file = file
    this.#flags = flags
    this.#checkStrings = strings
  }

  start(): number | PendingSyscall {
    const { result, question } = this.#ask(fsnotifyOpenPermission(this.#task, this.#file, true, this.#waitQueue))
    if (question === null) {
      const opened = this.#opened(result)
      if (opened !== WOULD_BLOCK) return opened
    }
    const pending = sleepOn(
      this.#task,
      [this.#waitQueue],
      () => this.#attempt(),
      () => {
        this.#question?.cancel()
        this.#end(0)
      },
    )
    pending.interruptible = false
    return pending
  }

  #ask(asked: number | PermissionAsk): { result: number; question: PermissionAsk | null } {
    if (typeof asked === 'number') return { result: asked, question: null }
    this.#question = asked
    return { result: 0, question: asked }
  }

  #attempt(): number {
    const answer = this.#question!.attempt()
    if (answer === WOULD_BLOCK) return WOULD_BLOCK
    this.#question = null
    return this.#stage === 'opening' ? this.#opened(answer) : this.#mayRead(answer)
  }

  /** The open was allowed (0), or refused. */
  #opened(answer: number): number {
    const file = this.#file
    if (answer !== 0) {
      undoOpen(file)
      return answer
    }
    this.#stage = 'reading'
    fsnotifyOpen(file, true)
    // Whoever is asked before the reading may have to write to it first.
    if ((file.mode & FMODE_ASKS_RANGE) === 0) {
      if (file.inode.writers > 0) return this.#end(-ETXTBSY)
      file.inode.executing++
      this.#deniesWriters = true
    }
    const error = this.#checkStrings()
    if (error !== 0 || (this.#flags & AT_EXECVE_CHECK) !== 0) return this.#end(error)
    const { result, question } = this.#ask(fsnotifyReadPermission(this.#task, file, 0, HEAD_SIZE, this.#waitQueue))
    return question === null ? this.#mayRead(result) : WOULD_BLOCK
  }

  #mayRead(answer: number): number {
    return this.#end(answer === 0 ? runHead(this.#task, this.#file) : answer)
  }

  #end(result: number): number {
    if (this.#deniesWriters) this.#file.inode.executing--
    if (this.#stage === 'opening') undoOpen(this.#file)
    else this.#file.put()
    return result
  }
}

function exec(task: Task, regs: Registers, dfd: number, register: number, flags: number): number | PendingSyscall {
  if ((flags & ~(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW | AT_EXECVE_CHECK)) !== 0) return -EINVAL
  const path = pathArgument(task, regs, dfd, register, flags & ~AT_EXECVE_CHECK)
  if (typeof path === 'number') return path
  const file = openExec(task, path)
  pathDone(path)
  if (typeof file === 'number') return file
  const { memory } = regs
  const [args, environment] = [regs.ptr(register + 1), regs.ptr(register + 2)]
  return new Exec(task, file, flags, () => checkStrings(memory, args) || checkStrings(memory, environment)).start()
}

const NOTE =
  'opens and reads the file, and the interpreters that a script leads to, with the events of it; what would run then (ELF) is ENOSYS, as is an interpreter that a group wants to be asked for'

/** Running programs, as far as the file goes. */
export const execSyscalls: readonly SyscallRow[] = [
  { nr: 59, name: 'execve', support: 'partial', note: NOTE, handler: (task, regs) => exec(task, regs, AT_FDCWD, 0, 0) },
  {
    nr: 322,
    name: 'execveat',
    support: 'partial',
    note: NOTE,
    handler: (task, regs) => exec(task, regs, regs.i32(0), 1, regs.i32(4)),
  },
]
