import {
  EACCES,
  EAGAIN,
  EBADF,
  EBUSY,
  EEXIST,
  EINVAL,
  EISDIR,
  ELOOP,
  ENOENT,
  ENOTDIR,
  ENOTEMPTY,
  EOVERFLOW,
  EPERM,
  EXDEV,
} from '../uapi/errno.js'
import {
  AT_FDCWD,
  RESOLVE_BENEATH,
  RESOLVE_CACHED,
  RESOLVE_IN_ROOT,
  RESOLVE_NO_MAGICLINKS,
  RESOLVE_NO_SYMLINKS,
  RESOLVE_NO_XDEV,
} from '../uapi/fcntl.js'
import { touchAtime } from './atime.js'
import type { Dentry } from './dentry.js'
import { fsnotifyDelete, fsnotifyLinkCount } from './fsnotify.js'
import { gidThrough, hasOwners, type MntIdmap, uidThrough, vfsuid } from './mnt_idmap.js'
import { MNT_NOSYMFOLLOW, type Mount } from './mount.js'
import { type Path, pathDone } from './path.js'
import { inodePermission, MAY_EXEC, MAY_WRITE, STICKY_AND_OPEN, stickyForbids, wantWrite } from './permission.js'
import type { SuperBlock } from './super_block.js'
import type { Task } from './task.js'
import { detachMounts } from './umount.js'

/** Follow a symbolic link in the last component. */
export const LOOKUP_FOLLOW = 1 as const
/** The result must be a directory. */
export const LOOKUP_DIRECTORY = 2 as const

/** Symbolic links that one walk follows before it gives up with ELOOP. */
const MAX_SYMLINKS = 40

/** What the last component of a path is. */
export type LastType = 'name' | 'dot' | 'dotdot' | 'root'

/** A path's components. */
interface Components {
  readonly names: readonly string[]
  readonly types: readonly LastType[]
  /** Slashes follow the last one. */
  readonly trailingSlash: boolean
}

/** Paths that were taken apart; programs use few, over and over. */
const known: Map<string, Components> = new Map()
const MAX_KNOWN = 4096
const MAX_KNOWN_LENGTH = 128

/** The one copy of a string that V8 keeps for names of properties: two of them are compared by where they lie. */
const interned = (text: string): string => Object.keys({ [text]: 0 })[0]!

function takeApart(path: string): Components {
  const seen = known.get(path)
  if (seen !== undefined) return seen
  const names: string[] = []
  const types: LastType[] = []
  for (let at = 0, slash = 0; at < path.length; at = slash + 1) {
    slash = path.indexOf('/', at)
    if (slash < 0) slash = path.length
    if (slash === at) continue
    const name = interned(path.slice(at, slash))
    names.push(name)
    types.push(name === '.' ? 'dot' : name === '..' ? 'dotdot' : 'name')
  }
  const components = { names, types, trailingSlash: names.length > 0 && path.endsWith('/') }
  if (path.length <= MAX_KNOWN_LENGTH) {
    if (known.size >= MAX_KNOWN) known.clear()
    known.set(path, components)
  }
  return components
}

/**
 * A path walk under way. {@link Walk.toParent} goes to the directory that holds the last component; what becomes of that
 * is up to the call: {@link Walk.last} looks it up, opens and creations look at it themselves.
 */
export class Walk implements Path {
  readonly task: Task
  readonly resolve: number
  readonly root: Path
  mnt: Mount
  dentry: Dentry
  /** The last component, after {@link Walk.toParent}. */
  name = ''
  type: LastType = 'root'
  /** Slashes followed the last component. */
  trailingSlash = false
  #links = 0

  /** `start` is where relative names begin; with RESOLVE_BENEATH and RESOLVE_IN_ROOT also the root that cannot be left. */
  constructor(task: Task, start: Path, resolve: number) {
    const { vfs } = task.kernel
    if (vfs.unbuilt !== null) vfs.build()
    this.task = task
    this.resolve = resolve
    this.mnt = start.mnt
    this.dentry = start.dentry
    const scoped = (resolve & (RESOLVE_BENEATH | RESOLVE_IN_ROOT)) !== 0
    this.root = scoped ? { mnt: start.mnt, dentry: start.dentry } : task.fs!.root
  }

