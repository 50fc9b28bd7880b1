// Written by `npm run generate` from src/uapi/schema. Edit that.

import { clear, type StructType, structType, structView } from '../struct-layout.js'

/** `struct fanotify_event_metadata` of `linux/fanotify.h`: The head of every event. */
export interface fanotify_event_metadata {
  /** Length of the whole event in bytes. */
  event_len: number
  /** FANOTIFY_METADATA_VERSION. */
  vers: number
  /** Reserved; 0 when left out. */
  reserved: number
  /** Offset of the first information record. */
  metadata_len: number
  /** FAN_* event bits. */
  mask: bigint
  /** An open file, FAN_NOFD or -errno. */
  fd: number
  /** Who caused the event. */
  pid: number
}

/** What `fanotify_event_metadata.write` takes: {@link fanotify_event_metadata}, reserved fields optional. */
export interface fanotify_event_metadata_init {
  /** Length of the whole event in bytes. */
  event_len: number
  /** FANOTIFY_METADATA_VERSION. */
  vers: number
  /** Reserved; 0 when left out. */
  reserved?: number | undefined
  /** Offset of the first information record. */
  metadata_len: number
  /** FAN_* event bits. */
  mask: bigint
  /** An open file, FAN_NOFD or -errno. */
  fd: number
  /** Who caused the event. */
  pid: number
}

/** Layouts, readers and writers of `struct fanotify_event_metadata` of `linux/fanotify.h`: The head of every event. */
export const fanotify_event_metadata: StructType<fanotify_event_metadata, fanotify_event_metadata_init, 'event_len' | 'vers' | 'reserved' | 'metadata_len' | 'mask' | 'fd' | 'pid'> = structType({
  x86_64: {
    size: 24,
    align: 8,
    offset: { event_len: 0, vers: 4, reserved: 5, metadata_len: 6, mask: 8, fd: 16, pid: 20 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 24, 'fanotify_event_metadata')
      return {
        event_len: v.getUint32(at, true),
        vers: v.getUint8(at + 4),
        reserved: v.getUint8(at + 5),
        metadata_len: v.getUint16(at + 6, true),
        mask: v.getBigUint64(at + 8, true),
        fd: v.getInt32(at + 16, true),
        pid: v.getInt32(at + 20, true),
      }
    },
    write(view: ArrayBufferView, at: number, value: fanotify_event_metadata_init) {
      const v = structView(view, at, 24, 'fanotify_event_metadata')
      v.setUint32(at, value.event_len, true)
      v.setUint8(at + 4, value.vers)
      v.setUint8(at + 5, value.reserved ?? 0)
      v.setUint16(at + 6, value.metadata_len, true)
      v.setBigUint64(at + 8, value.mask, true)
      v.setInt32(at + 16, value.fd, true)
      v.setInt32(at + 20, value.pid, true)
    },
  },
  i386: {
    size: 24,
    align: 8,
    offset: { event_len: 0, vers: 4, reserved: 5, metadata_len: 6, mask: 8, fd: 16, pid: 20 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 24, 'fanotify_event_metadata')
      return {
        event_len: v.getUint32(at, true),
        vers: v.getUint8(at + 4),
        reserved: v.getUint8(at + 5),
        metadata_len: v.getUint16(at + 6, true),
        mask: v.getBigUint64(at + 8, true),
        fd: v.getInt32(at + 16, true),
        pid: v.getInt32(at + 20, true),
      }
    },
    write(view: ArrayBufferView, at: number, value: fanotify_event_metadata_init) {
      const v = structView(view, at, 24, 'fanotify_event_metadata')
      v.setUint32(at, value.event_len, true)
      v.setUint8(at + 4, value.vers)
      v.setUint8(at + 5, value.reserved ?? 0)
      v.setUint16(at + 6, value.metadata_len, true)
      v.setBigUint64(at + 8, value.mask, true)
      v.setInt32(at + 16, value.fd, true)
      v.setInt32(at + 20, value.pid, true)
    },
  },
  s390x: {
    size: 24,
    align: 8,
    offset: { event_len: 0, vers: 4, reserved: 5, metadata_len: 6, mask: 8, fd: 16, pid: 20 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 24, 'fanotify_event_metadata')
      return {
        event_len: v.getUint32(at, false),
        vers: v.getUint8(at + 4),
        reserved: v.getUint8(at + 5),
        metadata_len: v.getUint16(at + 6, false),
        mask: v.getBigUint64(at + 8, false),
        fd: v.getInt32(at + 16, false),
        pid: v.getInt32(at + 20, false),
      }
    },
    write(view: ArrayBufferView, at: number, value: fanotify_event_metadata_init) {
      const v = structView(view, at, 24, 'fanotify_event_metadata')
      v.setUint32(at, value.event_len, false)
      v.setUint8(at + 4, value.vers)
      v.setUint8(at + 5, value.reserved ?? 0)
      v.setUint16(at + 6, value.metadata_len, false)
      v.setBigUint64(at + 8, value.mask, false)
      v.setInt32(at + 16, value.fd, false)
      v.setInt32(at + 20, value.pid, false)
    },
  },
})

