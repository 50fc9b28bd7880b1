import { field, pad, type StructTable, struct } from './field.js'

/** `linux/nsfs.h`. */
export const nsfs: readonly StructTable[] = [
  struct('ns_id_req', 'Request of listns(2). Extensible: `size` comes first.', [
    field('u32', 'size', 'Size of the struct in bytes.'),
    pad('u32', 'spare', 'Must be 0; 0 when left out.'),
    field('u64', 'ns_id', 'List what follows this id; 0 for all.'),
    field('u32', 'ns_type', 'CLONE_NEW* bits of the types to list; 0 for all.'),
    pad('u32', 'spare2', 'Must be 0; 0 when left out.'),
    field('u64', 'user_ns_id', 'List what this user namespace owns; LISTNS_CURRENT_USER for the own one; 0 for all.'),
  ]),
  struct('mnt_ns_info', 'What NS_MNT_GET_INFO, _NEXT and _PREV tell. Extensible: `size` comes first.', [
    field('u32', 'size', 'Size of the struct in bytes.'),
    field('u32', 'nr_mounts', 'Mounts in the namespace.'),
    field('u64', 'mnt_ns_id', 'Id of the mount namespace.'),
  ]),
  struct('nsfs_file_handle', 'f_handle of a FILEID_NSFS handle.', [
    field('u64', 'ns_id', 'Id of the namespace.'),
    field('u32', 'ns_type', 'CLONE_NEW* bit of its type; 0 for any.'),
    field('u32', 'ns_inum', 'Its inode number; 0 for any.'),
  ]),
]
