import { EACCES, EINVAL, ENOENT, ENOSYS, EPERM, ESRCH } from '../uapi/errno.js'
import { O_ACCMODE, O_RDWR, O_WRONLY, S_IFDIR, S_IFLNK, S_IFREG } from '../uapi/fcntl.js'
import { CAP_SYS_ADMIN } from './capability.js'
import { nsCapable } from './cred.js'
import { describePath } from './d_path.js'
import { Dentry } from './dentry.js'
import { type File, FMODE_READ, FMODE_WRITE } from './file.js'
import { formatIdMap, type IdMapKind, writeIdMap, writeSetgroups } from './id_map_file.js'
import type { Inode } from './inode.js'
import { type MountLine, MountTableFile } from './mount_table_file.js'
import { mountinfoLine, mountsLine, mountstatsLine } from './mountinfo.js'
import type { Namespace } from './namespace.js'
import { nsPath } from './nsfs.js'
import type { Path } from './path.js'
import { genericPermission } from './permission.js'
import type { Pid } from './pid.js'
import type { PidNamespace } from './pid_namespace.js'
import { type ProcContent, ProcFile, takeBytes } from './proc_file.js'
import { nameToNumber, ProcInode } from './proc_inode.js'
import { statusText } from './proc_status.js'
import type { ProcSuperBlock } from './procfs.js'
import { PTRACE_MODE_READ_FSCREDS, ptraceMayAccess } from './ptrace.js'
import type { Attributes } from './setattr.js'
import type { Task } from './task.js'
import type { UserNamespace } from './user_namespace.js'

/** The mode of directories that stay their task's whatever happens to its credentials. */
const PLAIN_DIR = S_IFDIR | 0o555
const PAGE_SIZE = 4096

/** Anything under `/proc/<pid>`: it belongs to a pid and is gone with its task. */
abstract class PidInode extends ProcInode {
  readonly pid: Pid

  protected constructor(sb: ProcSuperBlock, pid: Pid, mode: number) {
    super(sb, mode)
    this.plain = false
    this.pid = pid
    this.revalidate()
  }

  /** The owner is the task's effective user, or root once the task may not be looked into. */
  override revalidate(): void {
    const { task } = this.pid
    if (task === null) return
    this.uid = task.cred.euid
    this.gid = task.cred.egid
    if (this.mode === PLAIN_DIR) return
    const mm = task.mm ?? (task.kernel.features.zombieSharesDumpable ? task.leftMm : null)
    if (mm !== null && mm.dumpable === 1) return
    // Root of the namespace that the address space belongs to.
    const owner = mm === null ? task.kernel.initUserNs : mm.userNs
    this.uid = owner.hasUid(0) || owner.parent === null ? Math.max(0, owner.kuid(0)) : 0
    this.gid = owner.hasGid(0) || owner.parent === null ? Math.max(0, owner.kgid(0)) : 0
  }

  override mayChange({ mode }: Attributes): number {
    return mode === undefined ? 0 : -EPERM
  }

  /** 0 when `task` may look into the task behind this inode, else -EACCES. */
  protected mayLookInto(task: Task): number {
    const target = this.pid.task
    if (target === null) return -EACCES
    return ptraceMayAccess(task, target, PTRACE_MODE_READ_FSCREDS) === 0 ? 0 : -EACCES
  }
}

/** A directory whose entries are looked up by a rule and kept once made. */
abstract class PidDir extends PidInode {
  override lookup(task: Task, dir: Dentry, name: string): Dentry | number {
    if (this.pid.task === null) return -ENOENT
    const known = dir.children?.get(name)
    if (known !== undefined) return known
    const inode = this.make(task, name)
    if (typeof inode === 'number') return inode
    const dentry = new Dentry(name, dir, inode)
    if (this.keeps) dir.add(dentry)
    else dentry.hashed = true
    return dentry
  }

  /** Entries stay as long as the directory; false where they come and go. */
  protected get keeps(): boolean {
    return true
  }

  protected abstract make(task: Task, name: string): Inode | number

  protected abstract names(): Iterable<string>

  override *entries(task: Task, dir: Dentry): IterableIterator<{ name: string; ino: number; mode: number }> {
    for (const name of this.names()) {
      const child = this.lookup(task, dir, name)
      if (typeof child !== 'number') yield { name, ino: child.inode.ino, mode: child.inode.mode }
    }
  }
}

/** A file with text. */
class PidFile extends PidInode {
  readonly #entry: FileEntry

  constructor(sb: ProcSuperBlock, pid: Pid, entry: FileEntry) {
    super(sb, pid, S_IFREG | entry.mode)
    this.#entry = entry
  }

