import { field, type StructTable, struct } from './field.js'

/** `linux/sched.h`. */
export const sched: readonly StructTable[] = [
  struct('clone_args', 'Argument of clone3(2). Extensible.', [
    field('u64', 'flags', 'CLONE_*.'),
    field('u64', 'pidfd', 'Address of an int that gets the pidfd.'),
    field('u64', 'child_tid', 'Address of a pid_t in the child.'),
    field('u64', 'parent_tid', 'Address of a pid_t in the parent.'),
    field('u64', 'exit_signal', 'Signal to the parent when the child ends.'),
    field('u64', 'stack', 'Lowest address of the stack.'),
    field('u64', 'stack_size', 'Size of the stack in bytes.'),
    field('u64', 'tls', 'Thread-local storage.'),
    field('u64', 'set_tid', 'Address of an array of pid_t, innermost pid namespace first.'),
    field('u64', 'set_tid_size', 'Number of pids in it.'),
    field('u64', 'cgroup', 'fd of a cgroup.'),
  ]),
]
