import { EINVAL, ENOSYS } from '../uapi/errno.js'
import type { FsContext } from './fs_context.js'
import type { FsType } from './fs_type.js'
import { INVALID_ID } from './id_map.js'
import { MemorySuperBlock } from './memory_fs.js'
import type { SuperBlock } from './super_block.js'
import type { Task } from './task.js'
import type { UserNamespace } from './user_namespace.js'

const PAGE_SIZE = 4096
const DEFAULT_MODE = 0o1777
const MODE_BITS = 0o7777

/** What was asked of a tmpfs; undefined where nothing was. */
export interface TmpfsOptions {
  /** Pages of data that it may hold; 0 is no limit. */
  blocks?: number
  inodes?: number
  mode?: number
  /** As ids of the initial user namespace. */
  uid?: number
  gid?: number
  wideInodes?: boolean
  noSwap?: boolean
}

const SUFFIXES: Readonly<Record<string, number>> = {
  '': 1,
  k: 2 ** 10,
  m: 2 ** 20,
  g: 2 ** 30,
  t: 2 ** 40,
  p: 2 ** 50,
}

/** A number with a suffix as the kernel's memparse takes it, or null. */
function parseSize(text: string): number | null {
  const match = /^(0[xX][0-9a-fA-F]+|[0-9]+)([kKmMgGtTpP]?)$/.exec(text)
  if (match === null) return null
  const digits = match[1]!
  const octal = /^0[0-7]+$/.test(digits)
  const value = octal ? Number.parseInt(digits, 8) : Number(digits)
  return Number.isNaN(value) ? null : value * SUFFIXES[match[2]!.toLowerCase()]!
}

function parseId(text: string): number | null {
  return /^[0-9]{1,10}$/.test(text) && Number(text) < 0xffff_ffff ? Number(text) : null
}

/** Takes a value: 0, -errno, or in words why not. */
type Parser = (options: TmpfsOptions, value: string, context: FsContext, userNs: UserNamespace) => number | string

/** Options with a value. */
const WITH_VALUE: Readonly<Record<string, Parser>> = {
  size(options, value) {
    // A share of the memory: the model has no amount of it.
    if (value.endsWith('%')) return -ENOSYS
    const size = parseSize(value)
    if (size === null) return -EINVAL
    options.blocks = Math.ceil(size / PAGE_SIZE)
    return 0
  },
  nr_blocks(options, value) {
    const blocks = parseSize(value)
    if (blocks === null) return -EINVAL
    options.blocks = blocks
    return 0
  },
  nr_inodes(options, value) {
    const inodes = parseSize(value)
    if (inodes === null) return -EINVAL
    options.inodes = inodes
    return 0
  },
  mode(options, value) {
    if (!/^[0-7]{1,11}$/.test(value)) return -EINVAL
    options.mode = Number.parseInt(value, 8) & MODE_BITS
    return 0
  },
  // Ids are those of who says them, and must be there for the filesystem too.
  uid(options, value, context, userNs) {
    const id = parseId(value)
    if (id === null) return -EINVAL
    const uid = userNs.kuid(id)
    if (uid === INVALID_ID) return `Invalid uid '${value}'`
    if (!context.userNs.hasUid(uid)) return -EINVAL
    options.uid = uid
    return 0
  },
  gid(options, value, context, userNs) {
    const id = parseId(value)
    if (id === null) return -EINVAL
    const gid = userNs.kgid(id)
    if (gid === INVALID_ID) return `Invalid gid '${value}'`
    if (!context.userNs.hasGid(gid)) return -EINVAL
    options.gid = gid
    return 0
  },
  huge: (_options, value) => (value === 'never' ? 0 : -ENOSYS),
  mpol: () => -ENOSYS,
}

/** Bare words. */
const WORDS: Readonly<Record<string, (options: TmpfsOptions) => number>> = {
  inode32(options) {
    options.wideInodes = false
    return 0
  },
  inode64(options) {
    options.wideInodes = true
    return 0
  },
  noswap(options) {
    options.noSwap = true
    return 0
  },
  quota: () => -ENOSYS,
  usrquota: () => -ENOSYS,
  grpquota: () => -ENOSYS,
}

