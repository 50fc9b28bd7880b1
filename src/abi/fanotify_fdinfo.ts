import type { FanotifyMark } from '../kernel/fanotify/mark.js'
import type { Inode } from '../kernel/inode.js'
import type { MntNamespace } from '../kernel/mnt_namespace.js'
import type { Mount } from '../kernel/mount.js'
import type { SuperBlock } from '../kernel/super_block.js'
import type { UserNamespace } from '../kernel/user_namespace.js'
import {
  FAN_MARK_FILESYSTEM,
  FAN_MARK_INODE,
  FAN_MARK_MNTNS,
  FAN_MARK_MOUNT,
  FAN_MARK_USERNS,
} from '../uapi/constants/fanotify.js'
import { inodeHandle } from './inode_handle.js'

const hex = (n: number): string => (n >>> 0).toString(16)

function hexBytes(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0')
  return text
}

/** The line of a mark in `/proc/<pid>/fdinfo/<fd>`. */
export function markLine(mark: FanotifyMark): string {
  const { connector } = mark
  const masks = `mflags:${hex(mark.flags)} mask:${hex(mark.mask)} ignored_mask:${hex(mark.ignoreMask)}`
  switch (connector.type) {
    case FAN_MARK_INODE: {
      const inode = connector.object as Inode
      const { type, bytes } = inodeHandle(inode)
      const handle = `fhandle-bytes:${hex(bytes.length)} fhandle-type:${hex(type)} f_handle:${hexBytes(bytes)}`
      return `fanotify ino:${inode.ino.toString(16)} sdev:${hex(inode.sb.dev)} ${masks} ${handle}\n`
    }
    case FAN_MARK_MOUNT:
      return `fanotify mnt_id:${hex((connector.object as Mount).id)} ${masks}\n`
    case FAN_MARK_FILESYSTEM:
      return `fanotify sdev:${hex((connector.object as SuperBlock).dev)} ${masks}\n`
    case FAN_MARK_MNTNS: {
      const ns = connector.object as MntNamespace
      const name = mark.group.kernel.features.fanotify.fdinfoNsId ? `mnt_ns_id:${ns.id}` : `mnt_ns:${ns.ino}`
      return `fanotify ${name} ${masks}\n`
    }
    case FAN_MARK_USERNS:
      return `fanotify user_ns_id:${(connector.object as UserNamespace).id} ${masks}\n`
    default:
      throw new RangeError(`mark type ${connector.type}`)
  }
}
