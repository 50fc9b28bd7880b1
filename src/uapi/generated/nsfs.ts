// Written by `npm run generate` from src/uapi/schema. Edit that.

import { type StructType, structType, structView } from '../struct-layout.js'

/** `struct ns_id_req` of `linux/nsfs.h`: Request of listns(2). Extensible: `size` comes first. */
export interface ns_id_req {
  /** Size of the struct in bytes. */
  size: number
  /** Must be 0; 0 when left out. */
  spare: number
  /** List what follows this id; 0 for all. */
  ns_id: bigint
  /** CLONE_NEW* bits of the types to list; 0 for all. */
  ns_type: number
  /** Must be 0; 0 when left out. */
  spare2: number
  /** List what this user namespace owns; LISTNS_CURRENT_USER for the own one; 0 for all. */
  user_ns_id: bigint
}

/** What `ns_id_req.write` takes: {@link ns_id_req}, reserved fields optional. */
export interface ns_id_req_init {
  /** Size of the struct in bytes. */
  size: number
  /** Must be 0; 0 when left out. */
  spare?: number | undefined
  /** List what follows this id; 0 for all. */
  ns_id: bigint
  /** CLONE_NEW* bits of the types to list; 0 for all. */
  ns_type: number
  /** Must be 0; 0 when left out. */
  spare2?: number | undefined
  /** List what this user namespace owns; LISTNS_CURRENT_USER for the own one; 0 for all. */
  user_ns_id: bigint
}

/** Layouts, readers and writers of `struct ns_id_req` of `linux/nsfs.h`: Request of listns(2). Extensible: `size` comes first. */
export const ns_id_req: StructType<ns_id_req, ns_id_req_init, 'size' | 'spare' | 'ns_id' | 'ns_type' | 'spare2' | 'user_ns_id'> = structType({
  x86_64: {
    size: 32,
    align: 8,
    offset: { size: 0, spare: 4, ns_id: 8, ns_type: 16, spare2: 20, user_ns_id: 24 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 32, 'ns_id_req')
      return {
        size: v.getUint32(at, true),
        spare: v.getUint32(at + 4, true),
        ns_id: v.getBigUint64(at + 8, true),
        ns_type: v.getUint32(at + 16, true),
        spare2: v.getUint32(at + 20, true),
        user_ns_id: v.getBigUint64(at + 24, true),
      }
    },
    write(view: ArrayBufferView, at: number, value: ns_id_req_init) {
      const v = structView(view, at, 32, 'ns_id_req')
      v.setUint32(at, value.size, true)
      v.setUint32(at + 4, value.spare ?? 0, true)
      v.setBigUint64(at + 8, value.ns_id, true)
      v.setUint32(at + 16, value.ns_type, true)
      v.setUint32(at + 20, value.spare2 ?? 0, true)
      v.setBigUint64(at + 24, value.user_ns_id, true)
    },
  },
  i386: {
    size: 32,
    align: 4,
    offset: { size: 0, spare: 4, ns_id: 8, ns_type: 16, spare2: 20, user_ns_id: 24 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 32, 'ns_id_req')
      return {
        size: v.getUint32(at, true),
        spare: v.getUint32(at + 4, true),
        ns_id: v.getBigUint64(at + 8, true),
        ns_type: v.getUint32(at + 16, true),
        spare2: v.getUint32(at + 20, true),
        user_ns_id: v.getBigUint64(at + 24, true),
      }
    },
    write(view: ArrayBufferView, at: number, value: ns_id_req_init) {
      const v = structView(view, at, 32, 'ns_id_req')
      v.setUint32(at, value.size, true)
      v.setUint32(at + 4, value.spare ?? 0, true)
      v.setBigUint64(at + 8, value.ns_id, true)
      v.setUint32(at + 16, value.ns_type, true)
      v.setUint32(at + 20, value.spare2 ?? 0, true)
      v.setBigUint64(at + 24, value.user_ns_id, true)
    },
  },
  s390x: {
    size: 32,
    align: 8,
    offset: { size: 0, spare: 4, ns_id: 8, ns_type: 16, spare2: 20, user_ns_id: 24 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 32, 'ns_id_req')
      return {
        size: v.getUint32(at, false),
        spare: v.getUint32(at + 4, false),
        ns_id: v.getBigUint64(at + 8, false),
        ns_type: v.getUint32(at + 16, false),
        spare2: v.getUint32(at + 20, false),
        user_ns_id: v.getBigUint64(at + 24, false),
      }
    },
    write(view: ArrayBufferView, at: number, value: ns_id_req_init) {
      const v = structView(view, at, 32, 'ns_id_req')
      v.setUint32(at, value.size, false)
      v.setUint32(at + 4, value.spare ?? 0, false)
      v.setBigUint64(at + 8, value.ns_id, false)
      v.setUint32(at + 16, value.ns_type, false)
      v.setUint32(at + 20, value.spare2 ?? 0, false)
      v.setBigUint64(at + 24, value.user_ns_id, false)
    },
  },
})

/** `struct mnt_ns_info` of `linux/nsfs.h`: What NS_MNT_GET_INFO, _NEXT and _PREV tell. Extensible: `size` comes first. */
export interface mnt_ns_info {
  /** Size of the struct in bytes. */
  size: number
  /** Mounts in the namespace. */
  nr_mounts: number
  /** Id of the mount namespace. */
  mnt_ns_id: bigint
}

