import { field, flexible, type StructTable, struct } from './field.js'

/** File handles (`fcntl.h` of the C library; the kernel has it in `linux/fs.h`). */
export const fcntl: readonly StructTable[] = [
  struct('file_handle', 'A file by its filesystem and a handle: name_to_handle_at(2), open_by_handle_at(2).', [
    field('u32', 'handle_bytes', 'Length of f_handle in bytes.'),
    field('s32', 'handle_type', 'FILEID_*.'),
    flexible('u8', 'f_handle', 'The handle.'),
  ]),
]
