// Written by `npm run generate` from src/uapi/schema. Edit that.

import { type StructType, structType, structView } from '../struct-layout.js'

/** `struct pollfd` of `asm-generic/poll.h`: One file of poll(2). */
export interface pollfd {
  /** The file; negative to skip it. */
  fd: number
  /** POLL* wanted. */
  events: number
  /** POLL* that are so. */
  revents: number
}

/** Layouts, readers and writers of `struct pollfd` of `asm-generic/poll.h`: One file of poll(2). */
export const pollfd: StructType<pollfd, pollfd, 'fd' | 'events' | 'revents'> = structType({
  x86_64: {
    size: 8,
    align: 4,
    offset: { fd: 0, events: 4, revents: 6 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 8, 'pollfd')
      return {
        fd: v.getInt32(at, true),
        events: v.getInt16(at + 4, true),
        revents: v.getInt16(at + 6, true),
      }
    },
    write(view: ArrayBufferView, at: number, value: pollfd) {
      const v = structView(view, at, 8, 'pollfd')
      v.setInt32(at, value.fd, true)
      v.setInt16(at + 4, value.events, true)
      v.setInt16(at + 6, value.revents, true)
    },
  },
  i386: {
    size: 8,
    align: 4,
    offset: { fd: 0, events: 4, revents: 6 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 8, 'pollfd')
      return {
        fd: v.getInt32(at, true),
        events: v.getInt16(at + 4, true),
        revents: v.getInt16(at + 6, true),
      }
    },
    write(view: ArrayBufferView, at: number, value: pollfd) {
      const v = structView(view, at, 8, 'pollfd')
      v.setInt32(at, value.fd, true)
      v.setInt16(at + 4, value.events, true)
      v.setInt16(at + 6, value.revents, true)
    },
  },
  s390x: {
    size: 8,
    align: 4,
    offset: { fd: 0, events: 4, revents: 6 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 8, 'pollfd')
      return {
        fd: v.getInt32(at, false),
        events: v.getInt16(at + 4, false),
        revents: v.getInt16(at + 6, false),
      }
    },
    write(view: ArrayBufferView, at: number, value: pollfd) {
      const v = structView(view, at, 8, 'pollfd')
      v.setInt32(at, value.fd, false)
      v.setInt16(at + 4, value.events, false)
      v.setInt16(at + 6, value.revents, false)
    },
  },
})
