/**
 * kabinet: the Linux fanotify and namespace ABI. {@link Emulator} answers raw syscalls; the codec is in `kabinet/uapi`.
 */
export * from './abi/index.js'
export type { Kernel, Namespace, Task } from './kernel/index.js'