  override open(task: Task, path: Path, flags: number): File | number {
    const target = this.pid.task
    if (target === null) return -this.#entry.whenGone
    const { openFile } = this.#entry
    if (openFile !== undefined) return openFile(task, target, flags, path)
    const content = this.#entry.open(task, target, flags, this.pid)
    return typeof content === 'number' ? content : new ProcFile(path, flags, task.cred, content)
  }
}

/** How a file of `/proc/<pid>` is opened. */
interface FileEntry {
  readonly mode: number
  /** What an open costs when the task is gone but the inode was held. */
  readonly whenGone: number
  /** What the open file says; -errno refuses the open. */
  open(opener: Task, target: Task, flags: number, pid: Pid): ProcContent | number
  /** In place of {@link open}, for what is more than text: the open file itself. */
  openFile?(opener: Task, target: Task, flags: number, path: Path): File | number
}

function idMapEntry(kind: IdMapKind): FileEntry {
  return {
    mode: 0o644,
    whenGone: EINVAL,
    open(_opener, target) {
      const ns = target.cred.userNs
      ns.get()
      return {
        read: (file) => formatIdMap(file.cred.userNs, ns, kind),
        write(file, task, buffer) {
          const length = buffer.remaining
          if (ns.parent === null) return -EPERM
          if (file.cred.userNs !== ns && file.cred.userNs !== ns.parent) return -EPERM
          if (file.pos !== 0 || length >= PAGE_SIZE) return -EINVAL
          const bytes = takeBytes(buffer, length)
          if (typeof bytes === 'number') return bytes
          return writeIdMap(task, file.cred, ns, kind, bytes)
        },
        release: () => ns.put(),
      }
    },
  }
}

/** Whether an open with these flags can be written to; the access mode 3 can be neither read nor written. */
function opensForWrite(flags: number): boolean {
  const mode = flags & O_ACCMODE
  return mode === O_WRONLY || mode === O_RDWR
}

/** Longest text that setgroups takes. */
const SETGROUPS_MAX = 7

const setgroupsEntry: FileEntry = {
  mode: 0o644,
  whenGone: ESRCH,
  open(opener, target, flags) {
    const ns: UserNamespace = target.cred.userNs
    if (opensForWrite(flags) && !nsCapable(opener.cred, ns, CAP_SYS_ADMIN)) return -EACCES
    ns.get()
    return {
      read: () => (ns.setgroupsAllowed ? 'allow\n' : 'deny\n'),
      write(file, _task, buffer) {
        const length = buffer.remaining
        if (file.pos !== 0 || length > SETGROUPS_MAX) return -EINVAL
        const bytes = takeBytes(buffer, length)
        if (typeof bytes === 'number') return bytes
        return writeSetgroups(ns, bytes)
      },
      release: () => ns.put(),
    }
  },
}

/** A file that only tells. */
function readOnly(text: (reader: Task, target: Task, file: ProcFile) => string | number): FileEntry {
  return {
    mode: 0o444,
    whenGone: ENOENT,
    open: (_opener, _target, _flags, pid) => ({
      read: (file, reader) => (pid.task === null ? -ESRCH : text(reader, pid.task, file)),
    }),
  }
}

/** The tables of mounts keep the namespace and the root that the task had when they were opened. */
function mountTable(mode: number, line: MountLine): FileEntry {
  return {
    mode,
    whenGone: EINVAL,
    open: () => -EINVAL,
    openFile(opener, target, flags, path) {
      const ns = target.nsproxy?.mnt
      const { fs } = target
      if (ns === undefined) return -EINVAL
      return fs === null ? -ENOENT : new MountTableFile(path, flags, opener.cred, ns, fs.root, line)
    },
  }
}

const COMM_LENGTH = 15

const commEntry: FileEntry = {
  mode: 0o644,
  whenGone: ENOENT,
  open: (_opener, _target, _flags, pid) => ({
    read: () => (pid.task === null ? -ESRCH : `${pid.task.comm}\n`),
    write(_file, task, buffer) {
      const length = buffer.remaining
      const bytes = takeBytes(buffer, Math.min(length, COMM_LENGTH))
      if (typeof bytes === 'number') return bytes
      const target = pid.task
      if (target === null) return -ESRCH
      if (target.group !== task.group) return -EINVAL
      target.comm = String.fromCharCode(...bytes).replace(/\0.*/s, '')
      return length
    },
  }),
}

const FILES: Readonly<Record<string, FileEntry>> = {
  uid_map: idMapEntry('uid'),
  gid_map: idMapEntry('gid'),
  projid_map: idMapEntry('projid'),
  setgroups: setgroupsEntry,
  status: readOnly((_reader, target, file) => statusText(target, (file.inode as PidInode).sb.pidNs, file.cred.userNs)),
  mountinfo: mountTable(0o444, mountinfoLine),
  mounts: mountTable(0o444, mountsLine),
  mountstats: mountTable(0o400, mountstatsLine),
  comm: commEntry,
}

type NsGetter = (target: Task) => Namespace | null

