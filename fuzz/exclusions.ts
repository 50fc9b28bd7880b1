import type { DivergedBuffer, Divergence } from '../src/transcript/index.js'
import { EFAULT, ESTALE } from '../src/uapi/index.js'

/** Something that a kernel decides by chance, by time or by what else runs, so that no two runs need agree. */
export interface Exclusion {
  name: string
  /** Where: every backend, or the machine's own kernel, which others use too. */
  backend: 'any' | 'host' | 'uml'
  reason: string
  /** Makers, or things that makers do, that are not used there at all. */
  makers?: readonly string[]
  /** Divergences that are not counted. */
  matches?: (divergence: Divergence) => boolean
}

/** All of them. Everything that is not here is a bug. */
export const EXCLUSIONS: readonly Exclusion[] = [
  {
    name: 'neighbours in the list of mount namespaces',
    backend: 'host',
    reason: 'NS_MNT_GET_NEXT and NS_MNT_GET_PREV walk over the mount namespaces of everything else on the machine',
    makers: ['NS_MNT_GET_NEXT', 'NS_MNT_GET_PREV'],
  },
  {
    name: 'descriptors of other processes through /proc',
    backend: 'host',
    reason: 'the lab refuses to open them on a machine that others use',
    makers: ['fd_link_of_task'],
  },
  {
    name: 'limits of a user namespace',
    backend: 'host',
    reason: 'the lab refuses to write below /proc/sys on a machine that others use, whosever namespace it is',
    makers: ['fanotify_limits'],
  },
  {
    name: 'marks of a mount namespace that is gone',
    backend: 'host',
    reason:
      'they go with the memory of the namespace, some time after its last user: a grace period of other processors',
    matches: hasMarksOfGone,
  },
  {
    name: 'tables of mounts that fill a page',
    backend: 'host',
    reason: 'how many lines fit depends on how many digits the numbers have, which all of the machine takes from',
    makers: ['long_tables'],
  },
  {
    name: 'sockets on their way through sockets',
    backend: 'any',
    reason: 'a worker takes away those that nobody can reach any more, some time after another socket is closed',
    makers: ['socket_cycles'],
  },
  {
    name: 'namespaces of the dead, by handle',
    backend: 'any',
    reason:
      'the last credentials that hold a user namespace, and what it owned, are let go after a grace period, and until then a handle finds it',
    matches: findsTheDead,
  },
  {
    name: 'a value that straddles the end of mapped memory',
    backend: 'uml',
    reason:
      'user-mode Linux copies to its processes page by page, so that the first bytes of a value that faults are there',
    matches: faultsInsideValue,
  },
  {
    name: 'a part of a number that the machine shares',
    backend: 'host',
    reason:
      'ids and inode numbers there are shared with everything else; of one that memory ends in, too little is seen to say which it is',
    matches: faultsInsideValue,
  },
  {
    name: 'which of several threads gets a child',
    backend: 'any',
    reason: 'threads that all wait for the same child are woken together, and the scheduler says which one runs first',
    makers: ['waits_of_threads'],
  },
  {
    name: 'the terminal behind the standard descriptors',
    backend: 'host',
    reason: 'the lab gives programs a pseudo-terminal where the emulator and user-mode Linux have a console',
    matches: showsTerminal,
  },
  {
    name: 'the number of processes',
    backend: 'any',
    reason:
      "the link count of /proc's root is as many as there are processes, those of the kernel and of the machine among them",
    matches: showsProcesses,
  },
  {
    name: 'how long a text with numbers of the machine is',
    backend: 'any',
    reason:
      'inode numbers of /proc have as many digits as they have, and the position of a descriptor that one was read from shows it',
    matches: countsDigits,
  },
]

/** A handle of nsfs: so many bytes, and its type. */
const NSFS_HANDLE = '10000000f1000000'

function findsTheDead({ call, what, got, args }: Divergence): boolean {
  const handle = args[1]
  if (call !== 'open_by_handle_at' || what !== 'ret' || got !== -ESTALE) return false
  return typeof handle === 'object' && handle !== null && 'in' in handle && handle.in.startsWith(NSFS_HANDLE)
}