/** Layouts, readers and writers of `struct mnt_ns_info` of `linux/nsfs.h`: What NS_MNT_GET_INFO, _NEXT and _PREV tell. Extensible: `size` comes first. */
export const mnt_ns_info: StructType<mnt_ns_info, mnt_ns_info, 'size' | 'nr_mounts' | 'mnt_ns_id'> = structType({
  x86_64: {
    size: 16,
    align: 8,
    offset: { size: 0, nr_mounts: 4, mnt_ns_id: 8 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 16, 'mnt_ns_info')
      return {
        size: v.getUint32(at, true),
        nr_mounts: v.getUint32(at + 4, true),
        mnt_ns_id: v.getBigUint64(at + 8, true),
      }
    },
    write(view: ArrayBufferView, at: number, value: mnt_ns_info) {
      const v = structView(view, at, 16, 'mnt_ns_info')
      v.setUint32(at, value.size, true)
      v.setUint32(at + 4, value.nr_mounts, true)
      v.setBigUint64(at + 8, value.mnt_ns_id, true)
    },
  },
  i386: {
    size: 16,
    align: 4,
    offset: { size: 0, nr_mounts: 4, mnt_ns_id: 8 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 16, 'mnt_ns_info')
      return {
        size: v.getUint32(at, true),
        nr_mounts: v.getUint32(at + 4, true),
        mnt_ns_id: v.getBigUint64(at + 8, true),
      }
    },
    write(view: ArrayBufferView, at: number, value: mnt_ns_info) {
      const v = structView(view, at, 16, 'mnt_ns_info')
      v.setUint32(at, value.size, true)
      v.setUint32(at + 4, value.nr_mounts, true)
      v.setBigUint64(at + 8, value.mnt_ns_id, true)
    },
  },
  s390x: {
    size: 16,
    align: 8,
    offset: { size: 0, nr_mounts: 4, mnt_ns_id: 8 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 16, 'mnt_ns_info')
      return {
        size: v.getUint32(at, false),
        nr_mounts: v.getUint32(at + 4, false),
        mnt_ns_id: v.getBigUint64(at + 8, false),
      }
    },
    write(view: ArrayBufferView, at: number, value: mnt_ns_info) {
      const v = structView(view, at, 16, 'mnt_ns_info')
      v.setUint32(at, value.size, false)
      v.setUint32(at + 4, value.nr_mounts, false)
      v.setBigUint64(at + 8, value.mnt_ns_id, false)
    },
  },
})

/** `struct nsfs_file_handle` of `linux/nsfs.h`: f_handle of a FILEID_NSFS handle. */
export interface nsfs_file_handle {
  /** Id of the namespace. */
  ns_id: bigint
  /** CLONE_NEW* bit of its type; 0 for any. */
  ns_type: number
  /** Its inode number; 0 for any. */
  ns_inum: number
}

/** Layouts, readers and writers of `struct nsfs_file_handle` of `linux/nsfs.h`: f_handle of a FILEID_NSFS handle. */
export const nsfs_file_handle: StructType<nsfs_file_handle, nsfs_file_handle, 'ns_id' | 'ns_type' | 'ns_inum'> = structType({
  x86_64: {
    size: 16,
    align: 8,
    offset: { ns_id: 0, ns_type: 8, ns_inum: 12 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 16, 'nsfs_file_handle')
      return {
        ns_id: v.getBigUint64(at, true),
        ns_type: v.getUint32(at + 8, true),
        ns_inum: v.getUint32(at + 12, true),
      }
    },
    write(view: ArrayBufferView, at: number, value: nsfs_file_handle) {
      const v = structView(view, at, 16, 'nsfs_file_handle')
      v.setBigUint64(at, value.ns_id, true)
      v.setUint32(at + 8, value.ns_type, true)
      v.setUint32(at + 12, value.ns_inum, true)
    },
  },
  i386: {
    size: 16,
    align: 4,
    offset: { ns_id: 0, ns_type: 8, ns_inum: 12 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 16, 'nsfs_file_handle')
      return {
        ns_id: v.getBigUint64(at, true),
        ns_type: v.getUint32(at + 8, true),
        ns_inum: v.getUint32(at + 12, true),
      }
    },
    write(view: ArrayBufferView, at: number, value: nsfs_file_handle) {
      const v = structView(view, at, 16, 'nsfs_file_handle')
      v.setBigUint64(at, value.ns_id, true)
      v.setUint32(at + 8, value.ns_type, true)
      v.setUint32(at + 12, value.ns_inum, true)
    },
  },
  s390x: {
    size: 16,
    align: 8,
    offset: { ns_id: 0, ns_type: 8, ns_inum: 12 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 16, 'nsfs_file_handle')
      return {
        ns_id: v.getBigUint64(at, false),
        ns_type: v.getUint32(at + 8, false),
        ns_inum: v.getUint32(at + 12, false),
      }
    },
    write(view: ArrayBufferView, at: number, value: nsfs_file_handle) {
      const v = structView(view, at, 16, 'nsfs_file_handle')
      v.setBigUint64(at, value.ns_id, false)
      v.setUint32(at + 8, value.ns_type, false)
      v.setUint32(at + 12, value.ns_inum, false)
    },
  },
})