  get #scoped(): boolean {
    return (this.resolve & (RESOLVE_BENEATH | RESOLVE_IN_ROOT)) !== 0
  }

  /** Walks `name` up to its last component: 0 or -errno. */
  toParent(name: string): number {
    if (name.charCodeAt(0) === 0x2f) {
      if ((this.resolve & RESOLVE_BENEATH) !== 0) return -EXDEV
      this.mnt = this.root.mnt
      this.dentry = this.root.dentry
    }
    return this.#walk(name)
  }

  #walk(path: string): number {
    this.type = 'root'
    this.name = ''
    this.trailingSlash = false
    const { names, types, trailingSlash } = takeApart(path)
    const last = names.length - 1
    for (let at = 0; at <= last; at++) {
      const error = inodePermission(this.task, this.dentry.inode, MAY_EXEC, this.mnt.idmap)
      if (error !== 0) return error
      this.name = names[at]!
      this.type = types[at]!
      if (at === last) break
      const step = this.#step(true)
      if (step !== 0) return step
      if (!this.dentry.inode.isDir) return -ENOTDIR
    }
    this.trailingSlash = trailingSlash
    return 0
  }

  /** Takes the component that `name` and `type` hold. `follow`: walk through it when it is a symbolic link. */
  #step(follow: boolean, isLast = false): number {
    switch (this.type) {
      case 'root':
      case 'dot':
        return 0
      case 'dotdot':
        return this.#up()
      case 'name': {
        const child = this.dentry.inode.lookup(this.task, this.dentry, this.name)
        return typeof child === 'number' ? child : this.into(child, follow, isLast)
      }
    }
  }

  /** Enters `child` of the present directory: onto what is mounted there, or through it when it is a link to be followed. */
  into(child: Dentry, follow: boolean, isLast = false): number {
    if (child.inode.isLink && follow) return this.#follow(child, isLast)
    let dentry = child
    while (dentry.mounts !== null) {
      const above = this.mnt.childAt(dentry)
      if (above === null) break
      if ((this.resolve & RESOLVE_NO_XDEV) !== 0) return -EXDEV
      this.mnt = above
      dentry = above.root
    }
    this.dentry = dentry
    return 0
  }

  /** Whether somebody else's link in a directory like /tmp may be followed. */
  #mayFollow(link: Dentry): boolean {
    const dir = this.dentry.inode
    const owner = vfsuid(this.mnt.idmap, link.inode)
    if (this.task.cred.fsuid === owner) return true
    return (dir.mode & STICKY_AND_OPEN) !== STICKY_AND_OPEN || vfsuid(this.mnt.idmap, dir) === owner
  }

  /** Goes through a link: at its end (text), or at the place it jumps to. */
  #readLink(link: Dentry, isLast: boolean): string | number {
    if (this.#links++ >= MAX_SYMLINKS) return -ELOOP
    if (isLast && this.task.kernel.features.protectedSymlinks && !this.#mayFollow(link)) return -EACCES
    if ((this.resolve & RESOLVE_NO_SYMLINKS) !== 0) return -ELOOP
    if ((this.mnt.flags & MNT_NOSYMFOLLOW) !== 0) return -ELOOP
    touchAtime({ mnt: this.mnt, dentry: link })
    const target = link.inode.followLink(this.task, link)
    if (typeof target === 'number') return target
    if (typeof target !== 'string') {
      const refused = this.#refusesJump(target)
      if (refused !== 0) {
        pathDone(target)
        return refused
      }
      this.mnt = target.mnt
      this.dentry = target.dentry
      return ''
    }
    if (target.charCodeAt(0) === 0x2f) {
      if ((this.resolve & RESOLVE_BENEATH) !== 0) return -EXDEV
      if ((this.resolve & RESOLVE_NO_XDEV) !== 0 && this.mnt !== this.root.mnt) return -EXDEV
      this.mnt = this.root.mnt
      this.dentry = this.root.dentry
    }
    return target
  }

  /** Whether a link of procfs may be followed to where it jumps: 0 or -errno. */
  #refusesJump(target: Path): number {
    if ((this.resolve & RESOLVE_NO_MAGICLINKS) !== 0) return -ELOOP
    if ((this.resolve & RESOLVE_CACHED) !== 0) return -EAGAIN
    if ((this.resolve & RESOLVE_NO_XDEV) !== 0 && target.mnt !== this.mnt) return -EXDEV
    return this.#scoped ? -EXDEV : 0
  }

  /**
   * Follows a link that is the last component up to the last component of its text: 1, or 0 when it led to a place
   * at once, or -errno.
   */
  followToParent(link: Dentry): number {
    const target = this.#readLink(link, true)
    if (typeof target === 'number') return target
    if (target === '') return 0
    const error = this.#walk(target)
    return error === 0 ? 1 : error
  }

  #follow(link: Dentry, isLast: boolean): number {
    const target = this.#readLink(link, isLast)
    if (typeof target === 'number') return target
    if (target === '') return 0
    // Walked at once, not put before what is left of the path: which component that ends with must not be lost.
    const { name, type, trailingSlash } = this
    let error = this.#walk(target)
    if (error === 0) error = this.#step(true, isLast)
    if (error === 0 && this.trailingSlash && !this.dentry.inode.isDir) error = -ENOTDIR
    this.name = name
    this.type = type
    this.trailingSlash = trailingSlash
    return error
  }

  #up(): number {
    const { root } = this
    let { mnt, dentry } = this as Path
    for (;;) {
      if (mnt === root.mnt && dentry === root.dentry) break
      if (dentry !== mnt.root) {
        // A directory that was moved out of the mounted part has no way up.
        if (dentry.isRoot) return -ENOENT
        this.mnt = mnt
        return this.into(dentry.parent, false)
      }
      if (mnt.parent === null) break
      if ((this.resolve & RESOLVE_NO_XDEV) !== 0) return -EXDEV
      dentry = mnt.mountpoint!
      mnt = mnt.parent
    }
    if ((this.resolve & RESOLVE_BENEATH) !== 0) return -EXDEV
    this.mnt = mnt
    return this.into(dentry, false)
  }

  /** Takes the last component; with `follow` through symbolic links to the end. */
  last(follow: boolean): number {
    const mustBeDir = this.trailingSlash
    const error = this.#step(follow || mustBeDir, true)
    if (error !== 0) return error
    if (mustBeDir && !this.dentry.inode.isDir) return -ENOTDIR
    return this.finish()
  }

  /** With RESOLVE_BENEATH and RESOLVE_IN_ROOT the result must lie below the start. */
  finish(): number {
    if (this.#scoped && !isUnder(this, this.root)) return -EXDEV
    return 0
  }
}