/** `struct fanotify_event_info_header` of `linux/fanotify.h`: The head of every information record. */
export interface fanotify_event_info_header {
  /** FAN_EVENT_INFO_TYPE_*. */
  info_type: number
  /** Reserved; 0 when left out. */
  pad: number
  /** Length of the record in bytes, this header and padding included. */
  len: number
}

/** What `fanotify_event_info_header.write` takes: {@link fanotify_event_info_header}, reserved fields optional. */
export interface fanotify_event_info_header_init {
  /** FAN_EVENT_INFO_TYPE_*. */
  info_type: number
  /** Reserved; 0 when left out. */
  pad?: number | undefined
  /** Length of the record in bytes, this header and padding included. */
  len: number
}

/** Layouts, readers and writers of `struct fanotify_event_info_header` of `linux/fanotify.h`: The head of every information record. */
export const fanotify_event_info_header: StructType<fanotify_event_info_header, fanotify_event_info_header_init, 'info_type' | 'pad' | 'len'> = structType({
  x86_64: {
    size: 4,
    align: 2,
    offset: { info_type: 0, pad: 1, len: 2 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 4, 'fanotify_event_info_header')
      return {
        info_type: v.getUint8(at),
        pad: v.getUint8(at + 1),
        len: v.getUint16(at + 2, true),
      }
    },
    write(view: ArrayBufferView, at: number, value: fanotify_event_info_header_init) {
      const v = structView(view, at, 4, 'fanotify_event_info_header')
      v.setUint8(at, value.info_type)
      v.setUint8(at + 1, value.pad ?? 0)
      v.setUint16(at + 2, value.len, true)
    },
  },
  i386: {
    size: 4,
    align: 2,
    offset: { info_type: 0, pad: 1, len: 2 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 4, 'fanotify_event_info_header')
      return {
        info_type: v.getUint8(at),
        pad: v.getUint8(at + 1),
        len: v.getUint16(at + 2, true),
      }
    },
    write(view: ArrayBufferView, at: number, value: fanotify_event_info_header_init) {
      const v = structView(view, at, 4, 'fanotify_event_info_header')
      v.setUint8(at, value.info_type)
      v.setUint8(at + 1, value.pad ?? 0)
      v.setUint16(at + 2, value.len, true)
    },
  },
  s390x: {
    size: 4,
    align: 2,
    offset: { info_type: 0, pad: 1, len: 2 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 4, 'fanotify_event_info_header')
      return {
        info_type: v.getUint8(at),
        pad: v.getUint8(at + 1),
        len: v.getUint16(at + 2, false),
      }
    },
    write(view: ArrayBufferView, at: number, value: fanotify_event_info_header_init) {
      const v = structView(view, at, 4, 'fanotify_event_info_header')
      v.setUint8(at, value.info_type)
      v.setUint8(at + 1, value.pad ?? 0)
      v.setUint16(at + 2, value.len, false)
    },
  },
})

/** `struct fanotify_event_info_fid` of `linux/fanotify.h`: Records FID, DFID, DFID_NAME, OLD_DFID_NAME and NEW_DFID_NAME. */
export interface fanotify_event_info_fid {
  /** The header. */
  hdr: fanotify_event_info_header
  /** The filesystem (`__kernel_fsid_t`). */
  fsid: [number, number]
}

/** What `fanotify_event_info_fid.write` takes: {@link fanotify_event_info_fid}, reserved fields optional. */
export interface fanotify_event_info_fid_init {
  /** The header. */
  hdr: fanotify_event_info_header_init
  /** The filesystem (`__kernel_fsid_t`). */
  fsid: [number, number]
}

