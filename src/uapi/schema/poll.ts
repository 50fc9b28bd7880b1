import { field, type StructTable, struct } from './field.js'

/** `asm-generic/poll.h`. */
export const poll: readonly StructTable[] = [
  struct('pollfd', 'One file of poll(2).', [
    field('s32', 'fd', 'The file; negative to skip it.'),
    field('s16', 'events', 'POLL* wanted.'),
    field('s16', 'revents', 'POLL* that are so.'),
  ]),
]
