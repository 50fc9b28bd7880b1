import {
  MS_DIRSYNC,
  MS_I_VERSION,
  MS_LAZYTIME,
  MS_MANDLOCK,
  MS_RDONLY,
  MS_SYNCHRONOUS,
} from '../uapi/constants/mount.js'
import { EBUSY, EINVAL, EPERM } from '../uapi/errno.js'
import { CAP_SYS_ADMIN } from './capability.js'
import { nsCapable } from './cred.js'
import type { FsType, FsValue } from './fs_type.js'
import type { Mount } from './mount.js'
import type { SuperBlock } from './super_block.js'
import type { Task } from './task.js'
import type { UserNamespace } from './user_namespace.js'

/** How far the making of a filesystem has come. */
export type FsPhase = 'create-params' | 'awaiting-mount' | 'awaiting-reconf' | 'reconf-params' | 'failed'

/** The flags that changing a filesystem's options can change. */
const CHANGEABLE = MS_RDONLY | MS_SYNCHRONOUS | MS_MANDLOCK | MS_I_VERSION | MS_LAZYTIME
const SHOWN = MS_SYNCHRONOUS | MS_DIRSYNC | MS_MANDLOCK | MS_LAZYTIME

/** Words that set a flag, and that clear one. */
const SET_WORDS: Readonly<Record<string, number>> = {
  dirsync: MS_DIRSYNC,
  lazytime: MS_LAZYTIME,
  mand: MS_MANDLOCK,
  ro: MS_RDONLY,
  sync: MS_SYNCHRONOUS,
}
const CLEAR_WORDS: Readonly<Record<string, number>> = {
  async: MS_SYNCHRONOUS,
  nolazytime: MS_LAZYTIME,
  nomand: MS_MANDLOCK,
  rw: MS_RDONLY,
}

/** Messages that nobody has read; later ones take the place of the oldest. */
const MOST_MESSAGES = 8

/** A filesystem in the making, or being changed (`struct fs_context`). */
export class FsContext {
  readonly fsType: FsType
  readonly userNs: UserNamespace
  phase: FsPhase
  source: string | null = null
  /** What the filesystem's own options said; the type knows its shape. */
  options: object = {}
  /** MS_* flags of the filesystem, and which of them were spoken of. */
  flags: number
  flagsMask: number
  /** The filesystem once it is made; the context keeps it. */
  sb: SuperBlock | null = null
  /** Messages for who reads the descriptor, the oldest first. */
  readonly log: string[] = []

  constructor(fsType: FsType, userNs: UserNamespace, phase: FsPhase, flags = 0, flagsMask = 0) {
    this.fsType = fsType
    this.userNs = userNs.get()
    this.phase = phase
    this.flags = flags
    this.flagsMask = flagsMask
  }

  /** Says why and refuses. */
  invalid(message: string): number {
    this.log.push(`e ${message}\n`)
    if (this.log.length > MOST_MESSAGES) this.log.shift()
    return -EINVAL
  }

  /** Takes one option from `task`; `value` is null for a bare word: 0 or -errno. */
  parse(task: Task, key: string, value: FsValue): number {
    if (Object.hasOwn(SET_WORDS, key)) {
      this.flags |= SET_WORDS[key]!
      this.flagsMask |= SET_WORDS[key]!
      return 0
    }
    if (Object.hasOwn(CLEAR_WORDS, key)) {
      this.flags &= ~CLEAR_WORDS[key]!
      this.flagsMask |= CLEAR_WORDS[key]!
      return 0
    }
    const own = this.fsType.parse(this, key, value, task.cred.userNs)
    if (own !== null) return own
    if (key !== 'source') return this.invalid(`${this.fsType.name}: Unknown parameter '${key}'`)
    if (typeof value !== 'string') return this.invalid('Non-string source')
    if (this.source !== null) return this.invalid('Multiple sources')
    this.source = value
    return 0
  }

  /** Takes the comma-separated options of mount(2): 0 or -errno. */
  parseAll(task: Task, data: string): number {
    for (const option of data.split(',')) {
      if (option === '') continue
      const equals = option.indexOf('=')
      if (equals === 0) continue
      const error =
        equals < 0
          ? this.parse(task, option, null)
          : this.parse(task, option.slice(0, equals), option.slice(equals + 1))
      if (error !== 0) return error
    }
    return 0
  }

  /** Who may make a filesystem: its type may ask for no more than power over its user namespace. */
  mayMount(task: Task): boolean {
    return nsCapable(task.cred, this.fsType.usernsMount ? this.userNs : task.kernel.initUserNs, CAP_SYS_ADMIN)
  }

  /** Makes the filesystem: 0 or -errno. */
  create(task: Task): number {
    const sb = this.fsType.getTree(task, this)
    if (typeof sb === 'number') return sb
    if (sb.active++ === 0) {
      sb.readOnly = (this.flags & MS_RDONLY) !== 0
      sb.flags = this.flags & SHOWN
    } else if (sb.readOnly !== ((this.flags & MS_RDONLY) !== 0)) {
      sb.put()
      return -EBUSY
    }
    this.sb = sb
    return 0
  }

  /** A mount of the filesystem, in no tree yet. */
  newMount(flags: number): Mount {
    const sb = this.sb!
    return sb.kernel.vfs.newMount(sb, sb.root, this.source ?? 'none', flags)
  }

  /** Changes the options of the filesystem: 0; -EPERM; -EBUSY for what is being written to and would become read-only. */
  reconfigure(task: Task, sb: SuperBlock): number {
    if (!nsCapable(task.cred, sb.userNs, CAP_SYS_ADMIN)) return -EPERM
    if ((this.flagsMask & ~CHANGEABLE & ~MS_DIRSYNC) !== 0) return -EINVAL
    const readOnly = (this.flags & MS_RDONLY) !== 0
    const changesReadOnly = (this.flagsMask & MS_RDONLY) !== 0 && readOnly !== sb.readOnly
    if (changesReadOnly && readOnly && sb.isWritten) return -EBUSY
    const error = this.fsType.reconfigure(this, sb)
    if (error !== 0) return error
    if (changesReadOnly) sb.readOnly = readOnly
    const mask = this.flagsMask & SHOWN
    sb.flags = (sb.flags & ~mask) | (this.flags & mask)
    return 0
  }

  /** What was asked for is done: what comes next changes the filesystem. */
  clean(): void {
    this.phase = 'awaiting-reconf'
    this.source = null
    this.options = {}
    // What was spoken of stays so: changing nothing more makes a filesystem that was made read-only writable.
    this.flags = 0
  }

  /** Nobody will ask any more. */
  put(): void {
    this.sb?.put()
    this.sb = null
    this.userNs.put()
  }
}