/** Layouts, readers and writers of `struct fanotify_event_info_fid` of `linux/fanotify.h`: Records FID, DFID, DFID_NAME, OLD_DFID_NAME and NEW_DFID_NAME. */
export const fanotify_event_info_fid: StructType<fanotify_event_info_fid, fanotify_event_info_fid_init, 'hdr' | 'fsid' | 'handle'> = structType({
  x86_64: {
    size: 12,
    align: 4,
    offset: { hdr: 0, fsid: 4, handle: 12 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 12, 'fanotify_event_info_fid')
      return {
        hdr: {
          info_type: v.getUint8(at),
          pad: v.getUint8(at + 1),
          len: v.getUint16(at + 2, true),
        },
        fsid: [v.getInt32(at + 4, true), v.getInt32(at + 8, true)],
      }
    },
    write(view: ArrayBufferView, at: number, value: fanotify_event_info_fid_init) {
      const v = structView(view, at, 12, 'fanotify_event_info_fid')
      v.setUint8(at, value.hdr.info_type)
      v.setUint8(at + 1, value.hdr.pad ?? 0)
      v.setUint16(at + 2, value.hdr.len, true)
      v.setInt32(at + 4, value.fsid[0], true)
      v.setInt32(at + 8, value.fsid[1], true)
    },
  },
  i386: {
    size: 12,
    align: 4,
    offset: { hdr: 0, fsid: 4, handle: 12 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 12, 'fanotify_event_info_fid')
      return {
        hdr: {
          info_type: v.getUint8(at),
          pad: v.getUint8(at + 1),
          len: v.getUint16(at + 2, true),
        },
        fsid: [v.getInt32(at + 4, true), v.getInt32(at + 8, true)],
      }
    },
    write(view: ArrayBufferView, at: number, value: fanotify_event_info_fid_init) {
      const v = structView(view, at, 12, 'fanotify_event_info_fid')
      v.setUint8(at, value.hdr.info_type)
      v.setUint8(at + 1, value.hdr.pad ?? 0)
      v.setUint16(at + 2, value.hdr.len, true)
      v.setInt32(at + 4, value.fsid[0], true)
      v.setInt32(at + 8, value.fsid[1], true)
    },
  },
  s390x: {
    size: 12,
    align: 4,
    offset: { hdr: 0, fsid: 4, handle: 12 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 12, 'fanotify_event_info_fid')
      return {
        hdr: {
          info_type: v.getUint8(at),
          pad: v.getUint8(at + 1),
          len: v.getUint16(at + 2, false),
        },
        fsid: [v.getInt32(at + 4, false), v.getInt32(at + 8, false)],
      }
    },
    write(view: ArrayBufferView, at: number, value: fanotify_event_info_fid_init) {
      const v = structView(view, at, 12, 'fanotify_event_info_fid')
      v.setUint8(at, value.hdr.info_type)
      v.setUint8(at + 1, value.hdr.pad ?? 0)
      v.setUint16(at + 2, value.hdr.len, false)
      v.setInt32(at + 4, value.fsid[0], false)
      v.setInt32(at + 8, value.fsid[1], false)
    },
  },
})

/** `struct fanotify_event_info_pidfd` of `linux/fanotify.h`: Record PIDFD. */
export interface fanotify_event_info_pidfd {
  /** The header. */
  hdr: fanotify_event_info_header
  /** A pidfd, FAN_NOPIDFD, FAN_EPIDFD or -errno. */
  pidfd: number
}

/** What `fanotify_event_info_pidfd.write` takes: {@link fanotify_event_info_pidfd}, reserved fields optional. */
export interface fanotify_event_info_pidfd_init {
  /** The header. */
  hdr: fanotify_event_info_header_init
  /** A pidfd, FAN_NOPIDFD, FAN_EPIDFD or -errno. */
  pidfd: number
}

/** Layouts, readers and writers of `struct fanotify_event_info_pidfd` of `linux/fanotify.h`: Record PIDFD. */
export const fanotify_event_info_pidfd: StructType<fanotify_event_info_pidfd, fanotify_event_info_pidfd_init, 'hdr' | 'pidfd'> = structType({
  x86_64: {
    size: 8,
    align: 4,
    offset: { hdr: 0, pidfd: 4 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 8, 'fanotify_event_info_pidfd')
      return {
        hdr: {
          info_type: v.getUint8(at),
          pad: v.getUint8(at + 1),
          len: v.getUint16(at + 2, true),
        },
        pidfd: v.getInt32(at + 4, true),
      }
    },
    write(view: ArrayBufferView, at: number, value: fanotify_event_info_pidfd_init) {
      const v = structView(view, at, 8, 'fanotify_event_info_pidfd')
      v.setUint8(at, value.hdr.info_type)
      v.setUint8(at + 1, value.hdr.pad ?? 0)
      v.setUint16(at + 2, value.hdr.len, true)
      v.setInt32(at + 4, value.pidfd, true)
    },
  },
  i386: {
    size: 8,
    align: 4,
    offset: { hdr: 0, pidfd: 4 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 8, 'fanotify_event_info_pidfd')
      return {
        hdr: {
          info_type: v.getUint8(at),
          pad: v.getUint8(at + 1),
          len: v.getUint16(at + 2, true),
        },
        pidfd: v.getInt32(at + 4, true),
      }
    },
    write(view: ArrayBufferView, at: number, value: fanotify_event_info_pidfd_init) {
      const v = structView(view, at, 8, 'fanotify_event_info_pidfd')
      v.setUint8(at, value.hdr.info_type)
      v.setUint8(at + 1, value.hdr.pad ?? 0)
      v.setUint16(at + 2, value.hdr.len, true)
      v.setInt32(at + 4, value.pidfd, true)
    },
  },
  s390x: {
    size: 8,
    align: 4,
    offset: { hdr: 0, pidfd: 4 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 8, 'fanotify_event_info_pidfd')
      return {
        hdr: {
          info_type: v.getUint8(at),
          pad: v.getUint8(at + 1),
          len: v.getUint16(at + 2, false),
        },
        pidfd: v.getInt32(at + 4, false),
      }
    },
    write(view: ArrayBufferView, at: number, value: fanotify_event_info_pidfd_init) {
      const v = structView(view, at, 8, 'fanotify_event_info_pidfd')
      v.setUint8(at, value.hdr.info_type)
      v.setUint8(at + 1, value.hdr.pad ?? 0)
      v.setUint16(at + 2, value.hdr.len, false)
      v.setInt32(at + 4, value.pidfd, false)
    },
  },
})

