import { dentryPath, pathFrom } from './d_path.js'
import type { Mount } from './mount.js'
import { isUnder } from './namei.js'
import type { Path } from './path.js'
import { peersOf } from './propagation.js'

const octal = (character: string): string => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`

/** A path as the kernel writes it in its tables: blanks and backslashes as `\` and three octal digits. */
function manglePath(text: string): string {
  return text.replace(/[ \t\n\\]/g, octal)
}

/** Other words in such a table: `#` is escaped too. */
function mangle(text: string): string {
  return text.replace(/[ \t\n\\#]/g, octal)
}

/**
 * The nearest peer group above a slave that has a mount in the same namespace below `root`, 0 when there is none
 * (`propagate_from`).
 */
export function dominatingGroup(mount: Mount, root: Path): number {
  for (let master = mount.master; master !== null; master = master.master) {
    for (const peer of peersOf(master)) {
      if (peer.ns === mount.ns && isUnder({ mnt: peer, dentry: peer.root }, root)) return peer.groupId
    }
  }
  return 0
}

/** The fields between the options and the dash: `shared:1 master:2 propagate_from:3 unbindable`. */
function propagationFields(mount: Mount, root: Path): string {
  let text = ''
  if (mount.groupId !== 0) text += ` shared:${mount.groupId}`
  if (mount.master !== null) {
    const group = mount.master.groupId
    text += ` master:${group}`
    const from = dominatingGroup(mount, root)
    if (from !== 0 && from !== group) text += ` propagate_from:${from}`
  }
  if (mount.unbindable) text += ' unbindable'
  return text
}

function reachableFrom(mount: Mount, root: Path): string | null {
  return pathFrom({ mnt: mount, dentry: mount.root }, root)
}

/** One line of mountinfo, or nothing for a mount that does not lie below `root`. */
export function mountinfoLine(mount: Mount, root: Path): string {
  const mountpoint = reachableFrom(mount, root)
  if (mountpoint === null) return ''
  const { sb } = mount
  const parent = mount.parent ?? mount
  const device = `${sb.dev >>> 20}:${sb.dev & 0xf_ffff}`
  return `${mount.id} ${parent.id} ${device} ${manglePath(dentryPath(mount.root))} ${manglePath(mountpoint)} ${mount.optionText()}${propagationFields(mount, root)} - ${mangle(sb.type)} ${mangle(mount.source)} ${sb.optionText()}\n`
}

/** One line of `/proc/<pid>/mounts`. */
export function mountsLine(mount: Mount, root: Path): string {
  const mountpoint = reachableFrom(mount, root)
  if (mountpoint === null) return ''
  const { sb } = mount
  const writable = mount.isReadOnly || sb.readOnly ? 'ro' : 'rw'
  const options = `${writable}${sb.flagText()}${mount.optionText().slice(2)}${sb.options}`
  return `${mangle(mount.source)} ${manglePath(mountpoint)} ${mangle(sb.type)} ${options} 0 0\n`
}

/** One line of `/proc/<pid>/mountstats`. */
export function mountstatsLine(mount: Mount, root: Path): string {
  const mountpoint = reachableFrom(mount, root)
  if (mountpoint === null) return ''
  return `device ${mangle(mount.source)} mounted on ${manglePath(mountpoint)} with fstype ${mangle(mount.sb.type)}\n`
}
