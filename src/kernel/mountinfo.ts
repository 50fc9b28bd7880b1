import { dentryPath, pathFrom } from './d_path.js'
import type { Mount } from './mount.js'
import type { Path } from './path.js'

const octal = (character: string): string => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`

/** A path as the kernel writes it in its tables: blanks and backslashes as `\` and three octal digits. */
export function manglePath(text: string): string {
  return text.replace(/[ \t\n\\]/g, octal)
}

/** Other words in such a table: `#` is escaped too. */
export function mangle(text: string): string {
  return text.replace(/[ \t\n\\#]/g, octal)
}

/** One line of mountinfo, or nothing for a mount that does not lie below `root`. */
export function mountinfoLine(mount: Mount, root: Path): string {
  const mountpoint = pathFrom({ mnt: mount, dentry: mount.root }, root)
  if (mountpoint === null) return ''
  const { sb } = mount
  const parent = mount.parent ?? mount
  let optional = ''
  if (mount.peerGroup !== 0) optional += ` shared:${mount.peerGroup}`
  if (mount.masterGroup !== 0) optional += ` master:${mount.masterGroup}`
  if (mount.unbindable) optional += ' unbindable'
  const device = `${sb.dev >>> 20}:${sb.dev & 0xf_ffff}`
  const options = (sb.readOnly ? 'ro' : 'rw') + sb.options
  return `${mount.id} ${parent.id} ${device} ${manglePath(dentryPath(mount.root))} ${manglePath(mountpoint)} ${mount.optionText()}${optional} - ${mangle(sb.type)} ${mangle(mount.source)} ${options}\n`
}