/** The links in `ns/`, in the order in which they are listed. */
const NAMESPACES: Readonly<Record<string, NsGetter>> = {
  net: (task) => task.nsproxy?.net ?? null,
  uts: (task) => task.nsproxy?.uts ?? null,
  ipc: (task) => task.nsproxy?.ipc ?? null,
  pid: (task) => task.pidNamespace,
  pid_for_children(task) {
    const ns = task.nsproxy?.pidForChildren ?? null
    if (ns === null || task.kernel.features.opensPidForChildrenWithoutInit) return ns
    return ns.childReaper === null && !ns.dead ? null : ns
  },
  user: (task) => task.cred.userNs,
  mnt: (task) => task.nsproxy?.mnt ?? null,
  cgroup: (task) => task.nsproxy?.cgroup ?? null,
  time: (task) => task.nsproxy?.time ?? null,
  time_for_children: (task) => task.nsproxy?.timeForChildren ?? null,
}

/** `/proc/<pid>/ns/<type>`: leads to the namespace's file. */
class NsLink extends PidInode {
  readonly #namespace: NsGetter

  constructor(sb: ProcSuperBlock, pid: Pid, namespace: NsGetter) {
    super(sb, pid, S_IFLNK | 0o777)
    this.#namespace = namespace
  }

  #find(task: Task): Namespace | number {
    const error = this.mayLookInto(task)
    if (error !== 0) return error
    return this.#namespace(this.pid.task!) ?? -ENOENT
  }

  override readlink(task: Task): string | number {
    const ns = this.#find(task)
    return typeof ns === 'number' ? ns : ns.linkText
  }

  override followLink(task: Task): Path | number {
    const ns = this.#find(task)
    return typeof ns === 'number' ? ns : nsPath(ns)
  }
}

class NsDir extends PidDir {
  constructor(sb: ProcSuperBlock, pid: Pid) {
    super(sb, pid, S_IFDIR | 0o511)
    this.nlink = 2
  }

  protected override make(_task: Task, name: string): Inode | number {
    const namespace = Object.hasOwn(NAMESPACES, name) ? NAMESPACES[name] : undefined
    return namespace === undefined ? -ENOENT : new NsLink(this.sb, this.pid, namespace)
  }

  protected override names(): Iterable<string> {
    return Object.keys(NAMESPACES)
  }
}

/** A link to a place that the task has: its root, its working directory, an open file. */
class PlaceLink extends PidInode {
  readonly #place: (target: Task) => Path | null

  constructor(sb: ProcSuperBlock, pid: Pid, mode: number, place: (target: Task) => Path | null) {
    super(sb, pid, S_IFLNK | mode)
    this.#place = place
    this.size = 64
  }

  override followLink(task: Task): Path | number {
    const error = this.mayLookInto(task)
    if (error !== 0) return error
    return this.#place(this.pid.task!) ?? -ENOENT
  }

  override readlink(task: Task): string | number {
    const place = this.followLink(task)
    return typeof place === 'number' ? place : describePath(place, task.fs!.root)
  }
}

/** What the open mode of a file shows as in the mode of its link. */
function linkMode(file: File): number {
  return ((file.mode & FMODE_READ) !== 0 ? 0o500 : 0) | ((file.mode & FMODE_WRITE) !== 0 ? 0o300 : 0)
}

/** `fd/` and `fdinfo/`: an entry a descriptor. */
abstract class DescriptorDir extends PidDir {
  protected fileOf(name: string): { fd: number; file: File } | null {
    const fd = nameToNumber(name)
    if (fd < 0) return null
    const file = this.pid.task?.files?.file(fd) ?? null
    return file === null ? null : { fd, file }
  }

  protected override get keeps(): boolean {
    return false
  }

  protected override *names(): Iterable<string> {
    const files = this.pid.task?.files
    if (files) for (const fd of files.descriptors()) yield String(fd)
  }
}

class FdDir extends DescriptorDir {
  constructor(sb: ProcSuperBlock, pid: Pid) {
    super(sb, pid, S_IFDIR | 0o500)
    this.nlink = 2
  }

  /** Its size is how many descriptors are open. */
  override revalidate(): void {
    super.revalidate()
    this.size = this.pid.task?.files?.count ?? 0
  }

  /** A process may always look at its own. */
  override permission(task: Task, mask: number): number {
    if (genericPermission(task, this, mask) === 0) return 1
    return this.pid.task !== null && this.pid.task.group === task.group ? 1 : -EACCES
  }

  protected override make(_task: Task, name: string): Inode | number {
    const found = this.fileOf(name)
    if (found === null) return -ENOENT
    const { fd } = found
    return new PlaceLink(this.sb, this.pid, linkMode(found.file), (target) => target.files?.file(fd) ?? null)
  }
}

