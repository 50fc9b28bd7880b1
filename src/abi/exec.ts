import { type File, FMODE_NONOTIFY } from '../kernel/file.js'
import { fsnotifyAccess, fsnotifyOpen } from '../kernel/fsnotify.js'
import { fsnotifyOpenPermission, fsnotifyReadPermission, type PermissionAsk } from '../kernel/fsnotify_permission.js'
import { MNT_NOEXEC } from '../kernel/mount.js'
import { dentryOpen, undoOpen } from '../kernel/open.js'
import { type Path, pathDone } from '../kernel/path.js'
import { inodePermission, MAY_EXEC, MAY_OPEN } from '../kernel/permission.js'
import type { Task } from '../kernel/task.js'
import { E2BIG, EACCES, EFAULT, EINVAL, ELOOP, ENOEXEC, ENOSYS, ETXTBSY } from '../uapi/errno.js'
import { AT_EMPTY_PATH, AT_FDCWD, AT_SYMLINK_NOFOLLOW, O_LARGEFILE, O_RDONLY } from '../uapi/fcntl.js'
import type { Memory } from './memory.js'
import { readString } from './path_argument.js'
import type { PendingSyscall } from './pending.js'
import { afterPermission } from './permission.js'
import type { Registers } from './registers.js'
import { pathArgument } from './stat.js'
import type { SyscallRow } from './syscall_row.js'

/** Only find out whether the file might be run. */
const AT_EXECVE_CHECK = 0x1_0000
/** How much of a file is read to see what it is. */
const HEAD_SIZE = 256
const MAX_ARGUMENTS = 0x7fff_ffff
const ELF_MAGIC = 0x464c_457f
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
  const error = inodePermission(task, inode, MAY_EXEC | MAY_OPEN)
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

/** Reads what the file begins with and says what becomes of it: nothing that is known can be run here. */
function runHead(task: Task, file: File): number {
  const head = new HeadBuffer()
  const got = file.readAt(task, head, 0)
  if (got > 0) fsnotifyAccess(file)
  if (got < 0) return got
  const view = new DataView(head.bytes.buffer)
  const known = view.getUint32(0, true) === ELF_MAGIC || view.getUint16(0, true) === SCRIPT_MAGIC
  return known ? -ENOSYS : -ENOEXEC
}

/** Goes on with `proceed` once the answer is there. */
function whenAllowed(
  task: Task,
  asked: number | PermissionAsk,
  refuse: () => void,
  proceed: () => number,
): number | PendingSyscall {
  if (asked === 0) return proceed()
  if (typeof asked === 'number') {
    refuse()
    return asked
  }
  return afterPermission(task, asked, null, proceed, (refused) => {
    if (refused) refuse()
  })
}

function exec(task: Task, regs: Registers, dfd: number, register: number, flags: number): number | PendingSyscall {
  if ((flags & ~(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW | AT_EXECVE_CHECK)) !== 0) return -EINVAL
  const path = pathArgument(task, regs, dfd, register, flags & ~AT_EXECVE_CHECK)
  if (typeof path === 'number') return path
  const file = openExec(task, path)
  pathDone(path)
  if (typeof file === 'number') return file
  return whenAllowed(
    task,
    fsnotifyOpenPermission(task, file, true),
    () => undoOpen(file),
    () => {
      fsnotifyOpen(file, true)
      const result = runOpen(task, regs, file, register, flags)
      file.put()
      return result
    },
  )
}

function runOpen(task: Task, regs: Registers, file: File, register: number, flags: number): number {
  if (file.inode.writers > 0) return -ETXTBSY
  if ((flags & AT_EXECVE_CHECK) !== 0) return 0
  const error = checkStrings(regs.memory, regs.ptr(register + 1)) || checkStrings(regs.memory, regs.ptr(register + 2))
  if (error !== 0) return error
  // A question about the reading in the middle of an exec is not modelled.
  const asked = (file.mode & FMODE_NONOTIFY) === 0 ? fsnotifyReadPermission(task, file, 0, HEAD_SIZE) : 0
  if (typeof asked !== 'number') {
    asked.cancel()
    return -ENOSYS
  }
  return asked === 0 ? runHead(task, file) : asked
}

const NOTE =
  'opens and reads the file, with the events of it; what a kernel would run (ELF, scripts) is ENOSYS then, as is an access that a group wants to be asked for'

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
