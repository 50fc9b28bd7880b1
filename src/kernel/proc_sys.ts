import { EACCES, EINVAL, ENOENT, ENOSYS, EPERM } from '../uapi/errno.js'
import { S_IFDIR, S_IFREG } from '../uapi/fcntl.js'
import { CAP_LAST_CAP, CAP_SYS_RESOURCE } from './capability.js'
import { inGroup, nsCapable } from './cred.js'
import { Dentry } from './dentry.js'
import type { File } from './file.js'
import { OVERFLOW_ID } from './id_map.js'
import type { Inode } from './inode.js'
import type { Path } from './path.js'
import { latin1, type ProcContent, ProcFile, takeBytes } from './proc_file.js'
import { ProcInode } from './proc_inode.js'
import type { ProcSuperBlock } from './procfs.js'
import type { Attributes } from './setattr.js'
import type { Task } from './task.js'
import { UCOUNT_FANOTIFY_GROUPS, UCOUNT_FANOTIFY_MARKS, UCOUNT_NAMES } from './ucounts.js'

const INT_MAX = 0x7fff_ffff
/** Longest number that a write is looked at for. */
const MAX_TEXT = 4096

/** A file below `/proc/sys`. */
interface SysctlFile {
  readonly mode: number
  /** The value as it is shown, without the newline. */
  get(task: Task): string
  /** A write would change what the model takes for fixed: ENOSYS. */
  readonly fixed?: boolean
  /** Takes a number between `min` and `max`; without it the value cannot be changed. */
  set?(task: Task, value: number): void
  readonly min?: number
  readonly max?: number
  /** Whoever has CAP_SYS_RESOURCE in the own user namespace may do what the owner may (`/proc/sys/user`). */
  readonly perUserNs?: boolean
}

interface SysctlDir {
  readonly [name: string]: SysctlFile | SysctlDir | null
}

function number(get: (task: Task) => number, set?: (task: Task, value: number) => void, max = INT_MAX): SysctlFile {
  const file = { mode: set === undefined ? 0o444 : 0o644, get: (task: Task) => String(get(task)), min: 0, max }
  return set === undefined ? file : { ...file, set }
}

/** A number that a kernel lets one change, and the model does not. */
function fixed(get: (task: Task) => number): SysctlFile {
  return { mode: 0o644, get: (task) => String(get(task)), fixed: true }
}

const userLimits: SysctlDir = Object.fromEntries(
  UCOUNT_NAMES.map((name, what) => [
    `max_${name}`,
    {
      ...number(
        (task) => task.cred.userNs.ucountMax[what]!,
        (task, value) => {
          task.cred.userNs.ucountMax[what] = value
        },
      ),
      perUserNs: true,
    },
  ]),
)

/** A limit of the initial user namespace. */
function initialLimit(what: number): SysctlFile {
  return number(
    (task) => task.kernel.initUserNs.ucountMax[what]!,
    (task, value) => {
      task.kernel.initUserNs.ucountMax[what] = value
    },
  )
}

/** Everything below `/proc/sys`; null stands for what a kernel has there and the model has not. */
const TREE: SysctlDir = {
  fs: {
    fanotify: {
      max_queued_events: number(
        (task) => task.kernel.fanotify.maxQueuedEvents,
        (task, value) => {
          task.kernel.fanotify.maxQueuedEvents = value
        },
      ),
      max_user_groups: initialLimit(UCOUNT_FANOTIFY_GROUPS),
      max_user_marks: initialLimit(UCOUNT_FANOTIFY_MARKS),
    },
    'mount-max': number(
      (task) => task.kernel.vfs.mountMax,
      (task, value) => {
        task.kernel.vfs.mountMax = value
      },
    ),
    protected_hardlinks: fixed((task) => Number(task.kernel.features.protectedHardlinks)),
    protected_symlinks: fixed((task) => Number(task.kernel.features.protectedSymlinks)),
    'pipe-max-size': fixed((task) => task.kernel.vfs.pipeMaxSize),
    nr_open: fixed(() => 1 << 20),
    overflowuid: fixed(() => OVERFLOW_ID),
    overflowgid: fixed(() => OVERFLOW_ID),
  },
  kernel: {
    cap_last_cap: number(() => CAP_LAST_CAP),
    ngroups_max: number(() => 65536),
    ns_last_pid: number(
      (task) => task.pidNamespace.nextPid - 1,
      (task, value) => {
        task.pidNamespace.nextPid = value + 1
      },
    ),
    ostype: { mode: 0o444, get: () => 'Linux' },
    overflowuid: fixed(() => OVERFLOW_ID),
    overflowgid: fixed(() => OVERFLOW_ID),
    pid_max: fixed((task) => task.pidNamespace.pidMax),
  },
  user: userLimits,
  abi: null,
  debug: null,
  dev: null,
  net: null,
  vm: null,
}

