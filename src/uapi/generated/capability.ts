// Written by `npm run generate` from src/uapi/schema. Edit that.

import { type StructType, structType, structView } from '../struct-layout.js'

/** `struct __user_cap_header_struct` of `linux/capability.h`: First argument of capget(2) and capset(2). */
export interface __user_cap_header_struct {
  /** _LINUX_CAPABILITY_VERSION_*. */
  version: number
  /** The task; 0 for the caller. */
  pid: number
}

/** Layouts, readers and writers of `struct __user_cap_header_struct` of `linux/capability.h`: First argument of capget(2) and capset(2). */
export const __user_cap_header_struct: StructType<__user_cap_header_struct, __user_cap_header_struct, 'version' | 'pid'> = structType({
  x86_64: {
    size: 8,
    align: 4,
    offset: { version: 0, pid: 4 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 8, '__user_cap_header_struct')
      return {
        version: v.getUint32(at, true),
        pid: v.getInt32(at + 4, true),
      }
    },
    write(view: ArrayBufferView, at: number, value: __user_cap_header_struct) {
      const v = structView(view, at, 8, '__user_cap_header_struct')
      v.setUint32(at, value.version, true)
      v.setInt32(at + 4, value.pid, true)
    },
  },
  i386: {
    size: 8,
    align: 4,
    offset: { version: 0, pid: 4 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 8, '__user_cap_header_struct')
      return {
        version: v.getUint32(at, true),
        pid: v.getInt32(at + 4, true),
      }
    },
    write(view: ArrayBufferView, at: number, value: __user_cap_header_struct) {
      const v = structView(view, at, 8, '__user_cap_header_struct')
      v.setUint32(at, value.version, true)
      v.setInt32(at + 4, value.pid, true)
    },
  },
  s390x: {
    size: 8,
    align: 4,
    offset: { version: 0, pid: 4 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 8, '__user_cap_header_struct')
      return {
        version: v.getUint32(at, false),
        pid: v.getInt32(at + 4, false),
      }
    },
    write(view: ArrayBufferView, at: number, value: __user_cap_header_struct) {
      const v = structView(view, at, 8, '__user_cap_header_struct')
      v.setUint32(at, value.version, false)
      v.setInt32(at + 4, value.pid, false)
    },
  },
})

/** `struct __user_cap_data_struct` of `linux/capability.h`: Second argument of capget(2) and capset(2); version 3 has two in a row. */
export interface __user_cap_data_struct {
  /** Capability bits. */
  effective: number
  /** Capability bits. */
  permitted: number
  /** Capability bits. */
  inheritable: number
}

/** Layouts, readers and writers of `struct __user_cap_data_struct` of `linux/capability.h`: Second argument of capget(2) and capset(2); version 3 has two in a row. */
export const __user_cap_data_struct: StructType<__user_cap_data_struct, __user_cap_data_struct, 'effective' | 'permitted' | 'inheritable'> = structType({
  x86_64: {
    size: 12,
    align: 4,
    offset: { effective: 0, permitted: 4, inheritable: 8 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 12, '__user_cap_data_struct')
      return {
        effective: v.getUint32(at, true),
        permitted: v.getUint32(at + 4, true),
        inheritable: v.getUint32(at + 8, true),
      }
    },
    write(view: ArrayBufferView, at: number, value: __user_cap_data_struct) {
      const v = structView(view, at, 12, '__user_cap_data_struct')
      v.setUint32(at, value.effective, true)
      v.setUint32(at + 4, value.permitted, true)
      v.setUint32(at + 8, value.inheritable, true)
    },
  },
  i386: {
    size: 12,
    align: 4,
    offset: { effective: 0, permitted: 4, inheritable: 8 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 12, '__user_cap_data_struct')
      return {
        effective: v.getUint32(at, true),
        permitted: v.getUint32(at + 4, true),
        inheritable: v.getUint32(at + 8, true),
      }
    },
    write(view: ArrayBufferView, at: number, value: __user_cap_data_struct) {
      const v = structView(view, at, 12, '__user_cap_data_struct')
      v.setUint32(at, value.effective, true)
      v.setUint32(at + 4, value.permitted, true)
      v.setUint32(at + 8, value.inheritable, true)
    },
  },
  s390x: {
    size: 12,
    align: 4,
    offset: { effective: 0, permitted: 4, inheritable: 8 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 12, '__user_cap_data_struct')
      return {
        effective: v.getUint32(at, false),
        permitted: v.getUint32(at + 4, false),
        inheritable: v.getUint32(at + 8, false),
      }
    },
    write(view: ArrayBufferView, at: number, value: __user_cap_data_struct) {
      const v = structView(view, at, 12, '__user_cap_data_struct')
      v.setUint32(at, value.effective, false)
      v.setUint32(at + 4, value.permitted, false)
      v.setUint32(at + 8, value.inheritable, false)
    },
  },
})
