import { field, type StructTable, struct } from './field.js'

/** `linux/capability.h`. */
export const capability: readonly StructTable[] = [
  struct('__user_cap_header_struct', 'First argument of capget(2) and capset(2).', [
    field('u32', 'version', '_LINUX_CAPABILITY_VERSION_*.'),
    field('s32', 'pid', 'The task; 0 for the caller.'),
  ]),
  struct('__user_cap_data_struct', 'Second argument of capget(2) and capset(2); version 3 has two in a row.', [
    field('u32', 'effective', 'Capability bits.'),
    field('u32', 'permitted', 'Capability bits.'),
    field('u32', 'inheritable', 'Capability bits.'),
  ]),
]