const isFile = (entry: SysctlFile | SysctlDir): entry is SysctlFile => typeof entry.get === 'function'

/** What of `mask` the permission bits refuse: sysctls know root and root's group, no capabilities. */
function refuses(task: Task, mode: number, mask: number): boolean {
  const { cred } = task
  let bits = mode
  if (cred.euid === 0) bits >>= 6
  else if (inGroup(cred, 0)) bits >>= 3
  return (mask & 7 & ~bits) !== 0
}

/** Modes and owners stay as they are. */
function refusesAttributes({ mode, uid, gid }: Attributes): number {
  return mode === undefined && uid === undefined && gid === undefined ? 0 : -EPERM
}

class SysctlInode extends ProcInode {
  readonly #file: SysctlFile

  constructor(sb: ProcSuperBlock, file: SysctlFile) {
    super(sb, S_IFREG | file.mode)
    this.plain = false
    this.#file = file
  }

  override mayChange(attributes: Attributes): number {
    return refusesAttributes(attributes)
  }

  override permission(task: Task, mask: number): number {
    let { mode } = this
    if (this.#file.perUserNs === true) {
      const bits = nsCapable(task.cred, task.cred.userNs, CAP_SYS_RESOURCE) ? (mode >> 6) & 7 : mode & 4
      mode = bits * 0o111
    }
    return refuses(task, mode, mask) ? -EACCES : 1
  }

  override open(task: Task, path: Path, flags: number): File {
    const file = this.#file
    const { set } = file
    const content: ProcContent = { read: (open, reader) => (open.pos === 0 ? `${file.get(reader)}\n` : ''), seekEnd: 0 }
    if (set === undefined) {
      const refuses = file.fixed === true ? { ...content, write: () => -ENOSYS } : content
      return new ProcFile(path, flags, task.cred, refuses)
    }
    return new ProcFile(path, flags, task.cred, {
      ...content,
      write(open, writer, buffer) {
        const length = buffer.remaining
        if (length === 0 || open.pos !== 0) return length
        const bytes = takeBytes(buffer, Math.min(length, MAX_TEXT))
        if (typeof bytes === 'number') return bytes
        const text = /^[ \t\n]*(-?[0-9]+)([ \t\n\0]|$)/.exec(latin1(bytes))
        if (text === null) return -EINVAL
        const value = Number(text[1])
        if (value < (file.min ?? 0) || value > (file.max ?? INT_MAX)) return -EINVAL
        set(writer, value)
        return length
      },
    })
  }
}

class SysctlDirInode extends ProcInode {
  readonly #dir: SysctlDir

  constructor(sb: ProcSuperBlock, dir: SysctlDir) {
    super(sb, S_IFDIR | 0o555)
    this.plain = false
    this.#dir = dir
  }

  override mayChange(attributes: Attributes): number {
    return refusesAttributes(attributes)
  }

  override permission(task: Task, mask: number): number {
    return refuses(task, this.mode, mask) ? -EACCES : 1
  }

  override lookup(_task: Task, parent: Dentry, name: string): Dentry | number {
    const known = parent.children?.get(name)
    if (known !== undefined) return known
    if (!Object.hasOwn(this.#dir, name)) return -ENOENT
    const entry = this.#dir[name]!
    if (entry === null) return -ENOSYS
    const inode = isFile(entry) ? new SysctlInode(this.sb, entry) : new SysctlDirInode(this.sb, entry)
    const dentry = new Dentry(name, parent, inode)
    parent.add(dentry)
    return dentry
  }

  override *entries(task: Task, dir: Dentry): IterableIterator<{ name: string; ino: number; mode: number }> {
    for (const name of Object.keys(this.#dir)) {
      const child = this.lookup(task, dir, name)
      if (typeof child !== 'number') yield { name, ino: child.inode.ino, mode: child.inode.mode }
    }
  }
}

/** The inode of `/proc/sys`. */
export function procSysRoot(sb: ProcSuperBlock): Inode {
  return new SysctlDirInode(sb, TREE)
}
