import { CAP_SYS_ADMIN } from '../kernel/capability.js'
import { refusalErrno } from '../kernel/check.js'
import { nsCapable } from '../kernel/cred.js'
import type { Dentry } from '../kernel/dentry.js'
import type { Markable } from '../kernel/fanotify/connector.js'
import type { FanotifyFeatures } from '../kernel/fanotify/features.js'
import { filesystemTraits } from '../kernel/fanotify/filesystem.js'
import type { FanotifyGroup } from '../kernel/fanotify/group.js'
import { hiddenEvents, maskWithoutChildren } from '../kernel/fanotify/mark_mask.js'
import type { MntNamespace } from '../kernel/mnt_namespace.js'
import { LOOKUP_DIRECTORY, LOOKUP_FOLLOW, lookupAt } from '../kernel/namei.js'
import type { Namespace } from '../kernel/namespace.js'
import { NS_MNT, NS_USER } from '../kernel/ns_type.js'
import { NsInode } from '../kernel/nsfs.js'
import { type Path, pathDone } from '../kernel/path.js'
import { inodePermission, MAY_READ } from '../kernel/permission.js'
import type { Task } from '../kernel/task.js'
import type { UserNamespace } from '../kernel/user_namespace.js'
import {
  FAN_MARK_ADD,
  FAN_MARK_DONT_FOLLOW,
  FAN_MARK_FILESYSTEM,
  FAN_MARK_FLUSH,
  FAN_MARK_IGNORE,
  FAN_MARK_IGNORED_MASK,
  FAN_MARK_IGNORED_SURV_MODIFY,
  FAN_MARK_INODE,
  FAN_MARK_MNTNS,
  FAN_MARK_MOUNT,
  FAN_MARK_ONLYDIR,
  FAN_MARK_USERNS,
} from '../uapi/constants/fanotify.js'
import { EBADF, EINVAL, ENOENT, ENOTDIR } from '../uapi/errno.js'
import type { ObjectChecks } from './accepted_calls.js'
import { FanotifyGroupFile } from './fanotify_group_file.js'
import {
  effectiveMask,
  FANOTIFY_MARK_CHECKS,
  FANOTIFY_MARK_OBJECT_CHECKS,
  type MarkObject,
  type MarkObjectRequest,
  markType,
} from './fanotify_mark_checks.js'
import { readPath } from './path_argument.js'
import type { Registers } from './registers.js'

/** The mark type that a namespace's nsfs file takes. */
const NAMESPACE_MARKS: Readonly<Record<number, number>> = { [NS_MNT]: FAN_MARK_MNTNS, [NS_USER]: FAN_MARK_USERNS }

/** A task's fanotify_mark call, as the checks look at it: one object, filled anew for each call. */
export class MarkCall implements MarkObjectRequest, MarkObject {
  task!: Task
  flags = 0
  maskLo = 0
  maskHi = 0
  features!: FanotifyFeatures
  permissionEvents = false
  groupError = 0
  groupFlags = 0
  file: FanotifyGroupFile | null = null
  pathError = 0
  path: Path | null = null

  /** Takes the arguments but for dirfd and pathname. */
  begin(task: Task, fd: number, flags: number, maskLo: number, maskHi: number): void {
    const { kernel } = task
    this.task = task
    this.flags = flags
    this.maskLo = maskLo
    this.maskHi = maskHi
    this.features = kernel.features.fanotify
    this.permissionEvents = kernel.config.fanotifyPermissions
    this.pathError = 0
    this.path = null
    const file = task.files!.file(fd)
    // A queue descriptor is of the same kind, and takes no marks.
    if (file instanceof FanotifyGroupFile) {
      this.groupError = 0
      this.file = file
      this.groupFlags = file.group.flags
    } else {
      this.groupError = file === null || file.isPathOnly ? EBADF : EINVAL
      this.file = null
      this.groupFlags = 0
    }
  }

  /** Takes what dirfd and pathname lead to. */
  found(path: Path | number): void {
    if (typeof path === 'number') this.pathError = -path
    else this.path = path
  }

  /** Lets go of everything. */
  end(): void {
    this.file = null
    this.path = null
  }

  get groupAdmin(): boolean {
    return nsCapable(this.task.cred, this.file!.group.userNs, CAP_SYS_ADMIN)
  }

  get object(): MarkObject {
    return this
  }

  get isDirectory(): boolean {
    return this.path!.dentry.inode.isDir
  }

  get isRegular(): boolean {
    return this.path!.dentry.inode.isReg
  }

  get preContent(): boolean {
    return filesystemTraits(this.path!.dentry.sb.type).preContent
  }

  get noPermissionEvents(): boolean {
    return filesystemTraits(this.path!.dentry.sb.type).noPermissionEvents
  }

  get internalMount(): boolean {
    return this.path!.dentry.sb.internal
  }

  get readable(): boolean {
    return inodePermission(this.task, this.path!.dentry.inode, MAY_READ, this.path!.mnt.idmap) === 0
  }