/** `struct fanotify_event_info_error` of `linux/fanotify.h`: Record ERROR. */
export interface fanotify_event_info_error {
  /** The header. */
  hdr: fanotify_event_info_header
  /** The errno. */
  error: number
  /** Errors since the last event that was read. */
  error_count: number
}

/** What `fanotify_event_info_error.write` takes: {@link fanotify_event_info_error}, reserved fields optional. */
export interface fanotify_event_info_error_init {
  /** The header. */
  hdr: fanotify_event_info_header_init
  /** The errno. */
  error: number
  /** Errors since the last event that was read. */
  error_count: number
}

/** Layouts, readers and writers of `struct fanotify_event_info_error` of `linux/fanotify.h`: Record ERROR. */
export const fanotify_event_info_error: StructType<fanotify_event_info_error, fanotify_event_info_error_init, 'hdr' | 'error' | 'error_count'> = structType({
  x86_64: {
    size: 12,
    align: 4,
    offset: { hdr: 0, error: 4, error_count: 8 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 12, 'fanotify_event_info_error')
      return {
        hdr: {
          info_type: v.getUint8(at),
          pad: v.getUint8(at + 1),
          len: v.getUint16(at + 2, true),
        },
        error: v.getInt32(at + 4, true),
        error_count: v.getUint32(at + 8, true),
      }
    },
    write(view: ArrayBufferView, at: number, value: fanotify_event_info_error_init) {
      const v = structView(view, at, 12, 'fanotify_event_info_error')
      v.setUint8(at, value.hdr.info_type)
      v.setUint8(at + 1, value.hdr.pad ?? 0)
      v.setUint16(at + 2, value.hdr.len, true)
      v.setInt32(at + 4, value.error, true)
      v.setUint32(at + 8, value.error_count, true)
    },
  },
  i386: {
    size: 12,
    align: 4,
    offset: { hdr: 0, error: 4, error_count: 8 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 12, 'fanotify_event_info_error')
      return {
        hdr: {
          info_type: v.getUint8(at),
          pad: v.getUint8(at + 1),
          len: v.getUint16(at + 2, true),
        },
        error: v.getInt32(at + 4, true),
        error_count: v.getUint32(at + 8, true),
      }
    },
    write(view: ArrayBufferView, at: number, value: fanotify_event_info_error_init) {
      const v = structView(view, at, 12, 'fanotify_event_info_error')
      v.setUint8(at, value.hdr.info_type)
      v.setUint8(at + 1, value.hdr.pad ?? 0)
      v.setUint16(at + 2, value.hdr.len, true)
      v.setInt32(at + 4, value.error, true)
      v.setUint32(at + 8, value.error_count, true)
    },
  },
  s390x: {
    size: 12,
    align: 4,
    offset: { hdr: 0, error: 4, error_count: 8 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 12, 'fanotify_event_info_error')
      return {
        hdr: {
          info_type: v.getUint8(at),
          pad: v.getUint8(at + 1),
          len: v.getUint16(at + 2, false),
        },
        error: v.getInt32(at + 4, false),
        error_count: v.getUint32(at + 8, false),
      }
    },
    write(view: ArrayBufferView, at: number, value: fanotify_event_info_error_init) {
      const v = structView(view, at, 12, 'fanotify_event_info_error')
      v.setUint8(at, value.hdr.info_type)
      v.setUint8(at + 1, value.hdr.pad ?? 0)
      v.setUint16(at + 2, value.hdr.len, false)
      v.setInt32(at + 4, value.error, false)
      v.setUint32(at + 8, value.error_count, false)
    },
  },
})

/** `struct fanotify_event_info_range` of `linux/fanotify.h`: Record RANGE. */
export interface fanotify_event_info_range {
  /** The header. */
  hdr: fanotify_event_info_header
  /** Reserved; 0 when left out. */
  pad: number
  /** Start of the range in the file. */
  offset: bigint
  /** Length of the range. */
  count: bigint
}

/** What `fanotify_event_info_range.write` takes: {@link fanotify_event_info_range}, reserved fields optional. */
export interface fanotify_event_info_range_init {
  /** The header. */
  hdr: fanotify_event_info_header_init
  /** Reserved; 0 when left out. */
  pad?: number | undefined
  /** Start of the range in the file. */
  offset: bigint
  /** Length of the range. */
  count: bigint
}

