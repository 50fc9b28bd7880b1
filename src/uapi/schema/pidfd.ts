import { field, pad, type StructTable, struct } from './field.js'

/** `linux/pidfd.h`. */
export const pidfd: readonly StructTable[] = [
  struct('pidfd_info', 'What PIDFD_GET_INFO tells. Extensible.', [
    field('u64', 'mask', 'PIDFD_INFO_*: wanted, and what was filled in.'),
    field('u64', 'cgroupid', 'Id of the cgroup.'),
    field('u32', 'pid', 'Thread id.'),
    field('u32', 'tgid', 'Thread group id.'),
    field('u32', 'ppid', "The parent's thread group id."),
    field('u32', 'ruid', 'Real uid.'),
    field('u32', 'rgid', 'Real gid.'),
    field('u32', 'euid', 'Effective uid.'),
    field('u32', 'egid', 'Effective gid.'),
    field('u32', 'suid', 'Saved uid.'),
    field('u32', 'sgid', 'Saved gid.'),
    field('u32', 'fsuid', 'Filesystem uid.'),
    field('u32', 'fsgid', 'Filesystem gid.'),
    field('s32', 'exit_code', 'Wait status of the process that ended.'),
    field('u32', 'coredump_mask', 'PIDFD_COREDUMP*.'),
    field('u32', 'coredump_signal', 'Signal of the coredump. Named `__spare1` in older headers.'),
    field('u64', 'supported_mask', 'PIDFD_INFO_* that the kernel knows.'),
    field('u32', 'coredump_code', 'si_code of that signal.'),
    pad('u32', 'coredump_pad'),
  ]),
]
