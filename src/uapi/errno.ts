/**
 * Error numbers as the kernel's headers define them for x86-64 (`asm-generic/errno.h`). The kernel returns them negated.
 */

/** Operation not permitted */
export const EPERM = 1 as const
/** No such file or directory */
export const ENOENT = 2 as const
/** No such process */
export const ESRCH = 3 as const
/** Interrupted system call */
export const EINTR = 4 as const
/** Input/output error */
export const EIO = 5 as const
/** No such device or address */
export const ENXIO = 6 as const
/** Argument list too long */
export const E2BIG = 7 as const
/** Exec format error */
export const ENOEXEC = 8 as const
/** Bad file descriptor */
export const EBADF = 9 as const
/** No child processes */
export const ECHILD = 10 as const
/** Resource temporarily unavailable */
export const EAGAIN = 11 as const
/** Cannot allocate memory */
export const ENOMEM = 12 as const
/** Permission denied */
export const EACCES = 13 as const
/** Bad address */
export const EFAULT = 14 as const
/** Block device required */
export const ENOTBLK = 15 as const
/** Device or resource busy */
export const EBUSY = 16 as const
/** File exists */
export const EEXIST = 17 as const
/** Invalid cross-device link */
export const EXDEV = 18 as const
/** No such device */
export const ENODEV = 19 as const
/** Not a directory */
export const ENOTDIR = 20 as const
/** Is a directory */
export const EISDIR = 21 as const
/** Invalid argument */
export const EINVAL = 22 as const
/** Too many open files in system */
export const ENFILE = 23 as const
/** Too many open files */
export const EMFILE = 24 as const
/** Inappropriate ioctl for device */
export const ENOTTY = 25 as const
/** Text file busy */
export const ETXTBSY = 26 as const
/** File too large */
export const EFBIG = 27 as const
/** No space left on device */
export const ENOSPC = 28 as const
/** Illegal seek */
export const ESPIPE = 29 as const
/** Read-only file system */
export const EROFS = 30 as const
/** Too many links */
export const EMLINK = 31 as const
/** Broken pipe */
export const EPIPE = 32 as const
/** Numerical argument out of domain */
export const EDOM = 33 as const
/** Numerical result out of range */
export const ERANGE = 34 as const
/** Resource deadlock avoided */
export const EDEADLK = 35 as const
/** File name too long */
export const ENAMETOOLONG = 36 as const
/** No locks available */
export const ENOLCK = 37 as const
/** Function not implemented */
export const ENOSYS = 38 as const
/** Directory not empty */
export const ENOTEMPTY = 39 as const
/** Too many levels of symbolic links */
export const ELOOP = 40 as const
/** No message of desired type */
export const ENOMSG = 42 as const
/** Identifier removed */
export const EIDRM = 43 as const
/** Channel number out of range */
export const ECHRNG = 44 as const
/** Level 2 not synchronized */
export const EL2NSYNC = 45 as const
/** Level 3 halted */
export const EL3HLT = 46 as const
/** Level 3 reset */
export const EL3RST = 47 as const
/** Link number out of range */
export const ELNRNG = 48 as const
/** Protocol driver not attached */
export const EUNATCH = 49 as const
/** No CSI structure available */
export const ENOCSI = 50 as const
/** Level 2 halted */
export const EL2HLT = 51 as const
/** Invalid exchange */
export const EBADE = 52 as const
/** Invalid request descriptor */
export const EBADR = 53 as const
/** Exchange full */
export const EXFULL = 54 as const
/** No anode */
export const ENOANO = 55 as const
/** Invalid request code */
export const EBADRQC = 56 as const
/** Invalid slot */
export const EBADSLT = 57 as const
/** Bad font file format */
export const EBFONT = 59 as const
/** Device not a stream */
export const ENOSTR = 60 as const
/** No data available */
export const ENODATA = 61 as const
/** Timer expired */
export const ETIME = 62 as const
/** Out of streams resources */
export const ENOSR = 63 as const
/** Machine is not on the network */
export const ENONET = 64 as const
/** Package not installed */
export const ENOPKG = 65 as const
/** Object is remote */
export const EREMOTE = 66 as const
/** Link has been severed */
export const ENOLINK = 67 as const
/** Advertise error */
export const EADV = 68 as const
/** Srmount error */
export const ESRMNT = 69 as const
/** Communication error on send */
export const ECOMM = 70 as const
/** Protocol error */
export const EPROTO = 71 as const
/** Multihop attempted */
export const EMULTIHOP = 72 as const
/** RFS specific error */
export const EDOTDOT = 73 as const
/** Bad message */
export const EBADMSG = 74 as const
/** Value too large for defined data type */
export const EOVERFLOW = 75 as const
/** Name not unique on network */
export const ENOTUNIQ = 76 as const
/** File descriptor in bad state */
export const EBADFD = 77 as const
/** Remote address changed */
export const EREMCHG = 78 as const
/** Can not access a needed shared library */
export const ELIBACC = 79 as const
/** Accessing a corrupted shared library */
export const ELIBBAD = 80 as const
/** .lib section in a.out corrupted */
export const ELIBSCN = 81 as const
/** Attempting to link in too many shared libraries */
export const ELIBMAX = 82 as const
/** Cannot exec a shared library directly */
export const ELIBEXEC = 83 as const
/** Invalid or incomplete multibyte or wide character */
export const EILSEQ = 84 as const
/** Interrupted system call should be restarted */
export const ERESTART = 85 as const
/** Streams pipe error */
export const ESTRPIPE = 86 as const
/** Too many users */
export const EUSERS = 87 as const
/** Socket operation on non-socket */
export const ENOTSOCK = 88 as const
/** Destination address required */
export const EDESTADDRREQ = 89 as const
/** Message too long */
export const EMSGSIZE = 90 as const
/** Protocol wrong type for socket */
export const EPROTOTYPE = 91 as const
/** Protocol not available */
export const ENOPROTOOPT = 92 as const
/** Protocol not supported */
export const EPROTONOSUPPORT = 93 as const
/** Socket type not supported */
export const ESOCKTNOSUPPORT = 94 as const
/** Operation not supported */
export const EOPNOTSUPP = 95 as const
/** Protocol family not supported */
export const EPFNOSUPPORT = 96 as const
/** Address family not supported by protocol */
export const EAFNOSUPPORT = 97 as const
/** Address already in use */
export const EADDRINUSE = 98 as const
/** Cannot assign requested address */
export const EADDRNOTAVAIL = 99 as const
/** Network is down */
export const ENETDOWN = 100 as const
/** Network is unreachable */
export const ENETUNREACH = 101 as const
/** Network dropped connection on reset */
export const ENETRESET = 102 as const
/** Software caused connection abort */
export const ECONNABORTED = 103 as const
/** Connection reset by peer */
export const ECONNRESET = 104 as const
/** No buffer space available */
export const ENOBUFS = 105 as const
/** Transport endpoint is already connected */
export const EISCONN = 106 as const
/** Transport endpoint is not connected */
export const ENOTCONN = 107 as const
/** Cannot send after transport endpoint shutdown */
export const ESHUTDOWN = 108 as const
/** Too many references: cannot splice */
export const ETOOMANYREFS = 109 as const
/** Connection timed out */
export const ETIMEDOUT = 110 as const
/** Connection refused */
export const ECONNREFUSED = 111 as const
/** Host is down */
export const EHOSTDOWN = 112 as const
/** No route to host */
export const EHOSTUNREACH = 113 as const
/** Operation already in progress */
export const EALREADY = 114 as const
/** Operation now in progress */
export const EINPROGRESS = 115 as const
/** Stale file handle */
export const ESTALE = 116 as const
/** Structure needs cleaning */
export const EUCLEAN = 117 as const
/** Not a XENIX named type file */
export const ENOTNAM = 118 as const
/** No XENIX semaphores available */
export const ENAVAIL = 119 as const
/** Is a named type file */
export const EISNAM = 120 as const
/** Remote I/O error */
export const EREMOTEIO = 121 as const
/** Disk quota exceeded */
export const EDQUOT = 122 as const
/** No medium found */
export const ENOMEDIUM = 123 as const
/** Wrong medium type */
export const EMEDIUMTYPE = 124 as const
/** Operation canceled */
export const ECANCELED = 125 as const
/** Required key not available */
export const ENOKEY = 126 as const
/** Key has expired */
export const EKEYEXPIRED = 127 as const
/** Key has been revoked */
export const EKEYREVOKED = 128 as const
/** Key was rejected by service */
export const EKEYREJECTED = 129 as const
/** Owner died */
export const EOWNERDEAD = 130 as const
/** State not recoverable */
export const ENOTRECOVERABLE = 131 as const
/** Operation not possible due to RF-kill */
export const ERFKILL = 132 as const
/** Memory page has hardware error */
export const EHWPOISON = 133 as const
/** Wrong file type for the intended operation */
export const EFTYPE = 134 as const

