// Written by `npm run generate` from src/uapi/schema. Edit that.

import { clear, type StructType, structType, structView } from '../struct-layout.js'

/** `struct statx_timestamp` of `linux/stat.h`: A time of statx(2). */
export interface statx_timestamp {
  /** Seconds since the epoch. */
  tv_sec: bigint
  /** Nanoseconds. */
  tv_nsec: number
  /** Reserved; 0 when left out. */
  __reserved: number
}

/** What `statx_timestamp.write` takes: {@link statx_timestamp}, reserved fields optional. */
export interface statx_timestamp_init {
  /** Seconds since the epoch. */
  tv_sec: bigint
  /** Nanoseconds. */
  tv_nsec: number
  /** Reserved; 0 when left out. */
  __reserved?: number | undefined
}

/** Layouts, readers and writers of `struct statx_timestamp` of `linux/stat.h`: A time of statx(2). */
export const statx_timestamp: StructType<statx_timestamp, statx_timestamp_init, 'tv_sec' | 'tv_nsec' | '__reserved'> = structType({
  x86_64: {
    size: 16,
    align: 8,
    offset: { tv_sec: 0, tv_nsec: 8, __reserved: 12 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 16, 'statx_timestamp')
      return {
        tv_sec: v.getBigInt64(at, true),
        tv_nsec: v.getUint32(at + 8, true),
        __reserved: v.getInt32(at + 12, true),
      }
    },
    write(view: ArrayBufferView, at: number, value: statx_timestamp_init) {
      const v = structView(view, at, 16, 'statx_timestamp')
      v.setBigInt64(at, value.tv_sec, true)
      v.setUint32(at + 8, value.tv_nsec, true)
      v.setInt32(at + 12, value.__reserved ?? 0, true)
    },
  },
  i386: {
    size: 16,
    align: 4,
    offset: { tv_sec: 0, tv_nsec: 8, __reserved: 12 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 16, 'statx_timestamp')
      return {
        tv_sec: v.getBigInt64(at, true),
        tv_nsec: v.getUint32(at + 8, true),
        __reserved: v.getInt32(at + 12, true),
      }
    },
    write(view: ArrayBufferView, at: number, value: statx_timestamp_init) {
      const v = structView(view, at, 16, 'statx_timestamp')
      v.setBigInt64(at, value.tv_sec, true)
      v.setUint32(at + 8, value.tv_nsec, true)
      v.setInt32(at + 12, value.__reserved ?? 0, true)
    },
  },
  s390x: {
    size: 16,
    align: 8,
    offset: { tv_sec: 0, tv_nsec: 8, __reserved: 12 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 16, 'statx_timestamp')
      return {
        tv_sec: v.getBigInt64(at, false),
        tv_nsec: v.getUint32(at + 8, false),
        __reserved: v.getInt32(at + 12, false),
      }
    },
    write(view: ArrayBufferView, at: number, value: statx_timestamp_init) {
      const v = structView(view, at, 16, 'statx_timestamp')
      v.setBigInt64(at, value.tv_sec, false)
      v.setUint32(at + 8, value.tv_nsec, false)
      v.setInt32(at + 12, value.__reserved ?? 0, false)
    },
  },
})