/** Layouts, readers and writers of `struct fanotify_event_info_range` of `linux/fanotify.h`: Record RANGE. */
export const fanotify_event_info_range: StructType<fanotify_event_info_range, fanotify_event_info_range_init, 'hdr' | 'pad' | 'offset' | 'count'> = structType({
  x86_64: {
    size: 24,
    align: 8,
    offset: { hdr: 0, pad: 4, offset: 8, count: 16 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 24, 'fanotify_event_info_range')
      return {
        hdr: {
          info_type: v.getUint8(at),
          pad: v.getUint8(at + 1),
          len: v.getUint16(at + 2, true),
        },
        pad: v.getUint32(at + 4, true),
        offset: v.getBigUint64(at + 8, true),
        count: v.getBigUint64(at + 16, true),
      }
    },
    write(view: ArrayBufferView, at: number, value: fanotify_event_info_range_init) {
      const v = structView(view, at, 24, 'fanotify_event_info_range')
      v.setUint8(at, value.hdr.info_type)
      v.setUint8(at + 1, value.hdr.pad ?? 0)
      v.setUint16(at + 2, value.hdr.len, true)
      v.setUint32(at + 4, value.pad ?? 0, true)
      v.setBigUint64(at + 8, value.offset, true)
      v.setBigUint64(at + 16, value.count, true)
    },
  },
  i386: {
    size: 24,
    align: 4,
    offset: { hdr: 0, pad: 4, offset: 8, count: 16 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 24, 'fanotify_event_info_range')
      return {
        hdr: {
          info_type: v.getUint8(at),
          pad: v.getUint8(at + 1),
          len: v.getUint16(at + 2, true),
        },
        pad: v.getUint32(at + 4, true),
        offset: v.getBigUint64(at + 8, true),
        count: v.getBigUint64(at + 16, true),
      }
    },
    write(view: ArrayBufferView, at: number, value: fanotify_event_info_range_init) {
      const v = structView(view, at, 24, 'fanotify_event_info_range')
      v.setUint8(at, value.hdr.info_type)
      v.setUint8(at + 1, value.hdr.pad ?? 0)
      v.setUint16(at + 2, value.hdr.len, true)
      v.setUint32(at + 4, value.pad ?? 0, true)
      v.setBigUint64(at + 8, value.offset, true)
      v.setBigUint64(at + 16, value.count, true)
    },
  },
  s390x: {
    size: 24,
    align: 8,
    offset: { hdr: 0, pad: 4, offset: 8, count: 16 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 24, 'fanotify_event_info_range')
      return {
        hdr: {
          info_type: v.getUint8(at),
          pad: v.getUint8(at + 1),
          len: v.getUint16(at + 2, false),
        },
        pad: v.getUint32(at + 4, false),
        offset: v.getBigUint64(at + 8, false),
        count: v.getBigUint64(at + 16, false),
      }
    },
    write(view: ArrayBufferView, at: number, value: fanotify_event_info_range_init) {
      const v = structView(view, at, 24, 'fanotify_event_info_range')
      v.setUint8(at, value.hdr.info_type)
      v.setUint8(at + 1, value.hdr.pad ?? 0)
      v.setUint16(at + 2, value.hdr.len, false)
      v.setUint32(at + 4, value.pad ?? 0, false)
      v.setBigUint64(at + 8, value.offset, false)
      v.setBigUint64(at + 16, value.count, false)
    },
  },
})

/** `struct fanotify_event_info_mnt` of `linux/fanotify.h`: Record MNT. */
export interface fanotify_event_info_mnt {
  /** The header. */
  hdr: fanotify_event_info_header
  /** Unique id of the mount. */
  mnt_id: bigint
}

/** What `fanotify_event_info_mnt.write` takes: {@link fanotify_event_info_mnt}, reserved fields optional. */
export interface fanotify_event_info_mnt_init {
  /** The header. */
  hdr: fanotify_event_info_header_init
  /** Unique id of the mount. */
  mnt_id: bigint
}