/** What is said of a descriptor is for those who may look into its process. */
class FdInfoFile extends PidFile {
  override permission(task: Task): number {
    return this.pid.task === null ? -ESRCH : this.mayLookInto(task)
  }
}

class FdInfoDir extends DescriptorDir {
  constructor(sb: ProcSuperBlock, pid: Pid) {
    super(sb, pid, PLAIN_DIR)
    this.nlink = 2
  }

  override permission(task: Task): number {
    return this.pid.task === null ? -ESRCH : this.mayLookInto(task)
  }

  protected override make(_task: Task, name: string): Inode | number {
    const found = this.fileOf(name)
    if (found === null) return -ENOENT
    const { fd } = found
    const viewer = (this.sb as ProcSuperBlock).pidNs
    return new FdInfoFile(this.sb, this.pid, {
      mode: 0o444,
      whenGone: ESRCH,
      open: (opener, target, _flags, pid) =>
        ptraceMayAccess(opener, target, PTRACE_MODE_READ_FSCREDS) !== 0
          ? -EACCES
          : {
              read(_file, reader) {
                const files = pid.task?.files
                const file = files?.file(fd)
                return files && file ? fdinfoText(reader, file, files.isCloexec(fd), viewer) : -ENOENT
              },
            },
    })
  }
}

const O_CLOEXEC = 0o2000000

/** The text of `/proc/<pid>/fdinfo/<fd>`. */
function fdinfoText(reader: Task, file: File, cloexec: boolean, viewer: PidNamespace): string {
  const flags = file.flags | (cloexec ? O_CLOEXEC : 0)
  const head = `pos:\t${file.pos}\nflags:\t0${(flags >>> 0).toString(8)}\nmnt_id:\t${file.mnt.id}\nino:\t${file.inode.ino}\n`
  return head + file.fdinfo(reader, viewer)
}

class TaskDir extends PidDir {
  constructor(sb: ProcSuperBlock, pid: Pid) {
    super(sb, pid, PLAIN_DIR)
    this.nlink = 3
  }

  protected override get keeps(): boolean {
    return false
  }

  protected override make(_task: Task, name: string): Inode | number {
    const tid = nameToNumber(name)
    if (tid <= 0) return -ENOENT
    const pid = this.sb.pidNs.find(tid)
    if (pid === null || pid.task === null || pid.task.group !== this.pid.task!.group) return -ENOENT
    return new ProcPidDir(this.sb, pid, true)
  }

  protected override *names(): Iterable<string> {
    const group = this.pid.task?.group
    if (group !== undefined) for (const thread of group.threads) yield String(thread.tidIn(this.sb.pidNs))
  }
}

type Maker = (sb: ProcSuperBlock, pid: Pid) => Inode

const PLACES: Readonly<Record<string, Maker>> = {
  cwd: (sb, pid) => new PlaceLink(sb, pid, 0o777, (target) => target.fs?.cwd ?? null),
  root: (sb, pid) => new PlaceLink(sb, pid, 0o777, (target) => target.fs?.root ?? null),
  ns: (sb, pid) => new NsDir(sb, pid),
  fd: (sb, pid) => new FdDir(sb, pid),
  fdinfo: (sb, pid) => new FdInfoDir(sb, pid),
}

/** What a real `/proc/<pid>` has and the model has not: looking it up fails with ENOSYS. */
const UNMODELLED = new Set(
  (
    'arch_status attr autogroup auxv cgroup clear_refs cmdline coredump_filter cpuset environ exe io ' +
    'ksm_merging_pages ksm_stat latency limits loginuid map_files maps mem net numa_maps oom_adj ' +
    'oom_score oom_score_adj pagemap patch_state personality sched schedstat sessionid smaps smaps_rollup stack stat ' +
    'statm syscall timens_offsets timers timerslack_ns wchan children'
  ).split(' '),
)

/** `/proc/<pid>` and `/proc/<pid>/task/<tid>`. */
export class ProcPidDir extends PidDir {
  readonly #isThread: boolean

  constructor(sb: ProcSuperBlock, pid: Pid, isThread: boolean) {
    super(sb, pid, PLAIN_DIR)
    this.#isThread = isThread
    this.immutable = true
    this.nlink = isThread ? 7 : 9
  }

  protected override make(_task: Task, name: string): Inode | number {
    if (Object.hasOwn(FILES, name)) return new PidFile(this.sb, this.pid, FILES[name]!)
    if (Object.hasOwn(PLACES, name)) return PLACES[name]!(this.sb, this.pid)
    if (name === 'task' && !this.#isThread) return new TaskDir(this.sb, this.pid)
    return UNMODELLED.has(name) ? -ENOSYS : -ENOENT
  }

  protected override *names(): Iterable<string> {
    if (!this.#isThread) yield 'task'
    yield* Object.keys(PLACES)
    yield* Object.keys(FILES)
  }
}
