import { CAP_DAC_READ_SEARCH } from '../kernel/capability.js'
import { nsCapable } from '../kernel/cred.js'
import { decodeNsHandle } from '../kernel/handles.js'
import type { Mount } from '../kernel/mount.js'
import { NsfsSuperBlock } from '../kernel/nsfs.js'
import { openPlace } from '../kernel/open.js'
import { type Path, pathDone } from '../kernel/path.js'
import type { Pid } from '../kernel/pid.js'
import { newPidfd } from '../kernel/pidfd_file.js'
import { PidfsSuperBlock } from '../kernel/pidfs.js'
import type { SuperBlock } from '../kernel/super_block.js'
import type { Task } from '../kernel/task.js'
import { FD_NSFS_ROOT } from '../uapi/constants/nsfs.js'
import { PIDFD_THREAD } from '../uapi/constants/pidfd.js'
import { EBADF, EFAULT, EINVAL, ELOOP, EOPNOTSUPP, EOVERFLOW, EPERM, ESTALE } from '../uapi/errno.js'
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  AT_SYMLINK_FOLLOW,
  AT_SYMLINK_NOFOLLOW,
  O_ACCMODE,
  O_CLOEXEC,
  O_LARGEFILE,
  O_NONBLOCK,
  O_PATH,
} from '../uapi/fcntl.js'
import { fileAt } from './descriptors.js'
import { installFile } from './install_file.js'
import { copyToUser } from './memory.js'
import { giveDescriptor, handleOpenFlags } from './open.js'
import type { PendingSyscall } from './pending.js'
import type { Registers } from './registers.js'
import { pathArgument } from './stat.js'
import type { SyscallRow } from './syscall_row.js'

/** Stands for pidfs where a descriptor of a filesystem is asked for. */
const FD_PIDFS_ROOT = -10002
const AT_HANDLE_FID = 0x200
const AT_HANDLE_MNT_ID_UNIQUE = 1
const AT_HANDLE_CONNECTABLE = 2
/** struct file_handle before its bytes: handle_bytes and handle_type. */
const HEADER = 8
const MAX_HANDLE_SZ = 128
/** handle_type of what cannot be encoded, or not in the room there is. */
const FILEID_INVALID = 0xff
/** Bits of handle_type that open_by_handle_at takes beside the type. */
const TYPE_FLAGS = 0x3_0000

const header = new Uint8Array(HEADER)
const headerView = new DataView(header.buffer)
const mountId = new Uint8Array(8)
const mountIdView = new DataView(mountId.buffer)

function nameToHandleAt(task: Task, regs: Registers): number {
  const flags = regs.i32(4)
  const known = AT_SYMLINK_FOLLOW | AT_EMPTY_PATH | AT_HANDLE_FID | AT_HANDLE_MNT_ID_UNIQUE | AT_HANDLE_CONNECTABLE
  if ((flags & ~known) !== 0) return -EINVAL
  if ((flags & AT_HANDLE_CONNECTABLE) !== 0 && (flags & (AT_HANDLE_FID | AT_EMPTY_PATH)) !== 0) return -EINVAL
  const follow = (flags & AT_SYMLINK_FOLLOW) !== 0 ? 0 : AT_SYMLINK_NOFOLLOW
  // Unlike statx it takes no NULL for the empty path.
  if (regs.ptr(1) === 0) return -EFAULT
  const path = pathArgument(task, regs, regs.i32(0), 1, (flags & AT_EMPTY_PATH) | follow)
  if (typeof path === 'number') return path
  const result = storeHandle(regs, path, flags)
  pathDone(path)
  return result
}

function storeHandle(regs: Registers, path: Path, flags: number): number {
  const { memory } = regs
  const { sb, inode } = path.dentry
  const handle = sb.encodeHandle(inode, (flags & AT_HANDLE_FID) !== 0)
  // No filesystem that is modelled finds a parent by its handle.
  if (handle === null || (flags & AT_HANDLE_CONNECTABLE) !== 0) return -EOPNOTSUPP
  const address = regs.ptr(2)
  if (memory.copyIn(address, header, HEADER) < HEADER) return -EFAULT
  const room = headerView.getUint32(0, true)
  if (room > MAX_HANDLE_SZ) return -EINVAL
  const fits = handle.bytes.length <= (room & ~3)
  const mntId = regs.ptr(3)
  const unique = (flags & AT_HANDLE_MNT_ID_UNIQUE) !== 0
  const number = unique ? path.mnt.idUnique : path.mnt.id
  mountIdView.setUint32(0, number, true)
  mountIdView.setUint32(4, Math.floor(number / 0x1_0000_0000), true)
  // put_user: whole or not at all.
  const width = unique ? 8 : 4
  if (memory.writable(mntId, width) < width || copyToUser(memory, mntId, mountId, width) !== 0) return -EFAULT
  headerView.setUint32(0, handle.bytes.length, true)
  headerView.setInt32(4, fits ? handle.type : FILEID_INVALID, true)
  if (copyToUser(memory, address, header) !== 0) return -EFAULT
  if (!fits) return -EOVERFLOW
  return copyToUser(memory, address + HEADER, handle.bytes)
}