/** Layouts, readers and writers of `struct fanotify_event_info_mnt` of `linux/fanotify.h`: Record MNT. */
export const fanotify_event_info_mnt: StructType<fanotify_event_info_mnt, fanotify_event_info_mnt_init, 'hdr' | 'mnt_id'> = structType({
  x86_64: {
    size: 16,
    align: 8,
    offset: { hdr: 0, mnt_id: 8 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 16, 'fanotify_event_info_mnt')
      return {
        hdr: {
          info_type: v.getUint8(at),
          pad: v.getUint8(at + 1),
          len: v.getUint16(at + 2, true),
        },
        mnt_id: v.getBigUint64(at + 8, true),
      }
    },
    write(view: ArrayBufferView, at: number, value: fanotify_event_info_mnt_init) {
      const v = structView(view, at, 16, 'fanotify_event_info_mnt')
      v.setUint8(at, value.hdr.info_type)
      v.setUint8(at + 1, value.hdr.pad ?? 0)
      v.setUint16(at + 2, value.hdr.len, true)
      v.setBigUint64(at + 8, value.mnt_id, true)
      clear(v, at + 4, at + 8)
    },
  },
  i386: {
    size: 12,
    align: 4,
    offset: { hdr: 0, mnt_id: 4 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 12, 'fanotify_event_info_mnt')
      return {
        hdr: {
          info_type: v.getUint8(at),
          pad: v.getUint8(at + 1),
          len: v.getUint16(at + 2, true),
        },
        mnt_id: v.getBigUint64(at + 4, true),
      }
    },
    write(view: ArrayBufferView, at: number, value: fanotify_event_info_mnt_init) {
      const v = structView(view, at, 12, 'fanotify_event_info_mnt')
      v.setUint8(at, value.hdr.info_type)
      v.setUint8(at + 1, value.hdr.pad ?? 0)
      v.setUint16(at + 2, value.hdr.len, true)
      v.setBigUint64(at + 4, value.mnt_id, true)
    },
  },
  s390x: {
    size: 16,
    align: 8,
    offset: { hdr: 0, mnt_id: 8 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 16, 'fanotify_event_info_mnt')
      return {
        hdr: {
          info_type: v.getUint8(at),
          pad: v.getUint8(at + 1),
          len: v.getUint16(at + 2, false),
        },
        mnt_id: v.getBigUint64(at + 8, false),
      }
    },
    write(view: ArrayBufferView, at: number, value: fanotify_event_info_mnt_init) {
      const v = structView(view, at, 16, 'fanotify_event_info_mnt')
      v.setUint8(at, value.hdr.info_type)
      v.setUint8(at + 1, value.hdr.pad ?? 0)
      v.setUint16(at + 2, value.hdr.len, false)
      v.setBigUint64(at + 8, value.mnt_id, false)
      clear(v, at + 4, at + 8)
    },
  },
})

/** `struct fanotify_event_info_ns` of `linux/fanotify.h`: Record NS (proposed, seed 000). */
export interface fanotify_event_info_ns {
  /** The header. */
  hdr: fanotify_event_info_header
  /** Id of the namespace. */
  self_nsid: bigint
  /** Id of the user namespace that owns it. */
  owner_nsid: bigint
}

/** What `fanotify_event_info_ns.write` takes: {@link fanotify_event_info_ns}, reserved fields optional. */
export interface fanotify_event_info_ns_init {
  /** The header. */
  hdr: fanotify_event_info_header_init
  /** Id of the namespace. */
  self_nsid: bigint
  /** Id of the user namespace that owns it. */
  owner_nsid: bigint
}

/** Layouts, readers and writers of `struct fanotify_event_info_ns` of `linux/fanotify.h`: Record NS (proposed, seed 000). */
export const fanotify_event_info_ns: StructType<fanotify_event_info_ns, fanotify_event_info_ns_init, 'hdr' | 'self_nsid' | 'owner_nsid'> = structType({
  x86_64: {
    size: 24,
    align: 8,
    offset: { hdr: 0, self_nsid: 8, owner_nsid: 16 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 24, 'fanotify_event_info_ns')
      return {
        hdr: {
          info_type: v.getUint8(at),
          pad: v.getUint8(at + 1),
          len: v.getUint16(at + 2, true),
        },
        self_nsid: v.getBigUint64(at + 8, true),
        owner_nsid: v.getBigUint64(at + 16, true),
      }
    },
    write(view: ArrayBufferView, at: number, value: fanotify_event_info_ns_init) {
      const v = structView(view, at, 24, 'fanotify_event_info_ns')
      v.setUint8(at, value.hdr.info_type)
      v.setUint8(at + 1, value.hdr.pad ?? 0)
      v.setUint16(at + 2, value.hdr.len, true)
      v.setBigUint64(at + 8, value.self_nsid, true)
      v.setBigUint64(at + 16, value.owner_nsid, true)
      clear(v, at + 4, at + 8)
    },
  },
  i386: {
    size: 20,
    align: 4,
    offset: { hdr: 0, self_nsid: 4, owner_nsid: 12 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 20, 'fanotify_event_info_ns')
      return {
        hdr: {
          info_type: v.getUint8(at),
          pad: v.getUint8(at + 1),
          len: v.getUint16(at + 2, true),
        },
        self_nsid: v.getBigUint64(at + 4, true),
        owner_nsid: v.getBigUint64(at + 12, true),
      }
    },
    write(view: ArrayBufferView, at: number, value: fanotify_event_info_ns_init) {
      const v = structView(view, at, 20, 'fanotify_event_info_ns')
      v.setUint8(at, value.hdr.info_type)
      v.setUint8(at + 1, value.hdr.pad ?? 0)
      v.setUint16(at + 2, value.hdr.len, true)
      v.setBigUint64(at + 4, value.self_nsid, true)
      v.setBigUint64(at + 12, value.owner_nsid, true)
    },
  },
  s390x: {
    size: 24,
    align: 8,
    offset: { hdr: 0, self_nsid: 8, owner_nsid: 16 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 24, 'fanotify_event_info_ns')
      return {
        hdr: {
          info_type: v.getUint8(at),
          pad: v.getUint8(at + 1),
          len: v.getUint16(at + 2, false),
        },
        self_nsid: v.getBigUint64(at + 8, false),
        owner_nsid: v.getBigUint64(at + 16, false),
      }
    },
    write(view: ArrayBufferView, at: number, value: fanotify_event_info_ns_init) {
      const v = structView(view, at, 24, 'fanotify_event_info_ns')
      v.setUint8(at, value.hdr.info_type)
      v.setUint8(at + 1, value.hdr.pad ?? 0)
      v.setUint16(at + 2, value.hdr.len, false)
      v.setBigUint64(at + 8, value.self_nsid, false)
      v.setBigUint64(at + 16, value.owner_nsid, false)
      clear(v, at + 4, at + 8)
    },
  },
})

