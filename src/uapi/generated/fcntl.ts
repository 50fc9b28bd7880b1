// Written by `npm run generate` from src/uapi/schema. Edit that.

import { type StructType, structType, structView } from '../struct-layout.js'

/** `struct file_handle` of `linux/fs.h`: A file by its filesystem and a handle: name_to_handle_at(2), open_by_handle_at(2). */
export interface file_handle {
  /** Length of f_handle in bytes. */
  handle_bytes: number
  /** FILEID_*. */
  handle_type: number
}

/** Layouts, readers and writers of `struct file_handle` of `linux/fs.h`: A file by its filesystem and a handle: name_to_handle_at(2), open_by_handle_at(2). */
export const file_handle: StructType<file_handle, file_handle, 'handle_bytes' | 'handle_type' | 'f_handle'> = structType({
  x86_64: {
    size: 8,
    align: 4,
    offset: { handle_bytes: 0, handle_type: 4, f_handle: 8 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 8, 'file_handle')
      return {
        handle_bytes: v.getUint32(at, true),
        handle_type: v.getInt32(at + 4, true),
      }
    },
    write(view: ArrayBufferView, at: number, value: file_handle) {
      const v = structView(view, at, 8, 'file_handle')
      v.setUint32(at, value.handle_bytes, true)
      v.setInt32(at + 4, value.handle_type, true)
    },
  },
  i386: {
    size: 8,
    align: 4,
    offset: { handle_bytes: 0, handle_type: 4, f_handle: 8 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 8, 'file_handle')
      return {
        handle_bytes: v.getUint32(at, true),
        handle_type: v.getInt32(at + 4, true),
      }
    },
    write(view: ArrayBufferView, at: number, value: file_handle) {
      const v = structView(view, at, 8, 'file_handle')
      v.setUint32(at, value.handle_bytes, true)
      v.setInt32(at + 4, value.handle_type, true)
    },
  },
  s390x: {
    size: 8,
    align: 4,
    offset: { handle_bytes: 0, handle_type: 4, f_handle: 8 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 8, 'file_handle')
      return {
        handle_bytes: v.getUint32(at, false),
        handle_type: v.getInt32(at + 4, false),
      }
    },
    write(view: ArrayBufferView, at: number, value: file_handle) {
      const v = structView(view, at, 8, 'file_handle')
      v.setUint32(at, value.handle_bytes, false)
      v.setInt32(at + 4, value.handle_type, false)
    },
  },
})
