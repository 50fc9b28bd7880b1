// Written by `npm run generate` from src/uapi/schema. Edit that.

import { clear, type StructType, structType, structView } from '../struct-layout.js'

/** `struct mount_attr` of `linux/mount.h`: Argument of mount_setattr(2). Extensible. */
export interface mount_attr {
  /** MOUNT_ATTR_* to set. */
  attr_set: bigint
  /** MOUNT_ATTR_* to clear. */
  attr_clr: bigint
  /** MS_SHARED, MS_SLAVE, MS_PRIVATE or MS_UNBINDABLE; 0 to leave it. */
  propagation: bigint
  /** User namespace of MOUNT_ATTR_IDMAP. */
  userns_fd: bigint
}

/** Layouts, readers and writers of `struct mount_attr` of `linux/mount.h`: Argument of mount_setattr(2). Extensible. */
export const mount_attr: StructType<mount_attr, mount_attr, 'attr_set' | 'attr_clr' | 'propagation' | 'userns_fd'> = structType({
  x86_64: {
    size: 32,
    align: 8,
    offset: { attr_set: 0, attr_clr: 8, propagation: 16, userns_fd: 24 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 32, 'mount_attr')
      return {
        attr_set: v.getBigUint64(at, true),
        attr_clr: v.getBigUint64(at + 8, true),
        propagation: v.getBigUint64(at + 16, true),
        userns_fd: v.getBigUint64(at + 24, true),
      }
    },
    write(view: ArrayBufferView, at: number, value: mount_attr) {
      const v = structView(view, at, 32, 'mount_attr')
      v.setBigUint64(at, value.attr_set, true)
      v.setBigUint64(at + 8, value.attr_clr, true)
      v.setBigUint64(at + 16, value.propagation, true)
      v.setBigUint64(at + 24, value.userns_fd, true)
    },
  },
  i386: {
    size: 32,
    align: 4,
    offset: { attr_set: 0, attr_clr: 8, propagation: 16, userns_fd: 24 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 32, 'mount_attr')
      return {
        attr_set: v.getBigUint64(at, true),
        attr_clr: v.getBigUint64(at + 8, true),
        propagation: v.getBigUint64(at + 16, true),
        userns_fd: v.getBigUint64(at + 24, true),
      }
    },
    write(view: ArrayBufferView, at: number, value: mount_attr) {
      const v = structView(view, at, 32, 'mount_attr')
      v.setBigUint64(at, value.attr_set, true)
      v.setBigUint64(at + 8, value.attr_clr, true)
      v.setBigUint64(at + 16, value.propagation, true)
      v.setBigUint64(at + 24, value.userns_fd, true)
    },
  },
  s390x: {
    size: 32,
    align: 8,
    offset: { attr_set: 0, attr_clr: 8, propagation: 16, userns_fd: 24 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 32, 'mount_attr')
      return {
        attr_set: v.getBigUint64(at, false),
        attr_clr: v.getBigUint64(at + 8, false),
        propagation: v.getBigUint64(at + 16, false),
        userns_fd: v.getBigUint64(at + 24, false),
      }
    },
    write(view: ArrayBufferView, at: number, value: mount_attr) {
      const v = structView(view, at, 32, 'mount_attr')
      v.setBigUint64(at, value.attr_set, false)
      v.setBigUint64(at + 8, value.attr_clr, false)
      v.setBigUint64(at + 16, value.propagation, false)
      v.setBigUint64(at + 24, value.userns_fd, false)
    },
  },
})

/** `struct mnt_id_req` of `linux/mount.h`: Request of statmount(2) and listmount(2). Extensible: `size` comes first. */
export interface mnt_id_req {
  /** Size of the struct in bytes. */
  size: number
  /** With STATMOUNT_BY_FD: the mount. Named `spare` in older headers. */
  mnt_ns_fd: number
  /** Unique id of the mount, or LSMT_ROOT. */
  mnt_id: bigint
  /** statmount: STATMOUNT_* wanted. listmount: list what follows this mount id. */
  param: bigint
  /** Id of the mount namespace; 0 for the own one. */
  mnt_ns_id: bigint
}

