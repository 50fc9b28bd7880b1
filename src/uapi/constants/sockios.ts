/**
 * Constants of `linux/sockios.h`. A value is a number, or a bigint where it does not fit 32 bits.
 */

/** ioctl: an fd of a socket's net namespace. */
export const SIOCGSKNS = 0x894c