/** `struct statx` of `linux/stat.h`: What statx(2) tells. */
export interface statx {
  /** STATX_*: what was filled in. */
  stx_mask: number
  /** Preferred size of reads and writes. */
  stx_blksize: number
  /** STATX_ATTR_*. */
  stx_attributes: bigint
  /** Hard links. */
  stx_nlink: number
  /** Owner. */
  stx_uid: number
  /** Group. */
  stx_gid: number
  /** Type and permissions. */
  stx_mode: number
  /** Inode number. */
  stx_ino: bigint
  /** Size in bytes. */
  stx_size: bigint
  /** Blocks of 512 bytes. */
  stx_blocks: bigint
  /** STATX_ATTR_* that the filesystem knows. */
  stx_attributes_mask: bigint
  /** Last access. */
  stx_atime: statx_timestamp
  /** Creation. */
  stx_btime: statx_timestamp
  /** Last change of the inode. */
  stx_ctime: statx_timestamp
  /** Last change of the content. */
  stx_mtime: statx_timestamp
  /** Device that a device file stands for. */
  stx_rdev_major: number
  /** Device that a device file stands for. */
  stx_rdev_minor: number
  /** Device that the file is on. */
  stx_dev_major: number
  /** Device that the file is on. */
  stx_dev_minor: number
  /** Mount that the file was found on. */
  stx_mnt_id: bigint
  /** Alignment of memory for direct I/O. 0 when left out. */
  stx_dio_mem_align: number
  /** Alignment of file offsets for direct I/O. 0 when left out. */
  stx_dio_offset_align: number
  /** Id of the subvolume. 0 when left out. */
  stx_subvol: bigint
  /** Least size of an atomic write. 0 when left out. */
  stx_atomic_write_unit_min: number
  /** Greatest size of an atomic write. 0 when left out. */
  stx_atomic_write_unit_max: number
  /** Greatest number of segments of an atomic write. 0 when left out. */
  stx_atomic_write_segments_max: number
  /** Alignment of file offsets for direct reads. 0 when left out. */
  stx_dio_read_offset_align: number
  /** Best greatest size of an atomic write. 0 when left out. */
  stx_atomic_write_unit_max_opt: number
}

/** What `statx.write` takes: {@link statx}, reserved fields optional. */
export interface statx_init {
  /** STATX_*: what was filled in. */
  stx_mask: number
  /** Preferred size of reads and writes. */
  stx_blksize: number
  /** STATX_ATTR_*. */
  stx_attributes: bigint
  /** Hard links. */
  stx_nlink: number
  /** Owner. */
  stx_uid: number
  /** Group. */
  stx_gid: number
  /** Type and permissions. */
  stx_mode: number
  /** Inode number. */
  stx_ino: bigint
  /** Size in bytes. */
  stx_size: bigint
  /** Blocks of 512 bytes. */
  stx_blocks: bigint
  /** STATX_ATTR_* that the filesystem knows. */
  stx_attributes_mask: bigint
  /** Last access. */
  stx_atime: statx_timestamp_init
  /** Creation. */
  stx_btime: statx_timestamp_init
  /** Last change of the inode. */
  stx_ctime: statx_timestamp_init
  /** Last change of the content. */
  stx_mtime: statx_timestamp_init
  /** Device that a device file stands for. */
  stx_rdev_major: number
  /** Device that a device file stands for. */
  stx_rdev_minor: number
  /** Device that the file is on. */
  stx_dev_major: number
  /** Device that the file is on. */
  stx_dev_minor: number
  /** Mount that the file was found on. */
  stx_mnt_id: bigint
  /** Alignment of memory for direct I/O. 0 when left out. */
  stx_dio_mem_align?: number | undefined
  /** Alignment of file offsets for direct I/O. 0 when left out. */
  stx_dio_offset_align?: number | undefined
  /** Id of the subvolume. 0 when left out. */
  stx_subvol?: bigint | undefined
  /** Least size of an atomic write. 0 when left out. */
  stx_atomic_write_unit_min?: number | undefined
  /** Greatest size of an atomic write. 0 when left out. */
  stx_atomic_write_unit_max?: number | undefined
  /** Greatest number of segments of an atomic write. 0 when left out. */
  stx_atomic_write_segments_max?: number | undefined
  /** Alignment of file offsets for direct reads. 0 when left out. */
  stx_dio_read_offset_align?: number | undefined
  /** Best greatest size of an atomic write. 0 when left out. */
  stx_atomic_write_unit_max_opt?: number | undefined
}