/** Layouts, readers and writers of `struct mnt_id_req` of `linux/mount.h`: Request of statmount(2) and listmount(2). Extensible: `size` comes first. */
export const mnt_id_req: StructType<mnt_id_req, mnt_id_req, 'size' | 'mnt_ns_fd' | 'mnt_id' | 'param' | 'mnt_ns_id'> = structType({
  x86_64: {
    size: 32,
    align: 8,
    offset: { size: 0, mnt_ns_fd: 4, mnt_id: 8, param: 16, mnt_ns_id: 24 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 32, 'mnt_id_req')
      return {
        size: v.getUint32(at, true),
        mnt_ns_fd: v.getUint32(at + 4, true),
        mnt_id: v.getBigUint64(at + 8, true),
        param: v.getBigUint64(at + 16, true),
        mnt_ns_id: v.getBigUint64(at + 24, true),
      }
    },
    write(view: ArrayBufferView, at: number, value: mnt_id_req) {
      const v = structView(view, at, 32, 'mnt_id_req')
      v.setUint32(at, value.size, true)
      v.setUint32(at + 4, value.mnt_ns_fd, true)
      v.setBigUint64(at + 8, value.mnt_id, true)
      v.setBigUint64(at + 16, value.param, true)
      v.setBigUint64(at + 24, value.mnt_ns_id, true)
    },
  },
  i386: {
    size: 32,
    align: 4,
    offset: { size: 0, mnt_ns_fd: 4, mnt_id: 8, param: 16, mnt_ns_id: 24 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 32, 'mnt_id_req')
      return {
        size: v.getUint32(at, true),
        mnt_ns_fd: v.getUint32(at + 4, true),
        mnt_id: v.getBigUint64(at + 8, true),
        param: v.getBigUint64(at + 16, true),
        mnt_ns_id: v.getBigUint64(at + 24, true),
      }
    },
    write(view: ArrayBufferView, at: number, value: mnt_id_req) {
      const v = structView(view, at, 32, 'mnt_id_req')
      v.setUint32(at, value.size, true)
      v.setUint32(at + 4, value.mnt_ns_fd, true)
      v.setBigUint64(at + 8, value.mnt_id, true)
      v.setBigUint64(at + 16, value.param, true)
      v.setBigUint64(at + 24, value.mnt_ns_id, true)
    },
  },
  s390x: {
    size: 32,
    align: 8,
    offset: { size: 0, mnt_ns_fd: 4, mnt_id: 8, param: 16, mnt_ns_id: 24 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 32, 'mnt_id_req')
      return {
        size: v.getUint32(at, false),
        mnt_ns_fd: v.getUint32(at + 4, false),
        mnt_id: v.getBigUint64(at + 8, false),
        param: v.getBigUint64(at + 16, false),
        mnt_ns_id: v.getBigUint64(at + 24, false),
      }
    },
    write(view: ArrayBufferView, at: number, value: mnt_id_req) {
      const v = structView(view, at, 32, 'mnt_id_req')
      v.setUint32(at, value.size, false)
      v.setUint32(at + 4, value.mnt_ns_fd, false)
      v.setBigUint64(at + 8, value.mnt_id, false)
      v.setBigUint64(at + 16, value.param, false)
      v.setBigUint64(at + 24, value.mnt_ns_id, false)
    },
  },
})

