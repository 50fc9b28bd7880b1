import type { MarkObject } from '../abi/fanotify_mark_checks.js'
import { filesystemTraits } from '../kernel/fanotify/filesystem.js'
import { FAN_MARK_MNTNS, FAN_MARK_USERNS } from '../uapi/constants/fanotify.js'
import { EBADF, EFAULT, ENOENT, ENOTDIR } from '../uapi/errno.js'

/** Who makes the call. */
export type Caller = 'root' | 'user' | 'userns-root'

/** What a call of fanotify_mark is about, in a word. */
export interface ObjectKind {
  /** For people. */
  readonly summary: string
  /** Errno (positive) of the path, for what is no object. */
  readonly pathError?: number
  /** The filesystem's type; tmpfs when left out. */
  readonly filesystem?: string
  readonly type?: 'directory' | 'regular' | 'other'
  readonly internal?: boolean
  /** Only its owner, root, may read it. */
  readonly secret?: boolean
  readonly namespaceMark?: number
}

/** The objects that `kabinet explain` knows. */
export const OBJECT_KINDS: Readonly<Record<string, ObjectKind>> = {
  file: { summary: 'a regular file on a tmpfs', type: 'regular' },
  dir: { summary: 'a directory on a tmpfs', type: 'directory' },
  fifo: { summary: 'a fifo on a tmpfs' },
  secret: { summary: 'a file that only root may read', type: 'regular', secret: true },
  'ext4-file': { summary: 'a regular file on ext4', filesystem: 'ext4', type: 'regular' },
  'ext4-dir': { summary: 'a directory on ext4', filesystem: 'ext4', type: 'directory' },
  'proc-file': { summary: 'a file under /proc', filesystem: 'proc', type: 'regular' },
  'proc-dir': { summary: 'a directory under /proc', filesystem: 'proc', type: 'directory' },
  'user-ns': {
    summary: "an nsfs file of the caller's user namespace",
    filesystem: 'nsfs',
    namespaceMark: FAN_MARK_USERNS,
  },
  'mnt-ns': {
    summary: "an nsfs file of the caller's mount namespace",
    filesystem: 'nsfs',
    namespaceMark: FAN_MARK_MNTNS,
  },
  'other-ns': { summary: 'an nsfs file of a namespace of another type', filesystem: 'nsfs' },
  pipe: { summary: 'a pipe, by its descriptor', filesystem: 'pipefs', internal: true },
  group: { summary: 'a fanotify group, by its descriptor', filesystem: 'anon_inodefs', internal: true, secret: true },
  missing: { summary: 'a path that leads nowhere', pathError: ENOENT },
  'not-dir': { summary: 'a path through a file', pathError: ENOTDIR },
  'bad-fd': { summary: 'a descriptor that is not open', pathError: EBADF },
  'bad-pointer': { summary: 'a path at an unmapped address', pathError: EFAULT },
}

/** What the checks see of an object of this kind when `caller` asks. */
export function describeObject(kind: ObjectKind, caller: Caller): MarkObject {
  const filesystem = kind.filesystem ?? 'tmpfs'
  return {
    ...filesystemTraits(filesystem),
    isDirectory: kind.type === 'directory',
    isRegular: kind.type === 'regular' || filesystem === 'nsfs',
    internalMount: kind.internal === true,
    readable: kind.secret !== true || caller !== 'user',
    hasFsid: true,
    superblockAdmin: caller === 'root',
    namespaceMark: kind.namespaceMark ?? 0,
    namespaceAdmin: caller !== 'user',
  }
}