/** `struct fanotify_response` of `linux/fanotify.h`: What is written to answer a permission event. */
export interface fanotify_response {
  /** The `fd` of the event. */
  fd: number
  /** FAN_ALLOW or FAN_DENY, with flags and an errno. */
  response: number
}

/** Layouts, readers and writers of `struct fanotify_response` of `linux/fanotify.h`: What is written to answer a permission event. */
export const fanotify_response: StructType<fanotify_response, fanotify_response, 'fd' | 'response'> = structType({
  x86_64: {
    size: 8,
    align: 4,
    offset: { fd: 0, response: 4 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 8, 'fanotify_response')
      return {
        fd: v.getInt32(at, true),
        response: v.getUint32(at + 4, true),
      }
    },
    write(view: ArrayBufferView, at: number, value: fanotify_response) {
      const v = structView(view, at, 8, 'fanotify_response')
      v.setInt32(at, value.fd, true)
      v.setUint32(at + 4, value.response, true)
    },
  },
  i386: {
    size: 8,
    align: 4,
    offset: { fd: 0, response: 4 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 8, 'fanotify_response')
      return {
        fd: v.getInt32(at, true),
        response: v.getUint32(at + 4, true),
      }
    },
    write(view: ArrayBufferView, at: number, value: fanotify_response) {
      const v = structView(view, at, 8, 'fanotify_response')
      v.setInt32(at, value.fd, true)
      v.setUint32(at + 4, value.response, true)
    },
  },
  s390x: {
    size: 8,
    align: 4,
    offset: { fd: 0, response: 4 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 8, 'fanotify_response')
      return {
        fd: v.getInt32(at, false),
        response: v.getUint32(at + 4, false),
      }
    },
    write(view: ArrayBufferView, at: number, value: fanotify_response) {
      const v = structView(view, at, 8, 'fanotify_response')
      v.setInt32(at, value.fd, false)
      v.setUint32(at + 4, value.response, false)
    },
  },
})

/** `struct fanotify_response_info_header` of `linux/fanotify.h`: The head of a response information record. */
export interface fanotify_response_info_header {
  /** FAN_RESPONSE_INFO_*. */
  type: number
  /** Reserved; 0 when left out. */
  pad: number
  /** Length of the record in bytes, this header included. */
  len: number
}

/** What `fanotify_response_info_header.write` takes: {@link fanotify_response_info_header}, reserved fields optional. */
export interface fanotify_response_info_header_init {
  /** FAN_RESPONSE_INFO_*. */
  type: number
  /** Reserved; 0 when left out. */
  pad?: number | undefined
  /** Length of the record in bytes, this header included. */
  len: number
}

/** Layouts, readers and writers of `struct fanotify_response_info_header` of `linux/fanotify.h`: The head of a response information record. */
export const fanotify_response_info_header: StructType<fanotify_response_info_header, fanotify_response_info_header_init, 'type' | 'pad' | 'len'> = structType({
  x86_64: {
    size: 4,
    align: 2,
    offset: { type: 0, pad: 1, len: 2 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 4, 'fanotify_response_info_header')
      return {
        type: v.getUint8(at),
        pad: v.getUint8(at + 1),
        len: v.getUint16(at + 2, true),
      }
    },
    write(view: ArrayBufferView, at: number, value: fanotify_response_info_header_init) {
      const v = structView(view, at, 4, 'fanotify_response_info_header')
      v.setUint8(at, value.type)
      v.setUint8(at + 1, value.pad ?? 0)
      v.setUint16(at + 2, value.len, true)
    },
  },
  i386: {
    size: 4,
    align: 2,
    offset: { type: 0, pad: 1, len: 2 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 4, 'fanotify_response_info_header')
      return {
        type: v.getUint8(at),
        pad: v.getUint8(at + 1),
        len: v.getUint16(at + 2, true),
      }
    },
    write(view: ArrayBufferView, at: number, value: fanotify_response_info_header_init) {
      const v = structView(view, at, 4, 'fanotify_response_info_header')
      v.setUint8(at, value.type)
      v.setUint8(at + 1, value.pad ?? 0)
      v.setUint16(at + 2, value.len, true)
    },
  },
  s390x: {
    size: 4,
    align: 2,
    offset: { type: 0, pad: 1, len: 2 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 4, 'fanotify_response_info_header')
      return {
        type: v.getUint8(at),
        pad: v.getUint8(at + 1),
        len: v.getUint16(at + 2, false),
      }
    },
    write(view: ArrayBufferView, at: number, value: fanotify_response_info_header_init) {
      const v = structView(view, at, 4, 'fanotify_response_info_header')
      v.setUint8(at, value.type)
      v.setUint8(at + 1, value.pad ?? 0)
      v.setUint16(at + 2, value.len, false)
    },
  },
})

