import { field, type StructTable, struct } from './field.js'

/** `linux/sched.h`. */
export const sched: readonly StructTable[] = [
  struct('clone_args', 'Argument of clone3(2). Extensible.', [
    field('aligned_u64', 'flags', 'CLONE_*.'),
    field('aligned_u64', 'pidfd', 'Address of an int that gets the pidfd.'),
    field('aligned_u64', 'child_tid', 'Address of a pid_t in the child.'),
    field('aligned_u64', 'parent_tid', 'Address of a pid_t in the parent.'),
    field('aligned_u64', 'exit_signal', 'Signal to the parent when the child ends.'),
    field('aligned_u64', 'stack', 'Lowest address of the stack.'),
    field('aligned_u64', 'stack_size', 'Size of the stack in bytes.'),
    field('aligned_u64', 'tls', 'Thread-local storage.'),
    field('aligned_u64', 'set_tid', 'Address of an array of pid_t, innermost pid namespace first.'),
    field('aligned_u64', 'set_tid_size', 'Number of pids in it.'),
    field('aligned_u64', 'cgroup', 'fd of a cgroup.'),
  ]),
]
