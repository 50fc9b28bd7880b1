import { CLONE_NEWNS, CLONE_NEWUSER } from '../../src/uapi/index.js'
import { type Choices, ListChoices, pick, rarely } from '../choices.js'
import type { Draft, Family } from '../draft.js'
import type { Walk, WalkTask } from '../walk.js'
import { mountMakers } from './mounts_calls.js'
import { mountFdMakers } from './mounts_fd_calls.js'
import { mayReadTables, mountLookMakers, readTable } from './mounts_look_calls.js'
import { makePlace } from './mounts_place.js'
import { cloneWith, drain, mountTaskMakers, watch } from './mounts_task_calls.js'

/** A place, mostly a group that watches, and one or two more tasks with mount namespaces of their own. */
function begin(walk: Walk, choices: Choices): Draft {
  const children: Draft['follow'] = (later) => {
    const flags = pick(choices, [0, CLONE_NEWNS, CLONE_NEWNS, CLONE_NEWNS | CLONE_NEWUSER])
    if (rarely(choices, 4)) return null
    const more: Draft['follow'] = rarely(choices, 2)
      ? (latest) => cloneWith(latest, choices, CLONE_NEWUSER | CLONE_NEWNS)
      : undefined
    return cloneWith(later, choices, flags, more)
  }
  return makePlace(walk, choices, rarely(choices, 6) ? children : () => watch(walk, choices, children))
}

/** Tasks that have had their last calls. */
const ENDED: WeakMap<Walk, Set<WalkTask>> = new WeakMap()
const PLAINEST = new ListChoices([])

/** Every task says what it sees in the end: events, and the table of its mounts. */
function end(walk: Walk): Draft | null {
  let ended = ENDED.get(walk)
  if (ended === undefined) {
    ended = new Set()
    ENDED.set(walk, ended)
  }
  for (const entry of walk.awake()) {
    if (ended.has(entry)) continue
    ended.add(entry)
    walk.current = entry
    const group = walk.fd(PLAINEST, 'fanotify')
    const told = group === null ? null : drain(group, PLAINEST)
    if (mayReadTables(walk)) return readTable(walk, PLAINEST, 'mountinfo', told)
    if (told !== null) return told
  }
  return null
}

/** Trees of mounts in several mount namespaces, and what is told of them. */
export const mountsFamily: Family = {
  name: 'mounts',
  about:
    'mounts by path and by descriptor, propagation, mount namespaces, what is told of mounts, and who watches them',
  makers: [...mountMakers, ...mountFdMakers, ...mountLookMakers, ...mountTaskMakers],
  begin,
  end,
}
