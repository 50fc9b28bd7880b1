import { FAN_MNT_ATTACH, FAN_MNT_DETACH } from '../uapi/constants/fanotify.js'
import { MNT_MOVE, notifyMnt } from './fanotify/fanotify.js'
import type { Mount } from './mount.js'

/**
 * What one change of mounts leaves to be done at its end: telling the watchers of mount namespaces, in the order in which the
 * mounts were touched, and after that letting go of the mounts that left.
 */
export class MountChanges {
  readonly #touched: Mount[] = []
  readonly #gone: Mount[] = []

  /** `mount` has come, gone or moved. */
  touch(mount: Mount): void {
    const { ns, toldNs } = mount
    if ((ns !== null && ns.marks !== null) || (toldNs !== null && toldNs.marks !== null)) this.#touched.push(mount)
    else mount.toldNs = ns
  }

  /** The reference that `mount` had for being in a tree goes at the end. */
  letGo(mount: Mount): void {
    this.#gone.push(mount)
  }

  /** Ends the change and passes on how it went. */
  finish(result: number): number {
    this.end()
    return result
  }

  end(): void {
    for (const mount of this.#touched.splice(0)) tell(mount)
    for (const mount of this.#gone.splice(0)) mount.release()
  }
}

function tell(mount: Mount): void {
  const { ns, toldNs } = mount
  mount.toldNs = ns
  if (ns !== null && ns === toldNs) {
    if (ns.marks !== null) notifyMnt(ns.marks, MNT_MOVE, mount.idUnique)
    return
  }
  if (toldNs !== null && toldNs.marks !== null) notifyMnt(toldNs.marks, FAN_MNT_DETACH, mount.idUnique)
  if (ns !== null && ns.marks !== null) notifyMnt(ns.marks, FAN_MNT_ATTACH, mount.idUnique)
}
