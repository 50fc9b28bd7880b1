import type { Inode } from '../kernel/inode.js'

/** A handle of 64-bit inode number and generation: what a filesystem without handles of its own is given. */
const FILEID_INO64_GEN = 0x81

/** A file handle as it is reported, made once for each inode. */
export interface InodeHandle {
  readonly type: number
  readonly bytes: Uint8Array
}

const HANDLES: WeakMap<Inode, InodeHandle> = new WeakMap()

function encode(inode: Inode): InodeHandle {
  const handle = inode.sb.encodeHandle(inode, true)
  if (handle !== null) return handle
  const bytes = new Uint8Array(12)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, inode.ino, true)
  view.setUint32(4, Math.floor(inode.ino / 0x1_0000_0000), true)
  view.setUint32(8, inode.generation, true)
  return { type: FILEID_INO64_GEN, bytes }
}

/** The handle by which fanotify tells of an inode. */
export function inodeHandle(inode: Inode): InodeHandle {
  let handle = HANDLES.get(inode)
  if (handle === undefined) {
    handle = encode(inode)
    HANDLES.set(inode, handle)
  }
  return handle
}
