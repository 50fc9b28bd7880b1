import { attributeSyscalls } from './attributes.js'
import { capabilitySyscalls } from './capabilities.js'
import { cloneSyscalls } from './clone.js'
import { credentialSyscalls } from './credentials.js'
import { descriptorSyscalls } from './descriptors.js'
import { epollSyscalls } from './epoll.js'
import { execSyscalls } from './exec.js'
import { fanotifySyscalls } from './fanotify.js'
import { fileSyscalls } from './files.js'
import { fsContextSyscalls } from './fs_context.js'
import { getdentsSyscalls } from './getdents.js'
import { handleSyscalls } from './handles.js'
import { ioctlSyscalls } from './ioctl.js'
import { killSyscalls } from './kill.js'
import { linkSyscalls } from './links.js'
import { listmountSyscalls } from './listmount.js'
import { listnsSyscalls } from './listns.js'
import { messageSyscalls } from './messages.js'
import { mountSyscalls } from './mount.js'
import { mountSetattrSyscalls } from './mount_setattr.js'
import { moveMountSyscalls } from './move_mount.js'
import { namespaceSyscalls } from './namespaces.js'
import { openSyscalls } from './open.js'
import { openTreeSyscalls } from './open_tree.js'
import { pidfdSyscalls } from './pidfd.js'
import { pipeSyscalls } from './pipe.js'
import { pollSyscalls } from './poll.js'
import { prctlSyscalls } from './prctl.js'
import { processSyscalls } from './process.js'
import { readWriteSyscalls } from './readwrite.js'
import { selectSyscalls } from './select.js'
import { socketSyscalls } from './socket.js'
import { statSyscalls } from './stat.js'
import { statfsSyscalls } from './statfs.js'
import { statmountSyscalls } from './statmount.js'
import type { SyscallRow } from './syscall_row.js'
import { waitSyscalls } from './wait.js'
import { xattrSyscalls } from './xattr.js'

/** Every syscall that the model knows by name, by number. What is not here is ENOSYS. */
export const SYSCALLS: readonly SyscallRow[] = [
  ...processSyscalls,
  ...cloneSyscalls,
  ...waitSyscalls,
  ...killSyscalls,
  ...credentialSyscalls,
  ...capabilitySyscalls,
  ...prctlSyscalls,
  ...namespaceSyscalls,
  ...listnsSyscalls,
  ...pidfdSyscalls,
  ...descriptorSyscalls,
  ...handleSyscalls,
  ...ioctlSyscalls,
  ...openSyscalls,
  ...pipeSyscalls,
  ...pollSyscalls,
  ...selectSyscalls,
  ...epollSyscalls,
  ...readWriteSyscalls,
  ...socketSyscalls,
  ...messageSyscalls,
  ...statSyscalls,
  ...fanotifySyscalls,
  ...fileSyscalls,
  ...linkSyscalls,
  ...attributeSyscalls,
  ...getdentsSyscalls,
  ...xattrSyscalls,
  ...statfsSyscalls,
  ...execSyscalls,
  ...mountSyscalls,
  ...openTreeSyscalls,
  ...moveMountSyscalls,
  ...mountSetattrSyscalls,
  ...fsContextSyscalls,
  ...listmountSyscalls,
  ...statmountSyscalls,
].sort((a, b) => a.nr - b.nr)

const BY_NUMBER: (SyscallRow | null)[] = []
const BY_NAME: Map<string, SyscallRow> = new Map()

for (const { nr, name, support, note, handler } of SYSCALLS) {
  // All of one shape, or each call would have to find out which of them its row has.
  const row = { nr, name, support, note, handler } as SyscallRow
  while (BY_NUMBER.length <= row.nr) BY_NUMBER.push(null)
  if (BY_NUMBER[row.nr] !== null || BY_NAME.has(row.name)) throw new Error(`two rows for syscall ${row.nr} ${row.name}`)
  BY_NUMBER[row.nr] = row
  BY_NAME.set(row.name, row)
}

/** The row of a syscall number, or null. */
export function syscallByNumber(nr: number): SyscallRow | null {
  return BY_NUMBER[nr] ?? null
}

/** The row of a syscall name, or null. */
export function syscallByName(name: string): SyscallRow | null {
  return BY_NAME.get(name) ?? null
}
