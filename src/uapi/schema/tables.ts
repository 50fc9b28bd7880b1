import { capability } from './capability.js'
import { fanotify } from './fanotify.js'
import { fcntl } from './fcntl.js'
import type { StructTable } from './field.js'
import { mount } from './mount.js'
import { nsfs } from './nsfs.js'
import { pidfd } from './pidfd.js'
import { poll } from './poll.js'
import { sched } from './sched.js'
import { stat } from './stat.js'

/** Every struct that is declared, by the file it is generated into. */
export const tables = {
  capability,
  fanotify,
  fcntl,
  mount,
  nsfs,
  pidfd,
  poll,
  sched,
  stat,
} satisfies Readonly<Record<string, readonly StructTable[]>>

/** The header that declares the structs of each file. */
export const headers: Readonly<Record<keyof typeof tables, string>> = {
  capability: 'linux/capability.h',
  fanotify: 'linux/fanotify.h',
  fcntl: 'linux/fs.h',
  mount: 'linux/mount.h',
  nsfs: 'linux/nsfs.h',
  pidfd: 'linux/pidfd.h',
  poll: 'asm-generic/poll.h',
  sched: 'linux/sched.h',
  stat: 'linux/stat.h',
}

/** Every struct that is declared, by name. */
export const structs: ReadonlyMap<string, StructTable> = new Map(
  Object.values<readonly StructTable[]>(tables)
    .flat()
    .map((table) => [table.name, table]),
)
