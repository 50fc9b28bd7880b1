/**
 * Constants of `linux/stat.h`. A value is a number, or a bigint where it does not fit 32 bits.
 */

/** Everything that stat(2) gives. */
export const STATX_BASIC_STATS = 0x7ff
/** Want or got stx_mnt_id. */
export const STATX_MNT_ID = 0x1000
/** Want or got stx_mnt_id as the mount's unique id. */
export const STATX_MNT_ID_UNIQUE = 0x4000
/** Want or got the file type bits of stx_mode. */
export const STATX_TYPE = 0x1
/** Want or got the permission bits of stx_mode. */
export const STATX_MODE = 0x2
/** Want or got stx_nlink. */
export const STATX_NLINK = 0x4
/** Want or got stx_uid. */
export const STATX_UID = 0x8
/** Want or got stx_gid. */
export const STATX_GID = 0x10
/** Want or got stx_atime. */
export const STATX_ATIME = 0x20
/** Want or got stx_mtime. */
export const STATX_MTIME = 0x40
/** Want or got stx_ctime. */
export const STATX_CTIME = 0x80
/** Want or got stx_ino. */
export const STATX_INO = 0x100
/** Want or got stx_size. */
export const STATX_SIZE = 0x200
/** Want or got stx_blocks. */
export const STATX_BLOCKS = 0x400
/** Want or got stx_btime. */
export const STATX_BTIME = 0x800
/** Bit kept for an extension; statx(2) refuses it. */
export const STATX__RESERVED = 0x80000000
