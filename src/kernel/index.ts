/**
 * `kabinet/kernel`: the model behind the syscalls. Its objects can be looked at; to change them make syscalls.
 */
export type { Boot, BootNamespace, BootOtherNamespace } from './boot.js'
export type { Cred } from './cred.js'
export type { KernelConfig, KernelFeatures } from './features.js'
export type { Kernel } from './kernel.js'
export type { MntNamespace } from './mnt_namespace.js'
export type { Namespace } from './namespace.js'
export { NS_TYPES, type NsType } from './ns_type.js'
export type { NsProxy } from './nsproxy.js'
export type { Pid } from './pid.js'
export type { PidNamespace } from './pid_namespace.js'
export type { Task, TaskState } from './task.js'
export type { ThreadGroup } from './thread_group.js'
export type { UserNamespace } from './user_namespace.js'
