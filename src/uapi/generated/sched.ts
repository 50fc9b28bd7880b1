// Written by `npm run generate` from src/uapi/schema. Edit that.

import { type StructType, structType, structView } from '../struct-layout.js'

/** `struct clone_args` of `linux/sched.h`: Argument of clone3(2). Extensible. */
export interface clone_args {
  /** CLONE_*. */
  flags: bigint
  /** Address of an int that gets the pidfd. */
  pidfd: bigint
  /** Address of a pid_t in the child. */
  child_tid: bigint
  /** Address of a pid_t in the parent. */
  parent_tid: bigint
  /** Signal to the parent when the child ends. */
  exit_signal: bigint
  /** Lowest address of the stack. */
  stack: bigint
  /** Size of the stack in bytes. */
  stack_size: bigint
  /** Thread-local storage. */
  tls: bigint
  /** Address of an array of pid_t, innermost pid namespace first. */
  set_tid: bigint
  /** Number of pids in it. */
  set_tid_size: bigint
  /** fd of a cgroup. */
  cgroup: bigint
}

/** Layouts, readers and writers of `struct clone_args` of `linux/sched.h`: Argument of clone3(2). Extensible. */
export const clone_args: StructType<clone_args, clone_args, 'flags' | 'pidfd' | 'child_tid' | 'parent_tid' | 'exit_signal' | 'stack' | 'stack_size' | 'tls' | 'set_tid' | 'set_tid_size' | 'cgroup'> = structType({
  x86_64: {
    size: 88,
    align: 8,
    offset: { flags: 0, pidfd: 8, child_tid: 16, parent_tid: 24, exit_signal: 32, stack: 40, stack_size: 48, tls: 56, set_tid: 64, set_tid_size: 72, cgroup: 80 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 88, 'clone_args')
      return {
        flags: v.getBigUint64(at, true),
        pidfd: v.getBigUint64(at + 8, true),
        child_tid: v.getBigUint64(at + 16, true),
        parent_tid: v.getBigUint64(at + 24, true),
        exit_signal: v.getBigUint64(at + 32, true),
        stack: v.getBigUint64(at + 40, true),
        stack_size: v.getBigUint64(at + 48, true),
        tls: v.getBigUint64(at + 56, true),
        set_tid: v.getBigUint64(at + 64, true),
        set_tid_size: v.getBigUint64(at + 72, true),
        cgroup: v.getBigUint64(at + 80, true),
      }
    },
    write(view: ArrayBufferView, at: number, value: clone_args) {
      const v = structView(view, at, 88, 'clone_args')
      v.setBigUint64(at, value.flags, true)
      v.setBigUint64(at + 8, value.pidfd, true)
      v.setBigUint64(at + 16, value.child_tid, true)
      v.setBigUint64(at + 24, value.parent_tid, true)
      v.setBigUint64(at + 32, value.exit_signal, true)
      v.setBigUint64(at + 40, value.stack, true)
      v.setBigUint64(at + 48, value.stack_size, true)
      v.setBigUint64(at + 56, value.tls, true)
      v.setBigUint64(at + 64, value.set_tid, true)
      v.setBigUint64(at + 72, value.set_tid_size, true)
      v.setBigUint64(at + 80, value.cgroup, true)
    },
  },
  i386: {
    size: 88,
    align: 8,
    offset: { flags: 0, pidfd: 8, child_tid: 16, parent_tid: 24, exit_signal: 32, stack: 40, stack_size: 48, tls: 56, set_tid: 64, set_tid_size: 72, cgroup: 80 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 88, 'clone_args')
      return {
        flags: v.getBigUint64(at, true),
        pidfd: v.getBigUint64(at + 8, true),
        child_tid: v.getBigUint64(at + 16, true),
        parent_tid: v.getBigUint64(at + 24, true),
        exit_signal: v.getBigUint64(at + 32, true),
        stack: v.getBigUint64(at + 40, true),
        stack_size: v.getBigUint64(at + 48, true),
        tls: v.getBigUint64(at + 56, true),
        set_tid: v.getBigUint64(at + 64, true),
        set_tid_size: v.getBigUint64(at + 72, true),
        cgroup: v.getBigUint64(at + 80, true),
      }
    },
    write(view: ArrayBufferView, at: number, value: clone_args) {
      const v = structView(view, at, 88, 'clone_args')
      v.setBigUint64(at, value.flags, true)
      v.setBigUint64(at + 8, value.pidfd, true)
      v.setBigUint64(at + 16, value.child_tid, true)
      v.setBigUint64(at + 24, value.parent_tid, true)
      v.setBigUint64(at + 32, value.exit_signal, true)
      v.setBigUint64(at + 40, value.stack, true)
      v.setBigUint64(at + 48, value.stack_size, true)
      v.setBigUint64(at + 56, value.tls, true)
      v.setBigUint64(at + 64, value.set_tid, true)
      v.setBigUint64(at + 72, value.set_tid_size, true)
      v.setBigUint64(at + 80, value.cgroup, true)
    },
  },
  s390x: {
    size: 88,
    align: 8,
    offset: { flags: 0, pidfd: 8, child_tid: 16, parent_tid: 24, exit_signal: 32, stack: 40, stack_size: 48, tls: 56, set_tid: 64, set_tid_size: 72, cgroup: 80 },
    read(view: ArrayBufferView, at = 0) {
      const v = structView(view, at, 88, 'clone_args')
      return {
        flags: v.getBigUint64(at, false),
        pidfd: v.getBigUint64(at + 8, false),
        child_tid: v.getBigUint64(at + 16, false),
        parent_tid: v.getBigUint64(at + 24, false),
        exit_signal: v.getBigUint64(at + 32, false),
        stack: v.getBigUint64(at + 40, false),
        stack_size: v.getBigUint64(at + 48, false),
        tls: v.getBigUint64(at + 56, false),
        set_tid: v.getBigUint64(at + 64, false),
        set_tid_size: v.getBigUint64(at + 72, false),
        cgroup: v.getBigUint64(at + 80, false),
      }
    },
    write(view: ArrayBufferView, at: number, value: clone_args) {
      const v = structView(view, at, 88, 'clone_args')
      v.setBigUint64(at, value.flags, false)
      v.setBigUint64(at + 8, value.pidfd, false)
      v.setBigUint64(at + 16, value.child_tid, false)
      v.setBigUint64(at + 24, value.parent_tid, false)
      v.setBigUint64(at + 32, value.exit_signal, false)
      v.setBigUint64(at + 40, value.stack, false)
      v.setBigUint64(at + 48, value.stack_size, false)
      v.setBigUint64(at + 56, value.tls, false)
      v.setBigUint64(at + 64, value.set_tid, false)
      v.setBigUint64(at + 72, value.set_tid_size, false)
      v.setBigUint64(at + 80, value.cgroup, false)
    },
  },
})