/** `struct statmount` of `linux/mount.h`: What statmount(2) tells. Strings are offsets into `str`. */
export interface statmount {
  /** Size of all in bytes, strings included. */
  size: number
  /** [str] Options of the filesystem. */
  mnt_opts: number
  /** STATMOUNT_*: what was filled in. */
  mask: bigint
  /** Device of the filesystem. */
  sb_dev_major: number
  /** Device of the filesystem. */
  sb_dev_minor: number
  /** *_MAGIC. */
  sb_magic: bigint
  /** MS_RDONLY, _SYNCHRONOUS, _DIRSYNC, _LAZYTIME. */
  sb_flags: number
  /** [str] Type of the filesystem. */
  fs_type: number
  /** Unique id of the mount. */
  mnt_id: bigint
  /** Unique id of its parent; its own for a root. */
  mnt_parent_id: bigint
  /** The reusable id that /proc/self/mountinfo shows. */
  mnt_id_old: number
  /** The same of the parent. */
  mnt_parent_id_old: number
  /** MOUNT_ATTR_*. */
  mnt_attr: bigint
  /** MS_SHARED, MS_SLAVE, MS_PRIVATE, MS_UNBINDABLE. */
  mnt_propagation: bigint
  /** Id of the shared peer group. */
  mnt_peer_group: bigint
  /** Peer group it receives from. */
  mnt_master: bigint
  /** Nearest such group below the own root. */
  propagate_from: bigint
  /** [str] Root of the mount in its filesystem. */
  mnt_root: number
  /** [str] Mount point, from the own root. */
  mnt_point: number
  /** Id of its mount namespace. */
  mnt_ns_id: bigint
  /** [str] Subtype of the filesystem. */
  fs_subtype: number
  /** [str] Source of the mount. */
  sb_source: number
  /** Number of options. */
  opt_num: number
  /** [str] The options, NUL between them. */
  opt_array: number
  /** Number of security options. */
  opt_sec_num: number
  /** [str] The security options, NUL between them. */
  opt_sec_array: number
  /** STATMOUNT_* that the kernel knows. */
  supported_mask: bigint
  /** Number of uid mappings. */
  mnt_uidmap_num: number
  /** [str] The uid mappings, NUL between them. */
  mnt_uidmap: number
  /** Number of gid mappings. */
  mnt_gidmap_num: number
  /** [str] The gid mappings, NUL between them. */
  mnt_gidmap: number
}