/** `struct fanotify_response_info_audit_rule` of `linux/fanotify.h`: Response record AUDIT_RULE. */
export interface fanotify_response_info_audit_rule {
  /** The header. */
  hdr: fanotify_response_info_header
  /** The rule that decided. */
  rule_number: number
  /** Trust in the subject: 0 no, 1 yes, 2 unknown. */
  subj_trust: number
  /** Trust in the object: 0 no, 1 yes, 2 unknown. */
  obj_trust: number
}

/** What `fanotify_response_info_audit_rule.write` takes: {@link fanotify_response_info_audit_rule}, reserved fields optional. */
export interface fanotify_response_info_audit_rule_init {
  /** The header. */
  hdr: fanotify_response_info_header_init
  /** The rule that decided. */
  rule_number: number
  /** Trust in the subject: 0 no, 1 yes, 2 unknown. */
  subj_trust: number
  /** Trust in the object: 0 no, 1 yes, 2 unknown. */
  obj_trust: number
}

/** Layouts, readers and writers of `struct fanotify_response_info_audit_rule` of `linux/fanotify.h`: Response record AUDIT_RULE. */
export const fanotify_response_info_audit_rule: StructType<fanotify_response_info_audit_rule, fanotify_response_info_audit_rule_init, 'hdr' | 'rule_number' | 'subj_trust' | 'obj_trust'> = structType({
  x86_64: {
    size: 16,
    align: 4,
    offset: { hdr: 0, rule_number: 4, subj_trust: 8, obj_trust: 12 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 16, 'fanotify_response_info_audit_rule')
      return {
        hdr: {
          type: v.getUint8(at),
          pad: v.getUint8(at + 1),
          len: v.getUint16(at + 2, true),
        },
        rule_number: v.getUint32(at + 4, true),
        subj_trust: v.getUint32(at + 8, true),
        obj_trust: v.getUint32(at + 12, true),
      }
    },
    write(view: ArrayBufferView, at: number, value: fanotify_response_info_audit_rule_init) {
      const v = structView(view, at, 16, 'fanotify_response_info_audit_rule')
      v.setUint8(at, value.hdr.type)
      v.setUint8(at + 1, value.hdr.pad ?? 0)
      v.setUint16(at + 2, value.hdr.len, true)
      v.setUint32(at + 4, value.rule_number, true)
      v.setUint32(at + 8, value.subj_trust, true)
      v.setUint32(at + 12, value.obj_trust, true)
    },
  },
  i386: {
    size: 16,
    align: 4,
    offset: { hdr: 0, rule_number: 4, subj_trust: 8, obj_trust: 12 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 16, 'fanotify_response_info_audit_rule')
      return {
        hdr: {
          type: v.getUint8(at),
          pad: v.getUint8(at + 1),
          len: v.getUint16(at + 2, true),
        },
        rule_number: v.getUint32(at + 4, true),
        subj_trust: v.getUint32(at + 8, true),
        obj_trust: v.getUint32(at + 12, true),
      }
    },
    write(view: ArrayBufferView, at: number, value: fanotify_response_info_audit_rule_init) {
      const v = structView(view, at, 16, 'fanotify_response_info_audit_rule')
      v.setUint8(at, value.hdr.type)
      v.setUint8(at + 1, value.hdr.pad ?? 0)
      v.setUint16(at + 2, value.hdr.len, true)
      v.setUint32(at + 4, value.rule_number, true)
      v.setUint32(at + 8, value.subj_trust, true)
      v.setUint32(at + 12, value.obj_trust, true)
    },
  },
  s390x: {
    size: 16,
    align: 4,
    offset: { hdr: 0, rule_number: 4, subj_trust: 8, obj_trust: 12 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 16, 'fanotify_response_info_audit_rule')
      return {
        hdr: {
          type: v.getUint8(at),
          pad: v.getUint8(at + 1),
          len: v.getUint16(at + 2, false),
        },
        rule_number: v.getUint32(at + 4, false),
        subj_trust: v.getUint32(at + 8, false),
        obj_trust: v.getUint32(at + 12, false),
      }
    },
    write(view: ArrayBufferView, at: number, value: fanotify_response_info_audit_rule_init) {
      const v = structView(view, at, 16, 'fanotify_response_info_audit_rule')
      v.setUint8(at, value.hdr.type)
      v.setUint8(at + 1, value.hdr.pad ?? 0)
      v.setUint16(at + 2, value.hdr.len, false)
      v.setUint32(at + 4, value.rule_number, false)
      v.setUint32(at + 8, value.subj_trust, false)
      v.setUint32(at + 12, value.obj_trust, false)
    },
  },
})
