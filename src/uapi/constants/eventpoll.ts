/** `linux/eventpoll.h`: operations and events of epoll. */

/** epoll_create1: close on exec. */
export const EPOLL_CLOEXEC = 0x80000

/** Watch a descriptor. */
export const EPOLL_CTL_ADD = 1
/** Watch it no more. */
export const EPOLL_CTL_DEL = 2
/** Change what it is watched for. */
export const EPOLL_CTL_MOD = 3

/** Something can be read. */
export const EPOLLIN = 0x1
/** Something urgent can be read. */
export const EPOLLPRI = 0x2
/** Something can be written. */
export const EPOLLOUT = 0x4
/** An error; always watched for. */
export const EPOLLERR = 0x8
/** The other side is gone; always watched for. */
export const EPOLLHUP = 0x10
/** Of several waiters, wake one. */
export const EPOLLEXCLUSIVE = 0x10000000
/** Keep the machine awake. */
export const EPOLLWAKEUP = 0x20000000
/** Tell once, then nothing until it is changed. */
export const EPOLLONESHOT = 0x40000000
/** Tell only when something happened. */
export const EPOLLET = 0x80000000
