import { FAN_MNT_DETACH } from '../uapi/constants/fanotify.js'
import { notifyMnt } from './fanotify/fanotify.js'
import type { Mount } from './mount.js'

/** Takes `top` and all mounts below it out of their tree; those that nobody uses any more are freed. */
export function umountTree(top: Mount): void {
  const gone = [...top.tree()]
  const { ns } = top
  for (const mount of gone) mount.ns?.remove(mount)
  for (const mount of gone) mount.detach()
  if (ns !== null && ns.marks !== null) for (const mount of gone) notifyMnt(ns.marks, FAN_MNT_DETACH, mount.idUnique)
  for (const mount of gone) mount.put()
}
