import type { Mount } from './mount.js'

/** The mounts of one tree by unique id. */
export class MountList {
  readonly all: Mount[] = []

  get size(): number {
    return this.all.length
  }

  add(mount: Mount): void {
    const { all } = this
    if (all.length === 0 || all[all.length - 1]!.idUnique < mount.idUnique) all.push(mount)
    else all.splice(this.position(mount.idUnique), 0, mount)
  }

  remove(mount: Mount): void {
    const { all } = this
    const at = all[all.length - 1] === mount ? all.length - 1 : this.position(mount.idUnique)
    if (all[at] === mount) all.splice(at, 1)
  }

  /** The mount with this unique id, or null. */
  find(idUnique: number): Mount | null {
    const found = this.all[this.position(idUnique)]
    return found?.idUnique === idUnique ? found : null
  }

  /** Index of the first mount whose unique id is not below `idUnique`. */
  position(idUnique: number): number {
    const { all } = this
    let low = 0
    let high = all.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (all[middle]!.idUnique < idUnique) low = middle + 1
      else high = middle
    }
    return low
  }
}