/** Layouts, readers and writers of `struct statmount` of `linux/mount.h`: What statmount(2) tells. Strings are offsets into `str`. */
export const statmount: StructType<statmount, statmount, 'size' | 'mnt_opts' | 'mask' | 'sb_dev_major' | 'sb_dev_minor' | 'sb_magic' | 'sb_flags' | 'fs_type' | 'mnt_id' | 'mnt_parent_id' | 'mnt_id_old' | 'mnt_parent_id_old' | 'mnt_attr' | 'mnt_propagation' | 'mnt_peer_group' | 'mnt_master' | 'propagate_from' | 'mnt_root' | 'mnt_point' | 'mnt_ns_id' | 'fs_subtype' | 'sb_source' | 'opt_num' | 'opt_array' | 'opt_sec_num' | 'opt_sec_array' | 'supported_mask' | 'mnt_uidmap_num' | 'mnt_uidmap' | 'mnt_gidmap_num' | 'mnt_gidmap' | '__spare2' | 'str'> = structType({
  x86_64: {
    size: 512,
    align: 8,
    offset: { size: 0, mnt_opts: 4, mask: 8, sb_dev_major: 16, sb_dev_minor: 20, sb_magic: 24, sb_flags: 32, fs_type: 36, mnt_id: 40, mnt_parent_id: 48, mnt_id_old: 56, mnt_parent_id_old: 60, mnt_attr: 64, mnt_propagation: 72, mnt_peer_group: 80, mnt_master: 88, propagate_from: 96, mnt_root: 104, mnt_point: 108, mnt_ns_id: 112, fs_subtype: 120, sb_source: 124, opt_num: 128, opt_array: 132, opt_sec_num: 136, opt_sec_array: 140, supported_mask: 144, mnt_uidmap_num: 152, mnt_uidmap: 156, mnt_gidmap_num: 160, mnt_gidmap: 164, __spare2: 168, str: 512 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 512, 'statmount')
      return {
        size: v.getUint32(at, true),
        mnt_opts: v.getUint32(at + 4, true),
        mask: v.getBigUint64(at + 8, true),
        sb_dev_major: v.getUint32(at + 16, true),
        sb_dev_minor: v.getUint32(at + 20, true),
        sb_magic: v.getBigUint64(at + 24, true),
        sb_flags: v.getUint32(at + 32, true),
        fs_type: v.getUint32(at + 36, true),
        mnt_id: v.getBigUint64(at + 40, true),
        mnt_parent_id: v.getBigUint64(at + 48, true),
        mnt_id_old: v.getUint32(at + 56, true),
        mnt_parent_id_old: v.getUint32(at + 60, true),
        mnt_attr: v.getBigUint64(at + 64, true),
        mnt_propagation: v.getBigUint64(at + 72, true),
        mnt_peer_group: v.getBigUint64(at + 80, true),
        mnt_master: v.getBigUint64(at + 88, true),
        propagate_from: v.getBigUint64(at + 96, true),
        mnt_root: v.getUint32(at + 104, true),
        mnt_point: v.getUint32(at + 108, true),
        mnt_ns_id: v.getBigUint64(at + 112, true),
        fs_subtype: v.getUint32(at + 120, true),
        sb_source: v.getUint32(at + 124, true),
        opt_num: v.getUint32(at + 128, true),
        opt_array: v.getUint32(at + 132, true),
        opt_sec_num: v.getUint32(at + 136, true),
        opt_sec_array: v.getUint32(at + 140, true),
        supported_mask: v.getBigUint64(at + 144, true),
        mnt_uidmap_num: v.getUint32(at + 152, true),
        mnt_uidmap: v.getUint32(at + 156, true),
        mnt_gidmap_num: v.getUint32(at + 160, true),
        mnt_gidmap: v.getUint32(at + 164, true),
      }
    },
    write(view: ArrayBufferView, at: number, value: statmount) {
      const v = structView(view, at, 512, 'statmount')
      v.setUint32(at, value.size, true)
      v.setUint32(at + 4, value.mnt_opts, true)
      v.setBigUint64(at + 8, value.mask, true)
      v.setUint32(at + 16, value.sb_dev_major, true)
      v.setUint32(at + 20, value.sb_dev_minor, true)
      v.setBigUint64(at + 24, value.sb_magic, true)
      v.setUint32(at + 32, value.sb_flags, true)
      v.setUint32(at + 36, value.fs_type, true)
      v.setBigUint64(at + 40, value.mnt_id, true)
      v.setBigUint64(at + 48, value.mnt_parent_id, true)
      v.setUint32(at + 56, value.mnt_id_old, true)
      v.setUint32(at + 60, value.mnt_parent_id_old, true)
      v.setBigUint64(at + 64, value.mnt_attr, true)
      v.setBigUint64(at + 72, value.mnt_propagation, true)
      v.setBigUint64(at + 80, value.mnt_peer_group, true)
      v.setBigUint64(at + 88, value.mnt_master, true)
      v.setBigUint64(at + 96, value.propagate_from, true)
      v.setUint32(at + 104, value.mnt_root, true)
      v.setUint32(at + 108, value.mnt_point, true)
      v.setBigUint64(at + 112, value.mnt_ns_id, true)
      v.setUint32(at + 120, value.fs_subtype, true)
      v.setUint32(at + 124, value.sb_source, true)
      v.setUint32(at + 128, value.opt_num, true)
      v.setUint32(at + 132, value.opt_array, true)
      v.setUint32(at + 136, value.opt_sec_num, true)
      v.setUint32(at + 140, value.opt_sec_array, true)
      v.setBigUint64(at + 144, value.supported_mask, true)
      v.setUint32(at + 152, value.mnt_uidmap_num, true)
      v.setUint32(at + 156, value.mnt_uidmap, true)
      v.setUint32(at + 160, value.mnt_gidmap_num, true)
      v.setUint32(at + 164, value.mnt_gidmap, true)
      clear(v, at + 168, at + 512)
    },
  },
  i386: {
    size: 512,
    align: 4,
    offset: { size: 0, mnt_opts: 4, mask: 8, sb_dev_major: 16, sb_dev_minor: 20, sb_magic: 24, sb_flags: 32, fs_type: 36, mnt_id: 40, mnt_parent_id: 48, mnt_id_old: 56, mnt_parent_id_old: 60, mnt_attr: 64, mnt_propagation: 72, mnt_peer_group: 80, mnt_master: 88, propagate_from: 96, mnt_root: 104, mnt_point: 108, mnt_ns_id: 112, fs_subtype: 120, sb_source: 124, opt_num: 128, opt_array: 132, opt_sec_num: 136, opt_sec_array: 140, supported_mask: 144, mnt_uidmap_num: 152, mnt_uidmap: 156, mnt_gidmap_num: 160, mnt_gidmap: 164, __spare2: 168, str: 512 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 512, 'statmount')
      return {
        size: v.getUint32(at, true),
        mnt_opts: v.getUint32(at + 4, true),
        mask: v.getBigUint64(at + 8, true),
        sb_dev_major: v.getUint32(at + 16, true),
        sb_dev_minor: v.getUint32(at + 20, true),
        sb_magic: v.getBigUint64(at + 24, true),
        sb_flags: v.getUint32(at + 32, true),
        fs_type: v.getUint32(at + 36, true),
        mnt_id: v.getBigUint64(at + 40, true),
        mnt_parent_id: v.getBigUint64(at + 48, true),
        mnt_id_old: v.getUint32(at + 56, true),
        mnt_parent_id_old: v.getUint32(at + 60, true),
        mnt_attr: v.getBigUint64(at + 64, true),
        mnt_propagation: v.getBigUint64(at + 72, true),
        mnt_peer_group: v.getBigUint64(at + 80, true),
        mnt_master: v.getBigUint64(at + 88, true),
        propagate_from: v.getBigUint64(at + 96, true),
        mnt_root: v.getUint32(at + 104, true),
        mnt_point: v.getUint32(at + 108, true),
        mnt_ns_id: v.getBigUint64(at + 112, true),
        fs_subtype: v.getUint32(at + 120, true),
        sb_source: v.getUint32(at + 124, true),
        opt_num: v.getUint32(at + 128, true),
        opt_array: v.getUint32(at + 132, true),
        opt_sec_num: v.getUint32(at + 136, true),
        opt_sec_array: v.getUint32(at + 140, true),
        supported_mask: v.getBigUint64(at + 144, true),
        mnt_uidmap_num: v.getUint32(at + 152, true),
        mnt_uidmap: v.getUint32(at + 156, true),
        mnt_gidmap_num: v.getUint32(at + 160, true),
        mnt_gidmap: v.getUint32(at + 164, true),
      }
    },
    write(view: ArrayBufferView, at: number, value: statmount) {
      const v = structView(view, at, 512, 'statmount')
      v.setUint32(at, value.size, true)
      v.setUint32(at + 4, value.mnt_opts, true)
      v.setBigUint64(at + 8, value.mask, true)
      v.setUint32(at + 16, value.sb_dev_major, true)
      v.setUint32(at + 20, value.sb_dev_minor, true)
      v.setBigUint64(at + 24, value.sb_magic, true)
      v.setUint32(at + 32, value.sb_flags, true)
      v.setUint32(at + 36, value.fs_type, true)
      v.setBigUint64(at + 40, value.mnt_id, true)
      v.setBigUint64(at + 48, value.mnt_parent_id, true)
      v.setUint32(at + 56, value.mnt_id_old, true)
      v.setUint32(at + 60, value.mnt_parent_id_old, true)
      v.setBigUint64(at + 64, value.mnt_attr, true)
      v.setBigUint64(at + 72, value.mnt_propagation, true)
      v.setBigUint64(at + 80, value.mnt_peer_group, true)
      v.setBigUint64(at + 88, value.mnt_master, true)
      v.setBigUint64(at + 96, value.propagate_from, true)
      v.setUint32(at + 104, value.mnt_root, true)
      v.setUint32(at + 108, value.mnt_point, true)
      v.setBigUint64(at + 112, value.mnt_ns_id, true)
      v.setUint32(at + 120, value.fs_subtype, true)
      v.setUint32(at + 124, value.sb_source, true)
      v.setUint32(at + 128, value.opt_num, true)
      v.setUint32(at + 132, value.opt_array, true)
      v.setUint32(at + 136, value.opt_sec_num, true)
      v.setUint32(at + 140, value.opt_sec_array, true)
      v.setBigUint64(at + 144, value.supported_mask, true)
      v.setUint32(at + 152, value.mnt_uidmap_num, true)
      v.setUint32(at + 156, value.mnt_uidmap, true)
      v.setUint32(at + 160, value.mnt_gidmap_num, true)
      v.setUint32(at + 164, value.mnt_gidmap, true)
      clear(v, at + 168, at + 512)
    },
  },
  s390x: {
    size: 512,
    align: 8,
    offset: { size: 0, mnt_opts: 4, mask: 8, sb_dev_major: 16, sb_dev_minor: 20, sb_magic: 24, sb_flags: 32, fs_type: 36, mnt_id: 40, mnt_parent_id: 48, mnt_id_old: 56, mnt_parent_id_old: 60, mnt_attr: 64, mnt_propagation: 72, mnt_peer_group: 80, mnt_master: 88, propagate_from: 96, mnt_root: 104, mnt_point: 108, mnt_ns_id: 112, fs_subtype: 120, sb_source: 124, opt_num: 128, opt_array: 132, opt_sec_num: 136, opt_sec_array: 140, supported_mask: 144, mnt_uidmap_num: 152, mnt_uidmap: 156, mnt_gidmap_num: 160, mnt_gidmap: 164, __spare2: 168, str: 512 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 512, 'statmount')
      return {
        size: v.getUint32(at, false),
        mnt_opts: v.getUint32(at + 4, false),
        mask: v.getBigUint64(at + 8, false),
        sb_dev_major: v.getUint32(at + 16, false),
        sb_dev_minor: v.getUint32(at + 20, false),
        sb_magic: v.getBigUint64(at + 24, false),
        sb_flags: v.getUint32(at + 32, false),
        fs_type: v.getUint32(at + 36, false),
        mnt_id: v.getBigUint64(at + 40, false),
        mnt_parent_id: v.getBigUint64(at + 48, false),
        mnt_id_old: v.getUint32(at + 56, false),
        mnt_parent_id_old: v.getUint32(at + 60, false),
        mnt_attr: v.getBigUint64(at + 64, false),
        mnt_propagation: v.getBigUint64(at + 72, false),
        mnt_peer_group: v.getBigUint64(at + 80, false),
        mnt_master: v.getBigUint64(at + 88, false),
        propagate_from: v.getBigUint64(at + 96, false),
        mnt_root: v.getUint32(at + 104, false),
        mnt_point: v.getUint32(at + 108, false),
        mnt_ns_id: v.getBigUint64(at + 112, false),
        fs_subtype: v.getUint32(at + 120, false),
        sb_source: v.getUint32(at + 124, false),
        opt_num: v.getUint32(at + 128, false),
        opt_array: v.getUint32(at + 132, false),
        opt_sec_num: v.getUint32(at + 136, false),
        opt_sec_array: v.getUint32(at + 140, false),
        supported_mask: v.getBigUint64(at + 144, false),
        mnt_uidmap_num: v.getUint32(at + 152, false),
        mnt_uidmap: v.getUint32(at + 156, false),
        mnt_gidmap_num: v.getUint32(at + 160, false),
        mnt_gidmap: v.getUint32(at + 164, false),
      }
    },
    write(view: ArrayBufferView, at: number, value: statmount) {
      const v = structView(view, at, 512, 'statmount')
      v.setUint32(at, value.size, false)
      v.setUint32(at + 4, value.mnt_opts, false)
      v.setBigUint64(at + 8, value.mask, false)
      v.setUint32(at + 16, value.sb_dev_major, false)
      v.setUint32(at + 20, value.sb_dev_minor, false)
      v.setBigUint64(at + 24, value.sb_magic, false)
      v.setUint32(at + 32, value.sb_flags, false)
      v.setUint32(at + 36, value.fs_type, false)
      v.setBigUint64(at + 40, value.mnt_id, false)
      v.setBigUint64(at + 48, value.mnt_parent_id, false)
      v.setUint32(at + 56, value.mnt_id_old, false)
      v.setUint32(at + 60, value.mnt_parent_id_old, false)
      v.setBigUint64(at + 64, value.mnt_attr, false)
      v.setBigUint64(at + 72, value.mnt_propagation, false)
      v.setBigUint64(at + 80, value.mnt_peer_group, false)
      v.setBigUint64(at + 88, value.mnt_master, false)
      v.setBigUint64(at + 96, value.propagate_from, false)
      v.setUint32(at + 104, value.mnt_root, false)
      v.setUint32(at + 108, value.mnt_point, false)
      v.setBigUint64(at + 112, value.mnt_ns_id, false)
      v.setUint32(at + 120, value.fs_subtype, false)
      v.setUint32(at + 124, value.sb_source, false)
      v.setUint32(at + 128, value.opt_num, false)
      v.setUint32(at + 132, value.opt_array, false)
      v.setUint32(at + 136, value.opt_sec_num, false)
      v.setUint32(at + 140, value.opt_sec_array, false)
      v.setBigUint64(at + 144, value.supported_mask, false)
      v.setUint32(at + 152, value.mnt_uidmap_num, false)
      v.setUint32(at + 156, value.mnt_uidmap, false)
      v.setUint32(at + 160, value.mnt_gidmap_num, false)
      v.setUint32(at + 164, value.mnt_gidmap, false)
      clear(v, at + 168, at + 512)
    },
  },
})
