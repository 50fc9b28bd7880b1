import { field, pad, type StructTable, spare, struct } from './field.js'

/** `linux/stat.h`. */
export const stat: readonly StructTable[] = [
  struct('statx_timestamp', 'A time of statx(2).', [
    field('s64', 'tv_sec', 'Seconds since the epoch.'),
    field('u32', 'tv_nsec', 'Nanoseconds.'),
    pad('s32', '__reserved'),
  ]),
  struct('statx', 'What statx(2) tells.', [
    field('u32', 'stx_mask', 'STATX_*: what was filled in.'),
    field('u32', 'stx_blksize', 'Preferred size of reads and writes.'),
    field('u64', 'stx_attributes', 'STATX_ATTR_*.'),
    field('u32', 'stx_nlink', 'Hard links.'),
    field('u32', 'stx_uid', 'Owner.'),
    field('u32', 'stx_gid', 'Group.'),
    field('u16', 'stx_mode', 'Type and permissions.'),
    spare('u16', '__spare0', 1),
    field('u64', 'stx_ino', 'Inode number.'),
    field('u64', 'stx_size', 'Size in bytes.'),
    field('u64', 'stx_blocks', 'Blocks of 512 bytes.'),
    field('u64', 'stx_attributes_mask', 'STATX_ATTR_* that the filesystem knows.'),
    field('statx_timestamp', 'stx_atime', 'Last access.'),
    field('statx_timestamp', 'stx_btime', 'Creation.'),
    field('statx_timestamp', 'stx_ctime', 'Last change of the inode.'),
    field('statx_timestamp', 'stx_mtime', 'Last change of the content.'),
    field('u32', 'stx_rdev_major', 'Device that a device file stands for.'),
    field('u32', 'stx_rdev_minor', 'Device that a device file stands for.'),
    field('u32', 'stx_dev_major', 'Device that the file is on.'),
    field('u32', 'stx_dev_minor', 'Device that the file is on.'),
    field('u64', 'stx_mnt_id', 'Mount that the file was found on.'),
    spare('u64', '__spare3', 13),
  ]),
]