/** True when `path` is `top` or below it, across mounts. */
export function isUnder(path: Path, top: Path): boolean {
  let { mnt, dentry } = path
  while (mnt !== top.mnt) {
    if (mnt.parent === null) return false
    dentry = mnt.mountpoint!
    mnt = mnt.parent
  }
  return dentry.isBelow(top.dentry)
}

/** Where a name relative to `dfd` starts. An absolute one does not look at `dfd` (but with RESOLVE_IN_ROOT): its start is the root. */
export function startAt(task: Task, dfd: number, name: string, resolve = 0): Path | number {
  const fs = task.fs!
  if (name.charCodeAt(0) === 0x2f && (resolve & RESOLVE_IN_ROOT) === 0) return fs.root
  if (dfd === AT_FDCWD) return fs.cwd
  const file = task.files!.file(dfd)
  if (file === null) return -EBADF
  if (name !== '' && !file.inode.isDir) return -ENOTDIR
  return file
}

/** Looks up `name` from `dfd`. An empty name is the start itself (callers without AT_EMPTY_PATH refuse it before). */
export function lookupAt(task: Task, dfd: number, name: string, flags: number, resolve = 0): Path | number {
  const start = startAt(task, dfd, name, resolve)
  if (typeof start === 'number') return start
  return lookupFrom(task, start, name, flags, resolve)
}

/** Looks up `name` from the place `start`. Who does not keep the path calls {@link pathDone} when finished with it. */
export function lookupFrom(task: Task, start: Path, name: string, flags: number, resolve = 0): Path | number {
  const walk = new Walk(task, start, resolve)
  let error = walk.toParent(name)
  if (error === 0) error = walk.last((flags & LOOKUP_FOLLOW) !== 0)
  if (error === 0 && (flags & LOOKUP_DIRECTORY) !== 0 && !walk.dentry.inode.isDir) error = -ENOTDIR
  if (error !== 0) {
    pathDone(walk)
    return error
  }
  return { mnt: walk.mnt, dentry: walk.dentry }
}

/** A directory and a name in it that something is to be made under. */
export interface Place {
  readonly parent: Path
  readonly name: string
}

/** Finds where `name` is to be created: the directory and the free name in it, or -errno. Only directories may end in a slash. */
export function placeFor(task: Task, dfd: number, name: string, isDir: boolean): Place | number {
  const start = startAt(task, dfd, name)
  if (typeof start === 'number') return start
  const walk = new Walk(task, start, 0)
  const error = walk.toParent(name)
  walk.mnt.expiring = false
  if (error !== 0) return error
  if (walk.type !== 'name') return -EEXIST
  const found = walk.dentry.inode.lookup(task, walk.dentry, walk.name)
  if (typeof found !== 'number') return -EEXIST
  if (found !== -ENOENT || !walk.dentry.inode.takesNewNames) return found
  if (isGone(walk.dentry) || (walk.trailingSlash && !isDir)) return -ENOENT
  const readOnly = wantWrite(walk)
  if (readOnly !== 0) return readOnly
  return { parent: { mnt: walk.mnt, dentry: walk.dentry }, name: walk.name }
}

/** True for a directory that was removed, and is only still in use. */
const isGone = (dir: Dentry): boolean => !dir.hashed && !dir.isRoot

/** What every creation asks of its directory (`may_create`). */
export function mayCreate(task: Task, dir: Dentry, idmap: MntIdmap | null = null): number {
  if (isGone(dir)) return -ENOENT
  if (!hasIdsOn(task, dir.sb, idmap)) return -EOVERFLOW
  return inodePermission(task, dir.inode, MAY_WRITE | MAY_EXEC, idmap)
}