/** Where stat and statx have link count, mode and inode. */
const STAT_FIELDS: Readonly<Record<string, { nlink: number; mode: number; ino: number }>> = {
  stat: { nlink: 16, mode: 24, ino: 8 },
  lstat: { nlink: 16, mode: 24, ino: 8 },
  fstat: { nlink: 16, mode: 24, ino: 8 },
  newfstatat: { nlink: 16, mode: 24, ino: 8 },
  statx: { nlink: 16, mode: 28, ino: 32 },
}
const PROC_ROOT_MODE = 0o40555
const PROC_ROOT_INO = 1

/** The link count of a directory that can only be the root of a procfs. */
function showsProcesses({ what, call, buffers }: Divergence): boolean {
  const at = STAT_FIELDS[call]
  const buffer = buffers.find(({ difference }) => difference !== undefined)
  if (what !== 'out' || at === undefined || buffer?.difference?.field.endsWith('nlink') !== true) return false
  const { want } = buffer
  const view = new DataView(want.buffer, want.byteOffset, want.byteLength)
  return view.getUint16(at.mode, true) === PROC_ROOT_MODE && view.getUint32(at.ino, true) === PROC_ROOT_INO
}

/** The position in a descriptor's fdinfo, and nothing else of it. */
function countsDigits({ what, buffers }: Divergence): boolean {
  const buffer = buffers.find(({ difference }) => difference !== undefined)
  if (what !== 'out' || buffer === undefined) return false
  const [want, got] = [buffer.want, buffer.got].map((bytes) => String.fromCharCode(...bytes).split('\n')) as [
    string[],
    string[],
  ]
  return (
    /^pos:\t[1-9]/.test(want[0] as string) &&
    /^pos:\t[1-9]/.test(got[0] as string) &&
    want[0] !== got[0] &&
    want[1] === got[1]
  )
}

const PTY_MAJOR = 136

/** The device number or the name of a pseudo-terminal. */
function showsTerminal({ what, call, buffers }: Divergence): boolean {
  const want = buffers[0]?.want
  if ((what !== 'out' && what !== 'ret') || want === undefined) return false
  switch (call) {
    case 'fstat':
    case 'newfstatat':
      return want[41] === PTY_MAJOR
    case 'statx':
      return want[0x80] === PTY_MAJOR
    case 'readlink':
    case 'readlinkat':
      return String.fromCharCode(...want.subarray(0, 9)) === '/dev/pts/'
    default:
      return false
  }
}

const TEXT = new TextDecoder('latin1')
const MOUNT_NAMESPACE_MARK = /^fanotify mnt_ns.*\n/gm

/** A kernel's fdinfo shows marks on mount namespaces that the emulator does not have any more. */
function hasMarksOfGone({ call, what, buffers }: Divergence): boolean {
  const [buffer] = buffers
  if (call !== 'read' || (what !== 'ret' && what !== 'out') || buffer === undefined) return false
  const want = TEXT.decode(buffer.want)
  const got = TEXT.decode(buffer.got)
  const lines = (text: string): string[] => text.match(MOUNT_NAMESPACE_MARK) ?? []
  return want.startsWith('pos:') && lines(want).length > lines(got).length
}

function faultsInsideValue({ what, want, got, buffers }: Divergence): boolean {
  return what === 'out' && want === -EFAULT && got === -EFAULT && buffers.every(endsInsideValue)
}

/** Most bytes that are seen of a value that does not end before memory does. */
const MOST_OF_VALUE = 7

/** The buffer is too small by a part of a value, and only that part differs. */
function endsInsideValue({ want, got }: DivergedBuffer): boolean {
  for (let at = 0; at < want.length - MOST_OF_VALUE; at++) if (want[at] !== got[at]) return false
  return want.length % 8 !== 0
}

/** Those that hold for a backend. */
export function exclusionsFor(backend: string): Exclusion[] {
  return EXCLUSIONS.filter((exclusion) => exclusion.backend === 'any' || exclusion.backend === backend)
}
