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
export const tables: Readonly<Record<string, readonly StructTable[]>> = {
  capability,
  fanotify,
  fcntl,
  mount,
  nsfs,
  pidfd,
  poll,
  sched,
  stat,
}

/** Every struct that is declared, by name. */
export const structs: ReadonlyMap<string, StructTable> = new Map(
  Object.values(tables)
    .flat()
    .map((table) => [table.name, table]),
)