/** A filesystem in memory that was mounted, not there from boot on. */
class TmpfsSuperBlock extends MemorySuperBlock {
  settings: TmpfsOptions

  constructor(task: Task, context: FsContext, settings: TmpfsOptions) {
    const { kernel } = task
    super(kernel, context.fsType.name, kernel.vfs.newDev(), settings.mode ?? DEFAULT_MODE, context.userNs)
    const { inode } = this.root
    inode.uid = settings.uid ?? task.cred.fsuid
    inode.gid = settings.gid ?? task.cred.fsgid
    this.settings = { ...settings, uid: inode.uid, gid: inode.gid }
    this.options = this.#optionText()
    this.#limitInodes(settings.inodes ?? 0)
  }

  /** 0 is no limit; nor is the one that a kernel takes from its memory. */
  #limitInodes(inodes: number): void {
    this.mostInodes = inodes === 0 ? Number.POSITIVE_INFINITY : inodes
  }

  /** Takes the options that may change; what was unlimited stays so, and a limit is not below what there is. */
  change(context: FsContext): number {
    const settings: TmpfsOptions = context.options
    const { blocks, inodes, noSwap, wideInodes } = settings
    const old = this.settings
    const refuse = (why: string): number => context.invalid(`tmpfs: ${why}`)
    if (blocks !== undefined && blocks > 0 && old.blocks === 0) return refuse('Cannot retroactively limit size')
    if (inodes !== undefined && inodes > 0) {
      if (old.inodes === 0) return refuse('Cannot retroactively limit inodes')
      if (inodes < this.usedInodes) return refuse('Too few inodes for current use')
    }
    if (noSwap === true && old.noSwap !== true) return refuse('Cannot disable swap on remount')
    if (inodes !== undefined) this.#limitInodes(inodes)
    this.settings = {
      ...old,
      ...(blocks === undefined ? {} : { blocks }),
      ...(inodes === undefined ? {} : { inodes }),
      ...(wideInodes === undefined ? {} : { wideInodes }),
    }
    this.options = this.#optionText()
    return 0
  }

  #optionText(): string {
    const { blocks, inodes, mode, uid, gid, wideInodes, noSwap } = this.settings
    let text = ''
    if (blocks !== undefined) text += `,size=${blocks * (PAGE_SIZE / 1024)}k`
    if (inodes !== undefined) text += `,nr_inodes=${inodes}`
    if (mode !== undefined && mode !== DEFAULT_MODE) text += `,mode=${mode.toString(8).padStart(3, '0')}`
    if (uid !== 0) text += `,uid=${uid}`
    if (gid !== 0) text += `,gid=${gid}`
    if (wideInodes === true) text += ',inode64'
    if (noSwap === true) text += ',noswap'
    return text
  }
}

const ID_KEYS: ReadonlySet<string> = new Set(['uid', 'gid'])

/** tmpfs: a new one for each mount. */
export const tmpfs: FsType = {
  name: 'tmpfs',
  usernsMount: true,
  userNs: (task) => task.cred.userNs,
  parse(context, key, value, userNs) {
    const options = context.options as TmpfsOptions
    if (Object.hasOwn(WITH_VALUE, key)) {
      const error = typeof value === 'string' ? WITH_VALUE[key]!(options, value, context, userNs) : -EINVAL
      if (typeof error === 'string') return context.invalid(`tmpfs: ${error}`)
      if (error !== -EINVAL) return error
      // One that is no number is told of by who looks for numbers and by who looks for ids.
      if (ID_KEYS.has(key) && (typeof value !== 'string' || parseId(value) === null))
        context.invalid(`tmpfs: Bad value for '${key}'`)
      return context.invalid(`tmpfs: Bad value for '${key}'`)
    }
    if (!Object.hasOwn(WORDS, key)) return null
    return value === null ? WORDS[key]!(options) : context.invalid(`tmpfs: Unexpected value for '${key}'`)
  },
  getTree: (task, context) => new TmpfsSuperBlock(task, context, context.options as TmpfsOptions),
  reconfigure: (context, sb: SuperBlock) => (sb instanceof TmpfsSuperBlock ? sb.change(context) : 0),
}