const names: readonly (string | undefined)[] = ((): (string | undefined)[] => {
  const table: (string | undefined)[] = []
  const rows: readonly (readonly [number, string])[] = [
    [EPERM, 'EPERM'],
    [ENOENT, 'ENOENT'],
    [ESRCH, 'ESRCH'],
    [EINTR, 'EINTR'],
    [EIO, 'EIO'],
    [ENXIO, 'ENXIO'],
    [E2BIG, 'E2BIG'],
    [ENOEXEC, 'ENOEXEC'],
    [EBADF, 'EBADF'],
    [ECHILD, 'ECHILD'],
    [EAGAIN, 'EAGAIN'],
    [ENOMEM, 'ENOMEM'],
    [EACCES, 'EACCES'],
    [EFAULT, 'EFAULT'],
    [ENOTBLK, 'ENOTBLK'],
    [EBUSY, 'EBUSY'],
    [EEXIST, 'EEXIST'],
    [EXDEV, 'EXDEV'],
    [ENODEV, 'ENODEV'],
    [ENOTDIR, 'ENOTDIR'],
    [EISDIR, 'EISDIR'],
    [EINVAL, 'EINVAL'],
    [ENFILE, 'ENFILE'],
    [EMFILE, 'EMFILE'],
    [ENOTTY, 'ENOTTY'],
    [ETXTBSY, 'ETXTBSY'],
    [EFBIG, 'EFBIG'],
    [ENOSPC, 'ENOSPC'],
    [ESPIPE, 'ESPIPE'],
    [EROFS, 'EROFS'],
    [EMLINK, 'EMLINK'],
    [EPIPE, 'EPIPE'],
    [EDOM, 'EDOM'],
    [ERANGE, 'ERANGE'],
    [EDEADLK, 'EDEADLK'],
    [ENAMETOOLONG, 'ENAMETOOLONG'],
    [ENOLCK, 'ENOLCK'],
    [ENOSYS, 'ENOSYS'],
    [ENOTEMPTY, 'ENOTEMPTY'],
    [ELOOP, 'ELOOP'],
    [ENOMSG, 'ENOMSG'],
    [EIDRM, 'EIDRM'],
    [ECHRNG, 'ECHRNG'],
    [EL2NSYNC, 'EL2NSYNC'],
    [EL3HLT, 'EL3HLT'],
    [EL3RST, 'EL3RST'],
    [ELNRNG, 'ELNRNG'],
    [EUNATCH, 'EUNATCH'],
    [ENOCSI, 'ENOCSI'],
    [EL2HLT, 'EL2HLT'],
    [EBADE, 'EBADE'],
    [EBADR, 'EBADR'],
    [EXFULL, 'EXFULL'],
    [ENOANO, 'ENOANO'],
    [EBADRQC, 'EBADRQC'],
    [EBADSLT, 'EBADSLT'],
    [EBFONT, 'EBFONT'],
    [ENOSTR, 'ENOSTR'],
    [ENODATA, 'ENODATA'],
    [ETIME, 'ETIME'],
    [ENOSR, 'ENOSR'],
    [ENONET, 'ENONET'],
    [ENOPKG, 'ENOPKG'],
    [EREMOTE, 'EREMOTE'],
    [ENOLINK, 'ENOLINK'],
    [EADV, 'EADV'],
    [ESRMNT, 'ESRMNT'],
    [ECOMM, 'ECOMM'],
    [EPROTO, 'EPROTO'],
    [EMULTIHOP, 'EMULTIHOP'],
    [EDOTDOT, 'EDOTDOT'],
    [EBADMSG, 'EBADMSG'],
    [EOVERFLOW, 'EOVERFLOW'],
    [ENOTUNIQ, 'ENOTUNIQ'],
    [EBADFD, 'EBADFD'],
    [EREMCHG, 'EREMCHG'],
    [ELIBACC, 'ELIBACC'],
    [ELIBBAD, 'ELIBBAD'],
    [ELIBSCN, 'ELIBSCN'],
    [ELIBMAX, 'ELIBMAX'],
    [ELIBEXEC, 'ELIBEXEC'],
    [EILSEQ, 'EILSEQ'],
    [ERESTART, 'ERESTART'],
    [ESTRPIPE, 'ESTRPIPE'],
    [EUSERS, 'EUSERS'],
    [ENOTSOCK, 'ENOTSOCK'],
    [EDESTADDRREQ, 'EDESTADDRREQ'],
    [EMSGSIZE, 'EMSGSIZE'],
    [EPROTOTYPE, 'EPROTOTYPE'],
    [ENOPROTOOPT, 'ENOPROTOOPT'],
    [EPROTONOSUPPORT, 'EPROTONOSUPPORT'],
    [ESOCKTNOSUPPORT, 'ESOCKTNOSUPPORT'],
    [EOPNOTSUPP, 'EOPNOTSUPP'],
    [EPFNOSUPPORT, 'EPFNOSUPPORT'],
    [EAFNOSUPPORT, 'EAFNOSUPPORT'],
    [EADDRINUSE, 'EADDRINUSE'],
    [EADDRNOTAVAIL, 'EADDRNOTAVAIL'],
    [ENETDOWN, 'ENETDOWN'],
    [ENETUNREACH, 'ENETUNREACH'],
    [ENETRESET, 'ENETRESET'],
    [ECONNABORTED, 'ECONNABORTED'],
    [ECONNRESET, 'ECONNRESET'],
    [ENOBUFS, 'ENOBUFS'],
    [EISCONN, 'EISCONN'],
    [ENOTCONN, 'ENOTCONN'],
    [ESHUTDOWN, 'ESHUTDOWN'],
    [ETOOMANYREFS, 'ETOOMANYREFS'],
    [ETIMEDOUT, 'ETIMEDOUT'],
    [ECONNREFUSED, 'ECONNREFUSED'],
    [EHOSTDOWN, 'EHOSTDOWN'],
    [EHOSTUNREACH, 'EHOSTUNREACH'],
    [EALREADY, 'EALREADY'],
    [EINPROGRESS, 'EINPROGRESS'],
    [ESTALE, 'ESTALE'],
    [EUCLEAN, 'EUCLEAN'],
    [ENOTNAM, 'ENOTNAM'],
    [ENAVAIL, 'ENAVAIL'],
    [EISNAM, 'EISNAM'],
    [EREMOTEIO, 'EREMOTEIO'],
    [EDQUOT, 'EDQUOT'],
    [ENOMEDIUM, 'ENOMEDIUM'],
    [EMEDIUMTYPE, 'EMEDIUMTYPE'],
    [ECANCELED, 'ECANCELED'],
    [ENOKEY, 'ENOKEY'],
    [EKEYEXPIRED, 'EKEYEXPIRED'],
    [EKEYREVOKED, 'EKEYREVOKED'],
    [EKEYREJECTED, 'EKEYREJECTED'],
    [EOWNERDEAD, 'EOWNERDEAD'],
    [ENOTRECOVERABLE, 'ENOTRECOVERABLE'],
    [ERFKILL, 'ERFKILL'],
    [EHWPOISON, 'EHWPOISON'],
    [EFTYPE, 'EFTYPE'],
  ]
  for (const [value, name] of rows) table[value] = name
  return table
})()

/**
 * The name of an error number: `errnoName(22)` and `errnoName(-22)` are `'EINVAL'`. Source: `asm-generic/errno.h`.
 *
 * @returns undefined for a number that is no errno of the kernel's user-space ABI.
 */
export function errnoName(errno: number): string | undefined {
  return names[Math.abs(errno)]
}

/** `"-EINVAL"` for a return value that is an errno, the decimal number for any other. */
export function formatReturn(ret: number): string {
  const name = ret < 0 ? errnoName(ret) : undefined
  return name === undefined ? String(ret) : `-${name}`
}
