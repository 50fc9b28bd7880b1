import { PROC_SUPER_MAGIC } from '../uapi/constants/magic.js'
import { ENOENT, ENOSYS } from '../uapi/errno.js'
import { S_IFDIR } from '../uapi/fcntl.js'
import { Dentry } from './dentry.js'
import type { Inode } from './inode.js'
import type { Kernel } from './kernel.js'
import type { Pid } from './pid.js'
import type { PidNamespace } from './pid_namespace.js'
import { nameToNumber, ProcInode, ProcLink, ProcTextFile } from './proc_inode.js'
import { ProcPidDir } from './proc_pid.js'
import { procSysRoot } from './proc_sys.js'
import { SuperBlock } from './super_block.js'
import type { Task } from './task.js'

const ROOT_INO = 1

/** What stands at the top of a real `/proc` and is not modelled: looking it up fails with ENOSYS. */
const UNMODELLED = new Set(
  (
    'acpi buddyinfo bus cgroups cmdline config.gz consoles cpuinfo crypto devices diskstats dma driver execdomains ' +
    'fb fs interrupts iomem ioports irq kallsyms kcore key-users keys kmsg kpagecgroup kpagecount kpageflags loadavg ' +
    'locks meminfo misc modules mtrr net pagetypeinfo partitions pressure sched_debug schedstat scsi slabinfo softirqs ' +
    'stat swaps sysrq-trigger sysvipc timer_list tty uptime vmallocinfo vmstat zoneinfo filesystems'
  ).split(' '),
)

/** `/proc`: the processes of one pid namespace, and the system's files. */
class ProcRoot extends ProcInode {
  constructor(sb: ProcSuperBlock) {
    super(sb, S_IFDIR | 0o555, ROOT_INO)
    this.nlink = 2
  }

  override lookup(_task: Task, dir: Dentry, name: string): Dentry | number {
    const number = nameToNumber(name)
    if (number > 0) return this.sb.pidDentry(number, dir)
    const known = dir.children?.get(name)
    if (known !== undefined) return known
    const inode = this.#make(name)
    if (typeof inode === 'number') return inode
    const dentry = new Dentry(name, dir, inode)
    dir.add(dentry)
    return dentry
  }

  #make(name: string): Inode | number {
    const { sb } = this
    switch (name) {
      case 'self':
        return new ProcLink(sb, (task) => {
          const pid = task.pidIn(sb.pidNs)
          return pid === 0 ? -ENOENT : String(pid)
        })
      case 'thread-self':
        return new ProcLink(sb, (task) => {
          const pid = task.pidIn(sb.pidNs)
          return pid === 0 ? -ENOENT : `${pid}/task/${task.tidIn(sb.pidNs)}`
        })
      case 'mounts':
        return new ProcLink(sb, () => 'self/mounts')
      case 'version':
        return new ProcTextFile(sb, 0o444, { read: () => 'Linux version (modelled)\n' })
      case 'sys':
        return procSysRoot(sb)
      default:
        return UNMODELLED.has(name) ? -ENOSYS : -ENOENT
    }
  }

  override *entries(_task: Task, dir: Dentry): IterableIterator<{ name: string; ino: number; mode: number }> {
    for (const name of ['version', 'mounts', 'sys', 'self', 'thread-self']) {
      const child = dir.inode.lookup(_task, dir, name) as Dentry
      yield { name, ino: child.inode.ino, mode: child.inode.mode }
    }
    const { pidNs } = this.sb
    for (let pid = pidNs.nextAfter(0); pid !== null; ) {
      const nr = pid.nrIn(pidNs)
      if (pid.group !== null) {
        const child = this.sb.pidDentry(nr, dir)
        if (typeof child !== 'number') yield { name: String(nr), ino: child.inode.ino, mode: child.inode.mode }
      }
      pid = pidNs.nextAfter(nr)
    }
  }
}

/** The directory of a process; the pid remembers it for each procfs that was asked. */
class ProcPidDentry extends Dentry {
  /** The same process's directory in another procfs. */
  next: Dentry | null = null
}

/** The procfs of a pid namespace. */
export class ProcSuperBlock extends SuperBlock {
  readonly pidNs: PidNamespace

  constructor(kernel: Kernel, pidNs: PidNamespace, dev: number) {
    super(kernel, 'proc', PROC_SUPER_MAGIC, dev, pidNs.owner ?? kernel.initUserNs)
    this.blockSize = 1024
    this.countsFromEnd = true
    this.noExec = true
    this.noDev = true
    this.pidNs = pidNs
    this.root = new Dentry('/', null, new ProcRoot(this))
  }

  /** `/proc/<number>`, or -ENOENT if this pid namespace has no such task. */
  pidDentry(number: number, dir: Dentry): Dentry | number {
    const pid = this.pidNs.find(number)
    if (pid === null || pid.task === null) return -ENOENT
    return this.#cached(pid) ?? this.#remember(pid, number, dir)
  }

  #cached(pid: Pid): Dentry | null {
    for (let at = pid.procDentry as ProcPidDentry | null; at !== null; at = at.next as ProcPidDentry | null) {
      if (at.sb === this) return at
    }
    return null
  }

  #remember(pid: Pid, number: number, dir: Dentry): Dentry {
    const dentry = new ProcPidDentry(String(number), dir, new ProcPidDir(this, pid, false))
    dentry.next = pid.procDentry
    pid.procDentry = dentry
    return dentry
  }
}