/** The filesystem that a descriptor of open_by_handle_at names, or -errno. */
function handleRoot(task: Task, fd: number): SuperBlock | number {
  if (fd === FD_PIDFS_ROOT) return task.kernel.vfs.pidfs.sb
  if (fd === FD_NSFS_ROOT) return task.kernel.vfs.nsfs.sb
  if (fd === AT_FDCWD) return task.fs!.cwd.mnt.sb
  const file = fileAt(task, fd)
  return file === null ? -EBADF : file.mnt.sb
}

/** The mount that a file is opened through whose handle was decoded. */
function handleMount(task: Task, fd: number): Mount {
  return fd === AT_FDCWD ? task.fs!.cwd.mnt : fileAt(task, fd)!.mnt
}

function openByHandleAt(task: Task, regs: Registers): number | PendingSyscall {
  const { memory } = regs
  const address = regs.ptr(1)
  if (memory.copyIn(address, header, HEADER) < HEADER) return -EFAULT
  const length = headerView.getUint32(0, true)
  if (length > MAX_HANDLE_SZ || length === 0) return -EINVAL
  const type = headerView.getInt32(4, true)
  if ((type & ~0xffff & ~TYPE_FLAGS) !== 0) return -EINVAL
  const sb = handleRoot(task, regs.i32(0))
  if (typeof sb === 'number') return sb
  // Namespaces are judged one by one once they are found; elsewhere it takes the right to read everything.
  const nsfs = sb instanceof NsfsSuperBlock
  if (!nsfs && !(sb instanceof PidfsSuperBlock) && !nsCapable(task.cred, task.kernel.initUserNs, CAP_DAC_READ_SEARCH))
    return -EPERM
  const bytes = new Uint8Array(length)
  if (memory.copyIn(address + HEADER, bytes, length) < length) return -EFAULT
  if (sb instanceof PidfsSuperBlock) return openPidHandle(task, sb.decodeHandle(type & 0xffff, bytes), regs.i32(2))
  if (!nsfs) {
    const own = sb.encodeHandle(sb.root.inode, false)
    const dentry = own === null ? null : sb.dentryOfHandle(type, bytes)
    return dentry === null ? -ESTALE : openPath(task, { mnt: handleMount(task, regs.i32(0)), dentry }, regs.i32(2))
  }
  // Asking for a connected or a directory's handle (bits above the type) finds none either.
  const path = decodeNsHandle(task, type, bytes)
  if (typeof path === 'number') return path
  const result = openPath(task, path, regs.i32(2))
  pathDone(path)
  return result
}

/** A pidfd for a decoded handle, if the caller has a number for the process. */
function openPidHandle(task: Task, pid: Pid | null, wanted: number): number {
  if ((wanted & ~(O_CLOEXEC | O_NONBLOCK | O_LARGEFILE | O_ACCMODE | PIDFD_THREAD)) !== 0) return -EINVAL
  if (pid === null || pid.nrIn(task.pidNamespace) === 0) return -ESTALE
  const flags = wanted & (O_NONBLOCK | PIDFD_THREAD)
  return installFile(task, newPidfd(task, pid, flags), (wanted & O_CLOEXEC) !== 0)
}

function openPath(task: Task, path: Path, wanted: number): number | PendingSyscall {
  const fd = task.files!.free(task.group.rlimits.nofile)
  if (fd < 0) return fd
  const flags = handleOpenFlags(task, wanted)
  if (flags < 0) return flags
  if (path.dentry.inode.isLink && (flags & O_PATH) === 0) return -ELOOP
  const file = openPlace(task, path, { flags: flags & ~O_CLOEXEC, mode: 0, resolve: 0 })
  return typeof file === 'number' ? file : giveDescriptor(task, file, fd, flags)
}

/** File handles. */
export const handleSyscalls: readonly SyscallRow[] = [
  { nr: 303, name: 'name_to_handle_at', support: 'full', handler: nameToHandleAt },
  {
    nr: 304,
    name: 'open_by_handle_at',
    support: 'partial',
    note: 'handles of namespaces, processes and files on tmpfs; those of other filesystems: ESTALE',
    handler: openByHandleAt,
  },
]
