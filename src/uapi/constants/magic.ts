/**
 * Constants of `linux/magic.h`. A value is a number, or a bigint where it does not fit 32 bits.
 */

/** f_type of tmpfs. */
export const TMPFS_MAGIC = 0x1021994
/** f_type of procfs. */
export const PROC_SUPER_MAGIC = 0x9fa0
/** f_type of nsfs. */
export const NSFS_MAGIC = 0x6e736673