/** Layouts, readers and writers of `struct statx` of `linux/stat.h`: What statx(2) tells. */
export const statx: StructType<statx, statx_init, 'stx_mask' | 'stx_blksize' | 'stx_attributes' | 'stx_nlink' | 'stx_uid' | 'stx_gid' | 'stx_mode' | '__spare0' | 'stx_ino' | 'stx_size' | 'stx_blocks' | 'stx_attributes_mask' | 'stx_atime' | 'stx_btime' | 'stx_ctime' | 'stx_mtime' | 'stx_rdev_major' | 'stx_rdev_minor' | 'stx_dev_major' | 'stx_dev_minor' | 'stx_mnt_id' | 'stx_dio_mem_align' | 'stx_dio_offset_align' | 'stx_subvol' | 'stx_atomic_write_unit_min' | 'stx_atomic_write_unit_max' | 'stx_atomic_write_segments_max' | 'stx_dio_read_offset_align' | 'stx_atomic_write_unit_max_opt' | '__spare2' | '__spare3'> = structType({
  x86_64: {
    size: 256,
    align: 8,
    offset: { stx_mask: 0, stx_blksize: 4, stx_attributes: 8, stx_nlink: 16, stx_uid: 20, stx_gid: 24, stx_mode: 28, __spare0: 30, stx_ino: 32, stx_size: 40, stx_blocks: 48, stx_attributes_mask: 56, stx_atime: 64, stx_btime: 80, stx_ctime: 96, stx_mtime: 112, stx_rdev_major: 128, stx_rdev_minor: 132, stx_dev_major: 136, stx_dev_minor: 140, stx_mnt_id: 144, stx_dio_mem_align: 152, stx_dio_offset_align: 156, stx_subvol: 160, stx_atomic_write_unit_min: 168, stx_atomic_write_unit_max: 172, stx_atomic_write_segments_max: 176, stx_dio_read_offset_align: 180, stx_atomic_write_unit_max_opt: 184, __spare2: 188, __spare3: 192 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 256, 'statx')
      return {
        stx_mask: v.getUint32(at, true),
        stx_blksize: v.getUint32(at + 4, true),
        stx_attributes: v.getBigUint64(at + 8, true),
        stx_nlink: v.getUint32(at + 16, true),
        stx_uid: v.getUint32(at + 20, true),
        stx_gid: v.getUint32(at + 24, true),
        stx_mode: v.getUint16(at + 28, true),
        stx_ino: v.getBigUint64(at + 32, true),
        stx_size: v.getBigUint64(at + 40, true),
        stx_blocks: v.getBigUint64(at + 48, true),
        stx_attributes_mask: v.getBigUint64(at + 56, true),
        stx_atime: {
          tv_sec: v.getBigInt64(at + 64, true),
          tv_nsec: v.getUint32(at + 72, true),
          __reserved: v.getInt32(at + 76, true),
        },
        stx_btime: {
          tv_sec: v.getBigInt64(at + 80, true),
          tv_nsec: v.getUint32(at + 88, true),
          __reserved: v.getInt32(at + 92, true),
        },
        stx_ctime: {
          tv_sec: v.getBigInt64(at + 96, true),
          tv_nsec: v.getUint32(at + 104, true),
          __reserved: v.getInt32(at + 108, true),
        },
        stx_mtime: {
          tv_sec: v.getBigInt64(at + 112, true),
          tv_nsec: v.getUint32(at + 120, true),
          __reserved: v.getInt32(at + 124, true),
        },
        stx_rdev_major: v.getUint32(at + 128, true),
        stx_rdev_minor: v.getUint32(at + 132, true),
        stx_dev_major: v.getUint32(at + 136, true),
        stx_dev_minor: v.getUint32(at + 140, true),
        stx_mnt_id: v.getBigUint64(at + 144, true),
        stx_dio_mem_align: v.getUint32(at + 152, true),
        stx_dio_offset_align: v.getUint32(at + 156, true),
        stx_subvol: v.getBigUint64(at + 160, true),
        stx_atomic_write_unit_min: v.getUint32(at + 168, true),
        stx_atomic_write_unit_max: v.getUint32(at + 172, true),
        stx_atomic_write_segments_max: v.getUint32(at + 176, true),
        stx_dio_read_offset_align: v.getUint32(at + 180, true),
        stx_atomic_write_unit_max_opt: v.getUint32(at + 184, true),
      }
    },
    write(view: ArrayBufferView, at: number, value: statx_init) {
      const v = structView(view, at, 256, 'statx')
      v.setUint32(at, value.stx_mask, true)
      v.setUint32(at + 4, value.stx_blksize, true)
      v.setBigUint64(at + 8, value.stx_attributes, true)
      v.setUint32(at + 16, value.stx_nlink, true)
      v.setUint32(at + 20, value.stx_uid, true)
      v.setUint32(at + 24, value.stx_gid, true)
      v.setUint16(at + 28, value.stx_mode, true)
      v.setBigUint64(at + 32, value.stx_ino, true)
      v.setBigUint64(at + 40, value.stx_size, true)
      v.setBigUint64(at + 48, value.stx_blocks, true)
      v.setBigUint64(at + 56, value.stx_attributes_mask, true)
      v.setBigInt64(at + 64, value.stx_atime.tv_sec, true)
      v.setUint32(at + 72, value.stx_atime.tv_nsec, true)
      v.setInt32(at + 76, value.stx_atime.__reserved ?? 0, true)
      v.setBigInt64(at + 80, value.stx_btime.tv_sec, true)
      v.setUint32(at + 88, value.stx_btime.tv_nsec, true)
      v.setInt32(at + 92, value.stx_btime.__reserved ?? 0, true)
      v.setBigInt64(at + 96, value.stx_ctime.tv_sec, true)
      v.setUint32(at + 104, value.stx_ctime.tv_nsec, true)
      v.setInt32(at + 108, value.stx_ctime.__reserved ?? 0, true)
      v.setBigInt64(at + 112, value.stx_mtime.tv_sec, true)
      v.setUint32(at + 120, value.stx_mtime.tv_nsec, true)
      v.setInt32(at + 124, value.stx_mtime.__reserved ?? 0, true)
      v.setUint32(at + 128, value.stx_rdev_major, true)
      v.setUint32(at + 132, value.stx_rdev_minor, true)
      v.setUint32(at + 136, value.stx_dev_major, true)
      v.setUint32(at + 140, value.stx_dev_minor, true)
      v.setBigUint64(at + 144, value.stx_mnt_id, true)
      v.setUint32(at + 152, value.stx_dio_mem_align ?? 0, true)
      v.setUint32(at + 156, value.stx_dio_offset_align ?? 0, true)
      v.setBigUint64(at + 160, value.stx_subvol ?? 0n, true)
      v.setUint32(at + 168, value.stx_atomic_write_unit_min ?? 0, true)
      v.setUint32(at + 172, value.stx_atomic_write_unit_max ?? 0, true)
      v.setUint32(at + 176, value.stx_atomic_write_segments_max ?? 0, true)
      v.setUint32(at + 180, value.stx_dio_read_offset_align ?? 0, true)
      v.setUint32(at + 184, value.stx_atomic_write_unit_max_opt ?? 0, true)
      clear(v, at + 30, at + 32)
      clear(v, at + 188, at + 256)
    },
  },
  i386: {
    size: 256,
    align: 4,
    offset: { stx_mask: 0, stx_blksize: 4, stx_attributes: 8, stx_nlink: 16, stx_uid: 20, stx_gid: 24, stx_mode: 28, __spare0: 30, stx_ino: 32, stx_size: 40, stx_blocks: 48, stx_attributes_mask: 56, stx_atime: 64, stx_btime: 80, stx_ctime: 96, stx_mtime: 112, stx_rdev_major: 128, stx_rdev_minor: 132, stx_dev_major: 136, stx_dev_minor: 140, stx_mnt_id: 144, stx_dio_mem_align: 152, stx_dio_offset_align: 156, stx_subvol: 160, stx_atomic_write_unit_min: 168, stx_atomic_write_unit_max: 172, stx_atomic_write_segments_max: 176, stx_dio_read_offset_align: 180, stx_atomic_write_unit_max_opt: 184, __spare2: 188, __spare3: 192 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 256, 'statx')
      return {
        stx_mask: v.getUint32(at, true),
        stx_blksize: v.getUint32(at + 4, true),
        stx_attributes: v.getBigUint64(at + 8, true),
        stx_nlink: v.getUint32(at + 16, true),
        stx_uid: v.getUint32(at + 20, true),
        stx_gid: v.getUint32(at + 24, true),
        stx_mode: v.getUint16(at + 28, true),
        stx_ino: v.getBigUint64(at + 32, true),
        stx_size: v.getBigUint64(at + 40, true),
        stx_blocks: v.getBigUint64(at + 48, true),
        stx_attributes_mask: v.getBigUint64(at + 56, true),
        stx_atime: {
          tv_sec: v.getBigInt64(at + 64, true),
          tv_nsec: v.getUint32(at + 72, true),
          __reserved: v.getInt32(at + 76, true),
        },
        stx_btime: {
          tv_sec: v.getBigInt64(at + 80, true),
          tv_nsec: v.getUint32(at + 88, true),
          __reserved: v.getInt32(at + 92, true),
        },
        stx_ctime: {
          tv_sec: v.getBigInt64(at + 96, true),
          tv_nsec: v.getUint32(at + 104, true),
          __reserved: v.getInt32(at + 108, true),
        },
        stx_mtime: {
          tv_sec: v.getBigInt64(at + 112, true),
          tv_nsec: v.getUint32(at + 120, true),
          __reserved: v.getInt32(at + 124, true),
        },
        stx_rdev_major: v.getUint32(at + 128, true),
        stx_rdev_minor: v.getUint32(at + 132, true),
        stx_dev_major: v.getUint32(at + 136, true),
        stx_dev_minor: v.getUint32(at + 140, true),
        stx_mnt_id: v.getBigUint64(at + 144, true),
        stx_dio_mem_align: v.getUint32(at + 152, true),
        stx_dio_offset_align: v.getUint32(at + 156, true),
        stx_subvol: v.getBigUint64(at + 160, true),
        stx_atomic_write_unit_min: v.getUint32(at + 168, true),
        stx_atomic_write_unit_max: v.getUint32(at + 172, true),
        stx_atomic_write_segments_max: v.getUint32(at + 176, true),
        stx_dio_read_offset_align: v.getUint32(at + 180, true),
        stx_atomic_write_unit_max_opt: v.getUint32(at + 184, true),
      }
    },
    write(view: ArrayBufferView, at: number, value: statx_init) {
      const v = structView(view, at, 256, 'statx')
      v.setUint32(at, value.stx_mask, true)
      v.setUint32(at + 4, value.stx_blksize, true)
      v.setBigUint64(at + 8, value.stx_attributes, true)
      v.setUint32(at + 16, value.stx_nlink, true)
      v.setUint32(at + 20, value.stx_uid, true)
      v.setUint32(at + 24, value.stx_gid, true)
      v.setUint16(at + 28, value.stx_mode, true)
      v.setBigUint64(at + 32, value.stx_ino, true)
      v.setBigUint64(at + 40, value.stx_size, true)
      v.setBigUint64(at + 48, value.stx_blocks, true)
      v.setBigUint64(at + 56, value.stx_attributes_mask, true)
      v.setBigInt64(at + 64, value.stx_atime.tv_sec, true)
      v.setUint32(at + 72, value.stx_atime.tv_nsec, true)
      v.setInt32(at + 76, value.stx_atime.__reserved ?? 0, true)
      v.setBigInt64(at + 80, value.stx_btime.tv_sec, true)
      v.setUint32(at + 88, value.stx_btime.tv_nsec, true)
      v.setInt32(at + 92, value.stx_btime.__reserved ?? 0, true)
      v.setBigInt64(at + 96, value.stx_ctime.tv_sec, true)
      v.setUint32(at + 104, value.stx_ctime.tv_nsec, true)
      v.setInt32(at + 108, value.stx_ctime.__reserved ?? 0, true)
      v.setBigInt64(at + 112, value.stx_mtime.tv_sec, true)
      v.setUint32(at + 120, value.stx_mtime.tv_nsec, true)
      v.setInt32(at + 124, value.stx_mtime.__reserved ?? 0, true)
      v.setUint32(at + 128, value.stx_rdev_major, true)
      v.setUint32(at + 132, value.stx_rdev_minor, true)
      v.setUint32(at + 136, value.stx_dev_major, true)
      v.setUint32(at + 140, value.stx_dev_minor, true)
      v.setBigUint64(at + 144, value.stx_mnt_id, true)
      v.setUint32(at + 152, value.stx_dio_mem_align ?? 0, true)
      v.setUint32(at + 156, value.stx_dio_offset_align ?? 0, true)
      v.setBigUint64(at + 160, value.stx_subvol ?? 0n, true)
      v.setUint32(at + 168, value.stx_atomic_write_unit_min ?? 0, true)
      v.setUint32(at + 172, value.stx_atomic_write_unit_max ?? 0, true)
      v.setUint32(at + 176, value.stx_atomic_write_segments_max ?? 0, true)
      v.setUint32(at + 180, value.stx_dio_read_offset_align ?? 0, true)
      v.setUint32(at + 184, value.stx_atomic_write_unit_max_opt ?? 0, true)
      clear(v, at + 30, at + 32)
      clear(v, at + 188, at + 256)
    },
  },
  s390x: {
    size: 256,
    align: 8,
    offset: { stx_mask: 0, stx_blksize: 4, stx_attributes: 8, stx_nlink: 16, stx_uid: 20, stx_gid: 24, stx_mode: 28, __spare0: 30, stx_ino: 32, stx_size: 40, stx_blocks: 48, stx_attributes_mask: 56, stx_atime: 64, stx_btime: 80, stx_ctime: 96, stx_mtime: 112, stx_rdev_major: 128, stx_rdev_minor: 132, stx_dev_major: 136, stx_dev_minor: 140, stx_mnt_id: 144, stx_dio_mem_align: 152, stx_dio_offset_align: 156, stx_subvol: 160, stx_atomic_write_unit_min: 168, stx_atomic_write_unit_max: 172, stx_atomic_write_segments_max: 176, stx_dio_read_offset_align: 180, stx_atomic_write_unit_max_opt: 184, __spare2: 188, __spare3: 192 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 256, 'statx')
      return {
        stx_mask: v.getUint32(at, false),
        stx_blksize: v.getUint32(at + 4, false),
        stx_attributes: v.getBigUint64(at + 8, false),
        stx_nlink: v.getUint32(at + 16, false),
        stx_uid: v.getUint32(at + 20, false),
        stx_gid: v.getUint32(at + 24, false),
        stx_mode: v.getUint16(at + 28, false),
        stx_ino: v.getBigUint64(at + 32, false),
        stx_size: v.getBigUint64(at + 40, false),
        stx_blocks: v.getBigUint64(at + 48, false),
        stx_attributes_mask: v.getBigUint64(at + 56, false),
        stx_atime: {
          tv_sec: v.getBigInt64(at + 64, false),
          tv_nsec: v.getUint32(at + 72, false),
          __reserved: v.getInt32(at + 76, false),
        },
        stx_btime: {
          tv_sec: v.getBigInt64(at + 80, false),
          tv_nsec: v.getUint32(at + 88, false),
          __reserved: v.getInt32(at + 92, false),
        },
        stx_ctime: {
          tv_sec: v.getBigInt64(at + 96, false),
          tv_nsec: v.getUint32(at + 104, false),
          __reserved: v.getInt32(at + 108, false),
        },
        stx_mtime: {
          tv_sec: v.getBigInt64(at + 112, false),
          tv_nsec: v.getUint32(at + 120, false),
          __reserved: v.getInt32(at + 124, false),
        },
        stx_rdev_major: v.getUint32(at + 128, false),
        stx_rdev_minor: v.getUint32(at + 132, false),
        stx_dev_major: v.getUint32(at + 136, false),
        stx_dev_minor: v.getUint32(at + 140, false),
        stx_mnt_id: v.getBigUint64(at + 144, false),
        stx_dio_mem_align: v.getUint32(at + 152, false),
        stx_dio_offset_align: v.getUint32(at + 156, false),
        stx_subvol: v.getBigUint64(at + 160, false),
        stx_atomic_write_unit_min: v.getUint32(at + 168, false),
        stx_atomic_write_unit_max: v.getUint32(at + 172, false),
        stx_atomic_write_segments_max: v.getUint32(at + 176, false),
        stx_dio_read_offset_align: v.getUint32(at + 180, false),
        stx_atomic_write_unit_max_opt: v.getUint32(at + 184, false),
      }
    },
    write(view: ArrayBufferView, at: number, value: statx_init) {
      const v = structView(view, at, 256, 'statx')
      v.setUint32(at, value.stx_mask, false)
      v.setUint32(at + 4, value.stx_blksize, false)
      v.setBigUint64(at + 8, value.stx_attributes, false)
      v.setUint32(at + 16, value.stx_nlink, false)
      v.setUint32(at + 20, value.stx_uid, false)
      v.setUint32(at + 24, value.stx_gid, false)
      v.setUint16(at + 28, value.stx_mode, false)
      v.setBigUint64(at + 32, value.stx_ino, false)
      v.setBigUint64(at + 40, value.stx_size, false)
      v.setBigUint64(at + 48, value.stx_blocks, false)
      v.setBigUint64(at + 56, value.stx_attributes_mask, false)
      v.setBigInt64(at + 64, value.stx_atime.tv_sec, false)
      v.setUint32(at + 72, value.stx_atime.tv_nsec, false)
      v.setInt32(at + 76, value.stx_atime.__reserved ?? 0, false)
      v.setBigInt64(at + 80, value.stx_btime.tv_sec, false)
      v.setUint32(at + 88, value.stx_btime.tv_nsec, false)
      v.setInt32(at + 92, value.stx_btime.__reserved ?? 0, false)
      v.setBigInt64(at + 96, value.stx_ctime.tv_sec, false)
      v.setUint32(at + 104, value.stx_ctime.tv_nsec, false)
      v.setInt32(at + 108, value.stx_ctime.__reserved ?? 0, false)
      v.setBigInt64(at + 112, value.stx_mtime.tv_sec, false)
      v.setUint32(at + 120, value.stx_mtime.tv_nsec, false)
      v.setInt32(at + 124, value.stx_mtime.__reserved ?? 0, false)
      v.setUint32(at + 128, value.stx_rdev_major, false)
      v.setUint32(at + 132, value.stx_rdev_minor, false)
      v.setUint32(at + 136, value.stx_dev_major, false)
      v.setUint32(at + 140, value.stx_dev_minor, false)
      v.setBigUint64(at + 144, value.stx_mnt_id, false)
      v.setUint32(at + 152, value.stx_dio_mem_align ?? 0, false)
      v.setUint32(at + 156, value.stx_dio_offset_align ?? 0, false)
      v.setBigUint64(at + 160, value.stx_subvol ?? 0n, false)
      v.setUint32(at + 168, value.stx_atomic_write_unit_min ?? 0, false)
      v.setUint32(at + 172, value.stx_atomic_write_unit_max ?? 0, false)
      v.setUint32(at + 176, value.stx_atomic_write_segments_max ?? 0, false)
      v.setUint32(at + 180, value.stx_dio_read_offset_align ?? 0, false)
      v.setUint32(at + 184, value.stx_atomic_write_unit_max_opt ?? 0, false)
      clear(v, at + 30, at + 32)
      clear(v, at + 188, at + 256)
    },
  },
})
