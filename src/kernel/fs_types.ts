import { ENODEV, ENOSYS } from '../uapi/errno.js'
import { type FsType, NO_TEXT } from './fs_type.js'
import { MemorySuperBlock } from './memory_fs.js'
import { ProcSuperBlock } from './procfs.js'
import { tmpfs } from './tmpfs.js'

const RAMFS_MODE = 0o755

const ramfs: FsType = {
  name: 'ramfs',
  usernsMount: true,
  userNs: (task) => task.cred.userNs,
  parse(context, key, value) {
    if (key === 'source') return null
    // Others are no offence.
    if (key !== 'mode') return 0
    if (typeof value !== 'string' || !/^[0-7]{1,11}$/.test(value)) return context.invalid("ramfs: Bad value for 'mode'")
    context.options = { mode: Number.parseInt(value, 8) & 0o7777 }
    return 0
  },
  getTree(task, context) {
    const { mode } = context.options as { mode?: number }
    const sb = new MemorySuperBlock(task.kernel, 'ramfs', task.kernel.vfs.newDev(), mode ?? RAMFS_MODE, context.userNs)
    sb.root.inode.uid = task.cred.fsuid
    sb.root.inode.gid = task.cred.fsgid
    if (mode !== undefined && mode !== RAMFS_MODE) sb.options = `,mode=${mode.toString(8)}`
    return sb
  },
  reconfigure: () => 0,
}

const PROC_KEYS: ReadonlySet<string> = new Set(['hidepid', 'subset', 'gid', 'pidns'])

const proc: FsType = {
  name: 'proc',
  usernsMount: true,
  userNs: (task) => task.pidNamespace.owner!,
  parse(context, key, value) {
    if (!PROC_KEYS.has(key)) return null
    // hidepid=, subset= and gid= exist and are not modelled.
    return value === NO_TEXT && key !== 'pidns' ? context.invalid(`proc: Bad value for '${key}'`) : -ENOSYS
  },
  getTree: (task) => new ProcSuperBlock(task.kernel, task.pidNamespace, task.kernel.vfs.newDev()),
  reconfigure: () => 0,
}

/** A filesystem that there is one of: mounting it mounts the one from boot. */
function single(name: string, usernsMount: boolean, parse: FsType['parse'] = () => null): FsType {
  return {
    name,
    usernsMount,
    userNs: (task) => task.cred.userNs,
    parse,
    getTree(task) {
      if (task.cred.userNs !== task.kernel.initUserNs) return -ENOSYS
      return task.kernel.vfs.bootSuperBlock(name) ?? -ENOSYS
    },
    reconfigure: () => 0,
  }
}

const MODELLED: ReadonlyMap<string, FsType> = new Map(
  [tmpfs, ramfs, proc, single('sysfs', true), single('devtmpfs', false, tmpfs.parse), single('cgroup2', true)].map(
    (type) => [type.name, type],
  ),
)

/** Filesystems that a kernel has and the model has not. */
const UNMODELLED = new Set(
  (
    'autofs bdev binfmt_misc bpf btrfs cgroup configfs cpuset debugfs devpts ecryptfs efivarfs erofs ext2 ext3 ext4 ' +
    'fuse fuseblk fusectl hostfs hugetlbfs iso9660 mqueue nfs nfs4 nullfs overlay pidfs pipefs pstore rootfs securityfs ' +
    'sockfs squashfs tracefs vfat xfs'
  ).split(' '),
)

/** The filesystem type of that name; -ENODEV for none, -ENOSYS for one that is not modelled. */
export function fsTypeByName(name: string): FsType | number {
  return MODELLED.get(name) ?? (UNMODELLED.has(name) ? -ENOSYS : -ENODEV)
}

/** The type of a filesystem that is mounted: what changing its options goes through. */
export function fsTypeOf(name: string): FsType {
  // Others, such as nsfs and hostfs, have no option that can change.
  return MODELLED.get(name) ?? { ...ramfs, name, parse: () => null }
}