/** True when what the task makes through the mount has owners on the filesystem. */
export function hasIdsOn(task: Task, sb: SuperBlock, idmap: MntIdmap | null): boolean {
  const { fsuid, fsgid } = task.cred
  return sb.userNs.hasUid(uidThrough(idmap, sb, fsuid)) && sb.userNs.hasGid(gidThrough(idmap, sb, fsgid))
}

/** What every removal asks of the directory and of what is removed (`may_delete`). */
export function mayDelete(
  task: Task,
  dir: Dentry,
  victim: Dentry,
  wantsDir: boolean,
  idmap: MntIdmap | null = null,
): number {
  const error = inodePermission(task, dir.inode, MAY_WRITE | MAY_EXEC, idmap)
  if (error !== 0) return error
  if (stickyForbids(task, dir.inode, victim.inode, idmap) || victim.inode.immutable) return -EPERM
  if (!hasOwners(idmap, victim.inode)) return -EPERM
  if (wantsDir) {
    if (!victim.inode.isDir) return -ENOTDIR
    if (victim.isRoot) return -EBUSY
  } else if (victim.inode.isDir) return -EISDIR
  if (!dir.hashed && !dir.isRoot) return -ENOENT
  return 0
}

/** True when something is mounted on `dentry` in the task's own mount namespace. */
export function isLocalMountpoint(task: Task, dentry: Dentry): boolean {
  if (dentry.mounts === null) return false
  for (const mount of dentry.mounts) if (mount.ns === task.nsproxy!.mnt) return true
  return false
}

/** Removes a name (unlinkat without AT_REMOVEDIR): 0 or -errno. */
export function unlinkAt(task: Task, dfd: number, name: string): number {
  const found = victimAt(task, dfd, name, LAST_FOR_UNLINK)
  if (typeof found === 'number') return found
  const { dir, victim, trailingSlash, idmap } = found
  if (trailingSlash) return victim.inode.isDir ? -EISDIR : -ENOTDIR
  const error = mayDelete(task, dir, victim, false, idmap)
  if (error !== 0) return error
  if (isLocalMountpoint(task, victim)) return -EBUSY
  const result = dir.inode.unlink(task, dir, victim)
  if (result !== 0) return result
  detachMounts(victim)
  const { inode, name: gone } = victim
  fsnotifyLinkCount(inode)
  dentryGone(victim)
  fsnotifyDelete(dir.inode, inode, gone)
  return 0
}

/** Removes an empty directory (rmdir, unlinkat with AT_REMOVEDIR): 0 or -errno. */
export function rmdirAt(task: Task, dfd: number, name: string): number {
  const found = victimAt(task, dfd, name, LAST_FOR_RMDIR)
  if (typeof found === 'number') return found
  const { dir, victim, idmap } = found
  const error = mayDelete(task, dir, victim, true, idmap)
  if (error !== 0) return error
  if (isLocalMountpoint(task, victim)) return -EBUSY
  const result = dir.inode.rmdir(task, dir, victim)
  if (result !== 0) return result
  detachMounts(victim)
  const { inode, name: gone } = victim
  dentryGone(victim)
  fsnotifyDelete(dir.inode, inode, gone)
  return 0
}

/** What a last component that is no name costs. */
const LAST_FOR_UNLINK: Readonly<Record<LastType, number>> = { name: 0, dot: EISDIR, dotdot: EISDIR, root: EISDIR }
const LAST_FOR_RMDIR: Readonly<Record<LastType, number>> = { name: 0, dot: EINVAL, dotdot: ENOTEMPTY, root: EBUSY }

function victimAt(
  task: Task,
  dfd: number,
  name: string,
  lastErrors: Readonly<Record<LastType, number>>,
): { dir: Dentry; victim: Dentry; trailingSlash: boolean; idmap: MntIdmap | null } | number {
  const start = startAt(task, dfd, name)
  if (typeof start === 'number') return start
  const walk = new Walk(task, start, 0)
  const error = walk.toParent(name)
  walk.mnt.expiring = false
  if (error !== 0) return error
  const wrong = lastErrors[walk.type]
  if (wrong !== 0) return -wrong
  const readOnly = wantWrite(walk)
  if (readOnly !== 0) return readOnly
  const victim = walk.dentry.inode.lookup(task, walk.dentry, walk.name)
  if (typeof victim === 'number') return victim
  return { dir: walk.dentry, victim, trailingSlash: walk.trailingSlash, idmap: walk.mnt.idmap }
}

/** A name is gone (`d_delete`): unless somebody uses it still, so is what it stood for. */
export function dentryGone(dentry: Dentry): void {
  if (dentry.refs === 0) dentry.sb.dentryUnused(dentry)
}
