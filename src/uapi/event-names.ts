import * as fan from './constants/fanotify.js'
import type { EventGroup } from './event.js'

/** The name of each bit of an event's mask, lowest bit first; undefined for a bit without one. */
const FS_NAMES: (string | undefined)[] = bitNames({
  FAN_ACCESS: fan.FAN_ACCESS,
  FAN_MODIFY: fan.FAN_MODIFY,
  FAN_ATTRIB: fan.FAN_ATTRIB,
  FAN_CLOSE_WRITE: fan.FAN_CLOSE_WRITE,
  FAN_CLOSE_NOWRITE: fan.FAN_CLOSE_NOWRITE,
  FAN_OPEN: fan.FAN_OPEN,
  FAN_MOVED_FROM: fan.FAN_MOVED_FROM,
  FAN_MOVED_TO: fan.FAN_MOVED_TO,
  FAN_CREATE: fan.FAN_CREATE,
  FAN_DELETE: fan.FAN_DELETE,
  FAN_DELETE_SELF: fan.FAN_DELETE_SELF,
  FAN_MOVE_SELF: fan.FAN_MOVE_SELF,
  FAN_OPEN_EXEC: fan.FAN_OPEN_EXEC,
  FAN_Q_OVERFLOW: fan.FAN_Q_OVERFLOW,
  FAN_FS_ERROR: fan.FAN_FS_ERROR,
  FAN_OPEN_PERM: fan.FAN_OPEN_PERM,
  FAN_ACCESS_PERM: fan.FAN_ACCESS_PERM,
  FAN_OPEN_EXEC_PERM: fan.FAN_OPEN_EXEC_PERM,
  FAN_PRE_ACCESS: fan.FAN_PRE_ACCESS,
  FAN_MNT_ATTACH: fan.FAN_MNT_ATTACH,
  FAN_MNT_DETACH: fan.FAN_MNT_DETACH,
  FAN_EVENT_ON_CHILD: fan.FAN_EVENT_ON_CHILD,
  FAN_RENAME: fan.FAN_RENAME,
  FAN_ONDIR: fan.FAN_ONDIR,
})

/** The same in a namespace watcher's stream, where two bits mean something else. */
const NS_NAMES: (string | undefined)[] = bitNames(
  { FAN_NS_CREATE: fan.FAN_NS_CREATE, FAN_NS_DELETE: fan.FAN_NS_DELETE },
  FS_NAMES,
)

const NAMES: Readonly<Record<EventGroup, readonly (string | undefined)[]>> = { fs: FS_NAMES, ns: NS_NAMES }

/**
 * The names of a mask's bits, lowest first: `eventNames(0x40000020n)` is `['FAN_OPEN', 'FAN_ONDIR']`. A bit without a name
 * stands as hex. Source: `linux/fanotify.h`; for namespace watchers seed 000.
 * @param group the kind of group the event is from; `event.group` of a decoded one. `fs` when left out.
 */
export function eventNames(mask: bigint | number, group: EventGroup = 'fs'): string[] {
  const names = NAMES[group]
  const found: string[] = []
  let bits = BigInt.asUintN(64, BigInt(mask))
  for (let bit = 0; bits !== 0n; bit++, bits >>= 1n) {
    if (bits & 1n) found.push(names[bit] ?? `0x${(1n << BigInt(bit)).toString(16)}`)
  }
  return found
}

/** Every name {@link eventNames} can give, with its bit, for the given kind of group. */
export function eventBits(group: EventGroup = 'fs'): Map<string, number> {
  const bits = new Map<string, number>()
  NAMES[group].forEach((name, bit) => {
    if (name !== undefined) bits.set(name, 2 ** bit)
  })
  return bits
}

function bitNames(values: Record<string, number>, base: readonly (string | undefined)[] = []): (string | undefined)[] {
  const names = [...base]
  for (const [name, value] of Object.entries(values)) names[Math.log2(value)] = name
  return names
}