  get hasFsid(): boolean {
    return true
  }

  get decodesHandles(): boolean {
    return filesystemTraits(this.path!.dentry.sb.type).decodesHandles
  }

  get superblockAdmin(): boolean {
    return nsCapable(this.task.cred, this.path!.dentry.sb.userNs, CAP_SYS_ADMIN)
  }

  get namespace(): Namespace | null {
    const { inode } = this.path!.dentry
    return inode instanceof NsInode ? inode.ns : null
  }

  get namespaceMark(): number {
    const { namespace } = this
    return namespace === null ? 0 : (NAMESPACE_MARKS[namespace.type] ?? 0)
  }

  get namespaceAdmin(): boolean {
    const ns = this.namespace!
    return nsCapable(this.task.cred, ns.type === NS_USER ? (ns as UserNamespace) : ns.owner!, CAP_SYS_ADMIN)
  }
}

const CALL: MarkCall = new MarkCall()

/** What dirfd and pathname lead to; without a pathname, dirfd itself. */
function findObject(task: Task, regs: Registers, flags: number): Path | number {
  const dirfd = regs.i32(3)
  const onlyDir = (flags & FAN_MARK_ONLYDIR) !== 0
  if (regs.ptr(4) === 0) {
    const file = task.files!.file(dirfd)
    if (file === null || file.isPathOnly) return -EBADF
    return onlyDir && !file.inode.isDir ? -ENOTDIR : file
  }
  const name = readPath(regs, 4)
  if (typeof name === 'number') return name
  if (name === '') return -ENOENT
  const follow = (flags & FAN_MARK_DONT_FOLLOW) === 0 ? LOOKUP_FOLLOW : 0
  return lookupAt(task, dirfd, name, follow | (onlyDir ? LOOKUP_DIRECTORY : 0))
}

/** The kernel object that a mark of this type sits on. */
function markedObject(call: MarkCall, type: number): Markable {
  const { mnt, dentry } = call.path!
  switch (type) {
    case FAN_MARK_INODE:
      return dentry.inode
    case FAN_MARK_MOUNT:
      return mnt
    case FAN_MARK_FILESYSTEM:
      return dentry.sb
    default:
      return call.namespace as MntNamespace | UserNamespace
  }
}

/** True for an ignore mask that the next write to the file, which is open for writing, would clear at once. */
function isFutile(flags: number, type: number, dentry: Dentry): boolean {
  return (
    type === FAN_MARK_INODE &&
    (flags & (FAN_MARK_IGNORED_MASK | FAN_MARK_IGNORE)) !== 0 &&
    (flags & FAN_MARK_IGNORED_SURV_MODIFY) === 0 &&
    dentry.inode.writers > 0
  )
}

function applyMark(call: MarkCall, group: FanotifyGroup): number {
  const { flags } = call
  const { dentry } = call.path!
  const type = markType(flags)
  const object = markedObject(call, type)
  const given = effectiveMask(flags, call.maskLo)
  const whole = type === FAN_MARK_INODE && dentry.inode.isDir
  const mask = whole ? given : maskWithoutChildren(group.flags, flags, given)
  if ((flags & FAN_MARK_ADD) === 0) return group.removeMark(object, flags, mask, hiddenEvents(flags, whole))
  if (isFutile(flags, type, dentry)) return 0
  const held = type === FAN_MARK_INODE && !dentry.sb.keepsInodes ? dentry : null
  return group.addMark(object, type, flags, mask, held)
}

/** The checks of the arguments: those of the object that are left to make, or -errno. */
function checkArguments(call: MarkCall): ObjectChecks | number {
  const { file, flags, maskLo } = call
  const { cred } = call.task
  if (file !== null && call.maskHi === 0) {
    const left = file.accepted.find(flags, maskLo, cred)
    if (left !== null) return left
  }
  const refused = FANOTIFY_MARK_CHECKS.firstRefusal(call)
  if (refused !== null) return -refusalErrno(refused, call)
  const left = FANOTIFY_MARK_OBJECT_CHECKS.narrow(call)
  file!.accepted.add(flags, maskLo, cred, left)
  return left
}

/** fanotify_mark(fanotify_fd, flags, mask, dirfd, pathname): adds to, takes from or removes a group's marks. */
export function fanotifyMark(task: Task, regs: Registers): number {
  const call = CALL
  const flags = regs.u32(1)
  call.begin(task, regs.i32(0), flags, regs.u32(2), regs.hi(2))
  const checks = checkArguments(call)
  if (typeof checks === 'number') return checks
  const { group } = call.file!

  if ((flags & FAN_MARK_FLUSH) !== 0) {
    group.flushMarks(markType(flags))
    return 0
  }

  call.found(findObject(task, regs, flags))
  const { path } = call
  const refused = checks.firstRefusal(call)
  const result = refused === null ? applyMark(call, group) : -refusalErrno(refused, call)
  if (path !== null) pathDone(path)
  call.end()
  return result
}
